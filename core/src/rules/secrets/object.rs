//! The strings inside of an object value.

use super::names::{may_say_secret, says_secret};
use super::{Suspicion, is_plain, suspicion};
use crate::base::limits::Limits;
use crate::reader::{self, Dialect, Shape, Value};

/// Where a secret is inside of the text of an object: first byte and last plus one.
pub(in crate::rules) type Place = (usize, usize);

/// The first string of an object that looks like a secret. None if the text is no JSON.
pub(in crate::rules) fn secret(text: &str, limits: Limits) -> Option<(Suspicion, Place)> {
    // The public half of a JSON Web Key (RFC 7517, RFC 7518 section 6) is as random as the other one.
    let is_key = text.contains(r#""kty""#);
    let is_public = |name: &str| is_key && ["e", "kid", "n", "x", "x5c", "x5t", "x5t#S256", "y"].contains(&name);
    first(text, limits, &|name, value| if is_public(name) { None } else { suspicion(name, value) })
}

/// The first string of an object whose key says that it is a secret.
pub(in crate::rules) fn named_secret(text: &str, limits: Limits) -> Option<Place> {
    if !may_say_secret(text.as_bytes()) {
        return None;
    }
    let is_secret = |name: &str, value: &str| {
        let holds_one = || value.starts_with(['{', '[']) && named_secret(value, limits).is_some();
        (says_secret(name) && !is_plain(value)) || holds_one()
    };
    first(text, limits, &|name, value| is_secret(name, value).then_some(())).map(|(_, place)| place)
}

/// What an object calls its `value`: `{"name": "password", "value": "…"}`. Without that, it is the key that the object is
/// under: `{"password": {"value": "…"}}`.
fn label(object: Value<'_>) -> Option<&str> {
    let is_label = |key: &str| matches!(key, "name" | "key");
    object.entries().find(|entry| is_label(entry.key())).and_then(|entry| entry.value.as_str())
}

/// Calls `judge` with every string and the key that it is under, until one answers.
fn first<T>(text: &str, limits: Limits, judge: &dyn Fn(&str, &str) -> Option<T>) -> Option<(T, Place)> {
    let tree = reader::read_json(text, Dialect::Strict, limits);
    if !tree.syntax.is_empty() || tree.cap.is_some() {
        return None;
    }
    // The values that are still to be judged, each with the key that it is under.
    let mut open: Vec<(&str, Value<'_>)> = vec![("", tree.root()?)];
    while let Some((name, value)) = open.pop() {
        match value.shape() {
            Shape::Object => {
                let label = label(value).unwrap_or(name);
                let key = |key| if key == "value" { label } else { key };
                open.extend(value.entries().map(|entry| (key(entry.key()), entry.value)));
            }
            Shape::Array => open.extend(value.items().map(|item| (name, item))),
            _ => {
                let found = value.as_str().and_then(|text| judge(name, text));
                if let Some(found) = found {
                    return Some((found, (value.span().start(), value.span().end())));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_string_is_judged_with_the_key_that_it_is_under() {
        let limits = Limits { bytes: 1000, depth: 10 };
        let token = ["ghp_", "Zk3vQ9xT7mB2nR8wL5pY1cH6Zk3vQ9xT7mB2"].concat();
        for text in [
            format!(r#"{{"a": "{token}"}}"#),
            format!(r#"{{"a":[1,"{token}"]}}"#),
            format!(r#"{{"kty": "oct", "k": "{token}", "kid": "1"}}"#),
            format!(r#"{{"a": [1, {{"b": [["{token}"]]}}], "c": "customer feedback"}}"#),
        ] {
            let (found, (start, end)) = secret(&text, limits).unwrap();
            assert_eq!(
                (found, &text[start..end]),
                (Suspicion::Known("a GitHub access token"), format!("\"{token}\"").as_str())
            );
        }
        let text = r#"{"crm": {"password": "hunter2", "retries": 3}}"#;
        let (start, end) = named_secret(text, limits).unwrap();
        assert_eq!(&text[start..end], "\"hunter2\"");
        for text in [
            r#"{"password": {"value": "hunter2"}}"#,
            r#"[{"key": "crm-token", "value": "hunter2"}]"#,
            r#"{"headers": [{"name": "Authorization", "value": "hunter2"}]}"#,
            r#"{"auth": {"user": "crm", "pass": "hunter2"}}"#,
            r#"{"settings": "{\"password\": \"hunter2\"}"}"#,
        ] {
            assert!(named_secret(text, limits).is_some(), "{text}");
        }
        for text in [
            r#"{"password": ""}"#,
            r#"{"password": "${P}"}"#,
            r#"{"token_url": "x"}"#,
            r#"{"token": 3}"#,
            "{",
            "[]",
            r#"[{"name": "language", "value": "de"}]"#,
            r#"{"token": {"type": "string"}}"#,
        ] {
            assert_eq!(named_secret(text, limits), None, "{text}");
        }
        assert_eq!(secret(r#"{"endpoint": "https://crm.example.com/v1"}"#, limits), None);
    }
}
