//! The actions of a run, as the schedule asks for them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;

use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Failure;
use cxvars_flow::advice::Access;
use cxvars_flow::approval::Approved;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::Finished;
use cxvars_flow::schedule::End;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::super::arguments::Arguments;
use super::super::registration::{ActionRegistration, RegistrationOutcome, Start};
use super::super::report::{self, ApplyResult, Wording};
use super::journal::Journal;
use super::member::{CheckedAction, Member, requests_of_action};
use super::report::Results;
use super::shared_run::SharedRun;
use crate::audit_log::AuditLog;
use crate::audit_log::writer::Recorder;
use crate::cli::arguments::ReviewFormat;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::fleet::display::Display;
use crate::fleet::sites::Sites;
use crate::fleet::{Begin, Fleet};
use crate::project::ProjectError;
use crate::project::context::Context;
use crate::project::prepare::{Prepared, prepare_again};
use crate::service::Service;
use crate::service::budget::Taken;
use crate::service::planned::options;
use crate::service::prunes::Prunes;
use crate::state::fingerprints::Fingerprinter;
use crate::system::files::describe;
use crate::telemetry;
use crate::webhook::notifier::Notifier;

/// How many environments log in side by side before a shared run is entered.
const LOGINS_AT_ONCE: usize = 32;

/// A run over several actions.
pub(super) struct FleetRun<'f> {
    pub(super) args: &'f Arguments,
    pub(super) sites: Sites,
    /// Requests that an action needs at most, by environment.
    requests: Vec<usize>,
    /// The numbers of the actions of each environment.
    pub(super) by_site: Vec<Range<usize>>,
    /// The run, if other processes share it.
    shared: Option<SharedRun>,
    /// The actions that have not begun, by their numbers.
    pub(super) waiting: RefCell<BTreeMap<usize, CheckedAction>>,
    /// The plan that was confirmed for an action.
    pub(super) confirmed: BTreeMap<usize, String>,
    log: &'f AuditLog,
    recorder: &'f Recorder,
    webhook: Option<&'f Notifier>,
    journal: RefCell<Journal>,
    /// Names of `--prune` that pruned nothing so far.
    prunes: RefCell<Option<Prunes>>,
    pub(super) display: RefCell<Display>,
    results: RefCell<Results<'f>>,
    /// Whether the shared state was lost.
    is_lost: Cell<bool>,
}

impl<'f> FleetRun<'f> {
    #[expect(clippy::too_many_arguments, reason = "each is used in one place")]
    pub(super) fn new(
        args: &'f Arguments,
        members: Vec<Member>,
        journal: Journal,
        log: &'f AuditLog,
        recorder: &'f Recorder,
        webhook: Option<&'f Notifier>,
        display: Display,
        results: Results<'f>,
    ) -> Self {
        let (mut contexts, mut requests, mut waiting, mut by_site) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for Member { context, actions, .. } in members {
            requests.push(requests_of_action(&context.settings.profile));
            contexts.push(context);
            let first = waiting.len();
            waiting.extend(actions);
            by_site.push(first..waiting.len());
        }
        Self {
            args,
            sites: Sites::new(contexts, Access::Write, false),
            requests,
            by_site,
            shared: None,
            waiting: RefCell::new(waiting.into_iter().enumerate().collect()),
            confirmed: BTreeMap::new(),
            log,
            recorder,
            webhook,
            journal: RefCell::new(journal),
            prunes: RefCell::new(None),
            display: RefCell::new(display),
            results: RefCell::new(results),
            is_lost: Cell::new(false),
        }
    }

    /// Takes an action, which begins now.
    pub(super) fn begin(&self, action: usize) -> Option<CheckedAction> {
        self.waiting.borrow_mut().remove(&action)
    }

    /// Reads the document of an action again, which must be the one that was checked.
    pub(super) fn read_again(&self, checked: &CheckedAction, context: &Context) -> Result<Prepared, ProjectError> {
        prepare_again(context, &checked.action, &self.args.document.request(), true, &checked.seal)
    }

    /// Whether an action has not begun.
    pub(super) fn is_waiting(&self, action: usize) -> bool {
        self.waiting.borrow().contains_key(&action)
    }

    /// Leaves out an action whose document is not the one that was checked. In a shared run, another process may have
    /// the right one, and this one takes no more actions of the environment, or it would take the same again.
    async fn leave_out(&self, action: usize, service: &Service, taken: &Taken, problem: ProjectError) -> End {
        service.session.give_back(taken).await;
        let error = CommandError::from(problem);
        self.results.borrow_mut().leave_out(action, error);
        let Some(shared) = &self.shared else { return End::Failed };
        if let Err(lost) = shared.leave(action).await {
            self.lose(&lost.to_string());
        }
        End::Stop
    }

