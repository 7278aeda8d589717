//! Plans as commands print them: for one action or several, from a document as it is or as it was.

mod file;
mod report;
mod table;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use clap::Args;
use cxvars_core::base::display::escape;
use cxvars_core::plan::{Plan, PlanOptions};
use cxvars_core::render;
use cxvars_flow::Failure;
use cxvars_flow::advice::Access;
use cxvars_flow::schedule::End;
use serde::Serialize;

use self::report::{About, PlanReport, PlansReport, Report};
use crate::cli::arguments::{DocumentArgs, Global, ReviewFormat, SelectArgs};
use crate::cli::exit::{CommandError, CommandResult, Exit, failure_text};
use crate::cli::markdown;
use crate::config::Action;
use crate::fleet::display::Display;
use crate::fleet::in_order::InOrder;
use crate::fleet::order;
use crate::fleet::reading::read_each;
use crate::fleet::sites::Sites;
use crate::project::context::Context;
use crate::project::findings;
use crate::project::input::is_stdin;
use crate::project::output::refuse_overwriting;
use crate::project::prepare::{DocumentRequest, Prepared, Seal, prepare, prepare_again};
use crate::project::selection::Selected;
use crate::service::planned::{self, Planned, options, plan_now};
use crate::service::prunes::Prunes;
use crate::service::{ReadError, Service};
use crate::system::runtime::block_on;
use crate::system::shell;
use crate::system::spool::{JsonList, Spool, Spooled, json_item};
use crate::system::terminal::{OutputError, Terminal};
use crate::telemetry;

/// What to plan with, and how to report it.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
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

/// What a command plans.
#[derive(Clone, Copy)]
pub(crate) struct Request<'r> {
    pub(crate) select: &'r SelectArgs,
    pub(crate) plan: &'r PlanArgs,
    /// The git revision to read the document at.
    pub(crate) revision: Option<&'r str>,
}

impl Request<'_> {
    fn document(&self) -> DocumentRequest<'_> {
        DocumentRequest { revision: self.revision, ..self.plan.document.request() }
    }

    fn options(&self, context: &Context) -> PlanOptions {
        options(&self.plan.document.prune, self.plan.document.max_deletes, false, context)
    }
}

/// Makes the plans and prints them.
pub(crate) fn run(request: Request<'_>, global: &Global, terminal: Terminal) -> CommandResult {
    let Request { select, plan: args, .. } = request;
    if select.are_several() && (args.document.file.is_some() || args.document.stdin.is_some()) {
        return Err(CommandError::usage("-f and --stdin are for one action, not for --all or --only"));
    }
    let selected = select.select(global, terminal, |action| action.file.is_some())?;
    let is_one = !select.are_several() && !selected.iter().any(|selected| selected.by_pattern);
    if args.out.is_some() && !is_one {
        return Err(CommandError::usage("a plan file is for one action in one environment; name them"));
    }
    telemetry::counts(selected.len(), selected.iter().map(|selected| selected.actions.len()).sum());
    let mut run = PlanRun {
        request,
        terminal,
        is_one,
        exit: Exit::Success,
        spool: RefCell::default(),
        plans: Vec::new(),
        prunes: None,
    };
    let is_several = selected.len() > 1;
    let mut contexts = Vec::new();
    let mut waiting = Vec::new();
    let document = request.document();
    for (tenant, Selected { context, actions, .. }) in selected.into_iter().enumerate() {
        for action in actions {
            let prepared = prepare(&context, &action, &document, args.resolve).map_err(|error| {
                let error = CommandError::from(error);
                match context.settings.environment.as_deref().filter(|_| is_several) {
                    Some(name) => error.in_environment(name),
                    None => error,
                }
            })?;
            if let Some(out) = &args.out {
                refuse_inputs(out, &prepared, &document, &context)?;
            }
            if prepared.wanted.is_some() {
                waiting.push(Waiting::new(tenant, action, prepared, is_one));
            } else {
                run.ended(Exit::Findings);
                let report = run.invalid(&prepared, &context)?;
                let report = run.spool.get_mut().keep(report);
                run.print(report)?;
            }
        }
        contexts.push(context);
    }
    run.environments(contexts, &waiting)?;
    if !is_one && args.document.format == ReviewFormat::Json {
        let plans = JsonList { spool: &run.spool, items: run.plans.iter() };
        terminal.long_json(&PlansReport { version: 1, plans })?;
    }
    if let Some(prunes) = &run.prunes {
        prunes.refuse_idle()?;
    }
    Ok(run.exit)
}

