//! `apply --all`, `apply --only`: several actions, one after the other, in one or several environments.
//!
//! Everything is checked before anything is sent. What is not known stops the run, so that a mistake that all have in
//! common is made once.
//!
//! Where all is well, the next action is read while the outcome of the one before is being recorded. It is updated only once
//! that record is on disk.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use cxvars_core::base::display::escape;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::advice::Access;
use cxvars_flow::register::Finished;
use cxvars_flow::{Cost, Failure};

use super::journal::Journal;
use super::progress::{Place, Progress};
use super::{Words, ask, invalid, may_apply, open_log, report, scene, start_recorder};
use crate::audit_log::AuditLog;
use crate::audit_log::writer::Recorder;
use crate::cli::arguments::{ApplyArgs, Global, ReviewFormat};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::suggest;
use crate::cli::terminal::Terminal;
use crate::command::apply::registration::{Approved, Done, One, Recorded};
use crate::command::plan::options;
use crate::project::context::Context;
use crate::project::environments::{self, Chosen};
use crate::project::prepare::{Prepared, prepare};
use crate::service::{Service, block_on, transport};
use crate::state::fingerprints::Eye;
use crate::state::in_progress::Running;
use crate::system::environment;
use crate::webhook::notifier::Notifier;

/// An environment, and what is to be applied there.
struct Member {
    global: Global,
    context: Context,
    actions: VecDeque<Prepared>,
}

pub(super) fn run(args: &ApplyArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let members = members(args, global, terminal)?;
    let Some(first) = members.first() else { return Err(CommandError::usage("no environment was chosen")) };
    let (log, _running): (Arc<AuditLog>, Running) = open_log(&first.context, args)?;
    if let Some(exit) = refuse_invalid(&members, &log, args.document.format)? {
        return Ok(exit);
    }
    // All environments of a project have the same one.
    let webhook = Notifier::load(&first.context.settings, &environment::process).map_err(CommandError::usage)?;
    let is_sandbox = first.context.settings.is_sandbox();
    let journal = Journal::open(&first.context.settings.state.folder, args.restart, is_sandbox, transport::epoch_s());
    let recorder = start_recorder(&log)?;
    block_on(async {
        let course = RefCell::new(Course { journal, progress: Progress::default() });
        let asks = !args.yes && !is_sandbox;
        let total: usize = members.iter().map(|member| member.actions.len()).sum();
        estimate(&members, terminal);
        let mut confirmed = !asks;
        for mut member in members {
            if course.borrow().progress.is_stopped() {
                course.borrow_mut().progress.not_done(member.places(&member.actions));
                continue;
            }
            // Not before its turn: in the sandbox all environments share one simulator, one after the other.
            let service = Service::open(&mut member.context, Access::Write).await?;
            if !confirmed {
                ask("apply to all of these?", &member.context, &service).await?;
                confirmed = true;
            }
            // A document is let go of when its action is done: a run takes no more memory towards its end.
            let mut actions = std::mem::take(&mut member.actions);
            let part = Part {
                member: &member,
                service: &service,
                log: &log,
                recorder: &recorder,
                args,
                webhook: webhook.as_ref(),
                course: &course,
                last: Cell::default(),
            };
            while let Some(prepared) = actions.pop_front() {
                if terminal.shows_progress() {
                    let name = escape(alias(&prepared));
                    let count = course.borrow().progress.count();
                    terminal.rewrite_line(&format!("{count} of {total} done; {name}"));
                }
                part.apply(prepared).await;
                if course.borrow().progress.is_stopped() {
                    break;
                }
            }
            part.conclude_last().await;
            course.borrow_mut().progress.not_done(member.places(&actions));
        }
        if terminal.shows_progress() {
            terminal.rewrite_line("");
        }
        let Course { journal, progress } = course.into_inner();
        if progress.exit() == Exit::Success {
            journal.finish();
        }
        progress.conclude(args.document.format, terminal)
    })
}

fn alias(prepared: &Prepared) -> &str {
    prepared.action.alias.as_deref().unwrap_or(&prepared.action.id)
}

/// The environments with their documents, all of them read and checked.
fn members(args: &ApplyArgs, global: &Global, terminal: Terminal) -> Result<Vec<Member>, CommandError> {
    let (globals, by_pattern) = match environments::chosen(global)? {
        Chosen::One => (vec![global.clone()], false),
        Chosen::Matching(names) => {
            (names.iter().map(|name| environments::within(global, name)).collect::<Vec<_>>(), true)
        }
    };
    let mut members = Vec::new();
    let mut known = BTreeSet::new();
    let mut found = BTreeSet::new();
    for global in globals {
        let mut context = Context::load(&global, terminal)?;
        // A protected environment has to be named; a pattern that happens to match it does not name it.
        context.environment_by_flag &= !by_pattern;
        if context.settings.environment.is_none() {
            return Err(CommandError::usage(
                "--all and --only are about the actions of an environment; choose one with --env",
            ));
        }
        may_apply(&context, !args.yes && !context.settings.is_sandbox())?;
        Service::check(&context.settings)?;
        let mut actions = VecDeque::new();
        for action in context.settings.actions() {
            let Some(name) = &action.alias else { continue };
            known.insert(name.clone());
            let wanted = if args.all { action.file.is_some() } else { args.only.contains(name) };
            if wanted {
                found.insert(name.clone());
                actions.push_back(prepare(&context, name, &args.document, true)?);
            }
        }
        members.push(Member { global, context, actions });
    }
    if let Some(missing) = args.only.iter().find(|name| !found.contains(*name)) {
        let help = suggest::help(missing, known.iter().map(String::as_str));
        let missing = cxvars_core::base::display::quote(missing);
        return Err(CommandError::usage(format!("--only names {missing}, which is no action there; {help}")));
    }
    if found.is_empty() {
        return Err(CommandError::usage("no action there has a `file`; add [env.NAME.actions.ALIAS] file = \"…\""));
    }
    members.retain(|member| !member.actions.is_empty());
    Ok(members)
}

