//! `apply --all`, `apply --only`: several actions, one after the other, in one or several environments.
//!
//! All documents are checked before anything is sent. An unknown outcome stops the run, and so does a refusal that is
//! not about one action alone. A mistake that all actions share is therefore made only once.

use std::collections::VecDeque;

use cxvars_core::base::display::{escape, quote};
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::advice::Access;
use cxvars_flow::approval::Approved;
use cxvars_flow::register::Finished;
use cxvars_flow::{Cost, Failure};

use super::arguments::Arguments;
use super::journal::Journal;
use super::preflight::{ask, invalid, may_apply, open_log, start_recorder};
use super::progress::{ActionRef, Progress};
use super::registration::{ActionRegistration, RegistrationOutcome};
use super::report::{self, ApplyResult, Wording};
use crate::audit_log::AuditLog;
use crate::audit_log::writer::Recorder;
use crate::cli::arguments::{Global, ReviewFormat};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::config::Action;
use crate::profile::{Profile, Verify};
use crate::project::context::Context;
use crate::project::prepare::{Prepared, prepare};
use crate::project::selection::{Selected, Selection, select};
use crate::service::planned::options;
use crate::service::prunes::Prunes;
use crate::service::{Service, block_on};
use crate::state::fingerprints::Fingerprinter;
use crate::system::files::describe;
use crate::system::terminal::Terminal;
use crate::system::{Real, environment};
use crate::webhook::notifier::Notifier;

/// An environment, and the actions to apply in it.
struct Member {
    context: Context,
    actions: VecDeque<Prepared>,
}

/// Applies to all actions that the command line selects, and prints the report.
pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let members = members(args, global, terminal)?;
    let Some(first) = members.first() else { return Err(CommandError::usage("no environment was chosen")) };
    let log = open_log(&first.context, args)?;
    if let Some(exit) = refuse_invalid(&members, &log, args.document.format)? {
        return Ok(exit);
    }
    // All environments of a project share one webhook.
    let webhook = Notifier::load(&first.context.settings, &environment::process, first.context.system)
        .map_err(CommandError::usage)?;
    let is_sandbox = first.context.settings.is_sandbox();
    let journal =
        Journal::open(&first.context.settings.state.folder, args.restart, is_sandbox, first.context.system.epoch_s());
    let recorder = start_recorder(&log)?;
    let mut run = FleetRun {
        args,
        prunes: None,
        terminal,
        log: &log,
        recorder: &recorder,
        webhook: webhook.as_ref(),
        journal,
        progress: Progress::default(),
        total: members.iter().map(|member| member.actions.len()).sum(),
        is_confirmed: args.yes || is_sandbox,
    };
    block_on(async {
        estimate(&members, terminal);
        for member in members {
            run.apply_all(member).await?;
        }
        Ok::<_, CommandError>(())
    })?;
    if terminal.shows_progress() {
        terminal.rewrite_line("");
    }
    let FleetRun { journal, mut progress, prunes, .. } = run;
    if progress.exit() == Exit::Success {
        journal.finish();
        // Not known before every action was read.
        if let Some(Err(error)) = prunes.filter(|_| progress.has_read_all()).map(|prunes| prunes.refuse_idle()) {
            progress.fail(error.into());
        }
    }
    let exit = progress.conclude(args.document.format, terminal);
    if let Some(webhook) = webhook {
        webhook.deliver_now(terminal);
    }
    exit
}

/// The chosen environments, with the documents of their actions read and checked.
fn members(args: &Arguments, global: &Global, terminal: Terminal) -> Result<Vec<Member>, CommandError> {
    let selection = if args.all { Selection::All } else { Selection::Only(&args.only) };
    let has_file = |action: &Action| action.file.is_some();
    let selected = select(&global.flags(), global.verbose > 0, terminal, &Real, selection, has_file)?;
    let selected = without_protected(selected, terminal)?;
    let member = |Selected { context, actions, .. }: Selected| -> Result<Member, CommandError> {
        may_apply(&context, !args.yes && !context.settings.is_sandbox())?;
        Service::check(&context.settings)?;
        let request = args.document.request();
        let prepared = |action: &Action| prepare(&context, action, &request, true);
        let actions = actions.iter().map(prepared).collect::<Result<_, _>>()?;
        Ok(Member { context, actions })
    };
    selected.into_iter().map(member).collect()
}

