//! Telling credentials by their form, and tokens by their randomness.

use std::ops::RangeInclusive;

/// What makes a value look like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// It has the form of a known kind of credential; the words name the kind.
    Known(&'static str),
    /// It is random enough to be a token.
    Random,
}

/// Bytes that a kind of token is made of.
type Alphabet = fn(u8) -> bool;

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// The alphabet of Base64 for URLs (RFC 4648 section 5), and `.`, which joins the parts of a token.
fn url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn hexadecimal(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// Kinds of tokens: their prefix, what follows it and how many bytes of that, and what to call them. From the providers'
/// documentation of their token formats, as collected in the rules of gitleaks and detect-secrets.
const TOKENS: [(&str, Alphabet, RangeInclusive<usize>, &str); 31] = [
    ("AKIA", upper, 16..=16, "an AWS access key id"),
    ("ASIA", upper, 16..=16, "an AWS access key id"),
    ("AIza", url_safe, 35..=35, "a Google API key"),
    ("ya29.", url_safe, 20..=2048, "a Google access token"),
    ("ghp_", alphanumeric, 36..=255, "a GitHub token"),
    ("gho_", alphanumeric, 36..=255, "a GitHub token"),
    ("ghu_", alphanumeric, 36..=255, "a GitHub token"),
    ("ghs_", alphanumeric, 36..=255, "a GitHub token"),
    ("ghr_", alphanumeric, 36..=255, "a GitHub token"),
    ("github_pat_", url_safe, 22..=255, "a GitHub token"),
    ("glpat-", url_safe, 20..=255, "a GitLab token"),
    ("glptt-", url_safe, 20..=255, "a GitLab token"),
    ("xoxa-", url_safe, 10..=255, "a Slack token"),
    ("xoxb-", url_safe, 10..=255, "a Slack token"),
    ("xoxp-", url_safe, 10..=255, "a Slack token"),
    ("xoxr-", url_safe, 10..=255, "a Slack token"),
    ("xoxs-", url_safe, 10..=255, "a Slack token"),
    ("sk_live_", alphanumeric, 16..=255, "a Stripe key"),
    ("rk_live_", alphanumeric, 16..=255, "a Stripe key"),
    ("sk-ant-", url_safe, 20..=255, "an Anthropic key"),
    ("sk-proj-", url_safe, 20..=255, "an OpenAI key"),
    ("sk-", alphanumeric, 48..=48, "an OpenAI key"),
    ("SG.", url_safe, 60..=80, "a SendGrid key"),
    ("npm_", alphanumeric, 36..=36, "an npm token"),
    ("pypi-", url_safe, 50..=512, "a PyPI token"),
    ("shpat_", hexadecimal, 32..=32, "a Shopify token"),
    ("shpss_", hexadecimal, 32..=32, "a Shopify secret"),
    ("dop_v1_", hexadecimal, 64..=64, "a DigitalOcean token"),
    ("hvs.", url_safe, 24..=512, "a Vault token"),
    ("hvb.", url_safe, 24..=512, "a Vault token"),
    ("SK", hexadecimal, 32..=32, "a Twilio key"),
];

/// Shortest value that is looked at as a token; shorter ones cannot be told from words.
const SHORTEST_TOKEN: usize = 20;

/// What makes a value look like a secret, if anything does.
///
/// Runs for every value that is not encrypted: nearly all of them are ruled out by their length or by the first byte
/// that no token has.
pub(super) fn suspicion(value: &str) -> Option<Suspicion> {
    let value = value.trim();
    let bytes = value.as_bytes();
    let is_token_byte = |byte: &u8| url_safe(*byte) || matches!(byte, b'+' | b'/' | b'=' | b'~');
    let (start, rest) = match bytes.iter().position(|byte| !is_token_byte(byte)) {
        Some(end) => bytes.split_at_checked(end)?,
        None if bytes.len() < SHORTEST_TOKEN => return None,
        None => return whole_token(value),
    };
    let known = match rest {
        [b':' | b';', ..] if start.contains(&b'=') => connection_string(value)?,
        [b':', b'/', b'/', ..] => url_with_password(value)?,
        [b' ', ..] if start == b"-----BEGIN" => private_key(value)?,
        [b' ', ..] => authorization(value)?,
        _ => return None,
    };
    Some(Suspicion::Known(known))
}

/// A value that is one run of bytes that tokens are made of.
fn whole_token(value: &str) -> Option<Suspicion> {
    let is_of = |(prefix, alphabet, length, _): &&(&str, Alphabet, RangeInclusive<usize>, &str)| {
        value.strip_prefix(prefix).is_some_and(|rest| length.contains(&rest.len()) && rest.bytes().all(alphabet))
    };
    if let Some((_, _, _, kind)) = TOKENS.iter().find(is_of) {
        return Some(Suspicion::Known(kind));
    }
    if is_jwt(value) {
        return Some(Suspicion::Known("a JSON Web Token"));
    }
    if let Some(kind) = connection_string(value) {
        return Some(Suspicion::Known(kind));
    }
    is_random(value).then_some(Suspicion::Random)
}

/// Three parts in Base64 for URLs, the first of which begins like a JSON object (RFC 7519 section 3).
fn is_jwt(value: &str) -> bool {
    let parts: [&str; 3] = {
        let mut parts = value.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(header), Some(claims), Some(signature), None) => [header, claims, signature],
            _ => return false,
        }
    };
    let [header, claims, _] = parts;
    let is_part = |part: &str| part.bytes().all(|byte| url_safe(byte) && byte != b'.');
    header.starts_with("eyJ") && claims.starts_with("eyJ") && header.len() >= 10 && parts.into_iter().all(is_part)
}