/// Refuses a plan file that would replace a file that the plan is made from.
fn refuse_inputs(
    out: &Path,
    prepared: &Prepared,
    request: &DocumentRequest<'_>,
    context: &Context,
) -> Result<(), CommandError> {
    let values = prepared.value_files.iter().map(|file| (file.clone(), "a file with a value"));
    let plugins = request.plugins.iter().map(|file| (file.clone(), "a policy"));
    let document = (prepared.document.clone(), "the document that is planned");
    let inputs: Vec<_> = std::iter::once(document).chain(values).chain(plugins).collect();
    Ok(refuse_overwriting("--out", out, &inputs, context)?)
}

/// An action whose document was checked.
struct Waiting {
    /// The number of its environment.
    tenant: usize,
    action: Action,
    seal: Seal,
    /// Its document, if it is the only one or cannot be read again. Otherwise it is read again when it is planned.
    document: Option<Prepared>,
}

impl Waiting {
    fn new(tenant: usize, action: Action, prepared: Prepared, is_one: bool) -> Self {
        let seal = prepared.seal();
        let document = Some(prepared).filter(|prepared| is_one || is_stdin(&prepared.document));
        Self { tenant, action, seal, document }
    }
}

/// The plans of one command.
struct PlanRun<'r> {
    request: Request<'r>,
    terminal: Terminal,
    /// Whether one action in one environment was named, so that its report is the whole report.
    is_one: bool,
    exit: Exit,
    /// Reports that are not printed yet.
    spool: RefCell<Spool>,
    /// The JSON reports of several plans.
    plans: Vec<Spooled>,
    /// Names of `--prune` that pruned nothing so far.
    prunes: Option<Prunes>,
}

