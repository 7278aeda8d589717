//! `cxvars rotation`.

use cxvars_core::rotation::{self, Policy};

use super::audit::{Log, time};
use super::context::Context;
use super::service::{Service, block_on, read_error};
use crate::cli::{Format, Global, RotationArgs};
use crate::exit::{CommandError, CommandResult, Exit};
use crate::flow::advice::Access;
use crate::terminal::Terminal;
use crate::world;

pub(super) fn run(args: &RotationArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let mut context = Context::load(global, terminal)?;
    let action = context.settings.action(&args.action).map_err(CommandError::usage)?;
    block_on(async {
        let service = Service::open(&mut context, Access::Read).await?;
        let finished = service.read(&context, &action.id, &[]).await?;
        if let Some(error) = read_error(&finished) {
            return Err(error);
        }
        let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
        let encrypted = stored.into_iter().filter(|variable| variable.encrypted).map(|variable| variable.name);
        let log = Log::read(&context, None)?;
        let policy = Policy {
            target: &service.target,
            action: &action.id,
            now: world::epoch_s(),
            max_age_days: args.max_age_days,
        };
        let report = rotation::report(&policy, encrypted, log.records(terminal));
        match args.format {
            Format::Json => terminal.json(&report)?,
            Format::Text => terminal.result(&text(&report, &service.target, args.max_age_days))?,
        }
        Ok(if args.exit_code && report.recommended { Exit::Findings } else { Exit::Success })
    })
}

fn text(report: &rotation::Report, target: &str, max_age_days: u32) -> String {
    let mut text = format!("rotation  {}  {target}\n", cxvars_core::display::escape(&report.action));
    for variable in &report.variables {
        let name = cxvars_core::display::escape(&variable.name);
        text += &match (variable.last_changed, variable.age_days) {
            (Some(changed), Some(days)) => {
                let mark = if variable.due { "due" } else { "ok " };
                format!("  {mark}      {name}  {days} days old (last changed {})\n", time(changed))
            }
            _ => format!("  unknown  {name}  the audit log does not say when it was last changed\n"),
        };
    }
    text + &match (report.variables.is_empty(), report.recommended) {
        (true, _) => "  no encrypted variables\n".to_owned(),
        (false, true) => format!("rotation is recommended: due from {max_age_days} days on, or of unknown age\n"),
        (false, false) => format!("no rotation is due: all are younger than {max_age_days} days\n"),
    }
}
