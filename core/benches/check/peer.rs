//! What a check is compared with: serde_json parses the same text into typed structs.

use std::borrow::Cow;

use serde::Deserialize;

/// A parsed document. Texts without escapes are borrowed.
#[derive(Deserialize)]
pub(crate) struct Document<'t> {
    #[serde(borrow)]
    pub(crate) variables: Vec<Variable<'t>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed, never read")]
pub(crate) struct Variable<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(borrow, rename = "type")]
    variable_type: Cow<'t, str>,
    #[serde(borrow)]
    value: Cow<'t, str>,
    encrypted: bool,
    #[serde(borrow)]
    scope: Cow<'t, str>,
}

/// Parses a text that is known to be valid.
pub(crate) fn parse(text: &str) -> Document<'_> {
    serde_json::from_str(text).expect("the corpus is valid")
}
