//! `cxvars apply`: validate, plan, record the intent, update, verify, record the outcome, tell the webhook.

mod fleet;
mod journal;
mod progress;
mod registration;
mod report;

use std::path::Path;
use std::sync::Arc;

use cxvars_core::audit::Entry;
use cxvars_core::audit::metrics::Metrics;
use cxvars_core::plan::PlanOptions;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Cost;
use cxvars_flow::advice::Access;

use self::registration::{Approved, Done, One};
use self::report::{ApplyReport, ApplyResult, Scene};
pub(super) use self::report::{findings, findings_json};
use super::plan::{self, Planned, options, plan_now};
use crate::audit_log::AuditLog;
pub(super) use crate::audit_log::entries::provenance;
use crate::audit_log::writer::Recorder;
use crate::cli::arguments::{ApplyArgs, Global, ReviewFormat};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::markdown;
use crate::cli::terminal::Terminal;
use crate::project::context::Context;
use crate::project::input::shown;
use crate::project::prepare::{Prepared, prepare};
use crate::service::session::World;
use crate::service::{Service, block_on, transport};
use crate::state::fingerprints::Eye;
use crate::state::folder;
use crate::state::in_progress::Running;
use crate::state::plan_file::PlanFile;
use crate::system::environment;
use crate::webhook::notifier;

pub(super) fn run(args: &ApplyArgs, global: &Global, terminal: Terminal) -> CommandResult {
    if args.all || !args.only.is_empty() {
        return fleet::run(args, global, terminal);
    }
    match &args.plan {
        Some(path) => from_plan_file(path, args, global, terminal),
        None => {
            let context = Context::load(global, terminal)?;
            let action = args.action.clone().unwrap_or_default();
            let options = options(&args.document, args.force, &context);
            Single { args, global, action, options, approved: Approved::Any, context }.run()
        }
    }
}

/// Carries out a plan that was approved as a file: its environment, action, document and options.
fn from_plan_file(path: &Path, args: &ApplyArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let mut file = PlanFile::read(path).map_err(CommandError::usage)?;
    let mut global = global.clone();
    if let (Some(named), other) = (&global.environment, &file.environment)
        && Some(named) != other.as_ref()
    {
        return Err(CommandError::usage(format!(
            "the plan file is for {}, not for --env {}",
            other.as_deref().map_or_else(|| "no environment".to_owned(), cxvars_core::base::display::quote),
            cxvars_core::base::display::escape(named)
        )));
    }
    let by_flag = global.environment.is_some();
    global.environment.clone_from(&file.environment);
    let mut context = Context::load(&global, terminal)?;
    // A protected environment has to be named by whoever runs this, whatever the file says.
    context.environment_by_flag = by_flag;
    let key = crate::project::prepare::key(&context)?;
    let key = key.ok_or_else(|| CommandError::usage("a plan file needs the fingerprint key that it was made with"))?;
    let id = file.action.clone();
    let eye = Eye { key: &key, action: &id, roundtrip: context.settings.profile.encrypted_roundtrip };
    file.prove(&eye, path).map_err(CommandError::usage)?;
    let mut args = args.clone();
    args.document.file = Some(file.document.clone());
    args.document.prune = file.prune().to_vec();
    args.document.max_deletes = file.max_deletes();
    let options = options(&args.document, file.force(), &context);
    let action = file.alias.clone().unwrap_or(id);
    Single { args: &args, global: &global, action, options, approved: Approved::File(Box::new(file)), context }.run()
}

/// An apply of one action.
struct Single<'a> {
    args: &'a ApplyArgs,
    global: &'a Global,
    /// As the user named it.
    action: String,
    options: PlanOptions,
    approved: Approved,
    context: Context,
}