    async fn apply_taken(
        &self,
        action: usize,
        prepared: &Prepared,
        (context, service): &(Context, Service),
        taken: Taken,
    ) -> (End, bool) {
        // What is done of a shared run, the others know too.
        let fingerprinter = fingerprinter(context, prepared).filter(|_| self.shared.is_none());
        let is_done = |known| self.journal.borrow().has(&service.target, known, prepared);
        if fingerprinter.as_ref().is_some_and(is_done) {
            service.session.give_back(&taken).await;
            self.results.borrow_mut().already_done(action);
            return (End::Idle, false);
        }
        let registration = ActionRegistration {
            context,
            service,
            log: self.log,
            recorder: self.recorder,
            prepared,
            wait_when_busy: self.args.wait,
            refuses_idle_prunes: false,
        };
        let document = &self.args.document;
        let options = options(&document.prune, document.max_deletes, self.args.force, context);
        let prune = options.prune.clone();
        let approved = self.confirmed.get(&action).cloned().map_or(Approved::Any, Approved::Digest);
        let lease = self.shared.as_ref().and_then(|shared| shared.lease(action));
        let start = Start { taken: Some(taken), lease, ..Start::default() };
        let done = match registration.register(options, approved, start).await {
            Ok(done) => done,
            Err(error) => {
                self.results.borrow_mut().fail(error);
                return (End::Stop, false);
            }
        };
        if let Some(stored) = done.finished.action.as_ref().and_then(|action| action.variables.as_deref()) {
            let mut prunes = self.prunes.borrow_mut();
            let prunes = prunes.get_or_insert_with(|| Prunes::new(&prune));
            prunes.see(prepared.wanted.as_deref().unwrap_or_default(), stored);
        }
        if let Some(webhook) = self.webhook {
            webhook.tell(&context.settings, context.terminal, &done.entry, done.finished.failure.as_ref());
        }
        if done.finished.outcome.is_success()
            && let Some(fingerprinter) = fingerprinter
            && let Err(error) = self.journal.borrow_mut().done(&service.target, &fingerprinter, prepared)
        {
            let problem = describe(&error);
            context.terminal.warn(&format!("warning: cannot save the progress of this run: {problem}"));
        }
        let end = match (end(&done.finished), &done.recorded) {
            (_, Err(_)) => End::Stop,
            (end, Ok(_)) => end,
        };
        self.finish(action, &done, end, context).await;
        let had_trouble = done.finished.cost.retries.keys().any(|cause| is_trouble(*cause));
        self.add(action, done, prepared, context, &service.target);
        (end, had_trouble)
    }

    /// Ends what was taken for an action: its lease, and its task in a shared run.
    async fn finish(&self, action: usize, done: &RegistrationOutcome, end: End, context: &Context) {
        let result = match done.lease.as_ref().zip(self.shared.as_ref()) {
            None => done.release(context).await,
            Some((lease, shared)) => {
                let finished = shared.finish(lease, &done.finished).await;
                match self.by_site.iter().position(|numbers| numbers.contains(&action)) {
                    Some(site) if end == End::Stop && !done.finished.interrupted => {
                        finished.and(shared.stop(site, done.finished.outcome.as_str()).await)
                    }
                    _ => finished,
                }
            }
        };
        if let Err(lost) = result {
            context.terminal.warn(&format!("warning: {lost}"));
        }
    }

    /// Enters the run that other processes share: opens all environments, and leaves out what is done. Returns the
    /// environments that were stopped.
    ///
    /// # Errors
    /// It cannot be entered. Nothing was sent but logins.
    pub(super) async fn share(&mut self, name: &str) -> Result<Vec<usize>, CommandError> {
        let opening = stream::iter(0..self.by_site.len()).map(|tenant| self.sites.open(tenant));
        opening.buffer_unordered(LOGINS_AT_ONCE).try_for_each(async |_| Ok(())).await?;
        let shared = SharedRun::new(name, self)?;
        let (done, stopped) = shared.enter(self.args.restart).await?;
        for action in done {
            self.begin(action);
            self.results.borrow_mut().already_done(action);
        }
        self.shared = Some(shared);
        Ok(stopped)
    }

    /// Notes that the shared state was lost, which ends the run.
    fn lose(&self, problem: &str) {
        self.is_lost.set(true);
        let advice = "what had been sent is recorded, and nothing else was begun; run again when it can be used";
        self.results.borrow_mut().fail(CommandError::new(Exit::Unavailable, format!("{problem}; {advice}")));
    }

