//! `cxvars plan`.

use std::path::Path;

use cxvars_core::base::display;
use cxvars_core::plan::{Blocked, Changes, Plan, PlanEntry, PlanOptions};
use cxvars_core::service::change::Change;
use cxvars_core::service::stored::StoredVariable;
use cxvars_flow::Cost;
use cxvars_flow::advice::Access;
use serde::Serialize;

use super::apply::{findings, findings_json};
use super::audit::time;
use crate::cli::arguments::{DocumentArgs, Global, PlanArgs, ReviewFormat};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::markdown;
use crate::cli::terminal::Terminal;
use crate::project::context::Context;
use crate::project::environments::{self, Chosen};
use crate::project::input::{is_stdin, shown};
use crate::project::prepare::{Prepared, key, prepare, prune};
use crate::service::{Service, block_on, transport};
use crate::state::fingerprints::Eye;
use crate::state::plan_file::{PlanFile, Scene};
use crate::system::private_fs;

/// The JSON report.
#[derive(Serialize)]
struct PlanReport<'p> {
    version: u32,
    target: &'p str,
    environment: Option<&'p str>,
    action: &'p str,
    changes_pending: bool,
    changes: Changes,
    blocked: &'p [Blocked],
    digest: &'p str,
}

pub(super) fn run(args: &PlanArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let Chosen::Matching(names) = environments::chosen(global)? else {
        let (exit, report) = one(args, global, terminal)?;
        terminal.result(&report)?;
        return Ok(exit);
    };
    if args.out.is_some() {
        return Err(CommandError::usage("a plan file is for one environment; name it with --env"));
    }
    let (mut plans, mut exit) = (Vec::new(), Exit::Success);
    for name in &names {
        let (code, report) = one(args, &environments::within(global, name), terminal)?;
        // A document that is invalid somewhere outweighs what is pending elsewhere.
        if exit != Exit::Findings && code != Exit::Success {
            exit = code;
        }
        match args.document.format {
            // No text of JSON holds a line feed, so each line can be moved.
            ReviewFormat::Json => plans.push(format!("    {}", report.trim_end().replace('\n', "\n    "))),
            _ => terminal.result(&format!("{report}\n"))?,
        }
    }
    if args.document.format == ReviewFormat::Json {
        terminal.result(&format!("{{\n  \"version\": 1,\n  \"plans\": [\n{}\n  ]\n}}\n", plans.join(",\n")))?;
    }
    Ok(exit)
}

/// The plan within one environment, as it is printed.
fn one(args: &PlanArgs, global: &Global, terminal: Terminal) -> Result<(Exit, String), CommandError> {
    let mut context = Context::load(global, terminal)?;
    let format = args.document.format;
    let prepared = prepare(&context, &args.action, &args.document, args.resolve)?;
    let marker = markdown::marker("plan", &args.action, context.settings.environment.as_deref());
    if prepared.wanted.is_none() {
        let printed = match format {
            // There is no plan to print: the findings come as `validate` reports them.
            ReviewFormat::Json => json(&findings_json(&prepared))?,
            ReviewFormat::Text => findings(&prepared, terminal.color),
            ReviewFormat::Markdown => format!("{marker}{}", markdown::block(&findings(&prepared, false))),
        };
        return Ok((Exit::Findings, printed));
    }
    block_on(async {
        let service = Service::open(&mut context, Access::Read).await?;
        let options = options(&args.document, false, &context);
        let planned = plan_now(&context, &service, &prepared, &options).await?;
        if let Some(path) = &args.out {
            write(path, &planned, args, &options, &prepared, &context, &service.target)?;
        }
        let plan = &planned.plan;
        let printed = match format {
            ReviewFormat::Json => json(&PlanReport {
                version: 1,
                target: &service.target,
                environment: context.settings.environment.as_deref(),
                action: &prepared.action.id,
                changes_pending: plan.changes_pending(),
                changes: plan.changes(),
                blocked: plan.blocked(),
                digest: plan.digest(),
            })?,
            ReviewFormat::Text => text(&planned, &context, &service.target, &prepared),
            ReviewFormat::Markdown => {
                format!("{marker}{}", table(&planned, &context, &service.target, &prepared))
            }
        };
        let pending = args.detailed_exitcode && plan.changes_pending();
        Ok((if pending { Exit::Pending } else { Exit::Success }, printed))
    })
}

fn json(report: &impl Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(report).map_err(|error| CommandError::io(format!("report: {error}")))?;
    Ok(text + "\n")
}

/// The choices of a plan.
pub(super) fn options(args: &DocumentArgs, force: bool, context: &Context) -> PlanOptions {
    PlanOptions {
        prune: prune(&args.prune),
        force,
        roundtrip: context.settings.profile.encrypted_roundtrip,
        max_deletes: args.max_deletes,
    }
}

