//! The entries that commands write to the audit log.

use cxvars_core::audit::{Changed, Entry, Event};
use cxvars_core::plan::Plan;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::register::Finished;
use cxvars_flow::verify::Differs;

use crate::audit_log::provenance::Provenance;
use crate::shared::Worker;
use crate::state::updating::Holder;
use crate::system::{System, clock};

/// Creates an entry with only its time (`now`, in seconds since 1970), its origin and the version of cxvars.
pub(crate) fn provenance(event: Event, now: f64, run_id: &str) -> Entry {
    let provenance = Provenance::of_this_process().clone();
    let mut entry = Entry::new(event, now, run_id);
    entry.actor = provenance.actor;
    entry.actor_source = provenance.actor_source;
    entry.host = provenance.host;
    entry.commit = provenance.commit;
    entry.ci_run_url = provenance.ci_run_url;
    entry.tool_version = Some(env!("CARGO_PKG_VERSION").to_owned());
    entry
}

/// This process, as others that share state with it see it. `base` is a record of its run.
pub(crate) fn worker(base: &Entry, system: &dyn System) -> Worker {
    let since = clock::rfc_3339(system.epoch_s());
    let holder = Holder { pid: std::process::id(), host: base.host.clone(), since };
    Worker { run_id: base.run_id.clone(), holder }
}

/// Adds the planned changes of an update to an entry.
pub(crate) fn describe_plan(entry: &mut Entry, plan: Option<&Plan>) {
    let Some(plan) = plan else { return };
    entry.plan_digest = Some(plan.digest().to_owned());
    let changed = plan.entries().iter().filter(|planned| planned.change.needs_update());
    entry.changed = Some(
        changed
            .map(|planned| Changed { name: planned.name.clone(), change: planned.change, encrypted: planned.encrypted })
            .collect(),
    );
}

/// Adds the outcome of a registration to an entry.
pub(crate) fn describe_outcome(entry: &mut Entry, finished: &Finished, latency_ms: f64) {
    describe_plan(entry, finished.plan.as_ref());
    if finished.attempts == 0 {
        // Nothing was sent, so the record must not list the planned changes as made.
        entry.changed = None;
    }
    entry.outcome = Some(finished.outcome);
    entry.latency_ms = Some(latency_ms);
    entry.wait_ms = Some(finished.cost.wait_ms as f64);
    entry.attempts = Some(finished.attempts);
    entry.retries =
        Some(finished.cost.retries.iter().map(|(cause, count)| (cause.code().to_owned(), *count)).collect());
    entry.error = finished.failure.as_ref().map(|failure| failure.message.clone());
    if finished.attempts > 0 {
        let (submitted, confirmed) = encrypted_counts(finished);
        entry.encrypted_submitted = Some(submitted);
        entry.encrypted_confirmed = Some(confirmed);
    }
}

/// Returns the number of encrypted variables that were sent, and how many of them the read-back showed to be stored
/// encrypted.
fn encrypted_counts(finished: &Finished) -> (u32, u32) {
    let sent: Vec<&str> = finished
        .plan
        .iter()
        .flat_map(Plan::outgoing)
        .filter(|variable| variable.encrypted)
        .map(|variable| variable.name.as_str())
        .collect();
    let was_read = matches!(finished.outcome, Outcome::Applied | Outcome::Mismatch);
    let not_confirmed = |name: &str| {
        let found = finished.differences.iter().find(|difference| difference.name == name);
        found.is_some_and(|difference| matches!(difference.what, Differs::Missing | Differs::NotEncrypted))
    };
    let confirmed = sent.iter().filter(|name| was_read && !not_confirmed(name)).count();
    (sent.len() as u32, confirmed as u32)
}
