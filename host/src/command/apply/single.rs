//! `apply ACTION`, `apply --plan`: one action.

use cxvars_flow::Cost;
use cxvars_flow::advice::Access;
use cxvars_flow::approval::Approved;

use super::arguments::Arguments;
use super::preflight::{confirm, invalid, may_apply, open_log, start_recorder};
use super::registration::{ActionRegistration, Start};
use super::report::{self, Wording};
use super::request::{ApplyRequest, Approval};
use crate::cli::exit::{CommandError, CommandResult};
use crate::project::prepare::{Prepared, prepare};
use crate::service::Service;
use crate::state::plan_file::PlanFile;
use crate::system::environment;
use crate::system::runtime::block_on;
use crate::telemetry;
use crate::webhook::notifier::Notifier;

/// Carries out the request, and prints the result.
pub(super) fn run(request: ApplyRequest, args: &Arguments) -> CommandResult {
    may_apply(&request.context, matches!(request.approval, Approval::Ask))?;
    let action = request.context.action(&request.action)?;
    let prepared = prepare(&request.context, &action, &request.document_request(args), true)?;
    let ApplyRequest { mut context, action, document, same_flags, options, approval, .. } = request;
    let webhook =
        Notifier::load(&context.settings, &environment::process, context.system).map_err(CommandError::usage)?;
    let log = open_log(&context, args)?;
    if prepared.wanted.is_none() {
        return invalid(&prepared, &context, &log, args.document.format);
    }
    telemetry::counts(1, 1);
    let recorder = start_recorder(&log)?;
    block_on(async {
        let service = Service::open(&mut context, Access::Write).await?;
        let (approved, spent) = match approval {
            Approval::Given => (Approved::Any, Cost::default()),
            Approval::File(file) => {
                refuse_other_place(file.contents(), &service, &prepared)?;
                (Approved::File(file), Cost::default())
            }
            Approval::Ask => {
                let (digest, cost) = confirm(&prepared, &options, &context, &service).await?;
                (Approved::Digest(digest), cost)
            }
        };
        let registration = ActionRegistration {
            context: &context,
            service: &service,
            log: &log,
            recorder: &recorder,
            prepared: &prepared,
            wait_when_busy: args.wait,
            refuses_idle_prunes: true,
        };
        let begun = context.system.monotonic();
        let done = registration.register(options, approved, Start { spent, ..Start::default() }).await?;
        if let Some(webhook) = &webhook {
            webhook.tell(&context.settings, context.terminal, &done.entry, done.finished.failure.as_ref());
        }
        let wording = Wording { action: &action, document: document.as_deref(), same_flags: &same_flags };
        let printed = report::print(&done, &prepared, args.document.format, &wording, &context, &service.target);
        if let Some(webhook) = webhook {
            webhook.deliver(context.terminal, begun).await;
        }
        printed?;
        if let Err(lost) = done.release(&context).await {
            context.terminal.warn(&format!("warning: {lost}"));
        }
        let exit = done.exit();
        done.recorded.map(|_| exit)
    })
}

/// Refuses a plan file that was made for another action or another service.
fn refuse_other_place(file: &PlanFile, service: &Service, prepared: &Prepared) -> Result<(), CommandError> {
    // A service whose address was not found gets nothing, and the run says why.
    let is_same = file.target == service.target || !service.is_found();
    if is_same && file.action == prepared.action.id {
        return Ok(());
    }
    Err(CommandError::usage(format!(
        "the plan file is for {} at {}, not for {} at {}",
        file.action, file.target, prepared.action.id, service.target
    )))
}
