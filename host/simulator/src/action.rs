//! Data Actions and their variables, as the service stores them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::derive::Key;

/// Replaces an encrypted value in every answer.
pub const MASK: &str = "********";

/// The state of an action that is not being changed. A PUT is accepted.
pub const READY: &str = "PUBLISHED";

/// The states in which the service refuses a PUT with 409.
pub const BUSY_STATES: [&str; 2] = ["PUBLISHING", "DELETING"];

/// The type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableType {
    /// Any text.
    String,
    /// A decimal integer in the range of a signed 64-bit number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// The text of a JSON object.
    Object,
}

/// Where a variable is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Everywhere.
    Global,
    /// In a template and in what is made from it.
    Template,
    /// Only in the action.
    Action,
}

/// A variable to be written. No `Debug`, because it holds the value.
#[derive(Clone)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: VariableType,
    /// The value as text, for every type.
    pub value: String,
    /// Whether the service hides the value.
    pub encrypted: bool,
    /// The scope.
    pub scope: Scope,
}

impl Variable {
    /// A plain variable of type `string` and scope `action`.
    pub fn plain(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: VariableType::String,
            value: value.to_owned(),
            encrypted: false,
            scope: Scope::Action,
        }
    }

    /// An encrypted variable of type `string` and scope `action`.
    pub fn encrypted(name: &str, value: &str) -> Self {
        Self { encrypted: true, ..Self::plain(name, value) }
    }
}

/// A stored value. A value that was sent as encrypted exists only as a digest and cannot be recovered.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum AtRest {
    Clear(String),
    Digest(String),
}

/// A stored variable.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) kind: VariableType,
    pub(super) value: AtRest,
    pub(super) encrypted: bool,
    pub(super) scope: Scope,
}

impl Stored {
    pub(super) fn new(variable: &Variable, salt: &Key) -> Self {
        Self {
            name: variable.name.clone(),
            kind: variable.kind,
            value: if variable.encrypted {
                AtRest::Digest(salt.value_digest(&variable.value))
            } else {
                AtRest::Clear(variable.value.clone())
            },
            encrypted: variable.encrypted,
            scope: variable.scope,
        }
    }

    pub(super) fn digest(&self, salt: &Key) -> String {
        match &self.value {
            AtRest::Clear(value) => salt.value_digest(value),
            AtRest::Digest(digest) => digest.clone(),
        }
    }
}

/// A Data Action.
#[derive(Clone)]
pub(super) struct Action {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: String,
    /// Increases with every change of the definition. The ETag is derived from it.
    pub(super) revision: u64,
    pub(super) variables: Vec<Stored>,
}

impl Action {
    /// An action without variables whose name is its id.
    pub(super) fn empty(id: &str) -> Self {
        Self { id: id.to_owned(), name: id.to_owned(), state: READY.to_owned(), revision: 0, variables: Vec::new() }
    }

    pub(super) fn is_busy(&self) -> bool {
        BUSY_STATES.contains(&self.state.as_str())
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Stored> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    pub(super) fn etag(&self, salt: &Key) -> String {
        salt.etag(&self.id, self.revision)
    }

    /// Changes or adds one variable. An existing variable keeps its position.
    pub(super) fn upsert(&mut self, stored: Stored) {
        let place = self.variables.iter_mut().find(|variable| variable.name == stored.name);
        match place {
            Some(place) => *place = stored,
            None => self.variables.push(stored),
        }
    }

    /// The definition as answers show it, with encrypted values masked.
    pub(super) fn definition(&self) -> Definition<'_> {
        let variables = self.variables.iter().map(|variable| ShownVariable {
            name: &variable.name,
            kind: variable.kind,
            value: match &variable.value {
                AtRest::Clear(value) if !variable.encrypted => value,
                _ => MASK,
            },
            encrypted: variable.encrypted,
            scope: variable.scope,
        });
        Definition { id: &self.id, name: &self.name, state: &self.state, variables: variables.collect() }
    }
}

/// All actions, by id.
pub(super) type Actions = BTreeMap<String, Action>;

/// The body of the answers to GET and PUT.
#[derive(Serialize)]
pub(super) struct Definition<'a> {
    id: &'a str,
    name: &'a str,
    state: &'a str,
    variables: Vec<ShownVariable<'a>>,
}

#[derive(Serialize)]
struct ShownVariable<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: VariableType,
    value: &'a str,
    encrypted: bool,
    scope: Scope,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_value_is_neither_kept_nor_shown() {
        let salt = Key::new([3; 32]);
        let stored = Stored::new(&Variable::encrypted("token", "hunter2"), &salt);
        assert!(matches!(&stored.value, AtRest::Digest(digest) if !digest.contains("hunter2")));
        let mut action = Action::empty("a");
        action.upsert(stored);
        let shown = serde_json::to_string(&action.definition()).unwrap();
        assert!(shown.contains(MASK) && !shown.contains("hunter2"));
    }

    #[test]
    fn an_upsert_keeps_the_place() {
        let salt = Key::new([3; 32]);
        let mut action = Action::empty("a");
        for (name, value) in [("x", "1"), ("y", "2"), ("x", "3")] {
            action.upsert(Stored::new(&Variable::plain(name, value), &salt));
        }
        let names: Vec<&str> = action.variables.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["x", "y"]);
    }
}