/// The label of PEM (RFC 7468 section 2). Certificates and public keys are no secrets.
fn private_key(value: &str) -> Option<&'static str> {
    let label = value.strip_prefix("-----BEGIN ")?.split("-----").next()?;
    let is_public = label.ends_with("CERTIFICATE") || label.ends_with("PUBLIC KEY") || label.ends_with("REQUEST");
    (!is_public).then_some("a private key in PEM form")
}

/// The value of an Authorization header (RFC 6750 section 2.1, RFC 7617 section 2).
fn authorization(value: &str) -> Option<&'static str> {
    let (scheme, credentials) = value.split_once(' ')?;
    let is_token = credentials.len() >= SHORTEST_TOKEN - "Bearer".len()
        && credentials.bytes().all(|byte| url_safe(byte) || matches!(byte, b'+' | b'/' | b'=' | b'~'))
        && credentials.bytes().any(|byte| byte.is_ascii_digit());
    match () {
        () if !is_token => None,
        () if scheme.eq_ignore_ascii_case("bearer") => Some("a bearer token"),
        () if scheme.eq_ignore_ascii_case("basic") => Some("a name and password in Basic form"),
        () => None,
    }
}

/// `scheme://user:password@host` (RFC 3986 section 3.2.1).
fn url_with_password(value: &str) -> Option<&'static str> {
    let (_, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (_, password) = authority.rsplit_once('@')?.0.split_once(':')?;
    // A placeholder is filled in later: `{password}`, `${PASSWORD}`, `<password>`, `%PASSWORD%`.
    (!password.is_empty() && !password.starts_with(['{', '$', '<', '%', '*'])).then_some("a URL with a password")
}

/// Keys of connection strings (Microsoft's documentation of Azure Storage and Service Bus).
fn connection_string(value: &str) -> Option<&'static str> {
    let key = ["AccountKey=", "SharedAccessKey="].into_iter().find_map(|key| value.split_once(key))?.1;
    let length = key.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).count();
    (length >= SHORTEST_TOKEN).then_some("a connection string with its key")
}

/// Whether the bytes are as evenly spread as those of a random token.
///
/// Bits per byte (Shannon), with the limits that detect-secrets uses by default: 3.0 for hexadecimal, 4.5 for Base64.
fn is_random(value: &str) -> bool {
    const HEXADECIMAL: f64 = 3.0;
    const BASE64: f64 = 4.5;
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(|byte| test(byte));
    if !has(u8::is_ascii_digit) || !has(u8::is_ascii_alphabetic) || is_uuid(value) {
        return false;
    }
    let is_one_case = !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
    if value.bytes().all(hexadecimal) && is_one_case {
        return entropy(value) > HEXADECIMAL;
    }
    // Names, hosts and paths are words between marks, mostly of one case.
    !is_one_case && entropy(value) > BASE64
}

