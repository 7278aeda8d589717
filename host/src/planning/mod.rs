//! Plans as commands print them: for one action or several, from a document as it is or as it was.

mod file;
mod report;
mod table;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use clap::Args;
use cxvars_core::base::display::escape;
use cxvars_core::plan::Plan;
use cxvars_core::render;
use cxvars_flow::Failure;
use cxvars_flow::advice::Access;
use cxvars_flow::schedule::End;

use self::report::{About, PlanReport, PlansReport, Report};
use crate::cli::arguments::{DocumentArgs, Global, ReviewFormat, SelectArgs};
use crate::cli::exit::{CommandError, CommandResult, Exit, failure_text};
use crate::cli::markdown;
use crate::fleet::display::Display;
use crate::fleet::in_order::InOrder;
use crate::fleet::order;
use crate::fleet::reading::read_each;
use crate::fleet::sites::Sites;
use crate::project::context::Context;
use crate::project::findings;
use crate::project::output::refuse_overwriting;
use crate::project::prepare::{DocumentRequest, Prepared, prepare};
use crate::project::selection::Selected;
use crate::service::planned::{self, Planned, options, plan_now};
use crate::service::prunes::Prunes;
use crate::service::{ReadError, Service};
use crate::system::runtime::block_on;
use crate::system::shell;
use crate::system::terminal::Terminal;
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

/// Makes the plans and prints them.
pub(crate) fn run(request: Request<'_>, global: &Global, terminal: Terminal) -> CommandResult {
    let Request { select, plan: args, revision } = request;
    if select.are_several() && (args.document.file.is_some() || args.document.stdin.is_some()) {
        return Err(CommandError::usage("-f and --stdin are for one action, not for --all or --only"));
    }
    let selected = select.select(global, terminal, |action| action.file.is_some())?;
    let is_one = !select.are_several() && !selected.iter().any(|selected| selected.by_pattern);
    if args.out.is_some() && !is_one {
        return Err(CommandError::usage("a plan file is for one action in one environment; name them"));
    }
    telemetry::counts(selected.len(), selected.iter().map(|selected| selected.actions.len()).sum());
    let mut run = PlanRun { select, args, terminal, is_one, exit: Exit::Success, plans: Vec::new(), prunes: None };
    let is_several = selected.len() > 1;
    let mut contexts = Vec::new();
    let mut waiting = Vec::new();
    for (tenant, Selected { context, actions, .. }) in selected.into_iter().enumerate() {
        let request = DocumentRequest { revision, ..args.document.request() };
        let prepared = actions.iter().map(|action| prepare(&context, action, &request, args.resolve));
        let prepared = prepared.collect::<Result<Vec<_>, _>>().map_err(|error| {
            let error = CommandError::from(error);
            match context.settings.environment.as_deref().filter(|_| is_several) {
                Some(name) => error.in_environment(name),
                None => error,
            }
        })?;
        if let Some(out) = &args.out {
            refuse_inputs(out, &prepared, &request, &context)?;
        }
        let (valid, invalid): (Vec<_>, Vec<_>) = prepared.into_iter().partition(|prepared| prepared.wanted.is_some());
        for prepared in &invalid {
            run.ended(Exit::Findings);
            run.invalid(prepared, &context)?;
        }
        waiting.extend(valid.into_iter().map(|prepared| (tenant, prepared)));
        contexts.push(context);
    }
    run.environments(contexts, &waiting)?;
    if !is_one && args.document.format == ReviewFormat::Json {
        terminal.json(&PlansReport { version: 1, plans: &run.plans })?;
    }
    if let Some(prunes) = &run.prunes {
        prunes.refuse_idle()?;
    }
    Ok(run.exit)
}

