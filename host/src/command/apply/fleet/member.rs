//! The environments of a run, with their actions and documents.

use cxvars_core::base::display::{escape, quote};
use serde::Serialize;

use super::super::arguments::Arguments;
use super::super::preflight::{invalid, may_apply};
use super::journal::wanted;
use super::run::fingerprinter;
use crate::audit_log::AuditLog;
use crate::cli::arguments::{Global, ReviewFormat};
use crate::cli::exit::{CommandError, Exit};
use crate::config::Action;
use crate::profile::{Profile, Verify};
use crate::project::context::Context;
use crate::project::prepare::{Prepared, Seal, prepare};
use crate::project::selection::{Selected, Selection, select};
use crate::service::Service;
use crate::system::Real;
use crate::system::terminal::Terminal;

/// An environment, and the actions to apply in it.
pub(super) struct Member {
    pub(super) context: Context,
    pub(super) actions: Vec<CheckedAction>,
    /// The documents that have findings that block them.
    invalid: Vec<Prepared>,
}

/// An action whose document was checked. The document is read again when the action begins.
pub(super) struct CheckedAction {
    pub(super) action: Action,
    pub(super) seal: Seal,
    /// Fingerprint of the wanted variables, for a shared run. `None` if there is no key.
    pub(super) wanted: Option<String>,
}

/// An action of an environment.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ActionRef {
    pub(super) environment: Option<String>,
    /// Its id.
    pub(super) action: String,
    pub(super) alias: Option<String>,
}

impl ActionRef {
    /// The action as people call it: by its alias, else by its id.
    pub(super) fn name(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.action)
    }

    /// The same with its environment, for a list over several.
    pub(super) fn full_name(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{}/{}", escape(environment), escape(self.name())),
            None => escape(self.name()),
        }
    }
}

impl Member {
    /// Names one of its actions.
    pub(super) fn action_ref(&self, action: &Action) -> ActionRef {
        ActionRef {
            environment: self.context.settings.environment.clone(),
            action: action.id.clone(),
            alias: action.alias.clone(),
        }
    }

    /// The service of the environment, as far as it is known before the run: where its actions are the same as those of
    /// another environment.
    pub(super) fn service_name(&self) -> String {
        let endpoints = self.context.settings.endpoints();
        endpoints.map_or_else(|_| "sandbox".to_owned(), |endpoints| endpoints.origin())
    }
}

/// The chosen environments, with the documents of their actions read and checked.
pub(super) fn members(args: &Arguments, global: &Global, terminal: Terminal) -> Result<Vec<Member>, CommandError> {
    let selection = if args.all { Selection::All } else { Selection::Only(&args.only) };
    let has_file = |action: &Action| action.file.is_some();
    let selected = select(&global.flags(), global.verbose > 0, terminal, &Real, selection, has_file)?;
    let selected = without_protected(selected, terminal)?;
    let member = |Selected { context, actions, .. }: Selected| -> Result<Member, CommandError> {
        may_apply(&context, !args.yes && !context.settings.is_sandbox())?;
        Service::check(&context.settings)?;
        let request = args.document.request();
        let (mut checked, mut invalid) = (Vec::with_capacity(actions.len()), Vec::new());
        for action in actions {
            let prepared = prepare(&context, &action, &request, true)?;
            let fingerprinter = fingerprinter(&context, &prepared).filter(|_| args.run.is_some());
            let wanted = fingerprinter.map(|fingerprinter| wanted(&fingerprinter, &prepared));
            checked.push(CheckedAction { action, seal: prepared.seal(), wanted });
            if prepared.wanted.is_none() {
                invalid.push(prepared);
            }
        }
        Ok(Member { context, actions: checked, invalid })
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
pub(super) fn refuse_invalid(
    members: &[Member],
    log: &AuditLog,
    format: ReviewFormat,
) -> Result<Option<Exit>, CommandError> {
    let mut exit = None;
    for member in members {
        for prepared in &member.invalid {
            exit = Some(invalid(prepared, &member.context, log, format)?);
        }
    }
    Ok(exit)
}

/// Says how many requests the run needs at most, and how long they take at least: tenants run side by side, each within
/// its request budget.
pub(super) fn estimate(members: &[Member], terminal: Terminal) {
    let (mut actions, mut requests, mut seconds) = (0, 0, 0);
    for member in members {
        let count = member.actions.len() as u64;
        let profile = &member.context.settings.profile;
        let needed = most_requests(profile, count);
        actions += count;
        requests += needed;
        let minutes = needed.saturating_sub(1).checked_div(profile.requests_per_minute).unwrap_or(0);
        seconds = seconds.max(minutes * 60);
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

/// How many requests these actions of an environment need at most if none is repeated: the login, and those of each.
fn most_requests(profile: &Profile, actions: u64) -> u64 {
    profile.login_requests() + requests_of_action(profile) as u64 * actions
}

/// How many requests an action needs at most if none is repeated: a GET, a PUT and the GET that verifies it.
pub(super) fn requests_of_action(profile: &Profile) -> usize {
    if profile.verify == Verify::ReadBack { 3 } else { 2 }
}