    /// Learns what the other processes of a shared run have done.
    pub(super) async fn learn(&self) {
        let Some(shared) = self.shared.as_ref().filter(|_| !self.is_lost.get()) else { return };
        match shared.enter(false).await {
            Ok((done, _)) => done.into_iter().for_each(|action| self.results.borrow_mut().already_done(action)),
            Err(error) => self.results.borrow_mut().fail(error),
        }
    }

    fn add(&self, action: usize, done: RegistrationOutcome, prepared: &Prepared, context: &Context, target: &str) {
        let result = ApplyResult::of(&done, prepared);
        let same_flags = self.args.document.same_flags();
        let wording = Wording { action: prepared.name(), document: None, same_flags: &same_flags };
        let color = context.terminal.color && self.args.document.format == ReviewFormat::Text;
        let text = report::text(&done, prepared, &result, &wording, context, target, color);
        let mut results = self.results.borrow_mut();
        if let Err(error) = results.add(action, done, result, target, text) {
            results.fail(error.into());
        }
    }

    /// Shows the progress until this is dropped. Never completes.
    pub(super) async fn show_progress(&self) {
        Display::keep_telling(&self.display, || self.now_ms()).await;
    }

    /// Removes the progress from the terminal.
    pub(super) fn end_display(&self) {
        self.display.borrow_mut().end();
    }

    /// Prints the report.
    pub(super) fn conclude(self) -> CommandResult {
        let (mut results, prunes) = (self.results.into_inner(), self.prunes.into_inner());
        if results.exit() == Exit::Success {
            self.journal.into_inner().finish();
            // Not known before every action was read.
            if let Some(Err(error)) = prunes.filter(|_| results.has_read_all()).map(|prunes| prunes.refuse_idle()) {
                results.fail(error.into());
            }
        }
        results.conclude()
    }
}

impl Fleet for FleetRun<'_> {
    fn now_ms(&self) -> u64 {
        self.sites.now_ms()
    }

    async fn open(&self, tenant: usize) -> End {
        self.sites.open(tenant).await.unwrap_or_else(|error| {
            self.results.borrow_mut().fail(error.into());
            End::Stop
        })
    }

    async fn take(&self, tenant: usize, action: usize) -> Begin {
        let taken = self.sites.take(tenant, self.requests.get(tenant).copied().unwrap_or(1)).await;
        let begin = match (&self.shared, taken, self.sites.opened(tenant)) {
            (Some(shared), Ok(taken), Some((_, service))) => shared.next(tenant, taken, service).await,
            (_, taken, _) => Begin::of(action, taken),
        };
        match &begin {
            Begin::Later(ms) => telemetry::waits_for_budget(*ms),
            Begin::Lost(problem) => self.lose(problem),
            Begin::Now { .. } | Begin::Over => {}
        }
        self.display.borrow_mut().asked(tenant, &begin, self.now_ms());
        begin
    }

    async fn apply(&self, tenant: usize, action: usize, taken: Taken) -> (End, bool) {
        let Some((opened, checked)) = self.sites.opened(tenant).zip(self.begin(action)) else {
            return (End::Failed, false);
        };
        self.display.borrow_mut().begins(action);
        let ended = match self.read_again(&checked, &opened.0) {
            Ok(prepared) => self.apply_taken(action, &prepared, opened, taken).await,
            Err(problem) => (self.leave_out(action, &opened.1, &taken, problem).await, false),
        };
        self.display.borrow_mut().ended(action, ended.0);
        if self.shared.is_some() && ended.0 != End::Done {
            // A task that was left to all, because the database was gone, may come back to this process.
            self.waiting.borrow_mut().insert(action, checked);
        }
        ended
    }
}

pub(super) fn fingerprinter<'e>(context: &Context, prepared: &'e Prepared) -> Option<Fingerprinter<'e>> {
    let roundtrip = context.settings.profile.encrypted_roundtrip;
    prepared.key.as_ref().map(|key| Fingerprinter { key, action: &prepared.action.id, roundtrip })
}

/// How an action ended: whether the others would fail in the same way, or somebody has to look at this one.
fn end(finished: &Finished) -> End {
    let stops = finished.interrupted
        || match finished.outcome {
            Outcome::Unknown | Outcome::Mismatch => true,
            Outcome::Refused => !finished.failure.as_ref().is_some_and(Failure::is_about_the_action),
            _ => false,
        };
    match finished.outcome.is_success() {
        _ if stops => End::Stop,
        true => End::Done,
        false => End::Failed,
    }
}

/// Whether this is a sign that the service has more to do than it can.
fn is_trouble(cause: Reason) -> bool {
    !matches!(cause, Reason::NotReadableYet | Reason::Busy | Reason::Unauthorized | Reason::Throttled)
}
