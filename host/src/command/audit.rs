//! `cxvars audit verify` and `cxvars audit show`.

use std::path::{Path, PathBuf};

use cxvars_core::audit::{self, Entry, Record, Status, Verification};
use jiff::Timestamp;

use super::context::Context;
use super::input::shown;
use crate::audit_log;
use crate::cli::{AuditArgs, AuditCommand, Format, Global};
use crate::exit::{CommandError, CommandResult, Exit};
use crate::terminal::Terminal;

/// A log as it was read.
pub(super) struct Log {
    /// Its path as messages show it.
    pub(super) name: String,
    bytes: Vec<u8>,
}

impl Log {
    /// Reads a log, by default the one that `apply` writes. One that does not exist is empty: nothing was recorded yet.
    /// Where the user named it, a slip of the pen is as likely, so that is said.
    pub(super) fn read(context: &Context, path: Option<&Path>) -> Result<Self, CommandError> {
        let named = path.is_some();
        let default = || context.settings.state.audit_log.clone();
        let path: PathBuf = path.map_or_else(default, Path::to_owned);
        let shown_path = path.strip_prefix(&context.working_directory).unwrap_or(&path);
        let bytes = audit_log::read(&path).map_err(CommandError::io)?;
        if bytes.is_none() && named {
            context.terminal.warn(&format!("warning: there is no file `{}`", shown(shown_path)));
        }
        Ok(Self { name: shown(shown_path), bytes: bytes.unwrap_or_default() })
    }

    /// The log as it lies there.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The records that can be read; lines that cannot are counted on stderr.
    pub(super) fn records(&self, terminal: Terminal) -> Vec<Record> {
        let mut scan = audit::scan(&self.bytes);
        let records: Vec<Record> = scan.by_ref().collect();
        if scan.skipped() > 0 {
            terminal.warn(&format!(
                "warning: {} has lines that are not records ({}), which were passed over; see `cxvars audit verify`",
                self.name,
                scan.skipped()
            ));
        }
        records
    }
}

pub(super) fn run(command: &AuditCommand, global: &Global, terminal: Terminal) -> CommandResult {
    let context = Context::load(global, terminal)?;
    match command {
        AuditCommand::Verify(args) => verify(args, &context),
        AuditCommand::Show(args) => show(args, &context),
    }
}

fn verify(args: &AuditArgs, context: &Context) -> CommandResult {
    let log = Log::read(context, args.log.as_deref())?;
    let verification = audit::verify(&log.bytes);
    match args.format {
        Format::Json => context.terminal.json(&verification)?,
        Format::Text => context.terminal.result(&verdict(&verification, &log.name))?,
    }
    Ok(if verification.status == Status::Broken { Exit::Findings } else { Exit::Success })
}

fn verdict(verification: &Verification, log: &str) -> String {
    let Some(bad) = &verification.first_bad else {
        let records = verification.records;
        return format!(
            "intact  {log}: {records} {}, one unbroken chain\n  records cut off at the end, or a log written anew as a \
             whole, cannot be seen without a checkpoint kept elsewhere\n",
            if records == 1 { "record" } else { "records" }
        );
    };
    let mut text = format!("BROKEN  {log} line {}: {}\n", bad.line, bad.reason);
    let lines = |from: usize, to: usize, what: &str| match from.cmp(&to) {
        std::cmp::Ordering::Less => Some(format!("lines {from}–{to}: {what}")),
        std::cmp::Ordering::Equal => Some(format!("line {from}: {what}")),
        std::cmp::Ordering::Greater => None,
    };
    let parts = [lines(1, bad.line - 1, "consistent"), lines(bad.line + 1, verification.lines, "not proven")];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        text += &format!("  {}", parts.join("; "));
    }
    text.truncate(text.trim_end().len());
    text + "\n  keep this file unchanged and compare it with a copy\n"
}

fn show(args: &AuditArgs, context: &Context) -> CommandResult {
    let log = Log::read(context, args.log.as_deref())?;
    let records = log.records(context.terminal);
    match args.format {
        Format::Json => context.terminal.json(&records)?,
        Format::Text => {
            let lines: String = records.iter().map(line).collect();
            let text = if lines.is_empty() { format!("{}: no records\n", log.name) } else { lines };
            context.terminal.result(&text)?;
        }
    }
    Ok(Exit::Success)
}

/// One record on one line: number, time, event, outcome, action, target, what changed, why not.
fn line(record: &Record) -> String {
    let entry: &Entry = record.entry();
    let text = |text: Option<&str>| cxvars_core::display::escape(text.unwrap_or("-"));
    let mut parts = vec![
        format!("{:>5}", record.seq()),
        time(entry.timestamp),
        format!("{:<9}", entry.event.as_str()),
        format!("{:<11}", entry.outcome.map_or("-", |outcome| outcome.as_str())),
        text(entry.data_action_id.as_deref()),
        text(entry.target.as_deref()),
    ];
    if let Some(changed) = entry.changed.as_deref().filter(|changed| !changed.is_empty()) {
        let names =
            changed.iter().map(|each| format!("{} {}", each.change.as_str(), cxvars_core::display::escape(&each.name)));
        parts.push(names.collect::<Vec<_>>().join(", "));
    }
    parts.extend(entry.error.as_deref().map(|error| text(Some(error))));
    parts.join("  ") + "\n"
}

/// Seconds since 1970 as UTC, to the second.
pub(super) fn time(epoch_s: f64) -> String {
    Timestamp::from_second(epoch_s as i64).map_or_else(|_| epoch_s.to_string(), |time| time.to_string())
}
