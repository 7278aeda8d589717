//! The registration of one action: the intent is recorded, the update sent, its outcome recorded and remembered.

use cxvars_core::audit::{Entry, Event};
use cxvars_core::plan::{PlanOptions, Remembered, RememberedVariable};
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::register::{Apply, Finished, Goal, Registration};
use cxvars_flow::{Cost, Failure};

use super::report::ApplyResult;
use crate::audit_log::AuditLog;
use crate::audit_log::entries::{self, describe_outcome, describe_plan};
use crate::audit_log::writer::{Recorder, Recording};
use crate::cli::exit::{CommandError, Exit};
use crate::command::plan::expect_name;
use crate::project::context::Context;
use crate::project::input::shown;
use crate::project::prepare::Prepared;
use crate::service::{Service, transport};
use crate::state::fingerprints::Eye;
use crate::state::pending_update::OpenRun;
use crate::state::plan_file::PlanFile;
use crate::state::store::{After, Unsynced};

/// One registration.
pub(super) struct One<'a> {
    pub(super) context: &'a Context,
    pub(super) service: &'a Service,
    pub(super) recorder: &'a Recorder,
    pub(super) prepared: &'a Prepared,
    pub(super) options: PlanOptions,
    pub(super) wait_when_busy: bool,
    pub(super) approved: Approved,
    /// What planning has cost before the user was asked.
    pub(super) asking: Cost,
}

/// The plan that is to be carried out, and no other.
pub(super) enum Approved {
    /// Whatever it is.
    Any,
    /// The one with this digest, which was shown.
    Digest(String),
    /// The one of a file.
    File(Box<PlanFile>),
}

/// How it ended. The audit log does not say so yet.
#[must_use]
pub(super) struct Registered {
    pub(super) finished: Finished,
    pub(super) entry: Entry,
    latency_ms: f64,
    /// The number of the intent's record.
    intent: Option<u64>,
}

/// How it ended. That is being recorded.
#[must_use]
pub(super) struct Recorded {
    registered: Registered,
    recording: Recording,
}

/// How it ended, and that it was recorded.
pub(super) struct Done {
    pub(super) finished: Finished,
    pub(super) result: ApplyResult,
    /// The outcome, as it is in the audit log unless that failed.
    pub(super) entry: Entry,
    /// Where it is in the audit log, for people. That it could not be recorded is exit 3, once the result is printed.
    pub(super) recorded: Result<String, CommandError>,
}

impl Registered {
    /// Has the outcome recorded, and keeps what the next update needs to know of it.
    pub(super) fn record(self, one: &One<'_>) -> Recorded {
        let recording = one.recorder.outcome(self.entry.clone());
        one.remember(&self.finished, self.intent.is_some());
        Recorded { recording, registered: self }
    }
}

impl Recorded {
    /// Waits until it is on disk.
    pub(super) async fn done(self, prepared: &Prepared, context: &Context, log: &AuditLog) -> Done {
        let Registered { finished, entry, latency_ms, intent } = self.registered;
        let result = ApplyResult::finished(prepared, &finished, latency_ms);
        let recorded = self.recording.written().await;
        let recorded = recorded.map(|appended| records(context, log, intent, appended.seq, &entry.run_id));
        Done { finished, result, entry, recorded }
    }
}

impl Done {
    /// The code of the registration.
    pub(super) fn exit(&self) -> Exit {
        Exit::of(self.finished.outcome, self.finished.interrupted)
    }
}

/// Why a registration is given up before the PUT.
enum Halt {
    Command(CommandError),
    /// The plan is not the one that was approved.
    Stale(String),
}

