//! `cxvars rotation`.

use clap::Args;
use cxvars_core::audit::rotation::{self, Policy};
use cxvars_flow::advice::Access;

use crate::cli::arguments::{Format, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::service::{Service, block_on};
use crate::system::terminal::Terminal;
use crate::system::{clock, environment};
use crate::webhook::notifier::Notifier;

/// Show which encrypted variables are due for rotation
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars rotation crm-lookup --env prod --max-age-days 90 --exit-code")]
pub(crate) struct Arguments {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
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

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let mut context = global.context(terminal)?;
    let action = context.settings.action(&args.action).map_err(CommandError::usage)?;
    let webhook = match args.notify {
        false => None,
        true if context.settings.webhook.is_none() => {
            return Err(CommandError::usage("--notify needs a [webhook] in the configuration"));
        }
        true => {
            Notifier::load(&context.settings, &environment::process, context.system).map_err(CommandError::usage)?
        }
    };
    block_on(async {
        let service = Service::open(&mut context, Access::Read).await?;
        let finished = service.read(&context, &action.id, &[]).await?;
        let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
        let encrypted = stored.into_iter().filter(|variable| variable.encrypted).map(|variable| variable.name);
        let log = context.read_log(None)?;
        let configured = &context.settings.rotation;
        let policy = Policy {
            target: &service.target,
            action: &action.id,
            now: context.system.epoch_s(),
            max_age_days: args.max_age_days.unwrap_or(configured.max_age_days()),
            variables: configured.variables.as_ref().filter(|_| args.max_age_days.is_none()),
        };
        let report = rotation::report(&policy, encrypted, log.records(terminal));
        match args.format {
            Format::Json => terminal.json(&report)?,
            Format::Text => terminal.result(&text(&report, &service.target))?,
        }
        if let Some(webhook) = webhook.filter(|_| report.recommended) {
            webhook.tell_rotation(&context.settings, terminal, &service.session, &service.target, &report).await;
        }
        Ok(if args.exit_code && report.recommended { Exit::Findings } else { Exit::Success })
    })
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
