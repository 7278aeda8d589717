//! Generates the JSON Schema of a `cxvars.toml`, for editors.
//!
//! The schema describes the keys and the form of their values. Only the reader checks what a schema cannot express,
//! such as whether a host is trusted.

use serde_json::{Map, Value, json};

use super::{keys, lines};
use crate::base::draft::Draft;
use crate::options::section::{About, Fallback, Key, Shape};
use crate::options::toml;

/// The address of the schema in SchemaStore.
const ID: &str = "https://json.schemastore.org/cxvars.json";

/// The schema for a configuration with the top level `root`.
pub fn schema(root: &About, draft: Draft) -> Value {
    let mut schema = table(root);
    if let Some(keywords) = schema.as_object_mut() {
        keywords.insert("title".to_owned(), "cxvars configuration".into());
        keywords.insert("description".to_owned(), "The configuration of cxvars, `cxvars.toml`".into());
    }
    draft.published(ID, schema)
}

fn table(about: &About) -> Value {
    let keys = keys(about);
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut table = json!({
        "type": "object",
        "description": text(about.doc),
        "additionalProperties": false,
        "properties": properties
    });
    if let Some(table) = table.as_object_mut().filter(|_| !required.is_empty()) {
        table.insert("required".to_owned(), required.into());
    }
    table
}

fn property(key: &Key) -> Value {
    let mut property = value(key.shape);
    if let Some(property) = property.as_object_mut() {
        property.insert("description".to_owned(), description(key).into());
        property.extend(default(key).map(|default| ("default".to_owned(), default)));
        property.extend(toml::value_to_json(key.example).map(|example| ("examples".to_owned(), json!([example]))));
    }
    property
}

fn description(key: &Key) -> String {
    let default = match key.default {
        Fallback::Value(show) => format!("\nDefault: {}", show()),
        Fallback::Words(words) => format!("\nDefault: {words}"),
        Fallback::Nothing => String::new(),
    };
    text(key.doc) + &default
}

/// The default, where it is a value and not words.
fn default(key: &Key) -> Option<Value> {
    match key.default {
        Fallback::Value(show) => toml::value_to_json(&show()),
        Fallback::Words(_) | Fallback::Nothing => None,
    }
}

fn value(shape: Shape) -> Value {
    match shape {
        // Not keys, so no value is valid.
        Shape::Hidden | Shape::Flat(_) => json!(false),
        Shape::Text("") => json!({"type": "string"}),
        Shape::Text(pattern) => json!({"type": "string", "pattern": pattern}),
        Shape::Words(words) => json!({"type": "string", "enum": words()}),
        Shape::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Date => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        Shape::List(item) => json!({"type": "array", "items": value(*item)}),
        Shape::Entries(entry) => json!({"type": "object", "additionalProperties": value(*entry)}),
        Shape::Free => json!({"type": "object"}),
        Shape::Table(about) => table(about),
        Shape::Numbers(numbers) => json!({"type": "integer", "enum": numbers}),
        Shape::Again(_, place) => json!({"$ref": place}),
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(|shape| value(*shape)).collect::<Vec<_>>()}),
    }
}

fn text(doc: &[&str]) -> String {
    lines(doc).collect::<Vec<_>>().join("\n")
}
