//! What shared state is about: tenants, actions, and the processes that work on them.

use std::fmt;

use cxvars_core::base::{display, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::state::updating::Holder;

/// A tenant of the service, whose requests share a budget. It is a hash, because a client id need not be known to
/// everybody who can read the state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant(String);

impl Tenant {
    /// The tenant with this name: the service's origin, and the client id where there is one.
    pub fn named(name: &str) -> Self {
        Self(hex::encode(&Sha256::digest(name)[..8]))
    }

    /// The tenant with this hash, as [`Tenant::as_str`] returns it.
    pub fn of_hash(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// Its hash, as 16 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An action, and the service that it is at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionPlace {
    /// Origin of the service, or `sandbox`.
    pub target: String,
    /// Id of the Data Action.
    pub action: String,
}

impl ActionPlace {
    /// An action of a service.
    pub fn new(target: impl Into<String>, action: impl Into<String>) -> Self {
        Self { target: target.into(), action: action.into() }
    }
}

impl fmt::Display for ActionPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", display::quote(&self.action), display::escape(&self.target))
    }
}

/// The number of a lease. Each lease of an action has a higher one than all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fence(pub u64);

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A process that works on actions, as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// The run's id, as in the audit log.
    pub run_id: String,
    /// The process.
    #[serde(flatten)]
    pub holder: Holder,
}

impl Worker {
    /// For people: the process, and its run.
    pub fn describe(&self) -> String {
        format!("{}, run {}", self.holder.describe(), display::escape(&self.run_id))
    }
}
