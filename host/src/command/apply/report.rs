//! What `apply` prints: the report as JSON, and as text for people.

use std::path::Path;

use cxvars_core::audit::Entry;
use cxvars_core::audit::metrics::Metrics;
use cxvars_core::base::display::escape;
use cxvars_core::plan::Changes;
use cxvars_core::render;
use cxvars_core::render::json_v1::DiagnosticReport;
use cxvars_core::service::change::Change;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Failure;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::Finished;
use cxvars_flow::verify::Verified;
use serde::Serialize;

use super::registration::RegistrationOutcome;
use crate::cli::arguments::ReviewFormat;
use crate::cli::markdown;
use crate::project::context::Context;
use crate::project::findings;
use crate::project::input::shown;
use crate::project::prepare::Prepared;
use crate::system::shell;
use crate::system::terminal::{OutputError, Style};

/// The JSON report of a run.
#[derive(Serialize)]
struct ApplyReport<'r> {
    version: u32,
    target: &'r str,
    results: Vec<&'r ApplyResult>,
    metrics: Metrics,
}

/// The result of one action.
#[derive(Serialize)]
pub(super) struct ApplyResult {
    pub(super) action: String,
    pub(super) outcome: Outcome,
    pub(super) attempts: u32,
    pub(super) requests: u32,
    pub(super) latency_ms: f64,
    pub(super) wait_ms: f64,
    pub(super) variables: usize,
    pub(super) encrypted: usize,
    pub(super) changes: Changes,
    pub(super) verified: Verified,
    pub(super) diagnostics: Vec<DiagnosticReport>,
    /// Number of findings that are not in `diagnostics`. The key is omitted if it is zero.
    #[serde(skip_serializing_if = "findings::is_zero")]
    pub(super) not_shown: usize,
    pub(super) error: Option<Failure>,
}

impl ApplyResult {
    /// The result for a document that may not be sent.
    pub(super) fn invalid(prepared: &Prepared) -> Self {
        Self {
            action: prepared.action.id.clone(),
            outcome: Outcome::Invalid,
            attempts: 0,
            requests: 0,
            latency_ms: 0.0,
            wait_ms: 0.0,
            variables: prepared.report.variable_count(),
            encrypted: prepared.report.encrypted_count(),
            changes: Changes::default(),
            verified: Verified::default(),
            diagnostics: findings::diagnostics(prepared),
            not_shown: render::not_shown(&prepared.report),
            error: None,
        }
    }

    /// The result of a run that reached the service, or tried to.
    pub(super) fn of(done: &RegistrationOutcome, prepared: &Prepared) -> Self {
        let RegistrationOutcome { finished, latency_ms, .. } = done;
        Self {
            outcome: finished.outcome,
            attempts: finished.attempts,
            requests: finished.cost.requests,
            latency_ms: *latency_ms,
            wait_ms: finished.cost.wait_ms as f64,
            changes: finished.plan.as_ref().map(cxvars_core::plan::Plan::changes).unwrap_or_default(),
            verified: finished.verified.clone(),
            error: finished.failure.clone(),
            ..Self::invalid(prepared)
        }
    }
}

/// How the user named what is applied, for the commands that the report suggests.
pub(super) struct Wording<'w> {
    pub(super) action: &'w str,
    pub(super) document: Option<&'w Path>,
    /// The flags that plan the same again.
    pub(super) same_flags: &'w str,
}

/// Prints the result of one action.
pub(super) fn print(
    done: &RegistrationOutcome,
    prepared: &Prepared,
    format: ReviewFormat,
    wording: &Wording<'_>,
    context: &Context,
    target: &str,
) -> Result<(), OutputError> {
    let result = ApplyResult::of(done, prepared);
    match format {
        ReviewFormat::Json | ReviewFormat::Jsonl => {
            let metrics = Metrics::of([&done.entry]);
            let results = vec![&result];
            format.print(context.terminal, &ApplyReport { version: 1, target, results, metrics })
        }
        ReviewFormat::Text => {
            let color = context.terminal.color;
            context.terminal.result(&text(done, prepared, &result, wording, context, target, color))
        }
        ReviewFormat::Markdown => {
            let marker = markdown::marker("apply", wording.action, context.settings.environment.as_deref());
            let block = markdown::block(&text(done, prepared, &result, wording, context, target, false));
            context.terminal.result(&format!("{marker}{block}"))
        }
    }
}

