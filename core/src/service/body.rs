//! The bodies of updates.

use serde::Serialize;

use crate::base::secret::Secret;
use crate::service::members::Members;
use crate::service::stored::{StoredAction, StoredVariable};

/// A variable in a request.
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
    Secret::new(format!("{{\"variables\":{}}}", list(variables).expose()))
}

/// The body of an update that replaces the whole definition: the one in the service's answer, byte for byte, with these
/// variables.
pub fn full_body(current: &StoredAction, variables: &[StoredVariable]) -> Secret {
    let list = list(variables);
    let definition = Members::read(current.definition.expose());
    let members = definition.iter().flat_map(Members::iter);
    let mut members: Vec<(&str, &str)> = members.filter(|(key, _)| *key != "variables").collect();
    members.push(("variables", list.expose()));
    let written = members.into_iter().map(|(key, text)| Secret::new(format!("{}:{text}", json(key))));
    join('{', written, '}')
}

/// The list of variables. One that is carried over is sent as it was received.
fn list(variables: &[StoredVariable]) -> Secret {
    let written = variables.iter().map(|variable| match &variable.received {
        Some(received) => received.clone(),
        None => Secret::new(json(&outgoing(variable))),
    });
    join('[', written, ']')
}

fn join(open: char, parts: impl Iterator<Item = Secret>, close: char) -> Secret {
    let mut text = String::from(open);
    for (index, part) in parts.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text += part.expose();
    }
    text.push(close);
    Secret::new(text)
}

fn json(value: &(impl Serialize + ?Sized)) -> String {
    // Strings and booleans always serialize.
    serde_json::to_string(value).unwrap_or_default()
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

    const ANSWER: &str = r#"{"id":"x", "code": {"n": 12345678901234567890123, "m": 1.0},
        "variables": [ {"id": 12345678901234567890124, "name":"kept", "type":"STRING", "value":"v\/", "note":null} ],
        "last":[ 1e400 ]}"#;

    fn wanted() -> StoredVariable {
        StoredVariable {
            name: "a".into(),
            type_word: "string".into(),
            scope_word: "action".into(),
            encrypted: false,
            value: Some(Secret::new("\"")),
            received: None,
        }
    }

    #[test]
    fn what_is_carried_over_keeps_every_field_as_it_came() {
        let action = StoredAction::parse(ANSWER.as_bytes()).unwrap();
        let kept = action.variables.as_ref().unwrap()[0].clone();
        let list = concat!(
            r#"[{"id": 12345678901234567890124, "name":"kept", "type":"STRING", "value":"v\/", "note":null},"#,
            r#"{"name":"a","type":"string","value":"\"","encrypted":false,"scope":"action"}]"#
        );
        let variables = [kept, wanted()];
        assert_eq!(variables_body(&variables).expose(), format!("{{\"variables\":{list}}}"));
        assert_eq!(
            full_body(&action, &variables).expose(),
            format!(
                r#"{{"id":"x","code":{{"n": 12345678901234567890123, "m": 1.0}},"last":[ 1e400 ],"variables":{list}}}"#
            )
        );
    }

    #[test]
    fn a_definition_without_variables_gets_them() {
        for answer in ["{\"id\":1}", "\u{feff}{\"id\":1,\"variables\":null}"] {
            let action = StoredAction::parse(answer.as_bytes()).unwrap();
            assert_eq!(full_body(&action, &[]).expose(), "{\"id\":1,\"variables\":[]}");
        }
    }
}