/// Leaves out the protected environments that a pattern matches: a protected one has to be named on the command line.
fn without_protected(selected: Vec<Selected>, terminal: Terminal) -> Result<Vec<Selected>, CommandError> {
    let is_protected = |selected: &Selected| selected.by_pattern && selected.context.settings.protected;
    let (protected, open): (Vec<_>, Vec<_>) = selected.into_iter().partition(is_protected);
    let name = |selected: &Selected| selected.context.settings.environment.as_deref().map(quote);
    let names = protected.iter().filter_map(name).collect::<Vec<_>>().join(", ");
    if open.is_empty() {
        let message = format!("every environment that --env matches is protected: {names}; name one with --env");
        return Err(CommandError::usage(message));
    }
    if !protected.is_empty() {
        terminal.note(&format!("note: left out, because a pattern does not name protected environments: {names}"));
    }
    Ok(open)
}

/// Refuses the whole run if any document has findings that block it. Shows all of these documents.
fn refuse_invalid(members: &[Member], log: &AuditLog, format: ReviewFormat) -> Result<Option<Exit>, CommandError> {
    let mut exit = None;
    for member in members {
        for prepared in member.actions.iter().filter(|prepared| prepared.wanted.is_none()) {
            exit = Some(invalid(prepared, &member.context, log, format)?);
        }
    }
    Ok(exit)
}

/// Says how many requests the run needs at most, and how long they take at least within the tenant's request budget.
fn estimate(members: &[Member], terminal: Terminal) {
    let mut seconds = 0;
    let (mut actions, mut requests) = (0, 0);
    for member in members {
        let count = member.actions.len() as u64;
        let profile = &member.context.settings.profile;
        let budget = profile.requests_per_minute;
        let needed = most_requests(profile, count);
        actions += count;
        requests += needed;
        seconds += needed.saturating_sub(1).checked_div(budget).unwrap_or(0) * 60;
    }
    let environments: Vec<String> =
        members.iter().filter_map(|member| member.context.settings.environment.as_deref().map(escape)).collect();
    let at_least = if seconds > 0 { format!(", at least {seconds} s by the request budget") } else { String::new() };
    let plural = if actions == 1 { "" } else { "s" };
    terminal.note(&format!(
        "note: {actions} action{plural} in {}; up to {requests} requests{at_least}",
        environments.join(", ")
    ));
}

/// How many requests these actions of an environment need at most if none is repeated: the login, and for each action
/// a GET, a PUT and the GET that verifies it.
fn most_requests(profile: &Profile, actions: u64) -> u64 {
    let each = if profile.verify == Verify::ReadBack { 3 } else { 2 };
    profile.login_requests() + each * actions
}

/// A run over several actions.
struct FleetRun<'f> {
    args: &'f Arguments,
    /// Names of `--prune` that pruned nothing so far.
    prunes: Option<Prunes>,
    terminal: Terminal,
    log: &'f AuditLog,
    recorder: &'f Recorder,
    webhook: Option<&'f Notifier>,
    journal: Journal,
    progress: Progress,
    /// Number of actions in all environments.
    total: usize,
    /// Whether the user has confirmed the run or need not be asked.
    is_confirmed: bool,
}

