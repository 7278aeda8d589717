//! `cxvars reconcile`: reads what is stored to decide what became of updates whose outcome is not known.

use std::time::Duration;

use clap::Args;
use cxvars_core::audit::{Changed, Entry, Event, OpenIntent, open_intents};
use cxvars_core::base::display;
use cxvars_core::service::change::Change;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::advice::Access;
use serde::Serialize;

use crate::audit_log::AuditLog;
use crate::audit_log::entries::{provenance, worker};
use crate::cli::arguments::{Format, Global, audit_head};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::context::Context;
use crate::project::prepare;
use crate::service::transport::Transport as _;
use crate::service::{ReadError, Service};
use crate::shared::lease::{Acquired, Standing};
use crate::shared::{ActionPlace, Waiting};
use crate::state::fingerprints::Fingerprinter;
use crate::state::store::StateChange;
use crate::system::runtime::block_on;

use crate::system::terminal::Terminal;
use crate::system::{clock, environment, shell};
use crate::webhook::notifier::Notifier;

/// Read what is stored to decide what became of updates whose outcome is not known
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars reconcile crm-lookup --env prod   after an apply that ended with 7\n  \
                        cxvars reconcile --env prod --format json  every open intent of the audit log\n\n\
                        Exits with 0 if everything is decided, and with 7 if something stays unknown.")]
