//! `cxvars audit show`: lists records.

use std::path::PathBuf;

use clap::Args;
use cxvars_core::audit::{Entry, Event, Record};
use cxvars_core::base::display::escape;
use cxvars_core::service::outcome::Outcome;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use crate::cli::arguments::{Format, Since, since};
use crate::cli::exit::{CommandResult, Exit};
use crate::project::ProjectError;
use crate::project::context::Context;
use crate::system::clock;

/// Arguments of `audit show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars audit show --last 20\n  \
                        cxvars audit show --action crm-lookup --env prod --since 7d --outcome applied\n  \
                        cxvars audit show --run 01J9ZX --format json\n\n\
                        A record is listed if it meets all of the conditions.")]
pub(crate) struct ShowArgs {
    /// Audit log, a file or a folder; by default the one that apply writes
    #[arg(value_name = "LOG")]
    log: Option<PathBuf>,
    /// Only records of this Data Action, by id or by its alias in the configuration (repeatable)
    #[arg(long, value_name = "ACTION")]
    action: Vec<String>,
    /// Only records with this outcome, such as `applied` (repeatable)
    #[arg(long, value_parser = word::<Outcome>)]
    outcome: Vec<Outcome>,
    /// Only records of this event: intent, outcome, reconcile, recovered, rotated (repeatable)
    #[arg(long, value_parser = word::<Event>)]
    event: Vec<Event>,
    /// Only records of this run, by its id or the beginning of it
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Only records of this actor (repeatable)
    #[arg(long)]
    actor: Vec<String>,
    /// Only records from this moment on: a day, an RFC 3339 time, or 90s, 30m, 12h, 7d, 2w before now
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Since>,
    /// Only the last N of them
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Parses the word of an outcome or an event. The error lists the words.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let word: StrDeserializer<'_, Error> = text.into_deserializer();
    T::deserialize(word).map_err(|error| error.to_string())
}

pub(super) fn run(args: &ShowArgs, context: &Context) -> CommandResult {
    let log = context.read_log(args.log.as_deref())?;
    let ids = args.action.iter().map(|name| Ok(context.action(name)?.id));
    let ids = ids.collect::<Result<Vec<String>, ProjectError>>()?;
    let from = args.since.map(|since| since.epoch_s(context.system.epoch_s()));
    let mut records = log.records(context.terminal);
    let count = records.len();
    records.retain(|record| {
        let entry = record.entry();
        let is_one_of = |list: &[String], text: &Option<String>| {
            list.is_empty() || text.as_ref().is_some_and(|text| list.contains(text))
        };
        is_one_of(&ids, &entry.data_action_id)
            && is_one_of(&args.actor, &entry.actor)
            && (args.outcome.is_empty() || entry.outcome.is_some_and(|outcome| args.outcome.contains(&outcome)))
            && (args.event.is_empty() || args.event.contains(&entry.event))
            && args.run.as_ref().is_none_or(|run| entry.run_id.starts_with(run.as_str()))
            && from.is_none_or(|from| entry.timestamp >= from)
    });
    if let Some(last) = args.last {
        records.drain(..records.len().saturating_sub(last));
    }
    match args.format {
        Format::Json => context.terminal.json(&records)?,
        Format::Text => {
            let lines: String = records.iter().map(line).collect();
            let none = match count {
                0 => format!("{}: no records\n", log.name),
                _ => format!("{}: none of the {count} records meets the conditions\n", log.name),
            };
            context.terminal.result(if lines.is_empty() { &none } else { &lines })?;
        }
    }
    Ok(Exit::Success)
}

/// One record on one line: number, time, event, outcome, action, target, actor, run, what changed, the error.
fn line(record: &Record) -> String {
    let entry: &Entry = record.entry();
    let text = |text: Option<&str>| escape(text.unwrap_or("-"));
    let mut parts = vec![
        format!("{:>5}", record.seq()),
        clock::rfc_3339(entry.timestamp),
        format!("{:<9}", entry.event.as_str()),
        format!("{:<11}", entry.outcome.map_or("-", |outcome| outcome.as_str())),
        text(entry.data_action_id.as_deref()),
        text(entry.target.as_deref()),
        format!("by {}", text(entry.actor.as_deref())),
        format!("run {}", escape(&entry.run_id)),
    ];
    if let Some(changed) = entry.changed.as_deref().filter(|changed| !changed.is_empty()) {
        let names = changed.iter().map(|each| format!("{} {}", each.change.as_str(), escape(&each.name)));
        parts.push(names.collect::<Vec<_>>().join(", "));
    }
    parts.extend(entry.error.as_deref().map(|error| text(Some(error))));
    parts.join("  ") + "\n"
}
