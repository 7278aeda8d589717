//! `cxvars plan`.

use cxvars_core::change::Change;
use cxvars_core::display;
use cxvars_core::plan::{Blocked, Changes, Plan, PlanOptions};
use serde::Serialize;

use super::apply_report::{findings, findings_json};
use super::context::Context;
use super::prepare::{Prepared, prepare, prune};
use super::service::{Service, block_on, read_error};
use crate::cli::{Format, Global, PlanArgs};
use crate::exit::{CommandError, CommandResult, Exit};
use crate::flow::Cost;
use crate::flow::advice::Access;
use crate::memory::Memory;
use crate::terminal::Terminal;

/// The JSON report.
#[derive(Serialize)]
struct PlanReport<'p> {
    version: u32,
    target: &'p str,
    action: &'p str,
    changes_pending: bool,
    changes: Changes,
    blocked: &'p [Blocked],
    digest: &'p str,
}

pub(super) fn run(args: &PlanArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let mut context = Context::load(global, terminal)?;
    let prepared = prepare(&context, &args.common, args.resolve)?;
    if prepared.wanted.is_none() {
        match args.common.format {
            // There is no plan to print: the findings come as `validate` reports them.
            Format::Json => terminal.json(&findings_json(&prepared))?,
            Format::Text => terminal.result(&findings(&prepared, terminal.color))?,
        }
        return Ok(Exit::Findings);
    }
    block_on(async {
        let service = Service::open(&mut context, Access::Read).await?;
        let options = PlanOptions {
            prune: prune(&args.common),
            force: false,
            roundtrip: context.settings.profile.encrypted_roundtrip,
        };
        let Planned { plan, name, .. } = plan_now(&context, &service, &prepared, &options).await?;
        match args.common.format {
            Format::Json => terminal.json(&PlanReport {
                version: 1,
                target: &service.target,
                action: &prepared.action.id,
                changes_pending: plan.changes_pending(),
                changes: plan.changes(),
                blocked: plan.blocked(),
                digest: plan.digest(),
            })?,
            Format::Text => terminal.result(&text(&plan, &context, &service.target, &prepared, name.as_deref()))?,
        }
        Ok(if args.detailed_exitcode && plan.changes_pending() { Exit::Pending } else { Exit::Success })
    })
}

/// A plan from what is stored now.
pub(super) struct Planned {
    pub(super) plan: Plan,
    /// The action's name at the service.
    pub(super) name: Option<String>,
    /// What reading it has cost.
    pub(super) cost: Cost,
}

/// Reads the action and plans, without sending anything.
pub(super) async fn plan_now(
    context: &Context,
    service: &Service,
    prepared: &Prepared,
    options: &PlanOptions,
) -> Result<Planned, CommandError> {
    let id = &prepared.action.id;
    let finished = service.read(context, id, &prepared.values()).await?;
    if let Some(error) = read_error(&finished) {
        return Err(error);
    }
    let name = finished.action.as_ref().and_then(|action| action.name.clone());
    expect_name(prepared, name.as_deref())?;
    let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
    let remembered = Memory::at(&context.settings.state.state).recall(&service.target, id);
    let wanted = prepared.wanted.as_deref().unwrap_or_default();
    let plan = Plan::new(id, wanted, &stored, finished.etag.as_deref(), &remembered, options);
    Ok(Planned { plan, name, cost: finished.cost })
}

/// Whether the action is the one that the configuration means.
pub(super) fn expect_name(prepared: &Prepared, name: Option<&str>) -> Result<(), CommandError> {
    match &prepared.action.expect_name {
        Some(expected) if name != Some(expected) => Err(CommandError::usage(format!(
            "the service calls the action {} {}, but the configuration expects {}; nothing was sent; correct `id` or \
             `expect_name`",
            display::quote(&prepared.action.id),
            name.map_or_else(|| "by no name".to_owned(), display::quote),
            display::quote(expected)
        ))),
        _ => Ok(()),
    }
}

/// The plan for people: deletes first, then what changes, then the rest.
pub(super) fn text(plan: &Plan, context: &Context, target: &str, prepared: &Prepared, name: Option<&str>) -> String {
    let alias = prepared.action.alias.as_deref().unwrap_or(&prepared.action.id);
    let mut text = format!("plan  {}", display::escape(alias));
    text += &name.map(|name| format!(" \"{}\"", display::escape(name))).unwrap_or_default();
    text += &context
        .settings
        .environment
        .as_deref()
        .map(|env| format!("  env {}", display::escape(env)))
        .unwrap_or_default();
    text += &format!("  {target}\n");
    let width = plan.entries().iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    let order = [Change::Delete, Change::Create, Change::Update, Change::Unknown, Change::Same, Change::CarriedOver];
    for change in order {
        for entry in plan.entries().iter().filter(|entry| entry.change == change) {
            text += &format!("  {} {:<width$}  {}\n", mark(change), display::escape(&entry.name), entry.reason);
        }
    }
    for blocked in plan.blocked() {
        text += &format!("  ! {:<width$}  blocks the update: {}\n", display::escape(&blocked.name), blocked.reason);
    }
    text + &summary(plan)
}

fn mark(change: Change) -> char {
    match change {
        Change::Create => '+',
        Change::Update | Change::Unknown => '~',
        Change::Delete => '-',
        Change::Same => '=',
        Change::CarriedOver => '.',
    }
}

fn summary(plan: &Plan) -> String {
    let count = |changes: &[Change]| plan.entries().iter().filter(|entry| changes.contains(&entry.change)).count();
    let counts = format!(
        "{} update, {} create, {} delete",
        count(&[Change::Update, Change::Unknown]),
        count(&[Change::Create]),
        count(&[Change::Delete])
    );
    if !plan.blocked().is_empty() {
        return format!("{counts}; blocked, an apply would send nothing\n");
    }
    let puts = if plan.changes_pending() { "one PUT" } else { "nothing to send" };
    format!("{counts}; {puts}; values never shown\n")
}