/// Refuses a plan file that would replace a file that the plan is made from.
fn refuse_inputs(
    out: &Path,
    prepared: &[Prepared],
    request: &DocumentRequest<'_>,
    context: &Context,
) -> Result<(), CommandError> {
    let values = prepared.iter().flat_map(|prepared| &prepared.value_files);
    let values = values.map(|file| (file.clone(), "a file with a value"));
    let plugins = request.plugins.iter().map(|file| (file.clone(), "a policy"));
    let documents = prepared.iter().map(|prepared| (prepared.document.clone(), "the document that is planned"));
    let inputs: Vec<_> = documents.chain(values).chain(plugins).collect();
    Ok(refuse_overwriting("--out", out, &inputs, context)?)
}

/// The plans of one command.
struct PlanRun<'r> {
    select: &'r SelectArgs,
    args: &'r PlanArgs,
    terminal: Terminal,
    /// Whether one action in one environment was named, so that its report is the whole report.
    is_one: bool,
    exit: Exit,
    /// The JSON reports of several plans.
    plans: Vec<Report>,
    /// Names of `--prune` that pruned nothing so far.
    prunes: Option<Prunes>,
}

impl PlanRun<'_> {
    /// Plans actions, each of the environment with its number: side by side, and printed in this order.
    fn environments(&mut self, contexts: Vec<Context>, actions: &[(usize, Prepared)]) -> Result<(), CommandError> {
        if actions.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = contexts.iter().map(|context| context.settings.environment.clone()).collect();
        let name = |(tenant, _): &(usize, Prepared)| names.get(*tenant).and_then(Option::as_deref);
        let display = RefCell::new(Display::new(actions.iter().filter(|_| !self.is_one).map(name), self.terminal));
        let profiles: Vec<_> = contexts.iter().map(|context| &context.settings.profile).collect();
        let schedule = order::reading(actions.iter().map(|(tenant, _)| *tenant), &profiles);
        let (document, is_one) = (&self.args.document, self.is_one);
        let sites = Sites::new(contexts, Access::Read, is_one);
        let (run, read) = (RefCell::new(self), RefCell::new(InOrder::default()));
        let plan = async |action: usize, (context, service): &(Context, Service), taken| {
            let Some((_, prepared)) = actions.get(action) else { return Ok(End::Idle) };
            let options = options(&document.prune, document.max_deletes, false, context);
            let planned = match plan_now(context, service, prepared, &options, Some(taken)).await {
                Err(ReadError::Service { outcome, interrupted, failure })
                    if !is_one && failure.is_about_the_action() =>
                {
                    Err((Exit::of(outcome, interrupted), failure))
                }
                planned => Ok(planned?),
            };
            let end = if planned.is_ok() { End::Done } else { End::Failed };
            for (action, planned) in read.borrow_mut().add(action, planned) {
                let Some((tenant, prepared)) = actions.get(action) else { continue };
                let Some((context, service)) = sites.opened(*tenant) else { continue };
                run.borrow_mut().report(planned, prepared, context, service)?;
            }
            Ok(end)
        };
        block_on(read_each(&sites, &display, schedule, plan))
    }

    /// Prints a plan, or why there is none.
    fn report(
        &mut self,
        planned: Result<Planned, (Exit, Failure)>,
        prepared: &Prepared,
        context: &Context,
        service: &Service,
    ) -> Result<(), CommandError> {
        let planned = match planned {
            Ok(planned) => planned,
            Err((exit, failure)) => {
                self.ended(exit);
                return self.unread(prepared, context, &service.target, &failure);
            }
        };
        let options = options(&self.args.document.prune, self.args.document.max_deletes, false, context);
        let prunes = self.prunes.get_or_insert_with(|| Prunes::new(&options.prune));
        prunes.see(prepared.wanted.as_deref().unwrap_or_default(), &planned.stored);
        if self.is_one {
            // Before a plan file is written.
            prunes.refuse_idle()?;
        }
        if let Some(path) = &self.args.out {
            file::write(path, &planned, self.args, &options, prepared, context, &service.target)?;
        }
        if !planned.plan.blocked().is_empty() {
            self.ended(Exit::Conflict);
        } else if self.args.detailed_exitcode && planned.plan.changes_pending() {
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
    ) -> Result<(), CommandError> {
        let plan = &planned.plan;
        let command = self.command(plan, prepared, context);
        match self.args.document.format {
            ReviewFormat::Json | ReviewFormat::Jsonl => self.json(Report::Planned(PlanReport {
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
                self.text(&(findings::warnings(prepared, color) + &plan + &carry_out(command)))
            }
            ReviewFormat::Markdown => {
                let warnings = findings::warnings(prepared, false);
                let warnings = if warnings.is_empty() { warnings } else { format!("\n{}", markdown::block(&warnings)) };
                let table = table::markdown(planned, context, target, prepared);
                let command = command.map(|command| format!("\n{}", markdown::block(&command))).unwrap_or_default();
                self.text(&format!("{}{table}{warnings}{command}", self.marker(prepared, context)))
            }
        }
    }

    /// The command that carries out a plan of an earlier revision. `None` if there is nothing that it could send.
    fn command(&self, plan: &Plan, prepared: &Prepared, context: &Context) -> Option<String> {
        let commit = prepared.input.commit.as_ref().filter(|_| plan.changes_pending() && plan.blocked().is_empty())?;
        let action = shell::word(self.select.action.as_deref().unwrap_or(prepared.name()));
        let file =
            self.args.document.file.as_deref().map(|file| format!(" -f {}", shell::word(&file.to_string_lossy())));
        let (file, flags) = (file.unwrap_or_default(), self.args.document.same_flags());
        Some(format!("cxvars apply {action}{file} --revision {commit}{flags}{}", context.same_flags()))
    }

    /// There is no plan to print, so the findings are reported as `validate` does.
    fn invalid(&mut self, prepared: &Prepared, context: &Context) -> Result<(), CommandError> {
        match self.args.document.format {
            format @ (ReviewFormat::Json | ReviewFormat::Jsonl) if self.is_one => {
                Ok(format.print(self.terminal, &findings::json(prepared))?)
            }
            ReviewFormat::Json | ReviewFormat::Jsonl => {
                let (about, report) = (About::new(prepared, context), findings::json(prepared));
                self.json(Report::Invalid { about, report })
            }
            ReviewFormat::Text => {
                self.text(&(self.heading(prepared, context) + &findings::text(prepared, self.terminal.color)))
            }
            ReviewFormat::Markdown => {
                let block = markdown::block(&(self.heading(prepared, context) + &findings::text(prepared, false)));
                self.text(&format!("{}{block}", self.marker(prepared, context)))
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
        &mut self,
        prepared: &Prepared,
        context: &Context,
        target: &str,
        failure: &Failure,
    ) -> Result<(), CommandError> {
        let name = escape(prepared.name());
        let environment = environment(context);
        let text = format!("plan  {name}{environment}  {target}\n  error: {}\n", failure_text(failure));
        match self.args.document.format {
            ReviewFormat::Json | ReviewFormat::Jsonl => self.json(Report::Unread {
                version: 1,
                target: target.to_owned(),
                about: About::new(prepared, context),
                error: failure.clone(),
            }),
            ReviewFormat::Text => self.text(&text),
            ReviewFormat::Markdown => {
                self.text(&format!("{}{}", self.marker(prepared, context), markdown::block(&text)))
            }
        }
    }

    fn marker(&self, prepared: &Prepared, context: &Context) -> String {
        let name = self.select.action.as_deref().unwrap_or(prepared.name());
        markdown::marker("plan", name, context.settings.environment.as_deref())
    }

    fn text(&self, text: &str) -> Result<(), CommandError> {
        let gap = if self.is_one { "" } else { "\n" };
        Ok(self.terminal.result(&format!("{text}{gap}"))?)
    }

    fn json(&mut self, report: Report) -> Result<(), CommandError> {
        let format = self.args.document.format;
        if self.is_one || format == ReviewFormat::Jsonl {
            return Ok(format.print(self.terminal, &report)?);
        }
        self.plans.push(report);
        Ok(())
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
