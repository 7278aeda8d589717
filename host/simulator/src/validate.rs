//! The service's own validation of the body of a PUT.
//!
//! It is written from the design and shares no code with the rules of the product. If the two disagree, a test shows
//! it. Validation is atomic. Messages name variables but never contain a value.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::action::{MASK, Scope, Variable, VariableType};
use super::answer::{Detail, Refusal};

/// The fields of a variable in a request.
const FIELDS: [&str; 5] = ["name", "type", "value", "encrypted", "scope"];

/// Maximum length, in characters, of a name that is repeated in messages.
const MAX_SHOWN_CHARS: usize = 64;

/// Reads the body of a PUT: `{"variables": […]}`, or a whole definition, of which the other fields are ignored.
///
/// `keeps` returns whether the mask, sent as the encrypted value of a name, means "keep the stored value". The mask
/// need not be a valid value of the variable's type then.
pub(super) fn variables(
    body: &[u8],
    max_variables: usize,
    keeps: &dyn Fn(&str) -> bool,
) -> Result<Vec<Variable>, Refusal> {
    let document: Value = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = format!("the body is not JSON at line {line}, column {column}");
        Refusal::new(400, "invalid_json", message)
    })?;
    let wrong_shape = |message: &str| Refusal::new(400, "invalid_shape", message);
    let array = match document.get("variables") {
        Some(Value::Array(array)) => array,
        Some(Value::Object(inner)) if inner.contains_key("variables") => {
            return Err(wrong_shape("`variables` is nested in `variables`"));
        }
        Some(_) => return Err(wrong_shape("`variables` is not an array")),
        None => {
            return Err(wrong_shape("the body is not an object with an array `variables`"));
        }
    };
    if array.len() > max_variables {
        let message = format!("{} variables, at most {max_variables}", array.len());
        return Err(Refusal::new(400, "too_many_variables", message));
    }

    let mut check = Check::default();
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut read = Vec::with_capacity(array.len());
    for (index, item) in array.iter().enumerate() {
        check.index = index;
        check.name = item.get("name").and_then(Value::as_str).map(str::to_owned);
        if let Some(name) = item.get("name").and_then(Value::as_str)
            && let Some(at) = first.insert(name, index)
        {
            check.report("duplicate_name", format!("has the name of variable {at}"));
        }
        match item {
            Value::Object(fields) => read.extend(check.variable(fields, keeps)),
            _ => check.report("not_an_object", "is not an object"),
        }
    }
    if check.details.is_empty() {
        return Ok(read);
    }
    let mut names: Vec<String> = Vec::new();
    for detail in &check.details {
        let name = match &detail.variable {
            Some(name) => format!("`{name}`"),
            None => format!("number {}", detail.index),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let message = format!("not valid: {}", names.join(", "));
    Err(Refusal::new(400, "invalid_variables", message).with_details(check.details))
}

/// Collects the mistakes, one variable at a time.
#[derive(Default)]
struct Check {
    index: usize,
    name: Option<String>,
    details: Vec<Detail>,
}

impl Check {
    fn report(&mut self, reason: &'static str, message: impl AsRef<str>) {
        let short = |name: &&String| name.chars().count() <= MAX_SHOWN_CHARS;
        self.details.push(Detail {
            index: self.index,
            variable: self.name.as_ref().filter(short).cloned(),
            reason,
            message: format!("variable {} {}", self.index, message.as_ref()),
        });
    }

    /// Reads one variable. If it has mistakes, reports all of them and returns `None`.
    fn variable(&mut self, fields: &Map<String, Value>, keeps: &dyn Fn(&str) -> bool) -> Option<Variable> {
        let before = self.details.len();
        if fields.keys().any(|key| !FIELDS.contains(&key.as_str())) {
            self.report("unknown_field", "has a field that is not known here");
        }
        let name = self.text(fields, "name").unwrap_or_default();
        if fields.get("name").is_some_and(Value::is_string) && !is_name(name) {
            self.report("invalid_name", "has an invalid name");
        }
        let kind = self.word(fields, "type", |word| match word {
            "string" => Some(VariableType::String),
            "integer" => Some(VariableType::Integer),
            "boolean" => Some(VariableType::Boolean),
            "object" => Some(VariableType::Object),
            _ => None,
        });
        let scope = if fields.contains_key("scope") {
            self.word(fields, "scope", |word| match word {
                "global" => Some(Scope::Global),
                "template" => Some(Scope::Template),
                "action" => Some(Scope::Action),
                _ => None,
            })
        } else {
            Some(Scope::Action)
        };
        let encrypted = match fields.get("encrypted") {
            None => false,
            Some(Value::Bool(encrypted)) => *encrypted,
            Some(_) => {
                self.report("wrong_type", "has a field `encrypted` that is not a boolean");
                false
            }
        };
        let value = self.text(fields, "value");
        if let (Some(kind), Some(value)) = (kind, value) {
            let kept = encrypted && value == MASK && keeps(name);
            if !kept && let Some(expected) = misses_type(kind, value) {
                self.report("wrong_value", format!("has a value that is not {expected}"));
            }
        }
        if self.details.len() > before {
            return None;
        }
        Some(Variable { name: name.to_owned(), kind: kind?, value: value?.to_owned(), encrypted, scope: scope? })
    }

    /// Reads a required field of type text.
    fn text<'a>(&mut self, fields: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
        match fields.get(field) {
            Some(Value::String(text)) => return Some(text),
            Some(_) => self.report("wrong_type", format!("has a field `{field}` that is not text")),
            None => self.report("missing_field", format!("has no field `{field}`")),
        }
        None
    }

    /// Reads a field that must be one of the `known` words.
    fn word<T>(&mut self, fields: &Map<String, Value>, field: &str, known: fn(&str) -> Option<T>) -> Option<T> {
        let word = known(self.text(fields, field)?);
        if word.is_none() {
            self.report("unknown_word", format!("has an unknown `{field}`"));
        }
        word
    }
}

