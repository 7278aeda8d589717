//! The same action in another form: as a service writes it that stores values by their type, or leaves out defaults.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::answer::Response;

/// How answers write variables. Each form also adds fields that no request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// Values as JSON of their type; objects with other spaces and another order of keys.
    Typed,
    /// Types and scopes in capitals.
    Capitals,
    /// Null in place of an empty value or list, and of a field with its default.
    Nulls,
    /// Without what would be null in the form before.
    Absent,
    /// With a byte order mark, and white space around the JSON.
    Marked,
}

/// The answer in this form; `None` if it is not an action.
pub(super) fn rewrite(response: &Response, form: Form) -> Option<Response> {
    let mut definition: Map<String, Value> = serde_json::from_slice(&response.body).ok()?;
    let variables = definition.remove("variables")?;
    let written: Vec<String> = variables.as_array()?.iter().map(|variable| write(variable, form)).collect();
    let list = match form {
        Form::Nulls if written.is_empty() => Some("null".to_owned()),
        Form::Absent if written.is_empty() => None,
        _ => Some(format!("[ {} ]", written.join(" , "))),
    };
    let mut members: Vec<String> = definition.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    members.extend(list.map(|list| format!("\"variables\": {list}")));
    let mut body = format!("{{{}}}", members.join(", "));
    if form == Form::Marked {
        body = format!("\u{feff}\r\n{body}\n");
    }
    Some(Response { body: body.into_bytes(), ..response.clone() })
}

fn write(variable: &Value, form: Form) -> String {
    let text = |field: &str| variable[field].as_str().unwrap_or_default();
    let is_default = |field: &str| match field {
        "value" => text("value").is_empty(),
        "encrypted" => variable["encrypted"] == json!(false),
        "scope" => text("scope") == "action",
        _ => false,
    };
    let mut members = vec![format!("\"id\": 12345678901234567890123, \"note\": \"of {}\"", text("name"))];
    for field in ["name", "type", "value", "encrypted", "scope"] {
        let written = match (form, field) {
            (Form::Typed, "value") => typed(text("type"), text("value")),
            (Form::Capitals, "type" | "scope") => json!(text(field).to_uppercase()).to_string(),
            (Form::Nulls, _) if is_default(field) => "null".to_owned(),
            (Form::Absent, _) if is_default(field) => continue,
            _ => variable[field].to_string(),
        };
        members.push(format!("\"{field}\":{written}"));
    }
    format!("{{{}}}", members.join(", "))
}

/// The value as JSON of its type. A text that is no such JSON stays text.
fn typed(kind: &str, value: &str) -> String {
    match (kind, serde_json::from_str(value)) {
        ("integer", Ok(Value::Number(_))) | ("boolean", Ok(Value::Bool(_))) => value.to_owned(),
        ("object", Ok(Value::Object(object))) => {
            let members = object.iter().rev().map(|(key, value)| format!("{} : {value}", json!(key)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(" ,\n"))
        }
        _ => json!(value).to_string(),
    }
}

/// The body of a PUT in the form that this service validates. It may be in any form of an answer. A body that is
/// anything else stays as it is.
pub(super) fn plain(body: &[u8]) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Body {
        variables: Vec<BTreeMap<String, Box<RawValue>>>,
    }
    let Ok(body) = serde_json::from_slice::<Body>(body) else { return body.to_vec() };
    let variables: Vec<Value> = body.variables.iter().map(plain_variable).collect();
    json!({ "variables": variables }).to_string().into_bytes()
}

fn plain_variable(variable: &BTreeMap<String, Box<RawValue>>) -> Value {
    let field = |name: &str| variable.get(name).map(|raw| raw.get()).filter(|text| *text != "null");
    let mut plain = Map::new();
    for name in ["name", "type", "value", "encrypted", "scope"] {
        let value: Value = match field(name).map(|text| (text, serde_json::from_str(text))) {
            None if name == "value" => json!(""),
            None => continue,
            Some((_, Ok(Value::String(text)))) if matches!(name, "type" | "scope") => json!(text.to_lowercase()),
            Some((_, Ok(Value::Object(object)))) if name == "value" => json!(Value::Object(object).to_string()),
            Some((_, Ok(value @ Value::String(_)))) => value,
            Some((text, _)) if name == "value" => json!(text),
            Some((_, Ok(value))) => value,
            Some(_) => continue,
        };
        plain.insert(name.to_owned(), value);
    }
    Value::Object(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_comes_back_as_what_it_was() {
        let variables = json!([
            {"name": "n", "type": "integer", "value": "9007199254740993", "encrypted": false, "scope": "global"},
            {"name": "b", "type": "boolean", "value": "true", "encrypted": false, "scope": "action"},
            {"name": "o", "type": "object", "value": "{\"a\":1,\"b\":[\"é\"]}", "encrypted": false, "scope": "action"},
            {"name": "s", "type": "string", "value": "", "encrypted": false, "scope": "template"},
            {"name": "k", "type": "integer", "value": "********", "encrypted": true, "scope": "action"},
        ]);
        let response = Response::json(200, &json!({"id": "x", "variables": variables}));
        for form in [Form::Typed, Form::Capitals, Form::Nulls, Form::Absent, Form::Marked] {
            let body = String::from_utf8(rewrite(&response, form).unwrap().body).unwrap();
            assert!(body.contains("12345678901234567890123"), "{body}");
            let sent = plain(body.trim_start_matches('\u{feff}').as_bytes());
            let sent: Value = serde_json::from_slice(&sent).unwrap();
            for (sent, variable) in sent["variables"].as_array().unwrap().iter().zip(variables.as_array().unwrap()) {
                for (field, value) in sent.as_object().unwrap() {
                    assert_eq!(value, &variable[field], "{form:?} {field}");
                }
                assert_eq!(sent["value"], variable["value"]);
            }
        }
    }

    #[test]
    fn a_list_of_nothing_is_null_or_left_out() {
        let response = Response::json(200, &json!({"id": "x", "variables": []}));
        let body = |form| String::from_utf8(rewrite(&response, form).unwrap().body).unwrap();
        assert_eq!(body(Form::Nulls), r#"{"id": "x", "variables": null}"#);
        assert_eq!(body(Form::Absent), r#"{"id": "x"}"#);
    }
}
