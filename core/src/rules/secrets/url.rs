//! What URLs carry: a user's password, parameters, a path that is a secret as a whole.

use super::Suspicion;
use super::forms::{Level, issued};
use super::harmless::is_harmless;
use super::jwt::jwt;
use super::names::says_secret;
use super::placeholder::is_placeholder;
use super::randomness::is_random_where_a_key_may_be;
use super::webhooks::{MIN_WEBHOOK_BYTES, may_be_a_webhook, webhook};
use crate::base::swar;

/// Parameters that hold a key, but whose names are used for other things as well. A value counts if it is random.
const KEYS: [&str; 17] = [
    "sig",
    "signature",
    "code",
    "key",
    "auth",
    "sas",
    "hmac",
    "appid",
    "app_id",
    "hapikey",
    "zapikey",
    "x-amz-signature",
    "x-goog-signature",
    "jwt",
    "k",
    "sessionid",
    "session",
];
/// Passwords of examples: `user:password@localhost`.
const WEAK: [&str; 6] = ["password", "passwd", "pass", "pwd", "secret", "token"];

/// Whether a text is a URL that is too short to be a webhook, and has neither a user nor parameters. Runs for every
/// value, and most are.
#[inline(always)]
pub(in crate::rules) fn is_bare(text: &str) -> bool {
    text.starts_with("https://") && text.len() < MIN_WEBHOOK_BYTES && !swar::has_part_of_url(text.as_bytes())
}

/// The secret in a URL. `rest` is the text after the scheme.
pub(super) fn url(rest: &str) -> Option<Suspicion> {
    let rest = rest.strip_prefix("://")?;
    if !swar::has_one_of(rest.as_bytes(), [b'@', b'?', b'#']) {
        return path(rest);
    }
    user(rest).or_else(|| path(rest)).or_else(|| parameters(rest))
}

fn path(rest: &str) -> Option<Suspicion> {
    webhook(rest)
        .map(Suspicion::Known)
        .or_else(|| may_be_a_webhook(rest).then_some(Suspicion::Likely("a webhook with its secret")))
}

/// The password or token of the user, `scheme://user:password@host` (RFC 3986 section 3.2.1).
fn user(rest: &str) -> Option<Suspicion> {
    let authority = rest.split(['/', '?', '#']).next()?;
    // A password may hold a slash that should have been encoded. A path differs: no colon comes before it, except that of
    // a port.
    let (user, _) = authority.rsplit_once('@').or_else(|| {
        let (user, host) = rest.split_once('@')?;
        let (name, password) = user.split_once(':')?;
        let is_port = password.split('/').next().is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        (!is_port && !name.contains('/') && !user.contains(['?', '#']) && !host.is_empty()).then_some((user, host))
    })?;
    let Some((_, password)) = user.split_once(':') else {
        return issued(user).filter(|(level, _)| *level == Level::Secret).map(|(_, kind)| Suspicion::Known(kind));
    };
    let is_weak = WEAK.iter().any(|weak| password.eq_ignore_ascii_case(weak));
    match password {
        _ if is_placeholder(password) || password.bytes().any(|byte| byte.is_ascii_whitespace()) => None,
        _ if is_weak => Some(Suspicion::Likely("a URL with a password")),
        _ => Some(Suspicion::Known("a URL with a password")),
    }
}

/// What the parameters after `?` or `#` hold.
fn parameters(rest: &str) -> Option<Suspicion> {
    let (_, query) = rest.split_once(['?', '#'])?;
    query
        .split(['&', ';', '?', '#'])
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(name, value)| parameter(name, value))
}

/// What a parameter holds.
fn parameter(name: &str, value: &str) -> Option<Suspicion> {
    const LEAST: usize = 4;
    const LEAST_OF_KEYS: usize = 16;
    if value.len() < LEAST || is_placeholder(value) || value.contains("%7B") {
        return None;
    }
    match issued(value) {
        Some((Level::Public, _)) => return None,
        Some((Level::Half, kind)) => return Some(Suspicion::Likely(kind)),
        Some((_, kind)) => return Some(Suspicion::Known(kind)),
        None => {}
    }
    let is_key = KEYS.iter().any(|key| key.eq_ignore_ascii_case(name));
    let is_random = || value.len() >= LEAST_OF_KEYS && is_random_where_a_key_may_be(value) && !is_harmless("", value);
    let holds_secret = jwt(value) == Some(true)
        || (says_secret(name) && value.len() >= 6 && !matches!(value, "string" | "password" | "client_credentials"))
        || (is_key && (is_random() || is_uuid_of_a_key(name, value)));
    holds_secret.then_some(Suspicion::Known("a URL with a key"))
}

/// Whether a UUID is a key, as in webhooks of WeCom: `send?key=…`.
fn is_uuid_of_a_key(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("key") && super::harmless::is_dashed_uuid(value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Suspicion> {
        url(&text[text.find("://").unwrap()..])
    }

    #[test]
    fn a_url_with_a_password_is_told_from_one_without() {
        for text in [
            "https://user:hunter2@example.com/x",
            "redis://:hunter2@cache:6379",
            "postgres://a:p@ss@db/x?y=z",
            "amqp://guest:guest@mq",
            "mongodb+srv://crm:s/lash@cluster0.example.net/crm",
        ] {
            assert_eq!(of(text), Some(Suspicion::Known("a URL with a password")), "{text}");
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
            "https://example.com/?q=a:b@c",
            "https://user:{password}@example.com",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn parameters_are_judged_by_name_and_value() {
        let key = "Zk3vQ9xT7mB2nR8wL5pY1cH6";
        for text in [
            format!("https://crm.example.com/v1?x=1&sig={key}"),
            format!("https://crm.azurewebsites.net/api/lookup?code={key}=="),
            "https://crm.example.com/v1?api_key=hunter2".to_owned(),
            "https://crm.example.com/cb#access_token=hunter2".to_owned(),
            "https://chat.example.com/send?key=8f14e45f-ceea-467f-a0e6-53f0d8f3c1b2".to_owned(),
        ] {
            assert_eq!(of(&text), Some(Suspicion::Known("a URL with a key")), "{text}");
        }
        for text in [
            "https://crm.example.com/v1?code=DE&key=customer_number",
            "https://crm.example.com/v1?api_key=${CRM_KEY}",
            "https://crm.example.com/v1?token=%7Btoken%7D",
            "https://crm.example.com/login?response_type=code&grant_type=client_credentials",
            "https://crm.example.com/v1?id=8f14e45fceea467fa0e653f0d8f3c1b2",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_path_may_be_the_secret() {
        let key = "Zk3vQ9xT7mB2nR8wL5pY1cH6";
        assert_eq!(
            of(&format!("https://hooks.slack.com/services/T0/B0/{key}")),
            Some(Suspicion::Known("a Slack webhook"))
        );
        assert_eq!(of(&format!("https://hook.eu1.make.com/{key}12345678")), Some(Suspicion::Known("a Make webhook")));
        let likely = Some(Suspicion::Likely("a webhook with its secret"));
        assert_eq!(of(&format!("https://chat.example.com/hooks/{key}")), likely);
        assert_eq!(of(&format!("https://files.example.com/d/{key}")), None);
        assert_eq!(of("https://example.com/webhooks/customers/orders/created"), None);
    }
}
