//! What an update needs before it may begin: permission, an audit log, a valid document, the user's confirmation.

use std::sync::Arc;

use cxvars_core::audit::Entry;
use cxvars_core::plan::PlanOptions;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Cost;

use super::arguments::Arguments;
use super::registration::base_entry;
use super::report;
use crate::audit_log::AuditLog;
use crate::audit_log::writer::Recorder;
use crate::cli::arguments::ReviewFormat;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::context::Context;
use crate::project::findings;
use crate::project::prepare::Prepared;
use crate::service::Service;
use crate::service::planned::{self, Planned, plan_now};
use crate::service::prunes::Prunes;
use crate::state::folder;
use crate::system::terminal::Terminal;
use crate::system::{ids, signals};

/// Refuses a run that has to ask without a terminal, and one in a protected environment that `--env` does not name.
pub(super) fn may_apply(context: &Context, asks: bool) -> Result<(), CommandError> {
    if asks && !context.terminal.can_ask() {
        return Err(CommandError::usage("there is no terminal to ask on; add --yes (or --sandbox to try it out)"));
    }
    if context.settings.protected && !context.environment_by_flag {
        return Err(CommandError::usage(
            "the chosen environment is protected: name it with --env on the command line, not with CXVARS_ENV",
        ));
    }
    Ok(())
}

/// Opens the audit log. One that was changed is not continued: its new records would look as proven as the old ones.
pub(super) fn open_log(context: &Context, args: &Arguments) -> Result<Arc<AuditLog>, CommandError> {
    // From here on an interruption is an outcome, with an exit code of its own, also while a lock is waited for.
    drop(signals::watch());
    folder::ensure(&context.settings.state.folder).map_err(CommandError::io)?;
    // Opened first, because what is no file is refused there, and reading it might not end.
    let log = context.audit_log(args.audit_head.as_deref())?;
    if let Some(broken) = context.read_log(None).map_err(|error| CommandError::from(error).or_interrupted())?.broken() {
        return Err(CommandError::io(format!(
            "the audit log is not writable, and nothing was sent: {broken}; see `cxvars audit verify`, then move the file \
             aside and keep it, and apply again"
        )));
    }
    Ok(Arc::new(log))
}

/// Starts the thread that writes this log.
pub(super) fn start_recorder(log: &Arc<AuditLog>) -> Result<Recorder, CommandError> {
    Recorder::start(Arc::clone(log))
        .map_err(|error| CommandError::io(format!("cannot start the thread that writes the audit log: {error}")))
}

/// Records and prints that a document may not be sent.
pub(super) fn invalid(prepared: &Prepared, context: &Context, log: &AuditLog, format: ReviewFormat) -> CommandResult {
    let codes: Vec<_> = prepared.report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
    let target = match context.settings.is_sandbox() {
        true => Some("sandbox".to_owned()),
        // The findings are shown even if the host is not trusted: nothing is sent to it.
        false => context.settings.endpoints().ok().map(|endpoints| endpoints.origin()),
    };
    let entry = Entry {
        outcome: Some(Outcome::Invalid),
        latency_ms: Some(0.0),
        wait_ms: Some(0.0),
        attempts: Some(0),
        error: Some(format!("the document has findings: {}", codes.join(" "))),
        target,
        ..base_entry(prepared, context.system.epoch_s(), &ids::ulid(context.system))
    };
    let recorded = log.append(entry.clone());
    report::print_invalid(prepared, &entry, context, format)?;
    recorded.map_err(CommandError::io)?;
    Ok(Exit::Findings)
}

/// Shows the plan and asks. Returns the digest of the confirmed plan, and what its requests have cost.
pub(super) async fn confirm(
    prepared: &Prepared,
    options: &PlanOptions,
    context: &Context,
    service: &Service,
) -> Result<(String, Cost), CommandError> {
    let planned = plan_now(context, service, prepared, options, None).await?;
    let mut prunes = Prunes::new(&options.prune);
    prunes.see(prepared.wanted.as_deref().unwrap_or_default(), &planned.stored);
    prunes.refuse_idle()?;
    let Planned { plan, cost, .. } = &planned;
    if plan.changes_pending() && plan.blocked().is_empty() {
        let color = context.terminal.message_color;
        let shown = planned::text(&planned, context, &service.target, prepared, color);
        context.terminal.warn((findings::warnings(prepared, color) + &shown).trim_end());
        ask("apply this?", context.terminal).await?;
    }
    // Otherwise nothing will be sent, so there is nothing to confirm.
    Ok((plan.digest().to_owned(), cost.clone()))
}

/// Asks a question. Any answer other than yes ends the command.
pub(super) async fn ask(question: &'static str, terminal: Terminal) -> Result<(), CommandError> {
    let answer = tokio::task::spawn_blocking(move || terminal.ask(question));
    let confirmed = tokio::select! {
        () = signals::stop() => {
            // The cursor is still on the line of the question.
            terminal.warn("");
            false
        }
        answer = answer => answer.unwrap_or(false),
    };
    if confirmed { Ok(()) } else { Err(CommandError::new(Exit::Interrupted, "not confirmed; nothing was sent")) }
}
