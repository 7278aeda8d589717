//! Variables in the form of the service, and the request and response bodies that contain them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::secret::Secret;
use crate::options::kind::Choice;

/// How the service returns the value of an encrypted variable, and what it does with a mask that is sent back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptedRoundtrip {
    /// It returns a mask. If the mask were sent back, the service would store the mask as the value.
    #[default]
    Refuse,
    /// It returns a mask. If the mask is sent back, the service keeps the stored value.
    MaskKeeps,
    /// It returns the value.
    Echo,
}

impl Choice for EncryptedRoundtrip {
    const WORDS: &'static [(&'static str, Self)] =
        &[("refuse", Self::Refuse), ("mask-keeps", Self::MaskKeeps), ("echo", Self::Echo)];
}

/// A variable in a request or an answer. It has no `Debug`, because it holds the value.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredVariable {
    /// Name.
    pub name: String,
    /// The word of the type, as the service wrote it.
    pub type_word: String,
    /// The word of the scope, as the service wrote it.
    pub scope_word: String,
    /// Whether the service encrypts the value.
    pub encrypted: bool,
    /// The value. If an answer hides it, a mask or none.
    pub value: Option<Secret>,
}

impl StoredVariable {
    /// The value, if it is not a mask: the variable is not encrypted, or the service returns encrypted values in the
    /// clear.
    pub fn readable_value(&self, roundtrip: EncryptedRoundtrip) -> Option<&Secret> {
        self.value.as_ref().filter(|_| !self.encrypted || roundtrip == EncryptedRoundtrip::Echo)
    }
}

/// A Data Action as the service describes it in an answer. It has no `Debug`, because it holds values.
#[derive(Clone)]
pub struct StoredAction {
    /// Its display name.
    pub name: Option<String>,
    /// Its lifecycle state, such as `PUBLISHING`.
    pub state: Option<String>,
    /// Its variables, in the order of the service; none if the answer has no list.
    pub variables: Option<Vec<StoredVariable>>,
    /// The whole answer, for an update that replaces the whole definition.
    definition: Secret,
}

/// The answer is not the expected JSON of a Data Action.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the answer is not the JSON of a Data Action")]
pub struct NotAnAction;

#[derive(Deserialize)]
struct WireAction {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    variables: Option<Vec<WireVariable>>,
}

#[derive(Deserialize)]
struct WireVariable {
    name: String,
    #[serde(rename = "type")]
    type_word: String,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    encrypted: Option<bool>,
    #[serde(default)]
    scope: Option<String>,
}

impl StoredAction {
    /// Reads an answer of the service. Unknown fields are kept for [`full_body`] and otherwise ignored.
    ///
    /// # Errors
    /// [`NotAnAction`] if the answer is not a JSON object of the expected shape. The error contains no part of the
    /// answer.
    pub fn parse(body: &[u8]) -> Result<Self, NotAnAction> {
        let text = std::str::from_utf8(body).map_err(|_| NotAnAction)?;
        // Serde also deserializes a struct from an array, and would read an empty array as an action without fields.
        if !text.trim_start().starts_with('{') {
            return Err(NotAnAction);
        }
        let wire: WireAction = serde_json::from_str(text).map_err(|_| NotAnAction)?;
        let variable = |wire: WireVariable| StoredVariable {
            name: wire.name,
            type_word: wire.type_word,
            scope_word: wire.scope.unwrap_or_else(|| "action".to_owned()),
            encrypted: wire.encrypted.unwrap_or(false),
            value: wire.value.map(Secret::new),
        };
        Ok(Self {
            name: wire.name,
            state: wire.state,
            variables: wire.variables.map(|list| list.into_iter().map(variable).collect()),
            definition: Secret::new(text),
        })
    }
}

#[derive(Serialize)]
struct Outgoing<'v> {
    name: &'v str,
    #[serde(rename = "type")]
    type_word: &'v str,
    value: &'v str,
    encrypted: bool,
    scope: &'v str,
}

/// The body of an update that sends only the variables: `{"variables": […]}`.
pub fn variables_body(variables: &[StoredVariable]) -> Secret {
    #[derive(Serialize)]
    struct Body<'v> {
        variables: Vec<Outgoing<'v>>,
    }
    let body = Body { variables: variables.iter().map(outgoing).collect() };
    // Strings and booleans always serialize.
    Secret::new(serde_json::to_string(&body).unwrap_or_default())
}

/// The body of an update that replaces the whole definition: the one in the service's answer, with new variables.
pub fn full_body(current: &StoredAction, variables: &[StoredVariable]) -> Secret {
    let list: Vec<_> = variables.iter().map(outgoing).collect();
    let mut definition: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(current.definition.expose()).unwrap_or_default();
    definition.insert("variables".to_owned(), serde_json::json!(list));
    Secret::new(serde_json::Value::Object(definition).to_string())
}

fn outgoing(variable: &StoredVariable) -> Outgoing<'_> {
    Outgoing {
        name: &variable.name,
        type_word: &variable.type_word,
        value: variable.value.as_ref().map_or("", Secret::expose),
        encrypted: variable.encrypted,
        scope: &variable.scope_word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_optional_fields_takes_the_defaults() {
        let action =
            StoredAction::parse(br#"{"id":"x","variables":[{"name":"a","type":"string"}],"extra":1}"#).unwrap();
        let variable = &action.variables.as_ref().unwrap()[0];
        assert_eq!(
            (variable.scope_word.as_str(), variable.encrypted, variable.value.is_none()),
            ("action", false, true)
        );
        assert!(StoredAction::parse(b"{}").unwrap().variables.is_none());
        assert!(StoredAction::parse(b"[]").is_err());
        assert!(StoredAction::parse(b"<html>").is_err());
    }

    #[test]
    fn the_whole_definition_keeps_what_we_do_not_know() {
        let action = StoredAction::parse(br#"{"id":"x","code":{"n":1},"variables":[]}"#).unwrap();
        let variable = StoredVariable {
            name: "a".into(),
            type_word: "string".into(),
            scope_word: "action".into(),
            encrypted: false,
            value: Some(Secret::new("v")),
        };
        let body: serde_json::Value = serde_json::from_str(full_body(&action, &[variable]).expose()).unwrap();
        assert_eq!(body["code"]["n"], 1);
        assert_eq!(body["variables"][0]["value"], "v");
    }
}
