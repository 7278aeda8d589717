//! A run over several actions, which any number of processes may share.

use std::collections::BTreeSet;
use std::time::Duration;

use cxvars_core::base::{display, hex};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::error::Lost;
use super::lease::Lease;
use super::place::{ActionPlace, Tenant};

/// What a run has to do for one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The action.
    pub place: ActionPlace,
    /// Whose request budget it needs.
    pub tenant: Tenant,
    /// Keyed fingerprint of the variables that are wanted.
    pub wanted: String,
}

/// What a process finds when it enters a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// The actions that are done.
    pub done: BTreeSet<ActionPlace>,
    /// The tenants whose tasks were stopped, and why.
    pub stopped: Vec<(Tenant, String)>,
}

/// Why a run cannot be entered.
#[derive(Debug, Error)]
pub enum EnterError {
    /// Its tasks are not the same.
    #[error(
        "the run {} has other actions or other variables than these; choose another name, or start it anew with --restart \
         (every process of a run needs the same documents, values and fingerprint key)",
        display::quote(.0)
    )]
    OtherContent(String),
    /// It cannot be restarted while somebody works on it.
    #[error("the run {} is under way, so it cannot be restarted; wait until it has ended", display::quote(.0))]
    UnderWay(String),
    /// The shared state cannot be used.
    #[error(transparent)]
    Lost(#[from] Lost),
}

/// What to do next in a run.
#[derive(Debug)]
pub enum Next {
    /// This task.
    Task(Box<TakenTask>),
    /// Nothing now: others work on all that is left of these tenants, and one of them may be killed. Ask again after this
    /// time.
    Wait(Duration),
    /// Nothing any more of these tenants.
    Over,
}

/// A task that this process has taken.
#[derive(Debug)]
pub struct TakenTask {
    /// The action.
    pub place: ActionPlace,
    /// Its lease.
    pub lease: Lease,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskEnd {
    /// What is wanted is stored.
    Done,
    /// It is not, or nobody knows.
    Failed,
}

impl TaskEnd {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A digest of what a run has to do. The order of the tasks does not matter.
pub fn content(tasks: &[Task]) -> String {
    let mut sorted: Vec<[&str; 4]> = tasks
        .iter()
        .map(|task| [&task.place.target, &task.place.action, task.tenant.as_str(), &task.wanted].map(AsRef::as_ref))
        .collect();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    for part in sorted.into_iter().flatten() {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(action: &str, wanted: &str) -> Task {
        let place = ActionPlace::new("https://api.test", action);
        Task { place, tenant: Tenant::named("t"), wanted: wanted.to_owned() }
    }

    #[test]
    fn the_content_of_a_run_is_its_tasks_in_any_order() {
        let [first, second] = [task("a", "1"), task("b", "2")];
        let both = content(&[first.clone(), second.clone()]);
        assert_eq!(content(&[second.clone(), first.clone()]), both);
        assert_ne!(content(&[task("a", "2"), second]), both);
        assert_ne!(content(&[first]), both);
        // Parts do not run into each other.
        assert_ne!(content(&[task("a", "b1")]), content(&[task("ab", "1")]));
    }
}
