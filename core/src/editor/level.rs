//! The levels of a document, with their keys. What a key means and which words it takes is in the JSON Schema.

use serde_json::Value;

use crate::base::vocabulary::{DOCUMENT_FIELDS, VARIABLE_FIELDS};
use crate::document::reference::{Form, Kind};
use crate::manifest::schema;

/// An object of a document.
#[derive(Clone, Copy)]
pub(super) enum Level {
    /// The top level.
    Document,
    /// A variable.
    Variable,
    /// A `value_from`.
    Reference,
    /// The object of a kind of reference.
    Members(&'static Kind),
}

impl Level {
    /// The keys that may be there.
    pub(super) fn keys(self) -> Vec<&'static str> {
        match self {
            Self::Document => DOCUMENT_FIELDS.to_vec(),
            Self::Variable => VARIABLE_FIELDS.to_vec(),
            Self::Reference => Kind::keys().collect(),
            Self::Members(kind) => match kind.form {
                Form::Text => Vec::new(),
                Form::Members(members) => members.iter().map(|(name, _)| *name).collect(),
            },
        }
    }

    /// The level of the object below a key; none if there is none.
    pub(super) fn below(self, key: &str) -> Option<Self> {
        match self {
            Self::Variable => (key == "value_from").then_some(Self::Reference),
            Self::Reference => Kind::of(key).filter(|kind| matches!(kind.form, Form::Members(_))).map(Self::Members),
            Self::Document | Self::Members(_) => None,
        }
    }

    /// What a key means; none if the level has no such key.
    pub(super) fn describe(self, key: &str) -> Option<String> {
        if let Self::Members(kind) = self {
            let Form::Members(members) = kind.form else { return None };
            return members.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        }
        self.schema(key)?.get("description")?.as_str().map(str::to_owned)
    }

    /// The words that a key may have; empty if it takes other texts.
    pub(super) fn words(self, key: &str) -> Vec<String> {
        let Some(schema) = self.schema(key) else { return Vec::new() };
        let texts = |values: &[Value]| values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return texts(words);
        }
        match (schema.get("const"), schema.get("type").and_then(Value::as_str)) {
            (Some(word), _) => texts(std::slice::from_ref(word)),
            (None, Some("boolean")) => vec!["true".to_owned(), "false".to_owned()],
            _ => Vec::new(),
        }
    }

    fn schema(self, key: &str) -> Option<Value> {
        if !self.keys().contains(&key) {
            return None;
        }
        match self {
            Self::Document => Some(schema::document_key(key)),
            Self::Variable => Some(schema::variable_key(key)),
            Self::Reference => Kind::of(key).map(schema::reference_kind),
            Self::Members(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described() {
        let vault = Level::Reference.below("vault").unwrap();
        for level in [Level::Document, Level::Variable, Level::Reference, vault] {
            assert!(!level.keys().is_empty());
            for key in level.keys() {
                assert!(level.describe(key).is_some(), "{key}");
            }
            assert!(level.describe("colour").is_none());
        }
    }

    #[test]
    fn words_are_those_of_the_schema() {
        assert_eq!(Level::Variable.words("type"), ["string", "integer", "boolean", "object"]);
        assert_eq!(Level::Variable.words("encrypted"), ["true", "false"]);
        assert_eq!(Level::Variable.words("state"), ["absent"]);
        assert_eq!(Level::Document.words("parent_scope"), ["global", "template", "action"]);
        assert!(Level::Variable.words("value").is_empty() && Level::Document.words("type").is_empty());
    }
}