pub(crate) struct Arguments {
    /// Id of the Data Action, or its alias in the configuration; without it, all actions
    #[arg(value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Hash of the record that this run's first record follows, for an audit log folder whose files are elsewhere
    #[arg(long, value_name = "HASH", value_parser = audit_head)]
    pub(crate) audit_head: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// The JSON report.
#[derive(Serialize)]
struct ReconcileReport {
    version: u32,
    results: Vec<Decision>,
}

/// What became of one update.
#[derive(Serialize)]
struct Decision {
    action: String,
    run_id: String,
    target: String,
    /// When the update was about to be sent, in seconds since 1970-01-01T00:00:00Z.
    timestamp: f64,
    /// `unavailable` means that the update is known not to be stored, as for `apply`.
    outcome: Outcome,
    /// Why the update was decided so, for people.
    evidence: String,
    /// Variables whose old credentials must not be revoked.
    keep: Vec<String>,
    /// The later run that replaced whatever this run stored, so that its outcome no longer matters.
    superseded_by: Option<String>,
    /// Whether a process is still at it, so that there is nothing to decide yet.
    #[serde(skip)]
    is_under_way: bool,
}

impl Decision {
    fn is_open(&self) -> bool {
        self.outcome == Outcome::Unknown && self.superseded_by.is_none()
    }
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let mut context = global.context(terminal)?;
    let action = args.action.as_deref().map(|name| context.action(name)).transpose()?.map(|action| action.id);
    let log = context.read_log(None)?;
    let records = log.records(terminal);
    if let Some(broken) = log.broken() {
        // Somebody has to know what is stored all the same.
        terminal.warn(&format!("warning: {broken}; what is decided here is recorded after it; keep the file"));
    }
    let wanted = |intent: &OpenIntent| action.as_ref().is_none_or(|id| intent.action == *id);
    let open: Vec<OpenIntent> =
        open_intents(records.iter().map(cxvars_core::audit::Record::entry)).into_iter().filter(wanted).collect();
    if open.is_empty() {
        // Nothing has to be read, so no credentials are needed either.
        return report(args.format, Vec::new(), &context);
    }
    let webhook =
        Notifier::load(&context.settings, &environment::process, context.system).map_err(CommandError::usage)?;
    let log = context.audit_log(args.audit_head.as_deref())?;
    block_on(async {
        let service = Service::open(&mut context, Access::Read).await?;
        if !service.is_found()
            && let Some(intent) = open.first()
        {
            // This fails for the reason for which the address was not found.
            service.read(&context, &intent.action, &[]).await?;
        }
        let (here, elsewhere): (Vec<_>, Vec<_>) = open.into_iter().partition(|intent| intent.target == service.target);
        if !elsewhere.is_empty() {
            terminal.warn(&format!(
                "warning: open intents at other services are skipped: {}; choose their environment with --env",
                targets(&elsewhere)
            ));
        }
        let mut decisions = Vec::new();
        let all: Result<(), CommandError> = async {
            let mut rest = here.as_slice();
            while let [intent, later @ ..] = rest {
                rest = later;
                let is_last = later.iter().all(|other| other.action != intent.action);
                let (decision, after) = decide(intent, is_last, &context, &service).await?;
                if decision.is_under_way {
                    decisions.push(decision);
                    continue;
                }
                let recorded = record(&decision, intent, context.system.epoch_s(), &log)?;
                if decision.outcome != Outcome::Unknown {
                    // Only now: what the update is decided by is needed until the decision is recorded.
                    conclude(intent, after, &context).await?;
                }
                if let Some((webhook, entry)) = webhook.as_ref().zip(recorded) {
                    webhook.tell(&context.settings, terminal, &entry, None);
                }
                decisions.push(decision);
            }
            Ok(())
        }
        .await;
        let exit = match all {
            Err(error) if decisions.is_empty() => return Err(error),
            // Decisions are recorded, and no later run repeats them, so they are printed even after an error.
            all => all.and(report(args.format, decisions, &context)),
        };
        if let Some(webhook) = webhook {
            webhook.deliver(terminal, context.system.monotonic()).await;
        }
        let exit = exit?;
        Ok(if elsewhere.is_empty() { exit } else { Exit::Unknown })
    })
}

/// Saves what follows from a decision, unless another process updates the action meanwhile: that one has decided it, too.
async fn conclude(intent: &OpenIntent, after: StateChange, context: &Context) -> Result<(), CommandError> {
    let place = ActionPlace::new(&intent.target, &intent.action);
    let base = provenance(Event::Reconcile, context.system.epoch_s(), &intent.run_id);
    let (shared, worker) = (context.shared()?, worker(&base, context.system));
    let at_once = Waiting { limit: Duration::ZERO, announce: &|_| None };
    if let Acquired::Lease(lease) = shared.acquire(&place, &worker, at_once).await.map_err(CommandError::io)? {
        shared.conclude(&lease, after, Some(&intent.run_id)).await.map_err(CommandError::io)?;
        shared.release(&lease).await.map_err(CommandError::io)?;
    }
    Ok(())
}

fn targets(intents: &[OpenIntent]) -> String {
    let mut targets: Vec<String> = intents.iter().map(|intent| display::escape(&intent.target)).collect();
    targets.sort();
    targets.dedup();
    targets.join(", ")
}

/// Decides an update, and what the state of its action becomes. `is_last` says whether no later update of the action is
/// open as well.
async fn decide(
    intent: &OpenIntent,
    is_last: bool,
    context: &Context,
    service: &Service,
) -> Result<(Decision, StateChange), CommandError> {
    let mut after = StateChange::Keep;
    let place = ActionPlace::new(&intent.target, &intent.action);
    let Standing { holder: under_way, quiet } = context.shared()?.standing(&place).await.map_err(CommandError::io)?;
    let is_under_way = intent.superseded_by.is_none() && under_way.is_some();
    let (outcome, evidence) = match (&intent.superseded_by, under_way) {
        (Some(run), _) => (Outcome::Unknown, format!("the later run {run} replaced whatever this one had left")),
        (None, Some(who)) => (
            Outcome::Unknown,
            format!("an update of the action is under way ({who}); run this again when it has ended"),
        ),
        (None, None) => match look(intent, is_last, context, service, &mut after).await? {
            (Outcome::Unavailable, evidence) => not_before(intent, quiet, context, evidence),
            decided => decided,
        },
    };
    let keep = match outcome {
        Outcome::Applied | Outcome::Unavailable => Vec::new(),
        _ if is_under_way => Vec::new(),
        _ if intent.superseded_by.is_some() => Vec::new(),
        _ => replaced_secrets(&intent.changed),
    };
    let decision = Decision {
        action: intent.action.clone(),
        run_id: intent.run_id.clone(),
        target: intent.target.clone(),
        timestamp: intent.timestamp,
        outcome,
        evidence,
        keep,
        superseded_by: intent.superseded_by.clone(),
        is_under_way,
    };
    Ok((decision, after))
}

/// "Not applied", unless a request of the update may still be answered or its change become readable.
fn not_before(intent: &OpenIntent, quiet: Option<Duration>, context: &Context, evidence: String) -> (Outcome, String) {
    let profile = &context.settings.profile;
    let last_put = quiet.map(|quiet| context.system.epoch_s() - quiet.as_secs_f64());
    // Another machine's clock may have written the record; a PUT of a later run of this one only means a longer wait.
    let last_seen = last_put.map_or(intent.last_seen, |last_put| last_put.max(intent.last_seen));
    let from = last_seen + (profile.request_s + profile.settle_s) as f64;
    if context.system.epoch_s() >= from {
        return (Outcome::Unavailable, evidence);
    }
    let why = format!(
        "{evidence}, but the service may still be storing the update; run `cxvars reconcile` again after {}",
        clock::rfc_3339(from.ceil())
    );
    (Outcome::Unknown, why)
}

/// Reads what is stored now, and compares it with the state that was saved before the update was sent.
async fn look(
    intent: &OpenIntent,
    is_last: bool,
    context: &Context,
    service: &Service,
    after: &mut StateChange,
) -> Result<(Outcome, String), CommandError> {
    if !intent.ended {
        // A request of a killed process may still be on its way.
        let transport = service.session.transport();
        tokio::select! {
            biased;
            () = transport.interrupted() => return Err(CommandError::new(Exit::Interrupted, "interrupted; nothing was decided")),
            () = transport.sleep(context.settings.profile.server_error_wait_ms) => {}
        }
    }
    let finished = match service.read(context, &intent.action, &[]).await {
        Err(ReadError::Service { failure, .. }) if failure.is_about_the_action() => {
            return Ok((Outcome::Unknown, format!("the action cannot be read: {}", failure.message)));
        }
        finished => finished?,
    };
    let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
    let place = ActionPlace::new(&intent.target, &intent.action);
    let state = context.shared()?.recall(&place).await.map_err(CommandError::io)?.state;
    let names = || stored.iter().map(|variable| variable.name.as_str()).collect::<Vec<_>>();
    let Some(run) = state.open.filter(|run| run.run_id == intent.run_id) else {
        if !is_last {
            let why = "a later update of the action is open as well, and may have replaced what this one had left";
            return Ok((Outcome::Unknown, why.to_owned()));
        }
        let trouble = state.trouble.as_deref().unwrap_or("this machine has no saved state of the update");
        return Ok(by_names(&intent.changed, &names(), trouble));
    };
    let Some(key) = prepare::key(context)? else {
        return Ok(by_names(&intent.changed, &names(), "this machine has no fingerprint key to compare it with"));
    };
    let roundtrip = context.settings.profile.encrypted_roundtrip;
    let fingerprinter = Fingerprinter { key: &key, action: &intent.action, roundtrip };
    let etag = finished.etag.as_deref();
    let judgement = run.judge(&fingerprinter, &stored, etag);
    let (outcome, evidence) = judgement.in_words();
    *after = run.leaves(judgement, etag);
    Ok((outcome, evidence.to_owned()))
}

/// Decides by the audit record alone. An update is atomic. It was not stored if it creates variables and none of them
/// exists, or if it deletes variables and all of them still exist. `trouble` says why the saved state does not decide.
fn by_names(changed: &[Changed], stored: &[&str], trouble: &str) -> (Outcome, String) {
    let because = |names: &str| format!("{names}; {trouble}");
    let of = |change: Change| changed.iter().filter(move |each| each.change == change);
    let mut shows = of(Change::Create).map(|each| !stored.contains(&each.name.as_str())).peekable();
    if shows.peek().is_some() && shows.all(|missing| missing) {
        return (Outcome::Unavailable, because("none of the variables that it was to create exists"));
    }
    let mut gone = of(Change::Delete).map(|each| stored.contains(&each.name.as_str())).peekable();
    if gone.peek().is_some() && gone.all(|there| there) {
        return (Outcome::Unavailable, because("all of the variables that it was to delete exist"));
    }
    let why = format!("{trouble}, and the names alone do not decide it");
    (Outcome::Unknown, why)
}

/// Encrypted variables that had a value before and may have another one now.
fn replaced_secrets(changed: &[Changed]) -> Vec<String> {
    let replaced =
        |each: &&Changed| each.encrypted && matches!(each.change, Change::Update | Change::Unknown | Change::Delete);
    changed.iter().filter(replaced).map(|each| each.name.clone()).collect()
}

/// Records a decision under the id of the run that it is about. An undecided update is recorded only once.
fn record(decision: &Decision, intent: &OpenIntent, now: f64, log: &AuditLog) -> Result<Option<Entry>, CommandError> {
    if decision.outcome == Outcome::Unknown && intent.tried {
        return Ok(None);
    }
    let entry = Entry {
        data_action_id: Some(decision.action.clone()),
        target: Some(decision.target.clone()),
        outcome: Some(decision.outcome),
        error: (decision.outcome != Outcome::Applied).then(|| decision.evidence.clone()),
        changed: Some(intent.changed.clone()),
        ..provenance(Event::Reconcile, now, &decision.run_id)
    };
    log.append(entry.clone()).map_err(CommandError::io)?;
    Ok(Some(entry))
}

fn report(format: Format, decisions: Vec<Decision>, context: &Context) -> CommandResult {
    let exit = if decisions.iter().any(Decision::is_open) { Exit::Unknown } else { Exit::Success };
    match format {
        Format::Json => context.terminal.json(&ReconcileReport { version: 1, results: decisions })?,
        Format::Text if decisions.is_empty() => {
            context.terminal.result("nothing to decide: every update has a known outcome\n")?;
        }
        Format::Text => {
            context.terminal.result(&decisions.iter().map(|each| text(each, context)).collect::<String>())?;
        }
    }
    Ok(exit)
}

fn text(decision: &Decision, context: &Context) -> String {
    let (word, what) = match decision.outcome {
        Outcome::Applied => ("applied", "is stored"),
        Outcome::Unavailable => ("not applied", "is not stored"),
        Outcome::Conflict => ("conflict", "was overwritten, or something else was stored instead"),
        _ if decision.is_under_way => ("under way", "has not ended"),
        _ if decision.is_open() => ("UNKNOWN", "cannot be decided"),
        _ => ("superseded", "no longer matters"),
    };
    let mut lines = vec![
        format!(
            "{word}  {}  {}: the update of {} {what}",
            display::escape(&decision.action),
            display::escape(&decision.target),
            clock::rfc_3339(decision.timestamp)
        ),
        format!("because: {}", decision.evidence),
    ];
    if !decision.keep.is_empty() {
        let names: Vec<String> = decision.keep.iter().map(|name| display::escape(name)).collect();
        lines.push(format!("DO NOT revoke the old {}", names.join(", ")));
    }
    if (decision.is_open() && !decision.is_under_way) || decision.outcome == Outcome::Conflict {
        let (action, at) = (again(decision, context), context.same_flags());
        lines.push(format!("1. cxvars plan {action}{at}   (reads only; shows what is stored now)"));
        lines.push(format!("2. cxvars apply {action}{at} --force   (sends the same full set again)"));
    }
    lines.push(format!("run {}", decision.run_id));
    lines.join("\n  ") + "\n"
}

/// How a command names the action and its document: by its alias, if the configuration knows both.
fn again(decision: &Decision, context: &Context) -> String {
    let configured = context.settings.actions().into_iter().find(|action| action.id == decision.action);
    match configured.map(|action| (action.alias, action.file)) {
        Some((Some(alias), Some(_))) => shell::word(&alias),
        _ => format!("{} -f FILE", shell::word(&display::escape(&decision.action))),
    }
}