/// Whether the text matches `^[A-Za-z][A-Za-z0-9_]*$`.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Describes the expected value if `value` is not a valid value of the type; `None` if it is.
fn misses_type(kind: VariableType, value: &str) -> Option<&'static str> {
    let (holds, expected) = match kind {
        VariableType::String => return None,
        VariableType::Integer => (is_integer(value), "an integer within 64 bits"),
        VariableType::Boolean => (matches!(value, "true" | "false"), "`true` or `false`"),
        VariableType::Object => {
            (serde_json::from_str::<Map<String, Value>>(value).is_ok(), "the text of a JSON object")
        }
    };
    (!holds).then_some(expected)
}

/// Whether the text is `0` or matches `-?[1-9][0-9]*`, in the range of a signed 64-bit number.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text == "0" || (digits.starts_with(|first: char| matches!(first, '1'..='9')) && text.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str) -> Result<Vec<Variable>, Refusal> {
        variables(body.as_bytes(), 3, &|_| false)
    }

    /// The error body of a refusal.
    fn refused(body: &str) -> Value {
        let response = check(body).err().unwrap().into_response("id");
        assert_eq!(response.status, 400, "{body}");
        serde_json::from_slice(&response.body).unwrap()
    }

    fn reasons(variable: &str) -> Vec<String> {
        let body = refused(&format!("{{\"variables\": [{variable}]}}"));
        let details = body["error"]["details"].as_array().unwrap();
        details.iter().map(|detail| detail["reason"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_flat_array_and_a_whole_definition_are_read() {
        let flat = r#"{"variables": [{"name": "a", "type": "string", "value": "x"}]}"#;
        let read = check(flat).ok().unwrap();
        assert!(!read[0].encrypted && read[0].scope == Scope::Action);
        let whole = r#"{"id": "1", "state": "PUBLISHED", "variables": []}"#;
        assert!(check(whole).ok().unwrap().is_empty());
    }

    #[test]
    fn a_wrong_shape_is_refused() {
        for body in
            [r#"{"variables": {"variables": []}}"#, r#"{"variables": "x"}"#, r#"{"variables": null}"#, "[]", "{}", "3"]
        {
            assert_eq!(refused(body)["error"]["code"], "invalid_shape", "{body}");
        }
        assert_eq!(refused("{")["error"]["code"], "invalid_json");
        let four = r#"{"variables": [1, 2, 3, 4]}"#;
        assert_eq!(refused(four)["error"]["code"], "too_many_variables");
    }

    #[test]
    fn each_mistake_has_its_reason() {
        for (variable, expected) in [
            ("3", "not_an_object"),
            (r#"{"name": "a", "type": "string"}"#, "missing_field"),
            (r#"{"type": "string", "value": ""}"#, "missing_field"),
            (r#"{"name": "a", "value": ""}"#, "missing_field"),
            (r#"{"name": "_a", "type": "string", "value": ""}"#, "invalid_name"),
            (r#"{"name": "", "type": "string", "value": ""}"#, "invalid_name"),
            (r#"{"name": "é", "type": "string", "value": ""}"#, "invalid_name"),
            (r#"{"name": "a", "type": "text", "value": ""}"#, "unknown_word"),
            (r#"{"name": "a", "type": "String", "value": ""}"#, "unknown_word"),
            (r#"{"name": "a", "type": "string", "value": 3}"#, "wrong_type"),
            (r#"{"name": "a", "type": "string", "value": null}"#, "wrong_type"),
            (r#"{"name": "a", "type": "string", "value": "", "scope": "local"}"#, "unknown_word"),
            (r#"{"name": "a", "type": "string", "value": "", "scope": null}"#, "wrong_type"),
            (r#"{"name": "a", "type": "string", "value": "", "encrypted": "true"}"#, "wrong_type"),
            (r#"{"name": "a", "type": "string", "value": "", "Encrypted": true}"#, "unknown_field"),
            (r#"{"name": "a", "type": "integer", "value": "********", "encrypted": true}"#, "wrong_value"),
        ] {
            assert_eq!(reasons(variable), [expected], "{variable}");
        }
    }

    #[test]
    fn values_must_have_their_type() {
        for (kind, good, bad) in [
            (
                VariableType::Integer,
                &["0", "-1", "9223372036854775807", "-9223372036854775808"][..],
                &["", "-0", "+1", "01", "1.0", " 1", "9223372036854775808", "-"][..],
            ),
            (VariableType::Boolean, &["true", "false"], &["True", "1", ""]),
            (VariableType::Object, &["{}", " {\"a\": 1} "], &["[]", "", "{", "null"]),
            (VariableType::String, &["", "anything"], &[]),
        ] {
            assert!(good.iter().all(|value| misses_type(kind, value).is_none()));
            assert!(bad.iter().all(|value| misses_type(kind, value).is_some()));
        }
    }

    #[test]
    fn a_kept_mask_needs_no_value_of_its_type() {
        let body = r#"{"variables": [
            {"name": "a", "type": "integer", "value": "********", "encrypted": true}]}"#;
        assert!(variables(body.as_bytes(), 3, &|name| name == "a").is_ok());
        assert!(variables(body.as_bytes(), 3, &|name| name == "b").is_err());
    }

    #[test]
    fn a_refusal_names_all_that_is_wrong_and_tells_no_value() {
        let body = refused(
            r#"{"variables": [
                {"name": "ok", "type": "string", "value": "hunter2"},
                {"name": "limit", "type": "integer", "value": "hunter3"},
                {"name": "ok", "type": "nope", "value": "hunter4"}]}"#,
        );
        assert_eq!(body["error"]["message"], "not valid: `limit`, `ok`");
        assert_eq!(body["error"]["details"].as_array().unwrap().len(), 3);
        assert_eq!(body["error"]["details"][1]["reason"], "duplicate_name");
        assert!(!body.to_string().contains("hunter"));
    }

    #[test]
    fn a_long_name_is_not_repeated() {
        let long = format!("_{}", "x".repeat(MAX_SHOWN_CHARS));
        let body = format!(r#"{{"variables": [{{"name": "{long}", "type": "string", "value": ""}}]}}"#);
        assert_eq!(refused(&body)["error"]["message"], "not valid: number 0");
    }
}
