//! Recognises credentials by the form that their issuers document, and other keys by their entropy.

use super::entropy::{Look, look};
use crate::base::swar;

/// What makes a value look like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// It has the form of a known kind of credential; the text names the kind.
    Known(&'static str),
    /// It is random enough to be a token.
    Random,
}

/// The form of a credential that begins with fixed characters.
struct Form {
    /// The fixed characters.
    prefix: &'static str,
    /// Fewest characters after the prefix.
    least: usize,
    /// Most characters after the prefix.
    most: usize,
    /// Whether a character may follow the prefix.
    alphabet: fn(u8) -> bool,
    /// The kind of credential, for a message.
    what: &'static str,
}

/// Length of the shortest credential with a known form, in bytes.
const MIN_BYTES: usize = 12;
/// No upper limit.
const ANY: usize = usize::MAX;

const fn form(prefix: &'static str, least: usize, most: usize, alphabet: fn(u8) -> bool, what: &'static str) -> Form {
    Form { prefix, least, most, alphabet, what }
}

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn dotted(byte: u8) -> bool {
    word(byte) || matches!(byte, b'.' | b'=')
}

fn hex_or_dash(byte: u8) -> bool {
    hex(byte) || byte == b'-'
}

fn base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn graphic(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'<' | b'>' | b'$')
}

/// The forms, sorted by prefix. The comment above a form names the document in which its issuer describes it. Lengths
/// that the issuer leaves open are those of gitleaks, a secret scanner (config/gitleaks.toml).
const FORMS: &[Form] = &[
    // AWS IAM user guide, "IAM identifiers": AKIA is a long-term key, ASIA a temporary one.
    form("AKIA", 16, 16, upper, "an AWS access key id"),
    form("ASIA", 16, 16, upper, "an AWS access key id"),
    // Atlassian support, "Manage API tokens for your Atlassian account".
    form("ATATT3", 50, ANY, dotted, "an Atlassian API token"),
    // Google Cloud documentation, "Manage API keys".
    form("AIza", 35, 35, word, "a Google API key"),
    // Square developer documentation, "Access tokens".
    form("EAAA", 60, 60, word, "a Square access token"),
    // Google Identity documentation, "Manage OAuth clients".
    form("GOCSPX-", 20, ANY, word, "a Google OAuth client secret"),
    // Twilio SendGrid documentation, "API keys": 22 characters, a dot, 43 characters.
    form("SG.", 60, 70, dotted, "a SendGrid API key"),
    // Databricks documentation, "Personal access tokens".
    form("dapi", 32, 34, hex_or_dash, "a Databricks access token"),
    // DigitalOcean API reference, "Authentication".
    form("doo_v1_", 64, 64, hex, "a DigitalOcean access token"),
    form("dop_v1_", 64, 64, hex, "a DigitalOcean access token"),
    form("dor_v1_", 64, 64, hex, "a DigitalOcean refresh token"),
    // GitHub documentation, "About authentication to GitHub", section "GitHub's token formats".
    form("gho_", 36, ANY, alnum, "a GitHub access token"),
    form("ghp_", 36, ANY, alnum, "a GitHub access token"),
    form("ghr_", 36, ANY, alnum, "a GitHub refresh token"),
    form("ghs_", 36, ANY, dotted, "a GitHub access token"),
    form("ghu_", 36, ANY, alnum, "a GitHub access token"),
    form("github_pat_", 22, ANY, word, "a GitHub access token"),
    // GitLab documentation, "Token overview", section "Token prefixes".
    form("glpat-", 20, ANY, dotted, "a GitLab access token"),
    form("glptt-", 20, ANY, dotted, "a GitLab token"),
    // Grafana documentation, "Service accounts".
    form("glsa_", 32, ANY, word, "a Grafana access token"),
    // Hugging Face documentation, "User access tokens".
    form("hf_", 34, ANY, alnum, "a Hugging Face access token"),
    // Vault documentation, "Tokens", section "Token prefixes".
    form("hvb.", 24, ANY, word, "a Vault token"),
    form("hvr.", 24, ANY, word, "a Vault token"),
    form("hvs.", 24, ANY, word, "a Vault token"),
    // GitHub blog, "Announcing npm's new access token format".
    form("npm_", 36, ANY, alnum, "an npm access token"),
    // PyPI help, "How can I use API tokens to authenticate with PyPI?".
    form("pypi-", 50, ANY, word, "a PyPI API token"),
    // Stripe documentation, "API keys". Shortened keys count as well, because the prefix is unambiguous.
    form("rk_live_", 6, ANY, alnum, "a Stripe key"),
    // Shopify developer documentation, "Access tokens".
    form("shpat_", 32, 32, hex, "a Shopify access token"),
    form("shpca_", 32, 32, hex, "a Shopify access token"),
    form("shppa_", 32, 32, hex, "a Shopify access token"),
    form("shpss_", 32, 32, hex, "a Shopify secret"),
    // OpenAI API reference, "Authentication". Without a word after the dash it is an older user key.
    form("sk-", 40, ANY, alnum, "an OpenAI API key"),
    // Claude API documentation, "Getting started", section "Authentication".
    form("sk-ant-", 32, ANY, word, "an Anthropic API key"),
    form("sk-proj-", 32, ANY, word, "an OpenAI API key"),
    form("sk-svcacct-", 32, ANY, word, "an OpenAI API key"),
    form("sk_live_", 6, ANY, alnum, "a Stripe key"),
    form("sq0atp-", 22, ANY, word, "a Square access token"),
    form("sq0csp-", 43, ANY, word, "a Square secret"),
    // Slack API documentation, "Token types".
    form("xapp-", 20, ANY, word, "a Slack token"),
    form("xoxa-", 10, ANY, word, "a Slack token"),
    form("xoxb-", 10, ANY, word, "a Slack token"),
    form("xoxe-", 10, ANY, word, "a Slack token"),
    form("xoxp-", 10, ANY, word, "a Slack token"),
    form("xoxr-", 10, ANY, word, "a Slack token"),
    form("xoxs-", 10, ANY, word, "a Slack token"),
    // Google Identity documentation, "Using OAuth 2.0 to access Google APIs".
    form("ya29.", 20, ANY, word, "a Google access token"),
];

