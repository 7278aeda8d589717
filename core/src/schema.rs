//! The JSON Schema of a manifest, for editors and other validators.
//!
//! It says what a document looks like. What a schema cannot say, such as that names are unique or that the value of an
//! integer fits 64 bits, the rules say.

use serde_json::{Value, json};

use crate::document::STATE_ABSENT;
use crate::options::MAX_VARIABLES;
use crate::vocabulary::{Scope, VariableType};

/// The schema of a manifest, JSON Schema draft 2020-12.
pub fn manifest() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cxvars manifest",
        "description": "Environment variables of a NICE CXone Data Action",
        "oneOf": [
            {
                "type": "object",
                "required": ["variables"],
                "additionalProperties": false,
                "properties": {
                    "variables": {"$ref": "#/$defs/variables"},
                    "parent_scope": scope("The scope that no variable may exceed; action by default"),
                    "data_action": {
                        "type": "string",
                        "description": "Id or alias of the Data Action that the document is for"
                    },
                    "description": {"type": "string", "description": "For people; it is not sent"}
                }
            },
            {"$ref": "#/$defs/variables"}
        ],
        "$defs": {
            "variables": {"type": "array", "maxItems": MAX_VARIABLES, "items": {"$ref": "#/$defs/variable"}},
            "variable": variable(),
            "reference": reference()
        }
    })
}

fn variable() -> Value {
    json!({
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
            "name": {
                "type": "string",
                "pattern": "^[A-Za-z][A-Za-z0-9_]*$",
                "description": "Unique in the document; the Data Action reads the variable by it",
                "examples": ["api_endpoint"]
            },
            "type": {
                "enum": VariableType::ALL.map(VariableType::as_str),
                "description": "What the text of the value stands for"
            },
            "value": {
                "type": "string",
                "description": "Always a string, whatever the type: the integer 3 is written \"3\"",
                "examples": ["https://api.example.com/v1", "3", "true"]
            },
            "encrypted": {
                "type": "boolean",
                "default": false,
                "description": "Whether the service encrypts the value and never shows it again"
            },
            "scope": scope("Where the variable is visible"),
            "value_from": {"$ref": "#/$defs/reference"},
            "secret_version": {
                "type": "string",
                "description": "Raise it to send a secret again whose value cannot be compared"
            },
            "state": {"const": STATE_ABSENT, "description": "The variable is to be removed"}
        },
        "if": {"required": ["state"]},
        "else": {
            "required": ["type"],
            "oneOf": [{"required": ["value"]}, {"required": ["value_from"]}]
        },
        "not": {"required": ["value", "value_from"]}
    })
}

fn scope(description: &str) -> Value {
    json!({
        "enum": Scope::ALL.map(Scope::as_str),
        "default": Scope::default().as_str(),
        "description": description
    })
}

fn reference() -> Value {
    let text = json!({"type": "string", "minLength": 1});
    json!({
        "type": "object",
        "description": "Where the value is fetched from when it is needed",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "properties": {
            "env": {"type": "string", "minLength": 1, "description": "Name of an environment variable"},
            "file": {"type": "string", "minLength": 1, "description": "Path of a file in the project"},
            "param": {"type": "string", "minLength": 1, "description": "Parameter of the chosen environment"},
            "command": {"type": "string", "minLength": 1, "description": "Name of a command of the user's own file"},
            "vault": {
                "type": "object",
                "description": "A key of a secret in a Vault-compatible server",
                "required": ["path", "key"],
                "additionalProperties": false,
                "properties": {"path": text, "key": text}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DOCUMENT_FIELDS, VARIABLE_FIELDS};

    fn keys(value: &Value) -> Vec<&str> {
        let mut keys: Vec<_> = value["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    }

    fn sorted<const N: usize>(mut fields: [&'static str; N]) -> [&'static str; N] {
        fields.sort_unstable();
        fields
    }

    #[test]
    fn the_schema_names_the_fields_that_the_reader_knows() {
        let schema = manifest();
        assert_eq!(keys(&schema["oneOf"][0]), sorted(DOCUMENT_FIELDS));
        assert_eq!(keys(&schema["$defs"]["variable"]), sorted(VARIABLE_FIELDS));
    }
}
