//! Headers of HTTP in a value: with their name, or the scheme and what follows it.

use super::Suspicion;
use super::base64_text::plain_text;
use super::names::says_secret;
use super::placeholder::is_placeholder;
use super::randomness::is_random_where_a_key_may_be;

/// The credential in a header.
pub(super) fn header(text: &str) -> Option<Suspicion> {
    let Some((name, value)) = text.split_once(':').filter(|(name, _)| is_header_name(name)) else {
        return scheme(text);
    };
    let value = value.trim();
    let named = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    if named("authorization") || named("proxy-authorization") {
        return scheme(value).or_else(|| is_token(value, 8).then_some(Suspicion::Known("a header with its token")));
    }
    if named("cookie") || named("set-cookie") {
        let mut cookies = value.split(';').filter_map(|cookie| cookie.split_once('='));
        return cookies.any(|(_, value)| is_random_where_a_key_may_be(value)).then_some(Suspicion::Known("a cookie"));
    }
    let is_secret =
        (says_secret(name) || named("x-functions-key") || named("ocp-apim-subscription-key")) && is_token(value, 6);
    is_secret.then_some(Suspicion::Known("a header with its key"))
}

/// Whether a text is the name of a header, and neither the scheme of a URL nor a sentence before a colon.
fn is_header_name(text: &str) -> bool {
    const LEAST: usize = 4;
    text.len() >= LEAST && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The value of an `Authorization` header (RFC 6750 section 2.1, RFC 7617 section 2, and schemes of vendors).
fn scheme(text: &str) -> Option<Suspicion> {
    const VENDORS: [&str; 10] = [
        "token",
        "apikey",
        "api-key",
        "key",
        "ssws",
        "geniekey",
        "splunk",
        "bot",
        "negotiate",
        "sharedaccesssignature",
    ];
    let (scheme, rest) = text.split_once(' ')?;
    let rest = rest.trim();
    let is = |wanted: &str| scheme.eq_ignore_ascii_case(wanted);
    if is("bearer") && is_token(rest, 7) {
        return Some(Suspicion::Known("a bearer token"));
    }
    if is("basic") && is_user_with_password(rest) {
        return Some(Suspicion::Known("a user with a password"));
    }
    // `Token token=…`, `Token token="…"`.
    let value = rest.strip_prefix("token=").unwrap_or(rest).trim_matches('"');
    let is_vendor = VENDORS.iter().any(|vendor| is(vendor)) && is_token(value, 16);
    let is_signed = match scheme {
        _ if is("digest") => rest.contains("response=\""),
        _ if is("aws4-hmac-sha256") => is_signed(rest, "Signature="),
        _ if is("oauth") => is_signed(rest, "oauth_signature=\""),
        _ => false,
    };
    (is_vendor || is_signed).then_some(Suspicion::Known("a header with its token"))
}

/// Whether a text is a single token of at least this length and no word: it has a digit or ends like base64, or is
/// random.
fn is_token(text: &str, least: usize) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'<' | b'>' | b'"' | b',');
    text.len() >= least
        && text.bytes().all(is_allowed)
        && (text.bytes().any(|byte| byte.is_ascii_digit()) || text.ends_with('=') || is_random_where_a_key_may_be(text))
        && !is_placeholder(text)
}

/// Whether a random text follows the name of the parameter that holds the signature.
fn is_signed(text: &str, name: &str) -> bool {
    let after = text.split_once(name).map(|(_, after)| after.split([',', '"', ' ']).next().unwrap_or_default());
    after.is_some_and(is_random_where_a_key_may_be)
}

fn is_user_with_password(text: &str) -> bool {
    const LEAST: usize = 8;
    match super::base64_text::decode(text, 1024) {
        _ if text.len() < LEAST || is_placeholder(text) => false,
        Some(bytes) if bytes.contains(&b':') && bytes.is_ascii() => true,
        _ => text.len() >= 12 && is_token(text, 12) && !text.contains('-') && plain_text(text).is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_told_from_a_sentence() {
        let key = "Zk3vQ9xT7mB2nR8wL5pY1cH6";
        for text in [
            format!("Bearer {key}"),
            "bearer hunter2".to_owned(),
            "Basic Y3JtOmh1bnRlcjI=".to_owned(),
            format!("Token {key}"),
            format!("Token token=\"{key}\""),
            format!("ApiKey {key}"),
            format!("x-api-key: {key}"),
            "X-Auth-Token: hunter2".to_owned(),
            format!("Authorization: Bearer {key}"),
            "Authorization: hunter2hunter2".to_owned(),
            format!("Cookie: lang=de; session={key}"),
            format!("AWS4-HMAC-SHA256 Credential=crm/x, SignedHeaders=host, Signature={key}"),
            format!("OAuth oauth_consumer_key=\"crm\", oauth_signature=\"{key}%3D\", oauth_version=\"1.0\""),
        ] {
            assert!(header(&text).is_some(), "{text}");
        }
        for text in [
            "Bearer",
            "Bearer {token}",
            "Bearer authentication",
            "basic support",
            "Basic authentication",
            "Basic Support Plan",
            "Token bucket algorithm",
            "AWS4-HMAC-SHA256 Credential={id}, Signature={signature}",
            "OAuth oauth_signature=\"{{signature}}\"",
            "Content-Type: application/json",
            "x-api-key: ${KEY}",
            "Authorization: Bearer <token>",
            "Password: please call",
            "Cookie: lang=de",
            "key value",
            "https://example.com/2",
            "Bot detection threshold 17",
        ] {
            assert_eq!(header(text), None, "{text}");
        }
    }
}