/// For each ASCII byte, the range in [`FORMS`] of the forms that begin with it: first index, and last index plus one.
static BY_FIRST: [(u8, u8); 128] = by_first();

#[expect(clippy::indexing_slicing, reason = "runs when the program is compiled")]
const fn by_first() -> [(u8, u8); 128] {
    let mut ranges = [(0, 0); 128];
    let mut at = 0;
    while at < FORMS.len() {
        let first = FORMS[at].prefix.as_bytes()[0] as usize;
        if ranges[first].1 == 0 {
            ranges[first].0 = at as u8;
        }
        ranges[first].1 = at as u8 + 1;
        at += 1;
    }
    ranges
}

/// What makes a value look like a secret. `None` if nothing does.
///
/// Runs for every value that is not encrypted. Nearly all values are ruled out by their length, or at the first byte
/// that no token contains.
pub(crate) fn suspicion(value: &str) -> Option<Suspicion> {
    if value.len() < MIN_BYTES {
        return None;
    }
    let value = value.trim_ascii();
    // Most values are such URLs.
    if value.starts_with("https://") {
        return value.get("https".len()..).and_then(url).map(Suspicion::Known);
    }
    let look = look(value);
    let known = match look {
        Look::NoToken(at) => composed(value, at),
        Look::Random | Look::Ordinary => issued(value),
    };
    known.map(Suspicion::Known).or((look == Look::Random).then_some(Suspicion::Random))
}

/// The kind of credential in a text of several parts. The first part ends at the offset `end`, in bytes.
fn composed(text: &str, end: usize) -> Option<&'static str> {
    let (first, rest) = text.split_at_checked(end)?;
    match rest.as_bytes().first()? {
        b':' | b';' if first.contains('=') => connection(text),
        b':' => url(rest),
        b' ' if is_private_key(text) => Some("a private key"),
        b' ' => header(text),
        _ => None,
    }
}

/// The kind of credential that a text is, if it has a single part.
fn issued(text: &str) -> Option<&'static str> {
    let first = *text.as_bytes().first().filter(|_| text.len() >= MIN_BYTES)?;
    let (start, end) = *BY_FIRST.get(usize::from(first))?;
    let forms = FORMS.get(usize::from(start)..usize::from(end)).unwrap_or_default();
    let known = forms.iter().find(|form| has_form(text, form)).map(|form| form.what);
    known.or_else(|| is_jwt(text).then_some("a JSON Web Token"))
}

