//! The records of the audit log.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use crate::service::change::Change;
use crate::service::outcome::Outcome;

/// The version of the record format: the field `v`.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// What a record reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A PUT is about to be sent. The record is durable before the first byte of the PUT is sent.
    Intent,
    /// A registration ended.
    Outcome,
    /// A read-only check decided an open intent, or failed to decide it.
    Reconcile,
    /// An incomplete record was found at the end of the log and moved out of it.
    Recovered,
    /// The log continues in another file.
    Rotated,
}

impl Event {
    /// The word of the field `event`, for example `intent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Reconcile => "reconcile",
            Self::Recovered => "recovered",
            Self::Rotated => "rotated",
        }
    }
}

/// What happened to one variable. Contains neither its value nor anything derived from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// What the update does to it.
    pub change: Change,
    /// Whether it is encrypted after the update.
    pub encrypted: bool,
    /// The variable's name.
    pub name: String,
}

/// A policy plugin that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginInForce {
    /// The policy's name.
    pub name: String,
    /// SHA-256 of the plugin's file, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// The content of a record without its place in the chain, which [`seal`](crate::audit::chain::seal) adds.
///
/// `None` means that a field does not apply to the event; it is written as `null`. Start from [`Entry::new`] and set
/// the fields that apply.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// When it happened, in seconds since 1970-01-01T00:00:00Z, with a fraction.
    pub timestamp: f64,
    /// Id of the run that wrote the record; the same in all records of the run.
    pub run_id: String,
    /// What the record reports.
    pub event: Event,
    /// How the registration ended; `None` for an event without an outcome, such as an intent.
    pub outcome: Option<Outcome>,
    /// The Data Action's id.
    pub data_action_id: Option<String>,
    /// The service's origin, or `sandbox`.
    pub target: Option<String>,
    /// Number of variables in the document.
    pub variable_count: Option<u32>,
    /// Number of encrypted variables in the document.
    pub encrypted_count: Option<u32>,
    /// Duration of the registration including waits, in milliseconds; written with at most two decimals.
    pub latency_ms: Option<f64>,
    /// Time spent waiting to send (rate limit, backoff), in milliseconds; written with at most two decimals.
    pub wait_ms: Option<f64>,
    /// What went wrong, for people. Values and tokens are already scrubbed.
    pub error: Option<String>,
    /// Number of PUTs sent.
    pub attempts: Option<u32>,
    /// Number of repeated requests, by cause.
    pub retries: Option<BTreeMap<String, u32>>,
    /// Number of encrypted variables in the PUT.
    pub encrypted_submitted: Option<u32>,
    /// Number of those that the service was seen to store with `encrypted: true`.
    pub encrypted_confirmed: Option<u32>,
    /// The variables that the update changes.
    pub changed: Option<Vec<Changed>>,
    /// Who ran it.
    pub actor: Option<String>,
    /// Where the name of the actor comes from, for example an environment variable of the CI system.
    pub actor_source: Option<String>,
    /// The machine that it ran on.
    pub host: Option<String>,
    /// The commit of the manifest's repository.
    pub commit: Option<String>,
    /// URL of the CI run's page.
    pub ci_run_url: Option<String>,
    /// The version of the program.
    pub tool_version: Option<String>,
    /// SHA-256 of the plan's canonical form, which contains no values; 64 lower-case hexadecimal digits.
    pub plan_digest: Option<String>,
    /// The plugins that were in force. Unlike the other fields, it and `fence` are left out of the line if they are `None`.
    #[serde(default)]
    pub plugins: Option<Vec<PluginInForce>>,
    /// The fence of the lease under which the update is sent: higher for each holder. Only runs that share their state in
    /// a database have one.
    #[serde(default)]
    pub fence: Option<u64>,
}

impl Entry {
    /// An entry with no other fields set.
    pub fn new(event: Event, timestamp: f64, run_id: impl Into<String>) -> Self {
        Self {
            timestamp,
            run_id: run_id.into(),
            event,
            outcome: None,
            data_action_id: None,
            target: None,
            variable_count: None,
            encrypted_count: None,
            latency_ms: None,
            wait_ms: None,
            error: None,
            attempts: None,
            retries: None,
            encrypted_submitted: None,
            encrypted_confirmed: None,
            changed: None,
            actor: None,
            actor_source: None,
            host: None,
            commit: None,
            ci_run_url: None,
            tool_version: None,
            plan_digest: None,
            plugins: None,
            fence: None,
        }
    }