/// Prints that a document may not be sent; `entry` is its audit record.
pub(super) fn print_invalid(
    prepared: &Prepared,
    entry: &Entry,
    context: &Context,
    format: ReviewFormat,
) -> Result<(), OutputError> {
    let terminal = context.terminal;
    match format {
        ReviewFormat::Json | ReviewFormat::Jsonl => {
            let target = entry.target.as_deref().unwrap_or_default();
            let result = ApplyResult::invalid(prepared);
            let metrics = Metrics::of([entry]);
            format.print(terminal, &ApplyReport { version: 1, target, results: vec![&result], metrics })
        }
        ReviewFormat::Text => terminal.result(&findings::text(prepared, terminal.color)),
        ReviewFormat::Markdown => {
            let marker = markdown::marker("apply", prepared.name(), context.settings.environment.as_deref());
            terminal.result(&format!("{marker}{}", markdown::block(&findings::text(prepared, false))))
        }
    }
}

/// What the text of a report says about its run.
struct ReportContext<'s> {
    /// The action as the user named it.
    action: &'s str,
    /// Origin or `sandbox`.
    target: &'s str,
    /// The chosen environment.
    environment: Option<&'s str>,
    /// Which records of the audit log are of this run.
    records: Option<String>,
    /// A read-only command that shows what is stored now.
    look: String,
    /// A read-only command that decides what became of the update.
    decide: String,
    /// The command that sends the same set again.
    again: String,
}

fn report_context<'s>(
    wording: &Wording<'s>,
    context: &'s Context,
    target: &'s str,
    records: Option<String>,
) -> ReportContext<'s> {
    let at = context.same_flags();
    let file = wording.document.map(|file| format!(" -f {}", shell::word(&shown(file))));
    let action = shell::word(wording.action);
    let rest = format!("{action}{}{}{at}", file.unwrap_or_default(), wording.same_flags);
    ReportContext {
        action: wording.action,
        target,
        environment: context.settings.environment.as_deref(),
        records,
        look: format!("cxvars plan {rest}"),
        decide: format!("cxvars reconcile {action}{at}"),
        again: format!("cxvars apply {rest} --force"),
    }
}

/// The result for people, after the warnings of the document.
pub(super) fn text(
    done: &RegistrationOutcome,
    prepared: &Prepared,
    result: &ApplyResult,
    wording: &Wording<'_>,
    context: &Context,
    target: &str,
    color: bool,
) -> String {
    let RegistrationOutcome { finished, recorded, .. } = done;
    let scene = &report_context(wording, context, target, recorded.as_ref().ok().cloned());
    let mut lines = vec![headline(result, scene, color)];
    if matches!(result.outcome, Outcome::Applied | Outcome::Unchanged) {
        lines.push(format!("valid: {}, {} encrypted", count(result.variables, "variable"), result.encrypted));
    }
    match result.outcome {
        Outcome::Applied => applied(finished, result, &mut lines),
        Outcome::Unchanged => lines.extend(verification(&result.verified, "read", "recognised from the last apply")),
        Outcome::Unknown => unknown(finished, result, scene, &mut lines),
        Outcome::Mismatch => {
            lines.extend(error_lines(result));
            lines.extend(keep_secrets(finished));
            lines.push(format!("look: {}", scene.look));
        }
        _ => {
            lines.extend(error_lines(result));
            // The secrets that were sent may be live beside somebody else's change.
            let changed = |failure: &Failure| failure.reason() == Reason::ChangedMeanwhile;
            lines.extend(finished.failure.as_ref().filter(|failure| changed(failure)).and(keep_secrets(finished)));
        }
    }
    if result.outcome != Outcome::Unknown
        && let Some(id) = result.error.as_ref().and_then(|error| error.correlation_id.as_ref())
    {
        lines.push(format!("correlation id {id}"));
    }
    lines.extend(scene.records.clone());
    findings::warnings(prepared, color) + &lines.join("\n  ") + "\n"
}