impl FleetRun<'_> {
    /// Applies the actions of an environment one by one, until one stops the run.
    async fn apply_all(&mut self, mut member: Member) -> Result<(), CommandError> {
        // A document is dropped when its action is done, so that memory does not grow during a run.
        let mut actions = std::mem::take(&mut member.actions);
        if !self.progress.is_stopped() {
            // Opened only now, because in the sandbox all environments share one simulator and take turns.
            let service = match Service::open(&mut member.context, Access::Write).await {
                // What was done in other environments is reported all the same.
                Err(error) if self.progress.count() > 0 => {
                    self.progress.not_done(actions.iter().map(|prepared| member.place(prepared)));
                    self.progress.fail(error.into());
                    return Ok(());
                }
                opened => opened?,
            };
            if !self.is_confirmed {
                ask("apply to all of these?", &member.context, &service).await?;
                self.is_confirmed = true;
            }
            while !self.progress.is_stopped()
                && let Some(prepared) = actions.pop_front()
            {
                self.show_progress(&prepared);
                self.apply(&prepared, &member, &service).await;
            }
        }
        self.progress.not_done(actions.iter().map(|prepared| member.place(prepared)));
        Ok(())
    }

    fn show_progress(&self, prepared: &Prepared) {
        if self.terminal.shows_progress() {
            let (count, total, name) = (self.progress.count(), self.total, escape(prepared.name()));
            self.terminal.rewrite_line(&format!("{count} of {total} done; {name}"));
        }
    }

    async fn apply(&mut self, prepared: &Prepared, member: &Member, service: &Service) {
        let context = &member.context;
        let fingerprinter = member.fingerprinter(prepared);
        if fingerprinter.as_ref().is_some_and(|known| self.journal.has(&service.target, known, prepared)) {
            return self.progress.already_done(member.place(prepared));
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
        let prunes = self.prunes.get_or_insert_with(|| Prunes::new(&options.prune));
        let done = match registration.register(options, Approved::Any, Cost::default()).await {
            Ok(done) => done,
            Err(error) => {
                self.progress.not_done([member.place(prepared)]);
                return self.progress.fail(error);
            }
        };
        if let Some(stored) = done.finished.action.as_ref().and_then(|action| action.variables.as_deref()) {
            prunes.see(prepared.wanted.as_deref().unwrap_or_default(), stored);
        }
        if let Some(webhook) = self.webhook {
            let failure = done.finished.failure.as_ref();
            webhook.tell(&context.settings, context.terminal, &done.entry, failure);
        }
        if done.finished.outcome.is_success()
            && let Some(fingerprinter) = fingerprinter
            && let Err(error) = self.journal.done(&service.target, &fingerprinter, prepared)
        {
            let problem = describe(&error);
            context.terminal.warn(&format!("warning: cannot save the progress of this run: {problem}"));
        }
        self.add(done, prepared, member, &service.target);
    }

    fn add(&mut self, done: RegistrationOutcome, prepared: &Prepared, member: &Member, target: &str) {
        let place = member.place(prepared);
        let result = ApplyResult::of(&done, prepared);
        let same_flags = self.args.document.same_flags();
        let wording = Wording { action: place.name(), document: None, same_flags: &same_flags };
        let color = self.terminal.color && self.args.document.format == ReviewFormat::Text;
        let text = report::text(&done, prepared, &result, &wording, &member.context, target, color);
        if stops(&done.finished) {
            self.progress.stop();
        }
        self.progress.add(done, result, place, target, &text);
    }
}

impl Member {
    fn place(&self, prepared: &Prepared) -> ActionRef {
        ActionRef {
            environment: self.context.settings.environment.clone(),
            action: prepared.action.id.clone(),
            alias: prepared.action.alias.clone(),
        }
    }

    fn fingerprinter<'e>(&self, prepared: &'e Prepared) -> Option<Fingerprinter<'e>> {
        let roundtrip = self.context.settings.profile.encrypted_roundtrip;
        prepared.key.as_ref().map(|key| Fingerprinter { key, action: &prepared.action.id, roundtrip })
    }
}

/// Whether the run has to stop: the other actions would fail in the same way, or somebody has to look at this one.
fn stops(finished: &Finished) -> bool {
    finished.interrupted
        || match finished.outcome {
            Outcome::Unknown | Outcome::Mismatch => true,
            Outcome::Refused => !finished.failure.as_ref().is_some_and(Failure::is_about_the_action),
            _ => false,
        }
}
