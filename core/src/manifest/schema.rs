//! The JSON Schema of a manifest, for editors and other validators.
//!
//! It describes the structure of a document. The rules check what a schema cannot express, for example that names are
//! unique or that the value of an integer fits in 64 bits. A test compares the results of the two.

use serde_json::{Map, Value, json};

pub use crate::base::draft::Draft;
use crate::base::limits::MAX_VARIABLES;
use crate::base::vocabulary::{DOCUMENT_FIELDS, STATE_ABSENT, VARIABLE_FIELDS};
use crate::base::vocabulary::{Scope, VariableType};
use crate::document::name::NAME_PATTERN;
use crate::document::reference::{Form, KINDS, Kind};

/// The address of the schema in SchemaStore.
const ID: &str = "https://json.schemastore.org/cxvars-manifest.json";

/// The schema of a manifest.
pub fn manifest(draft: Draft) -> Value {
    let schema = json!({
        "title": "cxvars manifest",
        "description": "Environment variables of a NICE CXone Data Action",
        "oneOf": [
            {
                "type": "object",
                "description": "The variables, and what they are for",
                "required": ["variables"],
                "additionalProperties": false,
                "properties": properties(&DOCUMENT_FIELDS, |field| document_field(draft, field))
            },
            draft.refer("variables")
        ],
        (draft.definitions()): {
            "variables": variables(draft),
            "variable": variable(draft),
            "reference": reference()
        }
    });
    draft.published(ID, schema)
}

fn variables(draft: Draft) -> Value {
    json!({
        "type": "array",
        "description": "The variables of the Data Action",
        "maxItems": MAX_VARIABLES,
        "items": draft.refer("variable")
    })
}

/// The schema of a top-level key, with its description; false if there is no such key.
pub(crate) fn document_key(key: &str) -> Value {
    match key {
        "variables" => variables(Draft::default()),
        _ => document_field(Draft::default(), key),
    }
}

/// The schema of a variable's key, with its description; false if there is no such key.
pub(crate) fn variable_key(key: &str) -> Value {
    match key {
        "value_from" => reference(),
        _ => variable_field(Draft::default(), key),
    }
}

fn properties(fields: &[&str], schema: impl Fn(&str) -> Value) -> Map<String, Value> {
    fields.iter().map(|field| ((*field).to_owned(), schema(field))).collect()
}

fn document_field(draft: Draft, field: &str) -> Value {
    match field {
        "variables" => draft.refer("variables"),
        "parent_scope" => scope("The scope that no variable may exceed; action by default"),
        "data_action" => text("Id or alias of the Data Action that the document is for"),
        "description" => text("A note for people; it is not sent to the service"),
        _ => json!(false),
    }
}

fn variable(draft: Draft) -> Value {
    json!({
        "type": "object",
        "description": "A variable of the Data Action",
        "required": ["name"],
        "additionalProperties": false,
        "properties": properties(&VARIABLE_FIELDS, |field| variable_field(draft, field)),
        "if": has("state"),
        "else": {
            "required": ["type"],
            "properties": {"type": true},
            "oneOf": [has("value"), has("value_from")]
        }
    })
}

/// That a field is there. Strict validators require only what is listed as a property.
fn has(field: &str) -> Value {
    json!({"required": [field], "properties": {(field): true}})
}

fn variable_field(draft: Draft, field: &str) -> Value {
    match field {
        "name" => json!({
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "Name by which the Data Action reads the variable; unique in the document",
            "examples": ["api_endpoint"]
        }),
        "type" => json!({
            "type": "string",
            "enum": VariableType::ALL.map(VariableType::as_str),
            "description": "How the service interprets the text of the value"
        }),
        "value" => json!({
            "type": "string",
            "description": "Always a string, for every type: the integer 3 is written \"3\"",
            "examples": ["https://api.example.com/v1", "3", "true"]
        }),
        "encrypted" => json!({
            "type": "boolean",
            "default": false,
            "description": "Whether the service encrypts the value and never shows it again"
        }),
        "scope" => scope("Where the variable is visible"),
        "value_from" => draft.refer("reference"),
        "secret_version" => text("Version of a secret; raise it to send a value again that cannot be compared"),
        "state" => json!({
            "type": "string",
            "const": STATE_ABSENT,
            "description": "The variable is to be removed; it needs no value"
        }),
        _ => json!(false),
    }
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn scope(description: &str) -> Value {
    json!({
        "type": "string",
        "enum": Scope::ALL.map(Scope::as_str),
        "default": Scope::default().as_str(),
        "description": description
    })
}

fn reference() -> Value {
    json!({
        "type": "object",
        "description": "Where the value is fetched from when it is needed",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "properties": KINDS.iter().map(|kind| (kind.key.to_owned(), reference_kind(kind))).collect::<Map<_, _>>()
    })
}

/// The schema of what is below the key of a reference.
pub(crate) fn reference_kind(kind: &Kind) -> Value {
    let name = |description: &str| json!({"type": "string", "minLength": 1, "description": description});
    match kind.form {
        Form::Text => name(kind.description),
        Form::Members(members) => json!({
            "type": "object",
            "description": kind.description,
            "required": members.iter().map(|(member, _)| *member).collect::<Vec<_>>(),
            "additionalProperties": false,
            "properties": members.iter().map(|(member, text)| ((*member).to_owned(), name(text))).collect::<Map<_, _>>()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_described() {
        let draft = Draft::default();
        let document = DOCUMENT_FIELDS.map(|field| document_field(draft, field));
        let variable = VARIABLE_FIELDS.map(|field| variable_field(draft, field));
        for schema in document.iter().chain(&variable).chain(&KINDS.iter().map(reference_kind).collect::<Vec<_>>()) {
            assert!(schema.get("description").or(schema.get("$ref")).is_some(), "{schema}");
        }
    }
}