    /// An entry for another event of the same run. It copies the time, run, actor, machine, commit, CI page and program
    /// version; the other fields are not set.
    #[must_use]
    pub fn alongside(&self, event: Event) -> Self {
        Self {
            actor: self.actor.clone(),
            actor_source: self.actor_source.clone(),
            host: self.host.clone(),
            commit: self.commit.clone(),
            ci_run_url: self.ci_run_url.clone(),
            tool_version: self.tool_version.clone(),
            ..Self::new(event, self.timestamp, self.run_id.clone())
        }
    }

    /// The record's `success`: whether the outcome is a success; `None` if there is no outcome.
    pub fn success(&self) -> Option<bool> {
        self.outcome.map(Outcome::is_success)
    }
}

/// A record read from the log.
///
/// Its JSON is flat: the fields of [`Entry`], and `v`, `seq`, `success`, `prev` and `hash`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub(crate) content: Content,
    pub(crate) hash: String,
}

/// The part of a record that its hash covers: everything but the hash itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Content {
    pub(crate) v: u32,
    pub(crate) seq: u64,
    pub(crate) prev: String,
    pub(crate) success: Option<bool>,
    #[serde(flatten)]
    pub(crate) entry: Entry,
}

impl Record {
    /// The fields of the record's line.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields { hash: Some(&self.hash), ..self.content.fields() }
    }

    /// The recorded entry.
    pub fn entry(&self) -> &Entry {
        &self.content.entry
    }

    /// The record's number. Numbers start at 1 and have no gaps.
    pub fn seq(&self) -> u64 {
        self.content.seq
    }

    /// The hash of the record before, 64 lower-case hexadecimal digits.
    pub fn prev(&self) -> &str {
        &self.content.prev
    }

    /// The hash of this record, 64 lower-case hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether the registration succeeded, as written in the log; `None` for an event without an outcome.
    pub fn success(&self) -> Option<bool> {
        self.content.success
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields().serialize(serializer)
    }
}

impl Content {
    /// The fields that the hash covers.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields { success: self.success, v: self.v, ..Fields::new(&self.entry, self.seq, &self.prev) }
    }
}

impl<'r> Fields<'r> {
    /// The fields of an entry at its place in the chain, without a hash.
    pub(super) fn new(entry: &'r Entry, seq: u64, prev: &'r str) -> Self {
        // Destructured by name, so that the compiler reports a field that is forgotten here.
        let Entry {
            timestamp,
            run_id,
            event,
            outcome,
            data_action_id,
            target,
            variable_count,
            encrypted_count,
            latency_ms,
            wait_ms,
            error,
            attempts,
            retries,
            encrypted_submitted,
            encrypted_confirmed,
            changed,
            actor,
            actor_source,
            host,
            commit,
            ci_run_url,
            tool_version,
            plan_digest,
            plugins,
            fence,
        } = entry;
        Self {
            actor,
            actor_source,
            attempts,
            changed,
            ci_run_url,
            commit,
            data_action_id,
            encrypted_confirmed,
            encrypted_count,
            encrypted_submitted,
            error,
            event,
            fence: *fence,
            hash: None,
            host,
            latency_ms: *latency_ms,
            outcome,
            plan_digest,
            plugins: plugins.as_deref(),
            prev,
            retries,
            run_id,
            seq,
            success: entry.success(),
            target,
            timestamp,
            tool_version,
            v: FORMAT_VERSION,
            variable_count,
            wait_ms: *wait_ms,
        }
    }
}

/// The fields of a line.
#[derive(Serialize)]
pub(super) struct Fields<'r> {
    actor: &'r Option<String>,
    actor_source: &'r Option<String>,
    attempts: &'r Option<u32>,
    changed: &'r Option<Vec<Changed>>,
    ci_run_url: &'r Option<String>,
    commit: &'r Option<String>,
    data_action_id: &'r Option<String>,
    encrypted_confirmed: &'r Option<u32>,
    encrypted_count: &'r Option<u32>,
    encrypted_submitted: &'r Option<u32>,
    error: &'r Option<String>,
    event: &'r Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    fence: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hash: Option<&'r str>,
    host: &'r Option<String>,
    pub(super) latency_ms: Option<f64>,
    outcome: &'r Option<Outcome>,
    plan_digest: &'r Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugins: Option<&'r [PluginInForce]>,
    prev: &'r str,
    retries: &'r Option<BTreeMap<String, u32>>,
    run_id: &'r str,
    seq: u64,
    success: Option<bool>,
    target: &'r Option<String>,
    timestamp: &'r f64,
    tool_version: &'r Option<String>,
    v: u32,
    variable_count: &'r Option<u32>,
    pub(super) wait_ms: Option<f64>,
}

impl Borrow<Entry> for Record {
    fn borrow(&self) -> &Entry {
        self.entry()
    }
}
