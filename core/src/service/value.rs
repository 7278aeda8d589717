//! When two values are equal, whatever way the service writes them.

use crate::base::secret::Secret;
use crate::service::members::{Members, elements};

/// Deepest nesting of a JSON value that is compared by its content. A deeper one is compared as text.
const MAX_DEPTH: usize = 64;

/// The form of a value in which equal values of this type are equal texts: an integer without a fraction, an exponent or
/// leading zeros, a boolean in lower case, an object with its keys sorted and without white space. A text that is none
/// of these is left as it is, as is every string.
///
/// Numbers are compared exactly, with all their digits.
pub(super) fn canonical(type_word: &str, value: &Secret) -> Secret {
    let text = value.expose();
    let canonical = match type_word {
        "integer" => number(text),
        "boolean" => boolean(text),
        "object" => Members::read(text).and_then(|members| object(&members, 0)),
        _ => None,
    };
    canonical.map_or_else(|| value.clone(), Secret::new)
}

fn boolean(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    matches!(lower.as_str(), "true" | "false").then_some(lower)
}

/// A number as its significant digits and a power of ten, or as plain digits if it is a whole number of up to 40
/// digits. Equal numbers get equal texts.
fn number(text: &str) -> Option<String> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let are_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let power = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let power = power.checked_add(i64::try_from(digits.len() - significant.len()).ok()?)?;
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    const MAX_PLAIN_DIGITS: usize = 40;
    Some(match usize::try_from(power) {
        Ok(zeros) if significant.len().saturating_add(zeros) <= MAX_PLAIN_DIGITS => {
            format!("{sign}{significant}{}", "0".repeat(zeros))
        }
        _ => format!("{sign}{significant}e{power}"),
    })
}

fn object(members: &Members<'_>, depth: usize) -> Option<String> {
    let mut canonical: Vec<(String, String)> =
        members.iter().map(|(key, text)| Some((string(key)?, json(text, depth + 1)?))).collect::<Option<_>>()?;
    canonical.sort();
    // An object with a repeated key means different things to different readers.
    if canonical.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        return None;
    }
    let list: Vec<_> = canonical.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Some(format!("{{{}}}", list.join(",")))
}

fn json(text: &str, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    match text.bytes().next()? {
        b'{' => object(&Members::read(text)?, depth),
        b'[' => {
            let list = elements(text)?.into_iter().map(|element| json(element, depth + 1));
            Some(format!("[{}]", list.collect::<Option<Vec<_>>>()?.join(",")))
        }
        b'"' => string(&serde_json::from_str::<String>(text).ok()?),
        b't' | b'f' | b'n' => Some(text.to_owned()),
        _ => number(text),
    }
}

fn string(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn are_equal(type_word: &str, a: &str, b: &str) -> bool {
        canonical(type_word, &Secret::new(a)) == canonical(type_word, &Secret::new(b))
    }

    #[test]
    fn values_are_equal_by_their_type() {
        for (type_word, a, b) in [
            ("integer", "3", "3.0"),
            ("integer", "-120", "-1.2e2"),
            ("integer", "0", "-0.0"),
            ("integer", "9007199254740993", "9007199254740993.00"),
            ("integer", "100", "1E+2"),
            ("boolean", "true", "True"),
            ("boolean", "false", "FALSE"),
            ("object", r#"{"a":1,"b":[true,"x"]}"#, "{ \"b\" : [ true, \"\\u0078\" ],\n \"a\" : 1.0 }"),
            ("object", r#"{"n":12345678901234567890123}"#, r#"{"n": 12345678901234567890123.0}"#),
            ("object", r#"{"a/b":"é"}"#, r#"{"a\/b":"\u00e9"}"#),
            ("object", "{}", " { } "),
        ] {
            assert!(are_equal(type_word, a, b), "{type_word} {a} {b}");
        }
    }

    #[test]
    fn what_differs_in_a_digit_an_order_or_a_letter_is_not_equal() {
        for (type_word, a, b) in [
            ("integer", "12345678901234567890123", "12345678901234567890124"),
            ("integer", "9007199254740993", "9007199254740992"),
            ("integer", "3", "-3"),
            ("integer", "3", "3.1"),
            ("integer", "1e99999999999", "1"),
            ("integer", "", "0"),
            ("boolean", "true", "1"),
            ("object", r#"{"n":12345678901234567890123}"#, r#"{"n":12345678901234567890124}"#),
            ("object", r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            ("object", r#"{"a":1}"#, r#"{"a":"1"}"#),
            ("object", r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
            ("object", r#"{"a":null}"#, "{}"),
            ("string", "3", "3.0"),
            ("string", "True", "true"),
            ("string", r#"{"a":1}"#, r#"{ "a":1}"#),
        ] {
            assert!(!are_equal(type_word, a, b), "{type_word} {a} {b}");
        }
        let nested = |white: &str| format!("{{\"a\":{}{white}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(!are_equal("object", &nested(""), &nested(" ")), "a value that is too deep is compared as text");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|object| Value::Object(object.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_object_equals_itself_however_it_is_written(object in prop::collection::btree_map(".{0,4}", any_json(), 0..4)) {
            let value = Value::Object(object.into_iter().collect());
            let (compact, pretty) = (value.to_string(), serde_json::to_string_pretty(&value).unwrap());
            prop_assert!(are_equal("object", &compact, &pretty));
            let canonical = canonical("object", &Secret::new(pretty));
            prop_assert!(serde_json::from_str::<Value>(canonical.expose()).is_ok());
        }

        #[test]
        fn a_canonical_value_stays_as_it_is(text in "[-+]?[0-9]{1,5}(\\.[0-9]{1,5})?([eE][-+]?[0-9]{1,3})?|.{0,9}") {
            for type_word in ["integer", "boolean", "object", "string"] {
                let once = canonical(type_word, &Secret::new(text.as_str()));
                prop_assert!(canonical(type_word, &once) == once);
            }
        }
    }
}
