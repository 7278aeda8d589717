//! Data Actions and their variables, as the service keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::derive::Key;

/// What stands for an encrypted value in every answer.
pub const MASK: &str = "********";

/// The state of an action that nothing is being done to.
pub const READY: &str = "PUBLISHED";

/// The states in which a PUT is refused with 409.
pub const BUSY_STATES: [&str; 2] = ["PUBLISHING", "DELETING"];

/// The type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableType {
    /// Any text.
    String,
    /// A decimal number within 64 bits, signed.
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
    /// In a template and what is made from it.
    Template,
    /// In the action alone.
    Action,
}

/// A variable as somebody writes it. Without `Debug`: it holds the value.
#[derive(Clone)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: VariableType,
    /// The value, as text whatever the type.
    pub value: String,
    /// Whether the service hides the value.
    pub encrypted: bool,
    /// The scope.
    pub scope: Scope,
}

impl Variable {
    /// A plain string of scope `action`.
    pub fn plain(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: VariableType::String,
            value: value.to_owned(),
            encrypted: false,
            scope: Scope::Action,
        }
    }

    /// An encrypted string of scope `action`.
    pub fn encrypted(name: &str, value: &str) -> Self {
        Self { encrypted: true, ..Self::plain(name, value) }
    }
}

/// A value at rest. What was sent as encrypted exists only as its digest: nothing can give it back.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum AtRest {
    Clear(String),
    Digest(String),
}

/// A variable at rest.
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
    /// Grows with every change of the definition; the ETag derives from it.
    pub(super) revision: u64,
    pub(super) variables: Vec<Stored>,
}

impl Action {
    /// An action without variables, named like its id.
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

    /// Changes or adds one variable; an existing one stays where it is.
    pub(super) fn upsert(&mut self, stored: Stored) {
        let place = self.variables.iter_mut().find(|variable| variable.name == stored.name);
        match place {
            Some(place) => *place = stored,
            None => self.variables.push(stored),
        }
    }

    /// The definition as an answer shows it: encrypted values masked.
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

/// The body of an answer to GET and PUT.
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