/// Writes the plan file.
fn write(
    path: &Path,
    planned: &Planned,
    args: &PlanArgs,
    options: &PlanOptions,
    prepared: &Prepared,
    context: &Context,
    target: &str,
) -> Result<(), CommandError> {
    if is_stdin(&prepared.document) || args.document.stdin.is_some() {
        let message = "a plan file is for a document that can be read again; name a file instead of standard input";
        return Err(CommandError::usage(message));
    }
    let key = match &prepared.key {
        Some(key) => Some(key.clone()),
        None => key(context)?,
    };
    let key = key.ok_or_else(|| CommandError::usage("--out needs a fingerprint key; see the note above"))?;
    let eye = Eye { key: &key, action: &prepared.action.id, roundtrip: options.roundtrip };
    let scene = Scene {
        created: time(transport::epoch_s()),
        target,
        environment: context.settings.environment.as_deref(),
        alias: prepared.action.alias.as_deref(),
        document: &prepared.document,
        resolved: args.resolve || prepared.references == 0,
        options,
        before: &planned.stored,
        etag: planned.etag.as_deref(),
    };
    let shown = shown(path);
    PlanFile::new(&planned.plan, &eye, &scene).write(path).map_err(|error| {
        CommandError::io(format!("cannot write the plan file `{shown}`: {}", private_fs::describe(&error)))
    })?;
    if !scene.resolved {
        context.terminal.note(
            "note: values that the document refers to were not fetched (--resolve), so the plan file cannot tell \
             whether they change",
        );
    }
    context.terminal.note(&format!("note: the plan is in `{shown}`; to carry it out: cxvars apply --plan {shown}"));
    Ok(())
}

/// A plan from what is stored now.
pub(super) struct Planned {
    pub(super) plan: Plan,
    /// The action's name at the service.
    name: Option<String>,
    stored: Vec<StoredVariable>,
    etag: Option<String>,
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
    let name = finished.action.as_ref().and_then(|action| action.name.clone());
    expect_name(prepared, name.as_deref())?;
    let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
    let remembered = context.memory.recall(&service.target, id).remembered;
    let wanted = prepared.wanted.as_deref().unwrap_or_default();
    let plan = Plan::new(id, wanted, &stored, finished.etag.as_deref(), &remembered, options);
    Ok(Planned { plan, name, stored, etag: finished.etag, cost: finished.cost })
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

/// In this order: what is lost comes first, what stays comes last.
const ORDER: [Change; 6] =
    [Change::Delete, Change::Create, Change::Update, Change::Unknown, Change::Same, Change::CarriedOver];

fn in_order(plan: &Plan) -> impl Iterator<Item = &PlanEntry> {
    ORDER.into_iter().flat_map(|change| plan.entries().iter().filter(move |entry| entry.change == change))
}

/// The plan for people: deletes first, then what changes, then the rest.
pub(super) fn text(planned: &Planned, context: &Context, target: &str, prepared: &Prepared) -> String {
    let plan = &planned.plan;
    let alias = prepared.action.alias.as_deref().unwrap_or(&prepared.action.id);
    let mut text = format!("plan  {}", display::escape(alias));
    text += &planned.name.as_deref().map(|name| format!(" \"{}\"", display::escape(name))).unwrap_or_default();
    text += &context
        .settings
        .environment
        .as_deref()
        .map(|env| format!("  env {}", display::escape(env)))
        .unwrap_or_default();
    text += &format!("  {target}\n");
    let width = plan.entries().iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    for entry in in_order(plan) {
        text += &format!("  {} {:<width$}  {}\n", mark(entry.change), display::escape(&entry.name), entry.reason);
    }
    for blocked in plan.blocked() {
        text += &format!("  ! {:<width$}  blocks the update: {}\n", display::escape(&blocked.name), blocked.reason);
    }
    text + &summary(plan)
}

/// The plan for a comment: the same, as a table.
fn table(planned: &Planned, context: &Context, target: &str, prepared: &Prepared) -> String {
    let plan = &planned.plan;
    let alias = prepared.action.alias.as_deref().unwrap_or(&prepared.action.id);
    let mut text = format!("### Plan for {}", markdown::cell(alias));
    text += &planned.name.as_deref().map(|name| format!(" \"{}\"", markdown::cell(name))).unwrap_or_default();
    let environment = context.settings.environment.as_deref();
    text += &environment.map(|env| format!(", environment {}", markdown::cell(env))).unwrap_or_default();
    text += &format!("\n\n{} at {}\n\n", summary(plan).trim_end(), markdown::cell(target));
    if plan.entries().is_empty() {
        return text;
    }
    text += "| | variable | why |\n|---|---|---|\n";
    for blocked in plan.blocked() {
        let (name, reason) = (markdown::cell(&blocked.name), markdown::cell(&blocked.reason));
        text += &format!("| **blocks** | {name} | {reason} |\n");
    }
    for entry in in_order(plan) {
        let word = entry.change.as_str().replace('_', " ");
        let word = if entry.change == Change::Delete { format!("**{word}**") } else { word };
        text += &format!("| {word} | {} | {} |\n", markdown::cell(&entry.name), markdown::cell(&entry.reason));
    }
    text
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
