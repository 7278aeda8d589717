//! Records every commit and every request, without values, tokens or secrets.

use serde::{Serialize, Serializer};

use super::action::{Action, Scope, VariableType};
use super::derive::Key;

/// Who changed an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// A PUT.
    Client,
    /// A third party: a scripted fault, or the test itself.
    Writer,
}

/// A variable as it is after a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommittedVariable {
    /// The name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// The scope.
    pub scope: Scope,
    /// Whether answers mask it.
    pub encrypted: bool,
    /// The salted digest of the value. `Service::value_digest` computes it for a known value.
    pub value_digest: String,
}

/// One change of an action's variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// The commit's number, from 1, without gaps.
    pub seq: u64,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
    /// The id of the action.
    pub action: String,
    /// Who made the change.
    pub by: Author,
    /// The number of the request that made the change or during which it happened; `None` for a write by the test.
    pub request: Option<u64>,
    /// All variables after the commit.
    pub variables: Vec<CommittedVariable>,
    /// The ETag after the commit.
    pub etag: String,
}

/// How a request ended for the client. Serialised as the status, or as `"reset"` or `"truncated"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client received a full answer with this status.
    Status(u16),
    /// The connection was reset without an answer.
    Reset,
    /// The client received half an answer.
    Truncated,
}

impl Serialize for Ended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Status(status) => serializer.serialize_u16(*status),
            Self::Reset => serializer.serialize_str("reset"),
            Self::Truncated => serializer.serialize_str("truncated"),
        }
    }
}

/// One request and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// The request's number, from 1, without gaps.
    pub n: u64,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
    /// The HTTP method.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// How the request ended.
    pub status: Ended,
    /// The kinds of the scripted faults that took effect, in the order of the script.
    pub faults: Vec<&'static str>,
    /// The `x-correlation-id` of the answer.
    pub correlation_id: String,
}

/// The commits and requests since the start of the process. They are not saved in the state file.
#[derive(Default)]
pub(super) struct Journal {
    pub(super) commits: Vec<Commit>,
    pub(super) exchanges: Vec<Exchange>,
}

impl Journal {
    pub(super) fn commit(&mut self, at_ms: u64, action: &Action, by: Author, request: Option<u64>, salt: &Key) {
        let variables = action.variables.iter().map(|variable| CommittedVariable {
            name: variable.name.clone(),
            kind: variable.kind,
            scope: variable.scope,
            encrypted: variable.encrypted,
            value_digest: variable.digest(salt),
        });
        self.commits.push(Commit {
            seq: self.commits.len() as u64 + 1,
            at_ms,
            action: action.id.clone(),
            by,
            request,
            variables: variables.collect(),
            etag: action.etag(salt),
        });
    }
}