impl From<CommandError> for Halt {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

impl One<'_> {
    /// Carries it out, up to the record of its outcome.
    ///
    /// # Errors
    /// What keeps it from being begun or recorded: nothing was sent then.
    pub(super) async fn register(&self) -> Result<Registered, CommandError> {
        let begun_ms = self.service.elapsed_ms();
        let base = self.base_entry(&transport::run_id());
        let mut intent = None;
        let mut finished = match self.run(&base, &mut intent).await {
            Ok(finished) => finished,
            Err(Halt::Command(error)) => return Err(error),
            Err(Halt::Stale(why)) => stale(&why),
        };
        if let Some(why) = self.used_up(&finished) {
            finished = stale(&why);
        }
        if let (Some(action), 0) = (&finished.action, finished.attempts) {
            expect_name(self.prepared, action.name.as_deref())?;
        }
        finished.cost.add(&self.asking);
        let latency_ms = ((self.service.elapsed_ms() - begun_ms) * 100.0).round() / 100.0;
        let mut entry = Entry { event: Event::Outcome, timestamp: transport::epoch_s(), ..base };
        describe_outcome(&mut entry, &finished, latency_ms);
        Ok(Registered { finished, entry, latency_ms, intent })
    }

    async fn run(&self, base: &Entry, intent: &mut Option<u64>) -> Result<Finished, Halt> {
        let id = &self.prepared.action.id;
        let target = &self.service.target;
        let known = self.context.memory.recall(target, id);
        if let Some(open) = known.open {
            // A plan alone does not tell it.
            self.context.terminal.note(&format!(
                "note: the outcome of an earlier update of this action is not known (run {}); what is stored is read \
                 first",
                open.run_id
            ));
        }
        let goal = Goal::Apply(Apply {
            action: id.clone(),
            wanted: self.prepared.wanted.clone().unwrap_or_default(),
            remembered: known.remembered,
            options: self.options.clone(),
        });
        let record_intent = async |registration: &Registration| -> Result<(), Halt> {
            expect_name(self.prepared, registration.action().and_then(|action| action.name.as_deref()))?;
            if let Some(why) = self.not_approved(registration) {
                return Err(Halt::Stale(why));
            }
            let mut entry = Entry { event: Event::Intent, timestamp: transport::epoch_s(), ..base.clone() };
            describe_plan(&mut entry, registration.plan());
            *intent = Some(self.record_intent(registration, entry).await?);
            Ok(())
        };
        let values = self.prepared.values();
        self.service.run(self.context, id, goal, self.wait_when_busy, &values, record_intent).await
    }

    /// Why a plan file is not what led to there being nothing to send.
    fn used_up(&self, finished: &Finished) -> Option<String> {
        let Approved::File(file) = &self.approved else { return None };
        let (plan, action) = (finished.plan.as_ref()?, finished.action.as_ref()?);
        let stored = action.variables.as_deref().unwrap_or_default();
        (finished.outcome == Outcome::Unchanged).then_some(())?;
        file.stale(plan, &self.eye()?, stored, finished.etag.as_deref())
    }