/// Nothing is sent anywhere while any document has findings that block it. All of them are shown.
fn refuse_invalid(members: &[Member], log: &AuditLog, format: ReviewFormat) -> Result<Option<Exit>, CommandError> {
    let mut exit = None;
    for member in members {
        for prepared in member.actions.iter().filter(|prepared| prepared.wanted.is_none()) {
            exit = Some(invalid(prepared, &member.context, log, format)?);
        }
    }
    Ok(exit)
}

/// Says how long it takes at least, by the requests that it needs and the tenant's budget for them.
fn estimate(members: &[Member], terminal: Terminal) {
    let mut seconds = 0;
    let (mut actions, mut requests) = (0, 0);
    for member in members {
        let count = member.actions.len() as u64;
        let needed = 1 + 2 * count;
        let budget = member.context.settings.profile.requests_per_minute;
        actions += count;
        requests += needed;
        seconds += (needed - 1).checked_div(budget).unwrap_or(0) * 60;
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

/// How far the run has come.
struct Course {
    journal: Journal,
    progress: Progress,
}

/// The actions of a member, on their way.
struct Part<'p> {
    member: &'p Member,
    service: &'p Service,
    log: &'p AuditLog,
    recorder: &'p Recorder,
    args: &'p ApplyArgs,
    webhook: Option<&'p Notifier>,
    course: &'p RefCell<Course>,
    /// The last action, whose outcome is being recorded.
    last: Cell<Option<(Prepared, Recorded)>>,
}

impl Part<'_> {
    async fn apply(&self, prepared: Prepared) {
        let context = &self.member.context;
        let place = self.member.place(&prepared);
        let eye = self.eye(&prepared);
        if eye.is_some_and(|eye| self.course.borrow().journal.has(&self.service.target, &eye, &prepared)) {
            self.course.borrow_mut().progress.already_done(place);
            return;
        }
        let one = One {
            context,
            service: self.service,
            recorder: self.recorder,
            prepared: &prepared,
            options: options(&self.args.document, self.args.force, context),
            wait_when_busy: self.args.wait,
            approved: Approved::Any,
            asking: Cost::default(),
        };
        // A thread of its own syncs that, while this one reads the next action.
        let (registered, ()) = tokio::join!(one.register(), self.conclude_last());
        match registered {
            Ok(registered) => {
                let goes_on = self.webhook.is_none() && !stops(&registered.finished);
                let recorded = registered.record(&one);
                self.last.set(Some((prepared, recorded)));
                if !goes_on {
                    self.conclude_last().await;
                }
            }
            Err(error) => {
                let progress = &mut self.course.borrow_mut().progress;
                progress.not_done([place]);
                progress.fail(error);
            }
        }
    }

    /// Waits until the outcome of the last action is recorded, and tells of it.
    async fn conclude_last(&self) {
        let Some((prepared, recorded)) = self.last.take() else { return };
        let context = &self.member.context;
        let done = recorded.done(&prepared, context, self.log).await;
        if let Some(webhook) = self.webhook {
            let failure = done.finished.failure.as_ref();
            webhook.tell(&context.settings, context.terminal, &self.service.session, &done.entry, failure).await;
        }
        self.note(&prepared, done);
    }

    fn note(&self, prepared: &Prepared, done: Done) {
        let context = &self.member.context;
        let target = &self.service.target;
        let Course { journal, progress } = &mut *self.course.borrow_mut();
        if let (Some(eye), true) = (self.eye(prepared), done.finished.outcome.is_success())
            && let Err(error) = journal.done(target, &eye, prepared)
        {
            let problem = crate::system::private_fs::describe(&error);
            context.terminal.warn(&format!("warning: cannot keep how far this run has come: {problem}"));
        }
        let place = self.member.place(prepared);
        let words = Words { action: &place.action, document: None, global: &self.member.global };
        let records = done.recorded.as_ref().ok().cloned();
        let text = report::text(&done.finished, &done.result, &scene(&words, context, target, records));
        if stops(&done.finished) {
            progress.stop();
        }
        progress.add(done, place, target, &text);
    }

    fn eye<'e>(&self, prepared: &'e Prepared) -> Option<Eye<'e>> {
        let roundtrip = self.member.context.settings.profile.encrypted_roundtrip;
        prepared.key.as_ref().map(|key| Eye { key, action: &prepared.action.id, roundtrip })
    }
}

impl Member {
    fn place(&self, prepared: &Prepared) -> Place {
        Place { environment: self.context.settings.environment.clone(), action: alias(prepared).to_owned() }
    }

    fn places(&self, actions: &VecDeque<Prepared>) -> impl Iterator<Item = Place> {
        actions.iter().map(|prepared| self.place(prepared))
    }
}

/// Whether the others would meet the same, or whoever is on call has to look first.
fn stops(finished: &Finished) -> bool {
    finished.interrupted
        || match finished.outcome {
            Outcome::Unknown | Outcome::Mismatch => true,
            Outcome::Refused => !finished.failure.as_ref().is_some_and(Failure::is_about_the_action),
            _ => false,
        }
}
