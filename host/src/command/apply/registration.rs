//! Registers one action: records the intent, sends the update, records its outcome and remembers it.

use std::sync::Arc;
use std::time::Duration;

use cxvars_core::audit::{Entry, Event};
use cxvars_core::plan::{PlanOptions, Prune, Remembered, RememberedVariable};
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::StoredVariable;
use cxvars_flow::approval::Approved;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::{Apply, Finished, Goal, Registration};
use cxvars_flow::{Cost, Failure, Stopped};

use crate::audit_log::AuditLog;
use crate::audit_log::entries::{self, describe_outcome, describe_plan, worker};
use crate::audit_log::writer::Recorder;
use crate::cli::exit::{CommandError, Exit};
use crate::project::context::Context;
use crate::project::input::shown;
use crate::project::prepare::Prepared;
use crate::service::budget::Taken;
use crate::service::prunes::Prunes;
use crate::service::{Run, Service};
use crate::shared::lease::{Acquired, Lease};
use crate::shared::{self, ActionPlace, Known, Lost, SharedState, Waiting};
use crate::state::fingerprints::Fingerprinter;
use crate::state::pending_update::PendingUpdate;
use crate::state::store::{ActionState, StateChange, Unsynced};
use crate::system::{ids, locks, waits};
use crate::telemetry::{self, Operation};

/// What a registration begins with.
#[derive(Default)]
pub(super) struct Start {
    /// What it has cost so far: planning, before the user confirmed.
    pub(super) spent: Cost,
    /// The requests that were taken from the budget before.
    pub(super) taken: Option<Taken>,
    /// The lease of the action, if it was taken before.
    pub(super) lease: Option<Lease>,
}

/// A registration to run.
pub(super) struct ActionRegistration<'a> {
    pub(super) context: &'a Context,
    pub(super) service: &'a Service,
    pub(super) log: &'a AuditLog,
    pub(super) recorder: &'a Recorder,
    pub(super) prepared: &'a Prepared,
    pub(super) wait_when_busy: bool,
    /// Whether a name of `--prune` that prunes nothing here is a mistake: no other action is applied with it.
    pub(super) refuses_idle_prunes: bool,
}

/// How a registration ended, and whether that was recorded.
pub(super) struct RegistrationOutcome {
    pub(super) finished: Finished,
    pub(super) latency_ms: f64,
    /// The record of the outcome. It is in the audit log unless `recorded` is an error.
    pub(super) entry: Entry,
    /// Which records of the audit log are of this run, for people. An error means exit 3, after the result is printed.
    pub(super) recorded: Result<String, CommandError>,
    /// The lease of the action, which is to be released.
    pub(super) lease: Option<Arc<Lease>>,
}

impl RegistrationOutcome {
    /// Releases the lease of the action. If that fails, it ends by itself.
    ///
    /// # Errors
    /// The shared state cannot be used.
    pub(super) async fn release(&self, context: &Context) -> Result<(), Lost> {
        match self.lease.as_ref().zip(context.shared().ok()) {
            Some((lease, shared)) => shared.release(lease).await,
            None => Ok(()),
        }
    }

    /// The exit code of the registration.
    pub(super) fn exit(&self) -> Exit {
        Exit::of(self.finished.outcome, self.finished.interrupted)
    }
}