impl PlanRun<'_> {
    /// Plans actions, each of the environment with its number: side by side, and printed in this order.
    fn environments(&mut self, contexts: Vec<Context>, actions: &[Waiting]) -> Result<(), CommandError> {
        if actions.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = contexts.iter().map(|context| context.settings.environment.clone()).collect();
        let name = |waiting: &Waiting| names.get(waiting.tenant).and_then(Option::as_deref);
        let display = RefCell::new(Display::new(actions.iter().filter(|_| !self.is_one).map(name), self.terminal));
        let profiles: Vec<_> = contexts.iter().map(|context| &context.settings.profile).collect();
        let schedule = order::reading(actions.iter().map(|waiting| waiting.tenant), &profiles);
        let (request, is_one) = (self.request, self.is_one);
        let sites = Sites::new(contexts, Access::Read, is_one);
        let (run, read) = (RefCell::new(self), RefCell::new(InOrder::default()));
        let plan = async |action: usize, (context, service): &(Context, Service), taken| {
            let Some(waiting) = actions.get(action) else { return Ok(End::Idle) };
            let again;
            let prepared = match &waiting.document {
                Some(prepared) => prepared,
                None => {
                    let resolve = request.plan.resolve;
                    again = prepare_again(context, &waiting.action, &request.document(), resolve, &waiting.seal)?;
                    &again
                }
            };
            let options = request.options(context);
            let planned = match plan_now(context, service, prepared, &options, Some(taken)).await {
                Err(ReadError::Service { outcome, interrupted, failure })
                    if !is_one && failure.is_about_the_action() =>
                {
                    Err((Exit::of(outcome, interrupted), failure))
                }
                planned => Ok(planned?),
            };
            let end = if planned.is_ok() { End::Done } else { End::Failed };
            let mut run = run.borrow_mut();
            let report = run.report(planned, prepared, context, service)?;
            let report = run.spool.get_mut().keep(report);
            for (_, report) in read.borrow_mut().add(action, report) {
                run.print(report)?;
            }
            Ok(end)
        };
        block_on(read_each(&sites, &display, schedule, plan))
    }

    /// The report of a plan, or why there is none.
    fn report(
        &mut self,
        planned: Result<Planned, (Exit, Failure)>,
        prepared: &Prepared,
        context: &Context,
        service: &Service,
    ) -> Result<String, CommandError> {
        let planned = match planned {
            Ok(planned) => planned,
            Err((exit, failure)) => {
                self.ended(exit);
                return self.unread(prepared, context, &service.target, &failure);
            }
        };
        let options = self.request.options(context);
        let prunes = self.prunes.get_or_insert_with(|| Prunes::new(&options.prune));
        prunes.see(prepared.wanted.as_deref().unwrap_or_default(), &planned.stored);
        if self.is_one {
            // Before a plan file is written.
            prunes.refuse_idle()?;
        }
        if let Some(path) = &self.request.plan.out {
            file::write(path, &planned, self.request.plan, &options, prepared, context, &service.target)?;
        }
        if !planned.plan.blocked().is_empty() {
            self.ended(Exit::Conflict);
        } else if self.request.plan.detailed_exitcode && planned.plan.changes_pending() {
            self.ended(Exit::Pending);
        }
        self.planned(&planned, prepared, context, &service.target)
    }

    /// Notes how a plan ended. What needs a person most counts: findings, an action that could not be read, a blocked
    /// plan, and then pending changes.
    fn ended(&mut self, exit: Exit) {
        let rank = |exit: Exit| match exit {
            Exit::Success => 0,
            Exit::Pending => 1,
            Exit::Conflict => 2,
            Exit::Findings => 4,
            _ => 3,
        };
        if rank(exit) > rank(self.exit) {
            self.exit = exit;
        }
    }

    fn planned(
        &mut self,
        planned: &Planned,
        prepared: &Prepared,
        context: &Context,
        target: &str,
    ) -> Result<String, CommandError> {
        let plan = &planned.plan;
        let command = self.command(plan, prepared, context);
        match self.request.plan.document.format {
            ReviewFormat::Json | ReviewFormat::Jsonl => self.json(&Report::Planned(PlanReport {
                version: 1,
                target: target.to_owned(),
                about: About::new(prepared, context),
                diagnostics: findings::diagnostics(prepared),
                not_shown: render::not_shown(&prepared.report),
                changes_pending: plan.changes_pending(),
                changes: plan.changes(),
                blocked: plan.blocked().to_vec(),
                digest: plan.digest().to_owned(),
                revision: prepared.input.commit.clone(),
                command,
            })),
            ReviewFormat::Text => {
                let color = self.terminal.color;
                let plan = planned::text(planned, context, target, prepared, color);
                Ok(self.text(&(findings::warnings(prepared, color) + &plan + &carry_out(command))))
            }
            ReviewFormat::Markdown => {
                let warnings = findings::warnings(prepared, false);
                let warnings = if warnings.is_empty() { warnings } else { format!("\n{}", markdown::block(&warnings)) };
                let table = table::markdown(planned, context, target, prepared);
                let command = command.map(|command| format!("\n{}", markdown::block(&command))).unwrap_or_default();
                Ok(self.text(&format!("{}{table}{warnings}{command}", self.marker(prepared, context))))
            }
        }
    }

    /// The command that carries out a plan of an earlier revision. `None` if there is nothing that it could send.
    fn command(&self, plan: &Plan, prepared: &Prepared, context: &Context) -> Option<String> {
        let commit = prepared.input.commit.as_ref().filter(|_| plan.changes_pending() && plan.blocked().is_empty())?;
        let action = shell::word(self.request.select.action.as_deref().unwrap_or(prepared.name()));
        let document = &self.request.plan.document;
        let file = document.file.as_deref().map(|file| format!(" -f {}", shell::word(&file.to_string_lossy())));
        let (file, flags) = (file.unwrap_or_default(), document.same_flags());
        Some(format!("cxvars apply {action}{file} --revision {commit}{flags}{}", context.same_flags()))
    }

    /// There is no plan to print, so the findings are reported as `validate` does.
    fn invalid(&self, prepared: &Prepared, context: &Context) -> Result<String, CommandError> {
        match self.request.plan.document.format {
            ReviewFormat::Json | ReviewFormat::Jsonl if self.is_one => self.json(&findings::json(prepared)),
            ReviewFormat::Json | ReviewFormat::Jsonl => {
                let (about, report) = (About::new(prepared, context), findings::json(prepared));
                self.json(&Report::Invalid { about, report })
            }
            ReviewFormat::Text => {
                Ok(self.text(&(self.heading(prepared, context) + &findings::text(prepared, self.terminal.color))))
            }
            ReviewFormat::Markdown => {
                let block = markdown::block(&(self.heading(prepared, context) + &findings::text(prepared, false)));
                Ok(self.text(&format!("{}{block}", self.marker(prepared, context))))
            }
        }
    }

    /// Says which action and environment the findings belong to, if there are several.
    fn heading(&self, prepared: &Prepared, context: &Context) -> String {
        if self.is_one {
            return String::new();
        }
        let environment = environment(context);
        format!("plan  {}{environment}\n", escape(prepared.name()))
    }

    fn unread(
        &self,
        prepared: &Prepared,
        context: &Context,
        target: &str,
        failure: &Failure,
    ) -> Result<String, CommandError> {
        let name = escape(prepared.name());
        let environment = environment(context);
        let text = format!("plan  {name}{environment}  {target}\n  error: {}\n", failure_text(failure));
        match self.request.plan.document.format {
            ReviewFormat::Json | ReviewFormat::Jsonl => self.json(&Report::Unread {
                version: 1,
                target: target.to_owned(),
                about: About::new(prepared, context),
                error: failure.clone(),
            }),
            ReviewFormat::Text => Ok(self.text(&text)),
            ReviewFormat::Markdown => {
                Ok(self.text(&format!("{}{}", self.marker(prepared, context), markdown::block(&text))))
            }
        }
    }

    fn marker(&self, prepared: &Prepared, context: &Context) -> String {
        let name = self.request.select.action.as_deref().unwrap_or(prepared.name());
        markdown::marker("plan", name, context.settings.environment.as_deref())
    }

    fn text(&self, text: &str) -> String {
        let gap = if self.is_one { "" } else { "\n" };
        format!("{text}{gap}")
    }

    fn json(&self, report: &impl Serialize) -> Result<String, CommandError> {
        let json = match self.request.plan.document.format {
            ReviewFormat::Jsonl => serde_json::to_string(report).map(|json| json + "\n"),
            _ if self.is_one => serde_json::to_string_pretty(report).map(|json| json + "\n"),
            _ => json_item(report),
        };
        json.map_err(|error| OutputError::Json(error).into())
    }

    /// Prints a report. Of several in JSON, it is printed at the end.
    fn print(&mut self, report: Spooled) -> Result<(), CommandError> {
        if !self.is_one && self.request.plan.document.format == ReviewFormat::Json {
            self.plans.push(report);
            return Ok(());
        }
        let report = self.spool.get_mut().read(&report).map_err(CommandError::io)?;
        Ok(self.terminal.result(&report)?)
    }
}

/// The chosen environment, as a part of a heading.
fn environment(context: &Context) -> String {
    let name = context.settings.environment.as_deref();
    name.map(|name| format!("  env {}", escape(name))).unwrap_or_default()
}

fn carry_out(command: Option<String>) -> String {
    command.map(|command| format!("to carry it out: {command}\n")).unwrap_or_default()
}
