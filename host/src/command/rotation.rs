//! `cxvars rotation`.

use clap::Args;
use cxvars_core::audit::Record;
use cxvars_core::audit::rotation::{self, Policy};
use cxvars_flow::Failure;
use cxvars_flow::advice::Access;
use serde::Serialize;

use crate::cli::arguments::{Format, Global, SelectArgs};
use crate::cli::exit::{CommandError, CommandResult, Exit, failure_text};
use crate::config::Action;
use crate::project::context::Context;
use crate::project::selection::Selected;
use crate::service::{ReadError, Service};
use crate::system::runtime::block_on;
use crate::system::terminal::Terminal;
use crate::system::{clock, environment};
use crate::webhook::notifier::Notifier;

/// Show which encrypted variables are due for rotation
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars rotation crm-lookup --env prod --max-age-days 90 --exit-code\n  \
                        cxvars rotation --all --env prod --format json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Age in days from which every secret is due; by default as configured, otherwise 90
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_age_days: Option<u64>,
    /// Exit with 1 if a rotation is recommended
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Notify the webhook if a rotation is recommended
    #[arg(long)]
    pub(crate) notify: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// The report of one of several actions.
#[derive(Serialize)]
struct RotationResult {
    environment: Option<String>,
    target: String,
    alias: Option<String>,
    #[serde(flatten)]
    found: Found,
}

/// The ages of an action's secrets, or why they are not known.
#[derive(Serialize)]
#[serde(untagged)]
enum Found {
    Ages(rotation::Report),
    Unread { version: u32, action: String, error: Failure },
}

/// The JSON report of several actions.
#[derive(Serialize)]
struct RotationsReport {
    version: u32,
    /// Whether a rotation is recommended for any of them.
    recommended: bool,
    results: Vec<RotationResult>,
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let selected = args.select.select(global, terminal, |_| true)?;
    let is_one = !args.select.are_several() && !selected.iter().any(|selected| selected.by_pattern);
    let mut run =
        RotationRun { args, terminal, is_one, webhook: None, recommended: false, failed: None, results: Vec::new() };
    let mut reported =
        selected.into_iter().try_for_each(|Selected { context, actions, .. }| run.environment(context, &actions));
    let recommended = run.recommended;
    if reported.is_ok() && !is_one && args.format == Format::Json {
        let report = RotationsReport { version: 1, recommended, results: run.results };
        reported = terminal.json(&report).map_err(CommandError::from);
    }
    if let Some(webhook) = run.webhook {
        webhook.deliver_now(terminal);
    }
    reported.map(|()| match run.failed {
        Some(exit) => exit,
        None if args.exit_code && recommended => Exit::Findings,
        None => Exit::Success,
    })
}

/// The reports of one command.
struct RotationRun<'r> {
    args: &'r Arguments,
    terminal: Terminal,
    /// Whether one action in one environment was named, so that its report is the whole report.
    is_one: bool,
    /// All environments of a project share one webhook.
    webhook: Option<Notifier>,
    recommended: bool,
    /// How the first of several actions ended that could not be read.
    failed: Option<Exit>,
    results: Vec<RotationResult>,
}

impl RotationRun<'_> {
    /// Reports on the actions of one environment.
    fn environment(&mut self, mut context: Context, actions: &[Action]) -> Result<(), CommandError> {
        if self.args.notify && context.settings.webhook.is_none() {
            return Err(CommandError::usage("--notify needs a [webhook] in the configuration"));
        }
        if self.args.notify && self.webhook.is_none() {
            let loaded = Notifier::load(&context.settings, &environment::process, context.system);
            self.webhook = loaded.map_err(CommandError::usage)?;
        }
        let records = context.read_log(None)?.records(self.terminal);
        block_on(async {
            let service = Service::open(&mut context, Access::Read).await?;
            for action in actions {
                let found = self.find(&context, &service, action, &records).await?;
                if let (Found::Ages(report), Some(webhook)) = (&found, &self.webhook)
                    && report.recommended
                {
                    webhook.tell_rotation(&context.settings, self.terminal, &service.target, report);
                }
                self.add(found, action, &context, &service.target)?;
            }
            Ok(())
        })
    }

    async fn find(
        &mut self,
        context: &Context,
        service: &Service,
        action: &Action,
        records: &[Record],
    ) -> Result<Found, CommandError> {
        let finished = match service.read_expected(context, action, &[], None).await {
            Err(ReadError::Service { outcome, interrupted, failure })
                if !self.is_one && failure.is_about_the_action() =>
            {
                self.failed.get_or_insert(Exit::of(outcome, interrupted));
                return Ok(Found::Unread { version: 1, action: action.id.clone(), error: failure });
            }
            finished => finished?,
        };
        let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
        let encrypted = stored.into_iter().filter(|variable| variable.encrypted).map(|variable| variable.name);
        let configured = &context.settings.rotation;
        let policy = Policy {
            target: &service.target,
            action: &action.id,
            now: context.system.epoch_s(),
            max_age_days: self.args.max_age_days.unwrap_or(configured.max_age_days()),
            variables: configured.variables.as_ref().filter(|_| self.args.max_age_days.is_none()),
        };
        Ok(Found::Ages(rotation::report(&policy, encrypted, records.iter().map(Record::entry))))
    }

    fn add(&mut self, found: Found, action: &Action, context: &Context, target: &str) -> Result<(), CommandError> {
        self.recommended |= matches!(&found, Found::Ages(report) if report.recommended);
        match (self.args.format, &found) {
            (Format::Json, Found::Ages(report)) if self.is_one => self.terminal.json(report)?,
            (Format::Json, _) => self.results.push(RotationResult {
                environment: context.settings.environment.clone(),
                target: target.to_owned(),
                alias: action.alias.clone(),
                found,
            }),
            (Format::Text, Found::Ages(report)) => self.terminal.result(&text(report, target))?,
            (Format::Text, Found::Unread { action, error, .. }) => {
                let action = cxvars_core::base::display::escape(action);
                self.terminal.result(&format!("rotation  {action}  {target}\n  error: {}\n", failure_text(error)))?;
            }
        }
        Ok(())
    }
}

fn text(report: &rotation::Report, target: &str) -> String {
    let mut text = format!("rotation  {}  {target}\n", cxvars_core::base::display::escape(&report.action));
    for variable in &report.variables {
        let name = cxvars_core::base::display::escape(&variable.name);
        let limit = variable.max_age_days;
        text += &match (variable.last_changed, variable.age_days) {
            (Some(changed), Some(days)) => {
                let (mark, overdue) = match variable.overdue_days {
                    None => ("ok     ", String::new()),
                    Some(0) => ("due    ", String::new()),
                    Some(days) => ("OVERDUE", format!(", for {days} days")),
                };
                format!(
                    "  {mark}  {name}  {days} days old, due from {limit} on{overdue} (last changed {})\n",
                    clock::rfc_3339(changed)
                )
            }
            _ => format!("  unknown  {name}  the audit log does not say when it was last changed\n"),
        };
    }
    text + match (report.variables.is_empty(), report.recommended) {
        (true, _) => "  no encrypted variables\n",
        (false, true) => "rotation is recommended: give them new values, and apply\n",
        (false, false) => "no rotation is due\n",
    }
}