impl ActionRegistration<'_> {
    /// Runs the registration, and records its outcome.
    ///
    /// # Errors
    /// If it cannot begin, or if its intent cannot be recorded. Nothing was sent then.
    pub(super) async fn register(
        &self,
        options: PlanOptions,
        approved: Approved,
        start: Start,
    ) -> Result<RegistrationOutcome, CommandError> {
        let environment = self.context.settings.environment.as_deref();
        let span = telemetry::action(Operation::Apply, environment, &self.prepared.action.id);
        let done = span.around(self.register_within(options, approved, start)).await?;
        span.finished(&done.finished);
        Ok(done)
    }

    /// The same within the span of the action.
    async fn register_within(
        &self,
        options: PlanOptions,
        approved: Approved,
        start: Start,
    ) -> Result<RegistrationOutcome, CommandError> {
        let Start { spent, taken, lease } = start;
        let begun_ms = self.service.elapsed_ms();
        locks::begin(Duration::from_secs(self.context.settings.profile.deadline_s));
        let began_ms = self.service.began_ms();
        let base = self.base_entry(&ids::ulid(self.context.system));
        let lease = match lease {
            Some(lease) => Ok(lease),
            None => self.acquire(&base).await?,
        };
        let (lease, known) = match lease {
            Ok(lease) => {
                let known = self.known(&lease).await?;
                (Arc::new(lease), known)
            }
            Err(stopped) => {
                if let Some(taken) = &taken {
                    self.service.session.give_back(taken).await;
                }
                return Ok(self.not_begun(*stopped, base, begun_ms).await);
            }
        };
        // Held until the outcome is recorded.
        let _renewal = shared::keep(Arc::clone(self.shared()?), Arc::clone(&lease));
        let (mut intent, mut inherited) = (None, self.inherited(&lease, &known));
        let prune = options.prune.clone();
        let record_intent = async |registration: &Registration| -> Result<(), CommandError> {
            let before = registration.base();
            self.refuse_idle_prunes(&prune, before.map(|(stored, _)| stored))?;
            if let Some((inherited, (stored, etag))) = inherited.take().zip(before) {
                self.decide(&inherited, &lease, stored, etag).await?;
            }
            let fence = lease.fence.map(|fence| fence.0);
            let now = self.context.system.epoch_s();
            let mut entry = Entry { event: Event::Intent, timestamp: now, fence, ..base.clone() };
            describe_plan(&mut entry, registration.plan());
            let recorded = self.record_intent(registration, entry, &lease).await;
            intent = Some(recorded.map_err(CommandError::or_interrupted)?);
            Ok(())
        };
        let goal = Goal::Apply(self.goal(options, approved, spent, known.state));
        let values = self.prepared.values();
        let before_put = || self.before_put(&lease);
        let wait_when_busy = self.wait_when_busy;
        let run = Run { wait_when_busy, values: &values, before_put: &before_put, taken, began_ms };
        let finished = self.service.run(self.context, goal, run, record_intent).await?;
        if finished.outcome == Outcome::Unchanged {
            let stored = finished.action.as_ref().and_then(|action| action.variables.as_deref()).unwrap_or_default();
            self.refuse_idle_prunes(&prune, Some(stored))?;
            if let Some(inherited) = inherited.take() {
                self.decide(&inherited, &lease, stored, finished.etag.as_deref()).await?;
            }
        }
        let latency_ms = self.latency_ms(begun_ms);
        let mut entry = Entry { event: Event::Outcome, timestamp: self.context.system.epoch_s(), ..base };
        describe_outcome(&mut entry, &finished, latency_ms);
        let outcome = self.record_outcome(finished, entry, latency_ms, intent, &lease).await;
        Ok(RegistrationOutcome { lease: Some(lease), ..outcome })
    }

    /// Records that a registration ended before it began.
    async fn not_begun(&self, finished: Finished, base: Entry, begun_ms: f64) -> RegistrationOutcome {
        let latency_ms = self.latency_ms(begun_ms);
        let mut entry = Entry { event: Event::Outcome, timestamp: self.context.system.epoch_s(), ..base };
        describe_outcome(&mut entry, &finished, latency_ms);
        let recorded = self.recorder.outcome(entry.clone()).written().await.map_err(CommandError::from);
        let recorded = recorded.map(|appended| records(self.context, self.log, None, appended.seq, &entry.run_id));
        RegistrationOutcome { finished, latency_ms, entry, recorded, lease: None }
    }

    fn latency_ms(&self, begun_ms: f64) -> f64 {
        ((self.service.elapsed_ms() - begun_ms) * 100.0).round() / 100.0
    }

    fn shared(&self) -> Result<&Arc<dyn SharedState>, CommandError> {
        Ok(self.context.shared()?)
    }

    fn place(&self) -> ActionPlace {
        ActionPlace::new(&self.service.target, &self.prepared.action.id)
    }

    /// Takes the lease of the action. If another process keeps it, returns how the registration ends.
    async fn acquire(&self, base: &Entry) -> Result<Result<Lease, Box<Finished>>, CommandError> {
        let limit = Duration::from_secs(self.context.settings.profile.deadline_s);
        let until_s = self.context.system.epoch_s() + limit.as_secs_f64();
        let terminal = self.context.terminal;
        let announce = |what: &str| Some(terminal.wait(&waits::latest(until_s, what)));
        let waiting = Waiting { limit, announce: &announce };
        let worker = worker(base, self.context.system);
        let stopped = match self.shared()?.acquire(&self.place(), &worker, waiting).await {
            Ok(Acquired::Lease(lease)) => return Ok(Ok(lease)),
            Ok(Acquired::Held(holder)) => {
                let who = holder.map_or_else(|| "another process".to_owned(), |holder| holder.describe());
                let failure =
                    Failure::new(Reason::UnderWay, format!("another update of this action is under way: {who}"));
                let failure = failure.with_advice("nothing was sent; run again when it has ended");
                Finished::stopped(Stopped { outcome: Outcome::Conflict, failure }, false)
            }
            Ok(Acquired::Interrupted) => Finished::stopped(Stopped::interrupted(), true),
            Err(Lost::Database(problem)) => Finished::stopped(Stopped::no_shared_state(problem), false),
            Err(lost) => return Err(CommandError::io(format!("{lost}; nothing was sent"))),
        };
        Ok(Err(Box::new(stopped)))
    }

    /// What is known of the action.
    async fn known(&self, lease: &Lease) -> Result<Known, CommandError> {
        let known = self.shared()?.recall(&lease.place).await.map_err(CommandError::io)?;
        if let Some(open) = &known.state.open {
            // The plan does not show that an outcome is open.
            self.context.terminal.note(&format!(
                "note: the outcome of an earlier update of this action is not known (run {}); what is stored is read \
                 first",
                open.run_id
            ));
            self.settle(lease).await;
        }
        Ok(known)
    }

    /// Whether a PUT may be sent now: the lease lasts until it is answered.
    fn before_put(&self, lease: &Lease) -> Result<(), Stopped> {
        let request = Duration::from_secs(self.context.settings.profile.request_s);
        if !lease.may_send(request, self.context.system) {
            return Err(Stopped::lease_lost(Lost::Lease(lease.place.clone()).to_string()));
        }
        lease.put(self.context.system.epoch_s());
        Ok(())
    }

    fn refuse_idle_prunes(&self, prune: &Prune, stored: Option<&[StoredVariable]>) -> Result<(), CommandError> {
        let Some(stored) = stored.filter(|_| self.refuses_idle_prunes) else { return Ok(()) };
        let mut prunes = Prunes::new(prune);
        prunes.see(self.prepared.wanted.as_deref().unwrap_or_default(), stored);
        Ok(prunes.refuse_idle()?)
    }

    fn goal(&self, options: PlanOptions, approved: Approved, spent: Cost, known: ActionState) -> Apply {
        let action = &self.prepared.action;
        Apply {
            action: action.id.clone(),
            expected_name: action.expect_name.clone(),
            wanted: self.prepared.wanted.clone().unwrap_or_default(),
            remembered: known.remembered,
            options,
            approved,
            spent,
        }
    }

    /// Records the outcome, and then saves what the next update needs to know about it. Until the record is on disk, what
    /// `reconcile` needs to decide the update is kept. `intent` is the number of the intent's record.
    async fn record_outcome(
        &self,
        finished: Finished,
        entry: Entry,
        latency_ms: f64,
        intent: Option<u64>,
        lease: &Lease,
    ) -> RegistrationOutcome {
        let recorded = self.recorder.outcome(entry.clone()).written().await.map_err(CommandError::from);
        if recorded.is_ok() || intent.is_none() {
            self.remember(&finished, intent.map(|_| entry.run_id.as_str()), lease).await;
        }
        if let Ok(appended) = &recorded {
            self.note_head(appended).await;
        }
        let recorded = recorded.map(|appended| records(self.context, self.log, intent, appended.seq, &entry.run_id));
        RegistrationOutcome { finished, latency_ms, entry, recorded, lease: None }
    }

    pub(super) fn fingerprinter(&self) -> Option<Fingerprinter<'_>> {
        let key = self.prepared.key.as_ref()?;
        let roundtrip = self.context.settings.profile.encrypted_roundtrip;
        Some(Fingerprinter { key, action: &self.prepared.action.id, roundtrip })
    }

    /// Records the intent, and returns the number of its record. On return, both the record and the state by which
    /// `reconcile` can decide the update are on disk.
    async fn record_intent(
        &self,
        registration: &Registration,
        entry: Entry,
        lease: &Lease,
    ) -> Result<u64, CommandError> {
        // The state is written first, so that no other process finds an intent without it. Both are synced together.
        let kept = self.keep_open(registration, &entry.run_id, lease).await?;
        let run_id = entry.run_id.clone();
        let recording = self.recorder.intent(entry.clone());
        let synced = kept.map_or(Ok(()), Unsynced::sync);
        let written = recording.written().await;
        let problem = match (synced, written) {
            (Ok(()), Ok(appended)) => return Ok(appended.seq),
            (_, Err(error)) => error.into(),
            (Err(problem), Ok(_)) => {
                let ended = Entry {
                    event: Event::Outcome,
                    timestamp: self.context.system.epoch_s(),
                    outcome: Some(Outcome::Unavailable),
                    attempts: Some(0),
                    changed: None,
                    error: Some(format!("nothing was sent: {problem}")),
                    ..entry
                };
                // If this fails too, the intent stays open, and the next run only reads once more.
                let _ = self.recorder.outcome(ended).written().await;
                CommandError::io(problem)
            }
        };
        let _ = self.shared()?.conclude(lease, StateChange::Keep, Some(&run_id)).await;
        Err(problem)
    }

    /// Saves what `reconcile` needs to decide this update if its outcome stays unknown.
    async fn keep_open(
        &self,
        registration: &Registration,
        run_id: &str,
        lease: &Lease,
    ) -> Result<Option<Unsynced>, CommandError> {
        let (Some(fingerprinter), Some(plan), Some((before, etag))) =
            (self.fingerprinter(), registration.plan(), registration.base())
        else {
            return Ok(None);
        };
        let if_match = registration.if_match().is_some();
        let leaves = remembered(self.prepared, None);
        let run = PendingUpdate::new(run_id, &fingerprinter, plan, before, etag, if_match, leaves);
        self.shared()?.begin(lease, run).await.map(Some).map_err(CommandError::io)
    }

    /// Saves the fingerprints by which the next run recognises masked values. Deletes them if it is not known what the
    /// service has stored. `intent` is the run whose intent was recorded.
    async fn remember(&self, finished: &Finished, intent: Option<&str>, lease: &Lease) {
        let after = match finished.outcome {
            Outcome::Applied => StateChange::Verified(remembered(self.prepared, finished.etag.as_deref())),
            Outcome::Unknown | Outcome::Mismatch | Outcome::Conflict if finished.attempts > 0 => StateChange::Forget,
            _ => StateChange::Keep,
        };
        let decided = intent.filter(|_| finished.outcome != Outcome::Unknown);
        let saved = match self.shared() {
            Ok(shared) => shared.conclude(lease, after, decided).await.map_err(CommandError::io),
            Err(error) => Err(error),
        };
        match saved {
            Ok(()) => {}
            Err(error) if decided.is_none() || finished.outcome == Outcome::Applied => {
                self.context.terminal.warn(&format!("warning: {error}; the next apply will send masked values again"));
            }
            Err(error) => {
                self.context.terminal.warn(&format!("warning: {error}; the next apply decides this update again"));
            }
        }
    }

    fn base_entry(&self, run_id: &str) -> Entry {
        Entry {
            target: Some(self.service.target.clone()),
            ..base_entry(self.prepared, self.context.system.epoch_s(), run_id)
        }
    }
}

/// The fields that all records of a run share, except the target.
pub(super) fn base_entry(prepared: &Prepared, now: f64, run_id: &str) -> Entry {
    let origin = entries::provenance(Event::Outcome, now, run_id);
    Entry {
        commit: prepared.input.commit.clone().or(origin.commit),
        data_action_id: Some(prepared.action.id.clone()),
        variable_count: u32::try_from(prepared.report.variable_count()).ok(),
        encrypted_count: u32::try_from(prepared.report.encrypted_count()).ok(),
        plugins: prepared.plugins.clone(),
        ..origin
    }
}

fn records(context: &Context, log: &AuditLog, first: Option<u64>, last: u64, run_id: &str) -> String {
    let path = log.path();
    let path = shown(path.strip_prefix(&context.working_directory).unwrap_or(path));
    match first {
        // Records of other actions may be between the two.
        Some(first) if first + 1 < last => format!("audit records {first} and {last} in {path}, run {run_id}"),
        Some(first) => format!("audit records {first}–{last} in {path}, run {run_id}"),
        None => format!("audit record {last} in {path}, run {run_id}"),
    }
}

/// What the next plan needs to know about an applied update.
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
