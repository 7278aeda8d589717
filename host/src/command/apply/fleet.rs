//! `apply --all`, `apply --only`: several actions, one after the other, in one or several environments.
//!
//! Everything is checked before anything is sent. What is not known stops the run, so that a mistake that all have in
//! common is made once.

use std::collections::BTreeSet;

use cxvars_core::display::escape;
use cxvars_core::outcome::Outcome;

use super::journal::Journal;
use super::one::{Approved, Done, One};
use super::progress::{Place, Progress};
use super::{Words, ask, invalid, may_apply, open_log, report, scene};
use crate::audit_log::AuditLog;
use crate::cli::{ApplyArgs, Global, ReviewFormat};
use crate::command::context::Context;
use crate::command::environments::{self, Chosen};
use crate::command::plan::options;
use crate::command::prepare::{Prepared, prepare};
use crate::command::service::{Service, block_on};
use crate::exit::{CommandError, CommandResult, Exit};
use crate::flow::advice::Access;
use crate::flow::register::Finished;
use crate::flow::{Cost, Failure};
use crate::notify::Notifier;
use crate::running::Running;
use crate::terminal::Terminal;
use crate::trace::Eye;
use crate::{environment, suggest, world};

/// An environment, and what is to be applied there.
struct Member {
    global: Global,
    context: Context,
    actions: Vec<Prepared>,
}

pub(super) fn run(args: &ApplyArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let members = members(args, global, terminal)?;
    let Some(first) = members.first() else { return Err(CommandError::usage("no environment was chosen")) };
    let (log, _running): (AuditLog, Running) = open_log(&first.context, args)?;
    if let Some(exit) = refuse_invalid(&members, &log, args.document.format)? {
        return Ok(exit);
    }
    // All environments of a project have the same one.
    let webhook = Notifier::load(&first.context.settings, &environment::process).map_err(CommandError::usage)?;
    let is_sandbox = first.context.settings.is_sandbox();
    let mut journal = Journal::open(&first.context.settings.state.folder, args.restart, is_sandbox, world::epoch_s());
    block_on(async {
        let mut progress = Progress::default();
        let asks = !args.yes && !is_sandbox;
        let total: usize = members.iter().map(|member| member.actions.len()).sum();
        estimate(&members, terminal);
        let mut confirmed = !asks;
        for mut member in members {
            if progress.is_stopped() {
                progress.not_done(member.places(0));
                continue;
            }
            // Not before its turn: in the sandbox all environments share one simulator, one after the other.
            let service = Service::open(&mut member.context, Access::Write).await?;
            if !confirmed {
                ask("apply to all of these?", &member.context, &service).await?;
                confirmed = true;
            }
            for (at, prepared) in member.actions.iter().enumerate() {
                if progress.is_stopped() {
                    progress.not_done(member.places(at));
                    break;
                }
                if terminal.shows_progress() {
                    let name = escape(alias(prepared));
                    terminal.rewrite_line(&format!("{} of {total} done; {name}", progress.count()));
                }
                let part = Part { member: &member, service: &service, log: &log, args };
                part.apply(prepared, &mut journal, webhook.as_ref(), &mut progress).await;
            }
        }
        if terminal.shows_progress() {
            terminal.rewrite_line("");
        }
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
        let mut actions = Vec::new();
        for action in context.settings.actions() {
            let Some(name) = &action.alias else { continue };
            known.insert(name.clone());
            let wanted = if args.all { action.file.is_some() } else { args.only.contains(name) };
            if wanted {
                found.insert(name.clone());
                actions.push(prepare(&context, name, &args.document, true)?);
            }
        }
        members.push(Member { global, context, actions });
    }
    if let Some(missing) = args.only.iter().find(|name| !found.contains(*name)) {
        let help = suggest::help(missing, known.iter().map(String::as_str));
        let missing = cxvars_core::display::quote(missing);
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

/// One action of a member, on its way.
struct Part<'p> {
    member: &'p Member,
    service: &'p Service,
    log: &'p AuditLog,
    args: &'p ApplyArgs,
}

impl Part<'_> {
    async fn apply(
        &self,
        prepared: &Prepared,
        journal: &mut Journal,
        webhook: Option<&Notifier>,
        progress: &mut Progress,
    ) {
        let context = &self.member.context;
        let target = &self.service.target;
        let place = self.member.place(prepared);
        let roundtrip = context.settings.profile.encrypted_roundtrip;
        let eye = prepared.key.as_ref().map(|key| Eye { key, action: &prepared.action.id, roundtrip });
        if eye.as_ref().is_some_and(|eye| journal.has(target, eye, prepared)) {
            progress.already_done(place);
            return;
        }
        let one = One {
            context,
            service: self.service,
            log: self.log,
            prepared,
            options: options(&self.args.document, self.args.force, context),
            wait_when_busy: self.args.wait,
            approved: Approved::Any,
            asking: Cost::default(),
        };
        let done = match one.register().await {
            Ok(done) => done,
            Err(error) => {
                progress.not_done([place]);
                progress.fail(error);
                return;
            }
        };
        if let Some(webhook) = webhook {
            let failure = done.finished.failure.as_ref();
            webhook.tell(&context.settings, context.terminal, &self.service.session, &done.entry, failure).await;
        }
        if let (Some(eye), true) = (&eye, done.finished.outcome.is_success())
            && let Err(error) = journal.done(target, eye, prepared)
        {
            let problem = crate::private_fs::describe(&error);
            context.terminal.warn(&format!("warning: cannot keep how far this run has come: {problem}"));
        }
        self.note(done, place, progress);
    }

    fn note(&self, done: Done, place: Place, progress: &mut Progress) {
        let context = &self.member.context;
        let words = Words { action: &place.action, document: None, global: &self.member.global };
        let records = done.recorded.as_ref().ok().cloned();
        let scene = scene(&words, context, &self.service.target, records);
        let text = report::text(&done.finished, &done.result, &scene);
        if stops(&done.finished) {
            progress.stop();
        }
        progress.add(done, place, &self.service.target, &text);
    }
}

impl Member {
    fn place(&self, prepared: &Prepared) -> Place {
        Place { environment: self.context.settings.environment.clone(), action: alias(prepared).to_owned() }
    }

    /// Those of all actions but the first so many.
    fn places(&self, from: usize) -> impl Iterator<Item = Place> {
        self.actions.iter().skip(from).map(|prepared| self.place(prepared))
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