fn has_form(text: &str, form: &Form) -> bool {
    text.strip_prefix(form.prefix).is_some_and(|rest| {
        (form.least..=form.most).contains(&rest.len()) && rest.bytes().all(|byte| (form.alphabet)(byte))
    })
}

/// `-----BEGIN … PRIVATE KEY-----` (RFC 7468 sections 10 and 11; OpenPGP adds `BLOCK`). Other PEM texts are public.
fn is_private_key(text: &str) -> bool {
    let label = text.strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----"));
    label.is_some_and(|(label, _)| label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK"))
}

/// Whether a text is a JSON Web Token: three parts of base64url with dots between them, or five if it is encrypted. The
/// decoded first part begins with `{"` (RFC 7515 section 3.1, RFC 7516 section 3.1).
fn is_jwt(text: &str) -> bool {
    let mut parts = 0;
    let all_base64url = text.split('.').all(|part| {
        parts += 1;
        part.bytes().all(word)
    });
    let header = text.split('.').next().unwrap_or_default();
    text.starts_with("eyJ") && all_base64url && matches!(parts, 3 | 5) && header.len() >= 10
}

/// The value of an `Authorization` header (RFC 6750 section 2.1, RFC 7617 section 2).
fn header(text: &str) -> Option<&'static str> {
    let (scheme, rest) = text.split_once(' ')?;
    let is_token = rest.len() >= 12
        && rest.bytes().all(|byte| base64(byte) || matches!(byte, b'-' | b'.' | b'_' | b'~'))
        && (rest.bytes().any(|byte| byte.is_ascii_digit()) || rest.ends_with('='));
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" if is_token => Some("a bearer token"),
        "basic" if is_token && rest.bytes().all(base64) => Some("a user with a password"),
        _ => None,
    }
}

/// Connection strings of Azure (Azure Storage documentation, "Configure connection strings"; Azure Service Bus
/// documentation, "Get connection string").
fn connection(text: &str) -> Option<&'static str> {
    let has_key = text.split(';').filter_map(|part| part.split_once('=')).any(|(key, value)| {
        matches!(key, "AccountKey" | "SharedAccessKey") && value.len() >= 20 && value.bytes().all(base64)
    });
    has_key.then_some("a connection string with its key")
}