fn headline(result: &ApplyResult, scene: &ReportContext<'_>, color: bool) -> String {
    let outcome = result.outcome.as_str();
    let (outcome, style) = match result.outcome {
        Outcome::Unknown | Outcome::Mismatch => (outcome.to_uppercase(), Style::Bad),
        Outcome::Applied | Outcome::Unchanged => (outcome.to_owned(), Style::Good),
        _ => (outcome.to_owned(), Style::Bad),
    };
    let outcome = style.paint(&outcome, color);
    let place =
        scene.environment.map_or_else(|| scene.target.to_owned(), |env| format!("{}  {}", escape(env), scene.target));
    let puts = match result.attempts {
        0 => "nothing sent".to_owned(),
        1 => "attempt 1".to_owned(),
        attempts => format!("{attempts} attempts"),
    };
    format!("{outcome}  {}  {place}  {puts}, {:.0} ms", escape(scene.action), result.latency_ms)
}

fn applied(finished: &Finished, result: &ApplyResult, lines: &mut Vec<String>) {
    let changes = &result.changes;
    let done = [
        ("created", &changes.create),
        ("updated", &changes.update),
        ("sent again", &changes.unknown),
        ("deleted", &changes.delete),
        ("carried over", &changes.carried_over),
    ];
    let done: Vec<_> = done
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(verb, names)| format!("{verb} {}", list(names)))
        .collect();
    if !done.is_empty() {
        lines.push(done.join("; "));
    }
    let verb = if finished.verified_by_answer { "answered" } else { "read back" };
    lines.extend(verification(&result.verified, verb, "metadata matches, value not readable"));
    let replaced = replaced_secrets(finished);
    if !replaced.is_empty() {
        lines.push(format!("keep the old {} valid until a live call succeeds", list(&replaced)));
    }
}

fn verification(verified: &Verified, verb: &str, masked: &str) -> Option<String> {
    let values = match verified.full.len() {
        0 => None,
        1 => Some("1 value matches".to_owned()),
        several => Some(format!("{several} values match")),
    };
    let masked = (!verified.metadata.is_empty()).then(|| {
        let are = if verified.metadata.len() == 1 { "is" } else { "are" };
        format!("{} {are} masked: {masked}", list(&verified.metadata))
    });
    let parts: Vec<_> = values.into_iter().chain(masked).collect();
    (!parts.is_empty()).then(|| format!("{verb}: {}", parts.join("; ")))
}

fn unknown(finished: &Finished, result: &ApplyResult, scene: &ReportContext<'_>, lines: &mut Vec<String>) {
    lines.extend(result.error.iter().map(|error| error.message.clone()));
    lines.push("live now: the old set or the new set".to_owned());
    lines.extend(keep_secrets(finished));
    lines.push(format!("1. {}   (reads only)", scene.decide));
    lines.push(format!("2. still unknown: {}   (the same full set; reads first)", scene.again));
    let id = result.error.as_ref().and_then(|error| error.correlation_id.as_ref());
    lines.extend(id.map(|id| format!("correlation id {id}")));
}

/// Says which credentials must not be revoked while it is not known what is stored.
fn keep_secrets(finished: &Finished) -> Option<String> {
    let replaced = replaced_secrets(finished);
    (!replaced.is_empty()).then(|| format!("DO NOT revoke the old {}", list(&replaced)))
}

/// Encrypted variables that had a value before and may have another one now.
fn replaced_secrets(finished: &Finished) -> Vec<String> {
    let entries = finished.plan.iter().flat_map(cxvars_core::plan::Plan::entries);
    entries
        .filter(|entry| entry.encrypted && matches!(entry.change, Change::Update | Change::Unknown | Change::Delete))
        .map(|entry| entry.name.clone())
        .collect()
}

fn error_lines(result: &ApplyResult) -> Vec<String> {
    let Some(error) = &result.error else { return Vec::new() };
    let advice = error.advice.iter().map(|advice| format!("fix: {advice}"));
    std::iter::once(error.message.clone()).chain(advice).collect()
}

fn count(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}
