//! The checks of files on this machine: audit log, open updates, fingerprint key, webhook events.

use std::collections::BTreeMap;

use cxvars_core::audit::{Record, open_intents};
use cxvars_core::base::display;
use cxvars_core::plan::fingerprint;

use super::{Check, Status};
use crate::audit_log::read::Log;
use crate::cli::exit::Exit;
use crate::project::context::Context;
use crate::state::fingerprint_key::{self, KeyError, KeyPlace};
use crate::state::store::DAMAGE;
use crate::state::updating::Updating;
use crate::system::{environment, files};
use crate::webhook;
use crate::webhook::notifier::Notifier;

/// Variables by which a pipeline is recognised.
const PIPELINE: [&str; 5] = ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL"];

pub(super) fn check(context: &Context, checks: &mut Vec<Check>) {
    checks.extend(state_folder(context));
    let log = context.read_log(None);
    checks.push(match &log {
        Ok(log) => audit_log(context, log),
        Err(error) => Check::fail("audit", Exit::Io, error.to_string()),
    });
    let in_pipeline = PIPELINE.iter().any(|name| environment::read(&environment::process, name).is_some());
    if in_pipeline && context.settings.state.audit_log.starts_with(&context.working_directory) {
        let detail = "the log is in the workspace of a pipeline and will be lost with it; name a place that stays, with \
                      CXVARS_AUDIT_LOG, or ship the file";
        checks.push(Check::new("audit", Status::Warn, detail));
    }
    let records = log.map(|log| log.records(context.terminal)).unwrap_or_default();
    open_updates(context, &records, checks);
    let looked = fingerprint_key::look(&environment::process, context.settings.state.user.as_deref());
    let other = looked.as_ref().ok().and_then(|(_, key)| another_key(context, key.as_ref()));
    checks.push(key(looked.map(|(place, _)| place), in_pipeline));
    checks.extend(other);
    checks.extend(webhook(context));
    checks.extend(outbox(context));
}

/// Whether an apply could use the folder of its state; `None` if it could.
fn state_folder(context: &Context) -> Option<Check> {
    let folder = &context.settings.state.folder;
    let is_link = folder.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let found = if is_link { folder.clone() } else { files::could_be_folder(folder).err()? };
    let detail = format!("`{}` is not a folder that state can be kept in; an apply would end there", found.display());
    Some(Check::fail("state", Exit::Io, detail))
}

/// Whether an apply could send its event; `None` without a webhook.
fn webhook(context: &Context) -> Option<Check> {
    let url = &context.settings.webhook.as_ref()?.url.value;
    match Notifier::load(&context.settings, &environment::process, context.system) {
        Ok(None) => None,
        Ok(Some(_)) => {
            let host = display::escape(url.host_str().unwrap_or_default());
            Some(Check::new("webhook", Status::Ok, format!("{host}, with a signing secret; nothing was sent")))
        }
        Err(error) => Some(Check::fail("webhook", Exit::Usage, error.to_string())),
    }
}

fn audit_log(context: &Context, log: &Log) -> Check {
    let path = &context.settings.state.audit_log;
    if !path.is_dir()
        && let Err(error) = files::open_regular(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Check::fail("audit", Exit::Io, format!("{}: {}", log.name, files::describe(&error)));
    }
    if log.is_missing()
        && let Err(found) = files::could_be_folder(files::parent(path))
    {
        let detail =
            format!("{} cannot be created: `{}` is not a folder that can be written to", log.name, found.display());
        return Check::fail("audit", Exit::Io, detail);
    }
    let verification = log.verify(&[]);
    match &verification.first_bad {
        None => Check::new("audit", Status::Ok, format!("{}, {} records, one chain", log.name, verification.records)),
        Some(bad) => {
            let detail = format!(
                "{} line {}: {}; see cxvars audit verify",
                log.name_of(bad.file.as_deref()),
                bad.line,
                bad.reason
            );
            Check::fail("audit", Exit::Findings, detail)
        }
    }
}

