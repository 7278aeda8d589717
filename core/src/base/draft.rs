//! The dialects of JSON Schema.

use serde_json::{Value, json};

/// The dialects of JSON Schema in which the schema is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Draft {
    /// Draft 7, which editors of YAML understand.
    Draft7,
    /// Draft 2020-12.
    #[default]
    Draft202012,
}

impl Draft {
    /// Every draft, oldest first.
    pub const ALL: [Self; 2] = [Self::Draft7, Self::Draft202012];

    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::Draft7 => "http://json-schema.org/draft-07/schema#",
            Self::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// Adds what says which schema this is: its dialect and, in the draft that editors read, its address `id`. The other
    /// draft has no address, because an address names one schema.
    pub(crate) fn published(self, id: &str, mut schema: Value) -> Value {
        if let Some(keywords) = schema.as_object_mut() {
            keywords.insert("$schema".to_owned(), self.uri().into());
            keywords.extend((self == Self::Draft7).then(|| ("$id".to_owned(), id.into())));
        }
        schema
    }

    /// The keyword that holds parts to refer to.
    pub(crate) fn definitions(self) -> &'static str {
        match self {
            Self::Draft7 => "definitions",
            Self::Draft202012 => "$defs",
        }
    }

    pub(crate) fn refer(self, part: &str) -> Value {
        json!({"$ref": format!("#/{}/{part}", self.definitions())})
    }
}