/// RFC 9562 section 4: 8-4-4-4-12 hexadecimal digits.
fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.bytes().all(|byte| hexadecimal(byte) || byte == b'-')
}

/// Shannon's entropy of the bytes, in bits per byte.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = value.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_forms_are_told_by_name() {
        // Put together here, so that no scanner takes this file for a leak.
        let digits = "0123456789abcdef".repeat(8);
        let mixed = |length: usize| -> String { "Ab1".chars().cycle().take(length).collect() };
        for (value, kind) in [
            (format!("AKIA{}", "IOSFODNN7EXAMPLE"), "an AWS access key id"),
            (format!("ghp_{}", mixed(36)), "a GitHub token"),
            (format!("xoxb-{}", mixed(24)), "a Slack token"),
            (format!("sk_live_{}", mixed(24)), "a Stripe key"),
            (format!("AIza{}", mixed(35)), "a Google API key"),
            (format!("dop_v1_{}", &digits[..64]), "a DigitalOcean token"),
            (format!("eyJ{}.eyJ{}.{}", mixed(20), mixed(30), mixed(43)), "a JSON Web Token"),
            (format!("-----BEGIN {} KEY-----\nMIIE\n", "PRIVATE"), "a private key in PEM form"),
            (format!("Bearer {}", mixed(32)), "a bearer token"),
            (format!("basic {}=", mixed(30)), "a name and password in Basic form"),
            ("https://crm:hunter2@api.example.com/v1".to_owned(), "a URL with a password"),
            (
                format!("DefaultEndpointsProtocol=https;AccountName=crm;AccountKey={}==", mixed(86)),
                "a connection string with its key",
            ),
            (
                format!("Endpoint=sb://crm.example.com/;SharedAccessKeyName=root;SharedAccessKey={}=", mixed(43)),
                "a connection string with its key",
            ),
            (format!(" AKIA{}\n", "IOSFODNN7EXAMPLE"), "an AWS access key id"),
        ] {
            assert_eq!(suspicion(&value), Some(Suspicion::Known(kind)), "{value}");
        }
    }

    #[test]
    fn random_tokens_are_suspected() {
        for value in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "q8Zt3vN1kXw7Rb5LmYd2Hs9PcJf6Ag4T",
            "Zm9vYmFyL3F1eDEyMzQ1Njc4OTBBQkNERUZHSA==",
        ] {
            assert_eq!(suspicion(value), Some(Suspicion::Random), "{value}");
        }
    }

    #[test]
    fn what_stands_in_real_configurations_is_not_suspected() {
        for value in [
            "",
            "x",
            "https://api.us-east-1.my.nicecxone.com/api/v2/dataactions/3f2c9b1a-77aa-4c1d-9d3e-0a1b2c3d4e5f",
            "https://api.example.com/v1?user=a:b@c",
            "https://user@api.example.com/",
            "https://{user}:{password}@api.example.com/",
            "api.us-east-1.my.nicecxone.com",
            "very-long-subdomain-name.eu-central-1.example-company.com",
            "3f2c9b1a-77aa-4c1d-9d3e-0a1b2c3d4e5f",
            "arn:aws:sns:eu-central-1:123456789012:callback-queue",
            "12345678901234567890",
            "+4915112345678901234567",
            "2026-11-23T02:50:54+01:00",
            "customer_callback_queue_for_billing_2",
            "CustomerCallbackQueueForBillingAndSupport",
            "support+callbacks2@contact-centre.example.com",
            "Good morning, you have reached the support desk 24x7.",
            "Bearer of good news",
            "Basic",
            "*/5 * * * 1-5",
            "v2.11.0-rc.1+build.5114f85",
            "/opt/app/config/production/settings.v2.json",
            "application/vnd.nice.cxone.v2+json",
            "SKILL_GROUP_1",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
            "00000000000000000000000000000000",
            "AKIA is a prefix",
            "Europe/Berlin;Europe/Paris;America/Los_Angeles",
            "a=1;b=2;c=3",
            "de-DE,en-GB,fr-FR",
            "SELECT id FROM customers WHERE phone = ?",
        ] {
            assert_eq!(suspicion(value), None, "{value}");
        }
    }
}
