use super::*;

/// Assembles a token at run time, so that no secret scanner reports this file.
fn token(prefix: &str, characters: &str, length: usize) -> String {
    prefix.to_owned() + &characters.chars().cycle().take(length).collect::<String>()
}

fn of(text: &str) -> Option<Suspicion> {
    suspicion("value", text)
}

#[test]
fn the_forms_of_the_issuers_are_recognised() {
    let mixed = "aB3dE6gH9jK2mN5p";
    let hex = "9f86d081884c7d65";
    for (text, what) in [
        (token("AK", "IAJ7QX2ZK4PW9MVT3R", 18), "an AWS access key id"),
        (token("AIza", mixed, 35), "a Google API key"),
        (token("ghp_", mixed, 36), "a GitHub access token"),
        (token("github_pat_", mixed, 82), "a GitHub access token"),
        (token("glpat-", mixed, 20), "a GitLab access token"),
        (token("xoxb-", "1234567890-", 40), "a Slack token"),
        (token("sk_live_", "abc123", 6), "a Stripe key"),
        (token("npm_", mixed, 36), "an npm access token"),
        (token("pypi-", mixed, 60), "a PyPI API token"),
        (token("sk-ant-api03-", mixed, 95), "an Anthropic API key"),
        (token("sk-proj-", mixed, 48), "an OpenAI API key"),
        (token("sk-", mixed, 48), "an OpenAI API key"),
        (token("shpat_", hex, 32), "a Shopify access token"),
        (token("dop_v1_", hex, 64), "a DigitalOcean access token"),
        (token("sk_test_", mixed, 24), "a Stripe test key"),
        (token("hvs.", mixed, 24), "a Vault token"),
        (token("https://hooks.slack.com/services/T", "0000/B000/", 30), "a Slack webhook"),
        (token("Bearer ", mixed, 24), "a bearer token"),
        ("Basic ".to_owned() + "dXNlcjpwYXNzd29yZA==", "a user with a password"),
        (["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2ln"].join("."), "a JSON Web Token"),
        (["-----BEGIN RSA", "PRIVATE KEY-----\nMIIB"].join(" "), "a private key"),
        (
            token("Endpoint=sb://a.example.com/;SharedAccessKey=", mixed, 44),
            "a connection string with its password or key",
        ),
        (format!("curl -u {}", token("ghp_", mixed, 36)), "a GitHub access token"),
        (format!("{{\"a\": [\"{}\"]}}", token("ghp_", mixed, 36)), "a GitHub access token"),
        ("LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk1IY0NBUUVFSUs=".to_owned(), "a private key"),
    ] {
        assert_eq!(of(&text), Some(Suspicion::Known(what)), "{text}");
        assert_eq!(of(&format!(" {text}\n")), Some(Suspicion::Known(what)), "{text}");
    }
    let text = token("SK", hex, 32);
    assert_eq!(of(&text), Some(Suspicion::Likely("a Twilio API key SID")), "{text}");
}

#[test]
fn what_only_begins_alike_is_none() {
    for text in [
        "AKIA",
        "AKIA is a prefix of keys",
        "ASIA-PACIFIC-SOUTHEAST-1",
        "ASIAPACIFICREGION",
        "ghp_",
        "github_pat_",
        "sk_live_",
        "sk-something-with-many-words-in-it",
        "SG.",
        "npm_config_registry_url",
        "pypi-mirror.example.com",
        "xoxo-love",
        "Bearer {token}",
        "Basic Support Plan",
        "eyJhbGciOiJIUzI1NiJ9",
        "eyebrow.raising.text",
        "-----BEGIN CERTIFICATE-----\nMIIB",
        "-----------------------",
        "https://hooks.slack.com/services/",
        "hvs.example.com",
        "hf_model",
        "keyboardShortcuts",
        "patternMatchingRules.deadbeef",
        "data_platform",
        "yarn.lock",
    ] {
        assert_eq!(of(text), None, "{text}");
    }
}

#[test]
fn what_is_in_configurations_is_not_random() {
    for text in [
        "https://api.us-east-1.example.com/v2/Customers/8f14e45f-ceea-467f-a0e6-53f0d8f3c1b2?expand=All",
        "crm-lookup-7.internal.eu-central-1.compute.example.com",
        "8f14e45f-ceea-467f-a0e6-53f0d8f3c1b2",
        "8F14E45F-CEEA-467F-A0E6-53F0D8F3C1B2",
        "8f14e45fceea467fa0e653f0d8f3c1b2",
        "arn:aws:iam::123456789012:role/CrmLookupRole",
        "1.14.0-beta.3+build.20240131.8f14e45",
        "Jane.Doe+Support2024@Example.com",
        "+4915112345678901234567",
        "00491511234567890123456789012345",
        "customer_feedback_survey_callback_queue_number_2024_v3",
        "CUSTOMER_FEEDBACK_SURVEY_CALLBACK_QUEUE_NUMBER_2024_V3",
        "CustomerFeedbackSurveyCallbackQueueNumber2024ForJuxtaposedWizards",
        "thequickbrownfoxjumpsoverthelazydog0123456789",
        "0 3 * * 1-5",
        "2024-01-31T23:59:59.999999999+02:00",
        "20240131T235959Z20240201T000000Z",
        "Support-Tier2-DE/Backup-Tier3-AT/Overflow-Tier1-CH",
        "/var/lib/crm/Exports2024/Quarter3/Report_Final_V2.csv",
        "s3.Bucket-Name.2024/Exports/Year=2024/Month=01/Day=31/part-00001.parquet",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
        "0000000000000000000000000000000000000001",
        "123456789012345678901234567890123456789",
        "en-US,de-DE;q=0.9,*;q=0.5",
        "${CRM_TOKEN_8f14e45fceea467fa0e653f0d8f3c1b2}",
        "subnet-0bb1c79de3EXAMPLE",
        "gpt-4o-mini-2024-07-18",
        "text/html;charset=UTF-8",
        "^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$",
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "%Y-%m-%dT%H:%M:%S.%f%z",
        "2001:0db8:85a3:08d3:1319:8a2e:0370:7344",
        "5A:9C:12:EF:00:7B:3D:44:91:AC:5E:F8:27:6B:D0:13:88:42:CE:F1",
        "sha256-9s0LmYyRGxqkR4RIo4eyt0vLCjIbRGs5yHfM0X4OFDc=",
        "Y3VzdG9tZXIgZmVlZGJhY2sgc3VydmV5IGNhbGxiYWNrIHF1ZXVl",
        "{\"client\":\"crm\",\"retries\":[1,2,5],\"on\":true}",
        "",
    ] {
        assert_eq!(of(text), None, "{text}");
    }
    let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";
    assert_eq!(suspicion("git_commit", digest), None);
    assert_eq!(of(digest), Some(Suspicion::Random));
}
