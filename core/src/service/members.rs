//! A JSON object with the exact text of each value.
//!
//! What is sent back must be what was received: a number keeps every digit, and a field that nobody here knows keeps its
//! place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a JSON object in the order of the text: each key, and the text of its value. It has no `Debug`,
/// because it holds values.
pub(super) struct Members<'t>(Vec<(String, &'t str)>);

impl<'t> Members<'t> {
    /// The members of the object that `text` is; `None` if it is anything else.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        // Serde reports where a text is wrong, and may quote it. Nobody needs the place.
        serde_json::from_str(text).ok()
    }

    /// The members, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'t str)> {
        self.0.iter().map(|(key, text)| (key.as_str(), *text))
    }

    /// The text of a field; `None` if the object does not have it.
    ///
    /// # Errors
    /// The object has it more than once.
    pub(super) fn get(&self, field: &str) -> Result<Option<&'t str>, Twice> {
        let mut found = self.iter().filter(|(key, _)| *key == field).map(|(_, text)| text);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            _ => Err(Twice),
        }
    }
}

/// A field occurs more than once.
pub(super) struct Twice;

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((key, value.get()));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// The elements of the JSON array that `text` is, each as its text; `None` if it is anything else.
pub(super) fn elements(text: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_keeps_its_text() {
        let text = r#" {"a" : 12345678901234567890123, "\u0062": {"x":1.0 ,"y":[ 1e400]}, "c":"\u00e9\/"} "#;
        let members = Members::read(text).unwrap();
        let all: Vec<_> = members.iter().collect();
        assert_eq!(
            all,
            [("a", "12345678901234567890123"), ("b", r#"{"x":1.0 ,"y":[ 1e400]}"#), ("c", r#""\u00e9\/""#)]
        );
        assert_eq!(elements("[ 1 , {}]").unwrap(), ["1", "{}"]);
    }

    #[test]
    fn anything_else_is_no_object() {
        for text in ["", "[]", "{", "3", "{\"a\":}", "{} {}", "{\"a\":1,}"] {
            assert!(Members::read(text).is_none(), "{text}");
        }
        assert!(elements("{}").is_none() && elements("null").is_none());
        assert!(Members::read(r#"{"a":1,"a":2}"#).unwrap().get("a").is_err());
    }
}
