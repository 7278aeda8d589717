//! `cxvars plan`.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use cxvars_core::plan::{Blocked, Changes, PlanOptions};
use cxvars_core::service::change::Change;
use cxvars_flow::advice::Access;
use serde::Serialize;

use crate::cli::arguments::{DocumentArgs, Global, ReviewFormat};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::markdown;
use crate::project::context::Context;
use crate::project::environments::{self, Chosen};
use crate::project::findings;
use crate::project::input::{is_stdin, shown};
use crate::project::prepare::{Prepared, key, prepare};
use crate::service::planned::{self, Planned, in_order, options, plan_now, summary};
use crate::service::{Service, block_on};
use crate::state::fingerprints::Fingerprinter;
use crate::state::plan_file::{PlanFile, PlanOrigin};
use crate::system::terminal::Terminal;
use crate::system::{clock, files};

/// Show what an apply would change; values are never shown
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars plan demo -f vars.json --sandbox\n  \
                        cxvars plan crm-lookup --env prod --resolve --format json\n  \
                        cxvars plan crm-lookup --env prod --resolve --out plan.json   then: cxvars apply --plan plan.json")]
pub(crate) struct Arguments {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    #[command(flatten)]
    pub(crate) document: DocumentArgs,
    /// Fetch the values that the document refers to, so that they can be compared
    #[arg(long)]
    pub(crate) resolve: bool,
    /// Also write the plan to this file, for `apply --plan`; it holds no values
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 9 if changes are pending
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

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

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let Chosen::Matching(names) = environments::chosen(&global.flags())? else {
        let (exit, report) = one(args, global, terminal)?;
        terminal.result(&report)?;
        return Ok(exit);
    };
    if args.out.is_some() {
        return Err(CommandError::usage("a plan file is for one environment; name it with --env"));
    }
    let (mut plans, mut exit) = (Vec::new(), Exit::Success);
    for name in &names {
        let (code, report) = one(args, &global.within(name), terminal)?;
        // An invalid document in one environment takes precedence over pending changes in another.
        if exit != Exit::Findings && code != Exit::Success {
            exit = code;
        }
        match args.document.format {
            // JSON strings hold no line feeds, so each line can be indented.
            ReviewFormat::Json => plans.push(format!("    {}", report.trim_end().replace('\n', "\n    "))),
            _ => terminal.result(&format!("{report}\n"))?,
        }
    }
    if args.document.format == ReviewFormat::Json {
        terminal.result(&format!("{{\n  \"version\": 1,\n  \"plans\": [\n{}\n  ]\n}}\n", plans.join(",\n")))?;
    }
    Ok(exit)
}

/// The plan for one environment, rendered for printing.
fn one(args: &Arguments, global: &Global, terminal: Terminal) -> Result<(Exit, String), CommandError> {
    let mut context = global.context(terminal)?;
    let format = args.document.format;
    let prepared = prepare(&context, &args.action, &args.document.request(), args.resolve)?;
    let marker = markdown::marker("plan", &args.action, context.settings.environment.as_deref());
    if prepared.wanted.is_none() {
        let printed = match format {
            // There is no plan to print, so the findings are reported as `validate` does.
            ReviewFormat::Json => json(&findings::json(&prepared))?,
            ReviewFormat::Text => findings::text(&prepared, terminal.color),
            ReviewFormat::Markdown => format!("{marker}{}", markdown::block(&findings::text(&prepared, false))),
        };
        return Ok((Exit::Findings, printed));
    }
    block_on(async {
        let service = Service::open(&mut context, Access::Read).await?;
        let options = options(&args.document.prune, args.document.max_deletes, false, &context);
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
            ReviewFormat::Text => planned::text(&planned, &context, &service.target, &prepared),
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

/// Writes the plan file.
fn write(
    path: &Path,
    planned: &Planned,
    args: &Arguments,
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
    let fingerprinter = Fingerprinter { key: &key, action: &prepared.action.id, roundtrip: options.roundtrip };
    let origin = PlanOrigin {
        created: clock::rfc_3339(context.system.epoch_s()),
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
    PlanFile::new(&planned.plan, &fingerprinter, &origin).write(path).map_err(|error| {
        CommandError::io(format!("cannot write the plan file `{shown}`: {}", files::describe(&error)))
    })?;
    if !origin.resolved {
        context.terminal.note(
            "note: values that the document refers to were not fetched (--resolve), so the plan file cannot tell \
             whether they change",
        );
    }
    context.terminal.note(&format!("note: the plan is in `{shown}`; to carry it out: cxvars apply --plan {shown}"));
    Ok(())
}

/// The plan as a Markdown table, for a comment.
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
