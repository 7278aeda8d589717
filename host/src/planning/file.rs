//! `plan --out`: writes the plan file.

use std::path::Path;

use cxvars_core::plan::PlanOptions;

use super::PlanArgs;
use crate::cli::exit::CommandError;
use crate::project::context::Context;
use crate::project::input::{is_stdin, shown};
use crate::project::prepare::{Prepared, key};
use crate::service::planned::Planned;
use crate::state::fingerprints::Fingerprinter;
use crate::state::plan_file::{PlanFile, PlanOrigin};
use crate::system::files::relative;
use crate::system::{clock, files, shell};

/// Writes the plan file.
pub(super) fn write(
    path: &Path,
    planned: &Planned,
    args: &PlanArgs,
    options: &PlanOptions,
    prepared: &Prepared,
    context: &Context,
    target: &str,
) -> Result<(), CommandError> {
    if is_stdin(&prepared.document) || args.document.stdin.is_some() {
        let message = "a plan file is for a document that can be read again; name a file instead of standard input";
        return Err(CommandError::usage(message));
    }
    let key = match &prepared.key {
        Some(key) => Some(key.clone()),
        None => key(context)?,
    };
    let key = key.ok_or_else(|| CommandError::usage("--out needs a fingerprint key; see the note above"))?;
    refuse_to_replace(path)?;
    let fingerprinter = Fingerprinter { key: &key, action: &prepared.action.id, roundtrip: options.roundtrip };
    let origin = PlanOrigin {
        created: clock::rfc_3339(context.system.epoch_s()),
        target,
        environment: context.settings.environment.as_deref(),
        alias: prepared.action.alias.as_deref(),
        document: &relative(&context.working_directory.join(&prepared.document), context.project_folder()),
        revision: prepared.input.commit.as_deref(),
        resolved: prepared.is_resolved(),
        options,
        before: &planned.stored,
        etag: planned.etag.as_deref(),
    };
    let shown = shown(path);
    PlanFile::new(&planned.plan, &fingerprinter, &origin).write(path).map_err(|error| {
        CommandError::io(format!("cannot write the plan file `{shown}`: {}", files::describe(&error)))
    })?;
    if !origin.resolved {
        context.terminal.note(
            "note: values that the document refers to were not fetched (--resolve), so the plan file cannot tell \
             whether they change",
        );
    }
    let plan = &planned.plan;
    let next = if !plan.blocked().is_empty() {
        "it is blocked, so it cannot be carried out".to_owned()
    } else if !plan.changes_pending() {
        "there is nothing to send".to_owned()
    } else {
        let flags = format!("{}{}", args.document.check.same_flags(), context.same_flags());
        format!("to carry it out: cxvars apply --plan {}{flags}", shell::word(&path.to_string_lossy()))
    };
    context.terminal.note(&format!("note: the plan is in `{shown}`; {next}"));
    Ok(())
}

/// Refuses a path where something other than a plan is: a mistyped `--out` must not replace a document.
fn refuse_to_replace(path: &Path) -> Result<(), CommandError> {
    let has_content = path.metadata().is_ok_and(|found| found.is_file() && found.len() > 0);
    if has_content && PlanFile::read(path).is_err() {
        let shown = shown(path);
        return Err(CommandError::usage(format!(
            "`{shown}` is not a plan file, so it is not replaced; name another file, or remove it"
        )));
    }
    Ok(())
}
