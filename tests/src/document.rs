//! Documents for tests.

use serde_json::{Value, json};

/// The example document: three variables, one of them encrypted.
pub const EXAMPLE: &str = include_str!("../../examples/crm-lookup.json");

/// A document with these variables.
pub fn document(variables: &[Value]) -> String {
    json!({ "variables": variables }).to_string()
}

/// A plain string variable.
pub fn plain(name: &str, value: &str) -> Value {
    json!({"name": name, "type": "string", "value": value, "encrypted": false, "scope": "action"})
}

/// An encrypted string variable.
pub fn secret(name: &str, value: &str) -> Value {
    json!({"name": name, "type": "string", "value": value, "encrypted": true, "scope": "action"})
}

/// An encrypted string variable whose value comes from `source`.
pub fn secret_from(name: &str, source: &Value) -> Value {
    json!({"name": name, "type": "string", "value_from": source, "encrypted": true, "scope": "action"})
}

/// The same variable with another value.
pub fn with_value(variable: &Value, value: &str) -> Value {
    let mut changed = variable.clone();
    changed["value"] = json!(value);
    changed
}

/// Texts that are not valid documents, and might crash a reader.
pub fn broken() -> Vec<Vec<u8>> {
    let variable = |value: &str| format!("[{{\"name\": \"a\", \"type\": \"string\", \"value\": {value}}}]");
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let texts: [&[u8]; 20] = [
        b"",
        b" \n\t",
        b"{",
        b"]",
        b"nul",
        b"3",
        b"\"text\"",
        b"\xff",
        b"\xff\xfe{\0}\0",
        b"\xef\xbb\xbf",
        b"[\"\xc3\x28\"]",
        b"\0",
        b"{\"variables\": 3}",
        b"{\"variables\": null}",
        b"{\"variables\": [[]]}",
        b"[{\"name\": \"\\ud800\", \"type\": \"string\", \"value\": \"x\"}]",
        b"[{\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"},]",
        b"[{\"name\": \"a\" \"type\": \"string\", \"value\": \"x\"}]",
        b"[1e999999999, -0, 0x10, NaN, Infinity]",
        b"{\"variables\": [], \"variables\": []}",
    ];
    let long = [
        nested(65),
        nested(100_000),
        "[".repeat(900_000),
        "{\"a\":".repeat(100_000),
        format!("[{}]", " ".repeat(2 << 20)),
        format!("[{}]", "{},".repeat(5_000)),
        variable("\"unterminated"),
        variable("\"a\nb\""),
        variable("\"\\x\""),
        variable("null"),
    ];
    texts.iter().map(|text| text.to_vec()).chain(long.map(String::into_bytes)).collect()
}