impl Single<'_> {
    fn run(self) -> CommandResult {
        let Self { args, action, options, mut approved, mut context, .. } = self;
        let (terminal, sandbox) = (context.terminal, context.settings.is_sandbox());
        let asks = !args.yes && !sandbox && matches!(approved, Approved::Any);
        may_apply(&context, asks)?;
        let prepared = prepare(&context, &action, &args.document, true)?;
        let webhook =
            notifier::Notifier::load(&context.settings, &environment::process).map_err(CommandError::usage)?;
        let (log, _running) = open_log(&context, args)?;
        if prepared.wanted.is_none() {
            return invalid(&prepared, &context, &log, args.document.format);
        }
        let recorder = start_recorder(&log)?;
        block_on(async {
            let service = Service::open(&mut context, Access::Write).await?;
            if let Approved::File(file) = &approved
                && (file.target != service.target || file.action != prepared.action.id)
            {
                return Err(CommandError::usage(format!(
                    "the plan file is for {} at {}, not for {} at {}",
                    file.action, file.target, prepared.action.id, service.target
                )));
            }
            let mut asking = Cost::default();
            if asks {
                let (digest, cost) = confirm(&prepared, &options, &context, &service).await?;
                (approved, asking) = (Approved::Digest(digest), cost);
            }
            let one = One {
                context: &context,
                service: &service,
                recorder: &recorder,
                prepared: &prepared,
                options,
                wait_when_busy: args.wait,
                approved,
                asking,
            };
            let done = one.register().await?.record(&one).done(&prepared, &context, &log).await;
            if let Some(webhook) = webhook {
                let failure = done.finished.failure.as_ref();
                webhook.tell(&context.settings, terminal, &service.session, &done.entry, failure).await;
            }
            let words = Words { action: &action, document: args.document.file.as_deref(), global: self.global };
            print(&done, args.document.format, &words, &context, &service.target)?;
            let exit = done.exit();
            done.recorded.map(|_| exit)
        })
    }
}

/// Refuses what needs a terminal or a name on the command line, and has neither.
fn may_apply(context: &Context, asks: bool) -> Result<(), CommandError> {
    if asks && !context.terminal.can_ask() {
        return Err(CommandError::usage("there is no terminal to ask on; add --yes (or --sandbox to try it out)"));
    }
    if context.settings.protected && !context.environment_by_flag {
        return Err(CommandError::usage(
            "the chosen environment is protected: name it with --env on the command line, not with CXVARS_ENV",
        ));
    }
    Ok(())
}

/// The audit log, and the mark that an update is under way.
fn open_log(context: &Context, args: &ApplyArgs) -> Result<(Arc<AuditLog>, Running), CommandError> {
    let folder = &context.settings.state.folder;
    folder::ensure(folder).map_err(CommandError::io)?;
    let running = Running::mark(folder)
        .map_err(|error| CommandError::io(format!("cannot mark in .cxvars that an update is under way: {error}")))?;
    Ok((Arc::new(context.audit_log(args.audit_head.as_deref())?), running))
}

fn start_recorder(log: &Arc<AuditLog>) -> Result<Recorder, CommandError> {
    Recorder::start(Arc::clone(log))
        .map_err(|error| CommandError::io(format!("cannot start the thread that writes the audit log: {error}")))
}

/// Shows the plan and asks; the digest of what was confirmed, and what that has cost.
async fn confirm(
    prepared: &Prepared,
    options: &PlanOptions,
    context: &Context,
    service: &Service,
) -> Result<(String, Cost), CommandError> {
    let planned = plan_now(context, service, prepared, options).await?;
    let Planned { plan, cost, .. } = &planned;
    if plan.changes_pending() && plan.blocked().is_empty() {
        context.terminal.warn(plan::text(&planned, context, &service.target, prepared).trim_end());
        ask("apply this?", context, service).await?;
    }
    // Else nothing will be sent: there is nothing to confirm.
    Ok((plan.digest().to_owned(), cost.clone()))
}

/// Asks a question that anything but yes ends the command.
async fn ask(question: &'static str, context: &Context, service: &Service) -> Result<(), CommandError> {
    let terminal = context.terminal;
    let answer = tokio::task::spawn_blocking(move || terminal.ask(question));
    let confirmed = tokio::select! {
        () = service.session.world().interrupted() => {
            // The cursor still stands behind the question.
            terminal.warn("");
            false
        }
        answer = answer => answer.unwrap_or(false),
    };
    if confirmed { Ok(()) } else { Err(CommandError::new(Exit::Interrupted, "not confirmed; nothing was sent")) }
}

