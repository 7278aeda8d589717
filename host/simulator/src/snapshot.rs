//! The content of the state file, which outlives the process.

use serde::{Deserialize, Serialize};

use super::action::{Action, Actions, AtRest, Scope, Stored, VariableType};
use super::derive::Key;

/// Version of the format.
const VERSION: u32 = 1;

/// The actions and the salt, for a state file. It does not contain tokens, faults, the journal or the request limit.
///
/// Plain values are stored in the clear. Encrypted values are stored as salted digests, but the salt is in the same
/// file, so short values can be guessed. Keep the file in a folder that only its owner can read. There is no `Debug`
/// for the same reason.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    version: u32,
    salt: String,
    actions: Vec<SavedAction>,
}

/// Why a snapshot cannot be restored.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SnapshotError {
    /// Another version of the format.
    #[error("the sandbox state has version {found}, this program reads {VERSION}; remove the state file")]
    Version {
        /// The version that was found.
        found: u32,
    },
    /// The salt or an action is damaged.
    #[error("the sandbox state is damaged at {place}; remove the state file")]
    Damaged {
        /// The damaged key, or the id of the damaged action.
        place: String,
    },
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedAction {
    id: String,
    name: String,
    state: String,
    revision: u64,
    variables: Vec<SavedVariable>,
}

/// Exactly one of `value` and `value_hmac` is present.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedVariable {
    name: String,
    #[serde(rename = "type")]
    kind: VariableType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value_hmac: Option<String>,
    encrypted: bool,
    scope: Scope,
}

impl Snapshot {
    pub(super) fn take(salt: &Key, actions: &Actions) -> Self {
        let variable = |stored: &Stored| {
            let (value, value_hmac) = match &stored.value {
                AtRest::Clear(value) => (Some(value.clone()), None),
                AtRest::Digest(digest) => (None, Some(digest.clone())),
            };
            SavedVariable {
                name: stored.name.clone(),
                kind: stored.kind,
                value,
                value_hmac,
                encrypted: stored.encrypted,
                scope: stored.scope,
            }
        };
        let action = |action: &Action| SavedAction {
            id: action.id.clone(),
            name: action.name.clone(),
            state: action.state.clone(),
            revision: action.revision,
            variables: action.variables.iter().map(variable).collect(),
        };
        Self { version: VERSION, salt: salt.to_hex(), actions: actions.values().map(action).collect() }
    }

    pub(super) fn open(self) -> Result<(Key, Actions), SnapshotError> {
        if self.version != VERSION {
            return Err(SnapshotError::Version { found: self.version });
        }
        let damaged = |place: &str| SnapshotError::Damaged { place: format!("`{place}`") };
        let salt = Key::from_hex(&self.salt).ok_or_else(|| damaged("salt"))?;
        let mut actions = Actions::new();
        for saved in self.actions {
            let variables = saved.variables.into_iter().map(SavedVariable::open);
            let action = Action {
                variables: variables.collect::<Option<_>>().ok_or_else(|| damaged(&saved.id))?,
                id: saved.id,
                name: saved.name,
                state: saved.state,
                revision: saved.revision,
            };
            if let Some(twin) = actions.insert(action.id.clone(), action) {
                return Err(damaged(&twin.id));
            }
        }
        Ok((salt, actions))
    }
}

impl SavedVariable {
    fn open(self) -> Option<Stored> {
        let value = match (self.value, self.value_hmac) {
            (Some(value), None) if !self.encrypted => AtRest::Clear(value),
            (None, Some(digest)) => AtRest::Digest(digest),
            _ => return None,
        };
        Some(Stored { name: self.name, kind: self.kind, value, encrypted: self.encrypted, scope: self.scope })
    }
}