/// Updates whose outcome nobody knows: those of the audit log, and those of the state file, which decides them.
fn open_updates(context: &Context, records: &[Record], checks: &mut Vec<Check>) {
    let intents = open_intents(records.iter().map(Record::entry));
    let logged = intents
        .into_iter()
        .filter(|intent| intent.superseded_by.is_none())
        .map(|intent| ((intent.target, intent.action), intent.run_id));
    let mut open: BTreeMap<(String, String), String> = logged.collect();
    let (pending, problem) = context.store().pending();
    for (target, action, run) in pending {
        open.entry((target, action)).or_insert(run);
    }
    if let Some(problem) = problem {
        checks.push(Check::new("open", Status::Warn, format!("{problem}; {DAMAGE}")));
    }
    // What `--sandbox` left open concerns no service, and the other way round.
    let open = open.into_iter().filter(|((target, _), _)| (target == "sandbox") == context.settings.is_sandbox());
    for ((target, action), run) in open {
        let [shown_action, at, run] = [&action, &target, &run].map(|text| display::escape(text));
        let what = format!("the update of {shown_action} by run {run} at {at} has no known outcome");
        let by_whom = Updating::by_whom(&context.settings.state.folder, &target, &action);
        let meanwhile = by_whom.map(|who| format!("; it is under way ({who})")).unwrap_or_default();
        let detail =
            format!("{what}{meanwhile}\nkeep the old credentials until {}", reconcile(context, &action, &target));
        checks.push(Check::new("open", Status::Warn, detail));
    }
}

/// The command that decides an open update of this action at this target.
fn reconcile(context: &Context, action: &str, target: &str) -> String {
    let settings = &context.settings;
    let command = format!("`cxvars reconcile {}", display::escape(action));
    if settings.is_sandbox() {
        return format!("{command} --sandbox` has decided it");
    }
    let here = settings.endpoints().ok().filter(|endpoints| !endpoints.discovered().any());
    match &settings.environment {
        _ if here.is_some_and(|here| here.origin() != target) => {
            format!("{command}` has decided it, in the environment of that service (--env)")
        }
        Some(name) => format!("{command} --env {}` has decided it", display::escape(name)),
        None => format!("{command}` has decided it"),
    }
}

/// Whether saved fingerprints were made with another key than an apply would use now; `None` if not.
fn another_key(context: &Context, key: Option<&fingerprint_key::Key>) -> Option<Check> {
    let count = context.store().count_of_another(key.map(|key| fingerprint::Key::new(key)).as_ref());
    let detail = format!(
        "`{}` has fingerprints of another key for {count} {}: masked values are sent again once, and an open update cannot \
         be decided; give {} the key of the runs before, or use their HOME",
        context.settings.state.state.display(),
        if count == 1 { "action" } else { "actions" },
        fingerprint_key::VARIABLE
    );
    (count > 0).then(|| Check::new("key", Status::Warn, detail))
}

/// What an apply finds of the fingerprint key.
fn key(place: Result<KeyPlace, KeyError>, in_pipeline: bool) -> Check {
    let detail = match place {
        Ok(KeyPlace::Variable) => {
            return Check::new("key", Status::Ok, format!("fingerprint key in {}", fingerprint_key::VARIABLE));
        }
        Ok(KeyPlace::File(_) | KeyPlace::ToBeCreated(_)) if in_pipeline => format!(
            "the fingerprint key is lost with this machine, so masked values are sent again each time; give one in {}",
            fingerprint_key::VARIABLE
        ),
        Ok(KeyPlace::File(path)) => {
            return Check::new("key", Status::Ok, format!("fingerprint key in {}", path.display()));
        }
        Ok(KeyPlace::ToBeCreated(path)) => {
            let detail = format!("no fingerprint key yet; the first apply creates {}", path.display());
            return Check::new("key", Status::Ok, detail);
        }
        Err(error @ KeyError::Variable) => return Check::fail("key", Exit::Usage, error.to_string()),
        Err(error) => format!("masked values are sent again each time, and no plan file can be used: {error}"),
    };
    Check::new("key", Status::Warn, detail)
}

/// Webhook events that wait or were refused; `None` if there are none.
fn outbox(context: &Context) -> Option<Check> {
    let outbox = &context.settings.state.outbox;
    let found = webhook::pending(outbox).and_then(|waiting| Ok((waiting.len(), webhook::refused(outbox)?.len())));
    let folder = outbox.display();
    let waiting = |count| format!("webhook events that wait in {folder}: {count}; the next apply sends them");
    let refused = |count| {
        format!("webhook events that were refused, kept in {folder}/refused: {count}; look at them, then delete them")
    };
    match found {
        Ok((0, 0)) => None,
        Ok((count, 0)) => Some(Check::new("outbox", Status::Warn, waiting(count))),
        Ok((0, count)) => Some(Check::new("outbox", Status::Warn, refused(count))),
        Ok((wait, count)) => Some(Check::new("outbox", Status::Warn, format!("{}; {}", waiting(wait), refused(count)))),
        Err(error) => {
            let detail = format!("{}: {}", outbox.display(), files::describe(&error));
            Some(Check::fail("outbox", Exit::Io, detail))
        }
    }
}