    fn eye(&self) -> Option<Eye<'_>> {
        let key = self.prepared.key.as_ref()?;
        let roundtrip = self.context.settings.profile.encrypted_roundtrip;
        Some(Eye { key, action: &self.prepared.action.id, roundtrip })
    }

    /// Why the plan at hand is not the one that was approved.
    fn not_approved(&self, registration: &Registration) -> Option<String> {
        let plan = registration.plan()?;
        match &self.approved {
            Approved::Any => None,
            Approved::Digest(digest) => (plan.digest() != digest)
                .then(|| "the action was changed between the plan that you confirmed and the update".to_owned()),
            Approved::File(file) => {
                let (before, etag) = registration.base()?;
                let Some(eye) = self.eye() else { return Some("there is no fingerprint key".to_owned()) };
                file.stale(plan, &eye, before, etag)
            }
        }
    }

    /// Returns the number of the intent's record once that, and what the update can be decided by, are on disk.
    async fn record_intent(&self, registration: &Registration, entry: Entry) -> Result<u64, CommandError> {
        // Written before there is an intent, so that no other process finds that alone. Both are synced at once.
        let kept = self.keep_open(registration, &entry.run_id).map_err(CommandError::io)?;
        let recording = self.recorder.intent(entry.clone());
        let synced = kept.map_or(Ok(()), Unsynced::sync);
        let written = recording.written().await;
        let problem = match (synced, written) {
            (Ok(()), Ok(appended)) => return Ok(appended.seq),
            (_, Err(error)) => error,
            (Err(problem), Ok(_)) => {
                let ended = Entry {
                    event: Event::Outcome,
                    timestamp: transport::epoch_s(),
                    outcome: Some(Outcome::Unavailable),
                    attempts: Some(0),
                    changed: None,
                    error: Some(format!("nothing was sent: {problem}")),
                    ..entry
                };
                // Where this fails as well, the intent stays open, and the next run only reads once more.
                let _ = self.recorder.outcome(ended).written().await;
                CommandError::io(problem)
            }
        };
        let _ = self.context.memory.conclude(&self.service.target, &self.prepared.action.id, After::Same, true);
        Err(problem)
    }

    /// Keeps what `reconcile` can decide this update by, should its outcome stay unknown.
    fn keep_open(&self, registration: &Registration, run_id: &str) -> Result<Option<Unsynced>, String> {
        let (Some(eye), Some(plan), Some((before, etag))) = (self.eye(), registration.plan(), registration.base())
        else {
            return Ok(None);
        };
        let run = OpenRun::new(run_id, &eye, plan, before, etag, remembered(self.prepared, None));
        self.context.memory.begin(&self.service.target, eye.action, run).map(Some)
    }

    /// Keeps what masked values can be recognised by the next time; forgets it where what is stored is not known.
    fn remember(&self, finished: &Finished, intent_recorded: bool) {
        let after = match finished.outcome {
            Outcome::Applied => After::Verified(remembered(self.prepared, finished.etag.as_deref())),
            Outcome::Unknown | Outcome::Mismatch | Outcome::Conflict if finished.attempts > 0 => After::Forgotten,
            _ => After::Same,
        };
        let is_decided = intent_recorded && finished.outcome != Outcome::Unknown;
        let id = &self.prepared.action.id;
        let saved = self.context.memory.conclude(&self.service.target, id, after, is_decided);
        if let Err(error) = saved {
            self.context.terminal.warn(&format!("warning: {error}; the next apply will send masked values again"));
        }
    }

    fn base_entry(&self, run_id: &str) -> Entry {
        Entry { target: Some(self.service.target.clone()), ..base_entry(self.prepared, run_id) }
    }
}

/// What all records of a run have in common but for the target.
pub(super) fn base_entry(prepared: &Prepared, run_id: &str) -> Entry {
    Entry {
        data_action_id: Some(prepared.action.id.clone()),
        variable_count: u32::try_from(prepared.report.variable_count()).ok(),
        encrypted_count: u32::try_from(prepared.report.encrypted_count()).ok(),
        plugins: prepared.plugins.clone(),
        ..entries::provenance(Event::Outcome, run_id)
    }
}

fn records(context: &Context, log: &AuditLog, first: Option<u64>, last: u64, run_id: &str) -> String {
    let path = log.path();
    let path = shown(path.strip_prefix(&context.working_directory).unwrap_or(path));
    match first {
        Some(first) => format!("audit records {first}–{last} in {path}, run {run_id}"),
        None => format!("audit record {last} in {path}, run {run_id}"),
    }
}

/// A plan that is not the one that was approved is not carried out.
fn stale(why: &str) -> Finished {
    Finished {
        outcome: Outcome::Conflict,
        failure: Some(Failure {
            code: "stale_plan".to_owned(),
            message: format!("nothing was sent: {why}"),
            advice: Some("plan again, and have the new plan approved".to_owned()),
            ..Failure::default()
        }),
        ..Finished::not_begun()
    }
}

/// What an applied update leaves behind for the next plan.
fn remembered(prepared: &Prepared, etag: Option<&str>) -> Remembered {
    let wanted = prepared.wanted.iter().flatten();
    let variables = wanted
        .filter(|wanted| wanted.encrypted && !wanted.absent)
        .map(|wanted| {
            let variable = RememberedVariable {
                type_word: wanted.variable_type.as_str().to_owned(),
                scope: wanted.scope.as_str().to_owned(),
                fingerprint: wanted.fingerprint.clone(),
                secret_version: wanted.secret_version.clone(),
            };
            (wanted.name.clone(), variable)
        })
        .collect();
    Remembered { etag: etag.map(str::to_owned), variables }
}
