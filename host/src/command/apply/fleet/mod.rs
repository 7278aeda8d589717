//! `apply --all`, `apply --only`: several actions, in one or several environments.
//!
//! Environments are applied side by side, and in each as many actions as its request budget has room for. All documents
//! are checked before anything is sent. An unknown outcome ends the environment's part of the run, and so does a refusal
//! that is not about one action alone; the other environments go on only with `--keep-going`.

pub(super) mod canary;
mod confirm;
mod journal;
mod member;
mod report;
mod run;
mod shared_run;

use std::num::NonZeroU16;

use cxvars_flow::schedule::{Schedule, Waiting};

use self::canary::canaries;
use self::journal::Journal;
use self::member::{ActionRef, Member, estimate, members, refuse_invalid};
use self::report::Results;
use self::run::FleetRun;
use super::arguments::Arguments;
use super::preflight::{open_log, start_recorder};
use crate::cli::arguments::Global;
use crate::cli::exit::{CommandError, CommandResult};
use crate::fleet::carry_out;
use crate::fleet::display::Display;
use crate::fleet::order::schedule;
use crate::system::environment;
use crate::system::runtime::block_on;
use crate::system::terminal::Terminal;
use crate::telemetry;
use crate::webhook::notifier::Notifier;

/// Applies to all actions that the command line selects, and prints the report.
pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let members = members(args, global, terminal)?;
    let Some(first) = members.first() else { return Err(CommandError::usage("no environment was chosen")) };
    let log = open_log(&first.context, args)?;
    if let Some(exit) = refuse_invalid(&members, &log, args.document.format)? {
        return Ok(exit);
    }
    // All environments of a project share one webhook.
    let webhook = Notifier::load(&first.context.settings, &environment::process, first.context.system)
        .map_err(CommandError::usage)?;
    let is_sandbox = first.context.settings.is_sandbox();
    let journal =
        Journal::open(&first.context.settings.state.folder, args.restart, is_sandbox, first.context.system.epoch_s());
    let actions: Vec<ActionRef> = members
        .iter()
        .flat_map(|member| member.actions.iter().map(|checked| member.action_ref(&checked.action)))
        .collect();
    let (planning, schedule) = schedules(&members, &actions, args)?;
    telemetry::counts(members.len(), actions.len());
    estimate(&members, terminal);
    let recorder = start_recorder(&log)?;
    let display = Display::new(actions.iter().map(|action| action.environment.as_deref()), terminal);
    let results = Results::new(&actions, args.document.format, terminal);
    let mut run = FleetRun::new(args, members, journal, &log, &recorder, webhook.as_ref(), display, results);
    let result = block_on(async {
        if !args.yes && !is_sandbox {
            run.confirm(planning, terminal).await?;
        }
        let mut schedule = schedule;
        if let Some(name) = &args.run {
            let stopped = run.share(name).await?;
            schedule.retain(|tenant, waiting| !stopped.contains(&tenant) && run.is_waiting(waiting.action));
        }
        tokio::select! {
            biased;
            _ = carry_out(&run, schedule) => {}
            () = run.show_progress() => {}
        }
        run.learn().await;
        Ok::<_, CommandError>(())
    });
    run.end_display();
    result?;
    let exit = run.conclude();
    if let Some(webhook) = webhook {
        webhook.deliver_now(terminal);
    }
    exit
}

/// The order of the actions, for planning them and for applying them: those of one environment are one tenant's.
fn schedules(
    members: &[Member],
    actions: &[ActionRef],
    args: &Arguments,
) -> Result<(Schedule, Schedule), CommandError> {
    let canaries = canaries(&args.canary, actions).map_err(CommandError::usage)?;
    let mut places: Vec<(String, &str)> = Vec::new();
    for member in members {
        let service = member.service_name();
        places.extend(member.actions.iter().map(|checked| (service.clone(), checked.action.id.as_str())));
    }
    let mut sorted = places.clone();
    sorted.sort_unstable();
    let place = |at: usize| places.get(at).and_then(|place| sorted.binary_search(place).ok()).unwrap_or(at);
    let is_canary = |at: usize| canaries.get(at).copied().unwrap_or_default();
    let mut numbers = 0..;
    let waiting = |member: &Member| {
        let numbers = numbers.by_ref().take(member.actions.len());
        numbers.map(|action| Waiting { action, place: place(action), is_canary: is_canary(action) }).collect()
    };
    let by_member: Vec<Vec<Waiting>> = members.iter().map(waiting).collect();
    let most = args.max_parallel.map(NonZeroU16::get);
    let profiles = || members.iter().map(|member| &member.context.settings.profile);
    let schedule = |by_member| schedule(by_member, profiles(), most, args.keep_going);
    Ok((schedule(by_member.clone()), schedule(by_member)))
}