/// How the user names what is applied, for commands to copy.
struct Words<'w> {
    action: &'w str,
    document: Option<&'w Path>,
    global: &'w Global,
}

fn print(
    done: &Done,
    format: ReviewFormat,
    words: &Words<'_>,
    context: &Context,
    target: &str,
) -> Result<(), CommandError> {
    let records = done.recorded.as_ref().ok().cloned();
    let text = || report::text(&done.finished, &done.result, &scene(words, context, target, records));
    match format {
        ReviewFormat::Json => {
            let metrics = Metrics::of([&done.entry]);
            let results = vec![&done.result];
            context.terminal.json(&ApplyReport { version: 1, target, results, metrics })
        }
        ReviewFormat::Text => context.terminal.result(&text()),
        ReviewFormat::Markdown => {
            let marker = markdown::marker("apply", words.action, context.settings.environment.as_deref());
            context.terminal.result(&format!("{marker}{}", markdown::block(&text())))
        }
    }
}

fn scene<'s>(words: &Words<'s>, context: &'s Context, target: &'s str, records: Option<String>) -> Scene<'s> {
    let mut at = String::new();
    if let Some(env) = &context.settings.environment {
        at += &format!(" --env {}", shell_word(env));
    }
    if words.global.sandbox {
        at += " --sandbox";
    }
    let file = words.document.map(|file| format!(" -f {}", shell_word(&shown(file))));
    let action = shell_word(words.action);
    let rest = format!("{action}{}{at}", file.unwrap_or_default());
    Scene {
        action: words.action,
        target,
        environment: context.settings.environment.as_deref(),
        records,
        look: format!("cxvars plan {rest}"),
        decide: format!("cxvars reconcile {action}{at}"),
        again: format!("cxvars apply {rest} --force"),
    }
}

/// A document that may not be sent: recorded and printed.
fn invalid(prepared: &Prepared, context: &Context, log: &AuditLog, format: ReviewFormat) -> CommandResult {
    let terminal = context.terminal;
    let codes: Vec<_> = prepared.report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
    let target = match context.settings.is_sandbox() {
        true => Some("sandbox".to_owned()),
        // A host that is not trusted is no reason to hide the findings: nothing is sent to it.
        false => context.settings.endpoints().ok().map(|endpoints| endpoints.origin()),
    };
    let entry = Entry {
        outcome: Some(Outcome::Invalid),
        latency_ms: Some(0.0),
        wait_ms: Some(0.0),
        attempts: Some(0),
        error: Some(format!("the document has findings: {}", codes.join(" "))),
        target,
        ..registration::base_entry(prepared, &transport::run_id())
    };
    let target = entry.target.clone().unwrap_or_default();
    let metrics = Metrics::of([&entry]);
    let recorded = log.append(entry);
    match format {
        ReviewFormat::Json => {
            let result = ApplyResult::invalid(prepared);
            terminal.json(&ApplyReport { version: 1, target: &target, results: vec![&result], metrics })?;
        }
        ReviewFormat::Text => terminal.result(&findings(prepared, terminal.color))?,
        ReviewFormat::Markdown => {
            let alias = prepared.action.alias.as_deref().unwrap_or(&prepared.action.id);
            let marker = markdown::marker("apply", alias, context.settings.environment.as_deref());
            terminal.result(&format!("{marker}{}", markdown::block(&findings(prepared, false))))?;
        }
    }
    recorded.map_err(CommandError::io)?;
    Ok(Exit::Findings)
}

/// A word as a shell takes it, for commands to copy.
fn shell_word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./=:@%+,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_the_shell_is_quoted_where_it_needs_to_be() {
        assert_eq!(shell_word("crm-lookup"), "crm-lookup");
        assert_eq!(shell_word("a b'c"), r"'a b'\''c'");
        assert_eq!(shell_word(""), "''");
    }
}