/// The kind of secret in a URL. `rest` is the text after the scheme. The secret is a password,
/// `scheme://user:password@host` (RFC 3986 section 3.2.1), or a path that is a secret as a whole. A mask or a
/// template's placeholder is not a password.
fn url(rest: &str) -> Option<&'static str> {
    let rest = rest.strip_prefix("://")?;
    // Runs for every URL, and few URLs name a user.
    if swar::first_of(rest.as_bytes(), [b'@', b'/', b'?', b'#']) == Some(b'@') {
        let authority = rest.split(['/', '?', '#']).next()?;
        let (_, password) = authority.rsplit_once('@')?.0.split_once(':')?;
        let is_mask = password.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.'));
        let is_variable = password.starts_with('%') && password.ends_with('%');
        let is_password = !is_mask && !is_variable && password.bytes().all(graphic);
        return is_password.then_some("a URL with a password");
    }
    // Slack API documentation, "Sending messages using incoming webhooks": anyone who has the URL can post.
    let webhook = rest.strip_prefix("hooks.slack.com/services/T")?;
    (webhook.len() >= 20 && webhook.bytes().all(|byte| alnum(byte) || byte == b'/')).then_some("a Slack webhook")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Assembles a token at run time, so that no secret scanner reports this file.
    fn token(prefix: &str, characters: &str, length: usize) -> String {
        prefix.to_owned() + &characters.chars().cycle().take(length).collect::<String>()
    }

    #[test]
    fn the_forms_of_the_issuers_are_recognised() {
        let mixed = "aB3dE6gH9jK2mN5p";
        for (text, what) in [
            (token("AK", "IAIOSFODNN7EXAMPLE", 18), "an AWS access key id"),
            (token("ASIA", "IOSFODNN7EXAMPLE", 16), "an AWS access key id"),
            (token("AIza", mixed, 35), "a Google API key"),
            (token("ghp_", mixed, 36), "a GitHub access token"),
            (token("github_pat_", mixed, 82), "a GitHub access token"),
            (token("glpat-", mixed, 20), "a GitLab access token"),
            (token("xoxb-", "1234567890-", 40), "a Slack token"),
            (token("sk_live_", "abc123", 6), "a Stripe key"),
            (token("rk_live_", mixed, 24), "a Stripe key"),
            (
                token("SG.", "abcdefghijklmnopqrstuv.ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg", 66),
                "a SendGrid API key",
            ),
            (token("npm_", mixed, 36), "an npm access token"),
            (token("pypi-", mixed, 60), "a PyPI API token"),
            (token("sk-ant-api03-", mixed, 95), "an Anthropic API key"),
            (token("sk-proj-", mixed, 48), "an OpenAI API key"),
            (token("sk-", mixed, 48), "an OpenAI API key"),
            (token("shpat_", "0123456789abcdef", 32), "a Shopify access token"),
            (token("dop_v1_", "0123456789abcdef", 64), "a DigitalOcean access token"),
            (token("hvs.", mixed, 24), "a Vault token"),
            (token("https://hooks.slack.com/services/T", "0000/B000/", 30), "a Slack webhook"),
            (token("Bearer ", mixed, 24), "a bearer token"),
            ("Basic ".to_owned() + "dXNlcjpwYXNzd29yZA==", "a user with a password"),
            (["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2ln"].join("."), "a JSON Web Token"),
            (["-----BEGIN RSA", "PRIVATE KEY-----\nMIIB"].join(" "), "a private key"),
            (["-----BEGIN", "PRIVATE KEY-----\\nMIIB"].join(" "), "a private key"),
            (
                token("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", mixed, 88),
                "a connection string with its key",
            ),
            (token("Endpoint=sb://a.example.com/;SharedAccessKey=", mixed, 44), "a connection string with its key"),
        ] {
            assert_eq!(suspicion(&text), Some(Suspicion::Known(what)), "{text}");
            assert_eq!(suspicion(&format!(" {text}\n")), Some(Suspicion::Known(what)), "{text}");
        }
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
            "sk_test_abc123def456",
            "sk-something-with-many-words-in-it",
            "SG.",
            "npm_config_registry_url",
            "pypi-mirror.example.com",
            "xoxo-love",
            "Bearer",
            "Bearer {token}",
            "Bearer authentication",
            "basic support",
            "Basic authentication",
            "Basic Support Plan",
            "eyJ",
            "eyJhbGciOiJIUzI1NiJ9",
            "eyebrow.raising.text",
            "-----BEGIN CERTIFICATE-----\nMIIB",
            "-----BEGIN PUBLIC KEY-----\nMIIB",
            "-----------------------",
            "https://hooks.slack.com/services/",
            "hvs.example.com",
            "hf_model",
            "Endpoint=https://a.example.com/v1",
            "DefaultEndpointsProtocol=https;AccountName=a",
            "dapi",
            "data_platform",
            "yarn.lock",
        ] {
            assert_eq!(suspicion(text), None, "{text}");
        }
    }

    #[test]
    fn a_url_with_a_password_is_told_from_one_without() {
        let has_password = |text: &str| suspicion(text) == Some(Suspicion::Known("a URL with a password"));
        for text in [
            "https://user:hunter2@example.com/x",
            "redis://:hunter2@cache:6379",
            "postgres://a:p@ss@db/x?y=z",
            "amqp://guest:guest@mq",
        ] {
            assert!(has_password(text), "{text}");
        }
        for text in [
            "https://example.com/a:b@c",
            "https://user@example.com",
            "https://example.com:443/@",
            "https://a:@example.com",
            "https://user:${PASSWORD}@example.com",
            "https://user:<password>@example.com",
            "https://user:****@example.com",
            "https://user:%PASSWORD%@example.com",
            "mailto:a:b@example.com",
            "https://example.com/?q=a:b@c",
            "https://user:{password}@example.com",
        ] {
            assert!(!has_password(text), "{text}");
        }
    }

    #[test]
    fn the_table_is_grouped_by_first_letters_and_holds_nothing_too_short_to_be_looked_at() {
        for (index, form) in FORMS.iter().enumerate() {
            let (start, end) = BY_FIRST[usize::from(form.prefix.as_bytes()[0])];
            assert!((usize::from(start)..usize::from(end)).contains(&index), "{}", form.prefix);
            let group = &FORMS[usize::from(start)..usize::from(end)];
            assert!(group.iter().all(|other| other.prefix.as_bytes()[0] == form.prefix.as_bytes()[0]));
            assert!(form.prefix.len() + form.least >= MIN_BYTES, "{}", form.prefix);
        }
    }
}
