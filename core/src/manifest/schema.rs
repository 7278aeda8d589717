//! The JSON Schema of a manifest, for editors and other validators.
//!
//! It says what a document looks like. What a schema cannot say, such as that names are unique or that the value of an
//! integer fits 64 bits, the rules say. A test holds the two against each other.

use serde_json::{Map, Value, json};

pub use crate::base::draft::Draft;
use crate::base::limits::MAX_VARIABLES;
use crate::base::vocabulary::{DOCUMENT_FIELDS, STATE_ABSENT, VARIABLE_FIELDS};
use crate::base::vocabulary::{Scope, VariableType};
use crate::document::name::NAME_PATTERN;
use crate::manifest::REFERENCE_KINDS;

/// The schema of a manifest.
pub fn manifest(draft: Draft) -> Value {
    json!({
        "$schema": draft.uri(),
        "title": "cxvars manifest",
        "description": "Environment variables of a NICE CXone Data Action",
        "oneOf": [
            {
                "type": "object",
                "required": ["variables"],
                "additionalProperties": false,
                "properties": properties(&DOCUMENT_FIELDS, |field| document_field(draft, field))
            },
            draft.refer("variables")
        ],
        (draft.definitions()): {
            "variables": {"type": "array", "maxItems": MAX_VARIABLES, "items": draft.refer("variable")},
            "variable": variable(draft),
            "reference": reference()
        }
    })
}

fn properties(fields: &[&str], schema: impl Fn(&str) -> Value) -> Map<String, Value> {
    fields.iter().map(|field| ((*field).to_owned(), schema(field))).collect()
}

fn document_field(draft: Draft, field: &str) -> Value {
    match field {
        "variables" => draft.refer("variables"),
        "parent_scope" => scope("The scope that no variable may exceed; action by default"),
        "data_action" => text("Id or alias of the Data Action that the document is for"),
        "description" => text("For people; it is not sent"),
        _ => json!(false),
    }
}

fn variable(draft: Draft) -> Value {
    json!({
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": properties(&VARIABLE_FIELDS, |field| variable_field(draft, field)),
        "if": {"required": ["state"]},
        "else": {
            "required": ["type"],
            "oneOf": [{"required": ["value"]}, {"required": ["value_from"]}]
        }
    })
}

fn variable_field(draft: Draft, field: &str) -> Value {
    match field {
        "name" => json!({
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "Unique in the document; the Data Action reads the variable by it",
            "examples": ["api_endpoint"]
        }),
        "type" => json!({
            "enum": VariableType::ALL.map(VariableType::as_str),
            "description": "What the text of the value stands for"
        }),
        "value" => json!({
            "type": "string",
            "description": "Always a string, whatever the type: the integer 3 is written \"3\"",
            "examples": ["https://api.example.com/v1", "3", "true"]
        }),
        "encrypted" => json!({
            "type": "boolean",
            "default": false,
            "description": "Whether the service encrypts the value and never shows it again"
        }),
        "scope" => scope("Where the variable is visible"),
        "value_from" => draft.refer("reference"),
        "secret_version" => text("Raise it to send a secret again whose value cannot be compared"),
        "state" => json!({"const": STATE_ABSENT, "description": "The variable is to be removed; it needs no value"}),
        _ => json!(false),
    }
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn scope(description: &str) -> Value {
    json!({
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
        "properties": properties(&REFERENCE_KINDS, reference_kind)
    })
}

fn reference_kind(kind: &str) -> Value {
    let name = |description: &str| json!({"type": "string", "minLength": 1, "description": description});
    match kind {
        "env" => name("Name of an environment variable"),
        "file" => name("Path of a file in the project"),
        "param" => name("Parameter of the chosen environment"),
        "command" => name("Name of a command of the user's own file"),
        "vault" => json!({
            "type": "object",
            "description": "A key of a secret in a Vault-compatible server",
            "required": ["path", "key"],
            "additionalProperties": false,
            "properties": {"path": name("Path of the secret"), "key": name("Key within it")}
        }),
        _ => json!(false),
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
        for schema in document.iter().chain(&variable).chain(&REFERENCE_KINDS.map(reference_kind)) {
            assert!(schema.get("description").or(schema.get("$ref")).is_some(), "{schema}");
        }
    }
}
