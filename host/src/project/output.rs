//! A file that a command writes must not be one that it reads.

use std::path::{Path, PathBuf};

use cxvars_core::base::display;

use super::ProjectError;
use super::context::Context;
use super::input::shown;
use crate::audit_log;
use crate::system::files;

/// Refuses to write `out` if it is one of the files in `inputs` or of the configuration, or keeps the state of a run.
/// Every way to name a file counts: another path, a symbolic or a hard link. `option` names the argument, and each input
/// comes with what it is.
pub(crate) fn refuse_overwriting(
    option: &str,
    out: &Path,
    inputs: &[(PathBuf, &str)],
    context: &Context,
) -> Result<(), ProjectError> {
    let settings = &context.settings;
    let state = &settings.state;
    let mut known: Vec<(PathBuf, &str)> = inputs.to_vec();
    known.extend(
        [&settings.project_file, &settings.user_file]
            .into_iter()
            .flatten()
            .chain(&settings.shared_files)
            .map(|file| (file.clone(), "a configuration file")),
    );
    known.extend(settings.checks.plugins().iter().map(|plugin| (plugin.path.clone(), "a policy")));
    known.extend(settings.checks.contracts().values().map(|contract| (contract.clone(), "a contract")));
    known.extend(settings.actions().into_iter().filter_map(|action| Some((action.file?, "the document of an action"))));
    // In the sandbox, the log of the real service is not the one in use.
    let logs = [state.audit_log.clone(), state.folder.join("audit.jsonl"), state.folder.join("sandbox-audit.jsonl")];
    known.extend(logs.iter().flat_map(|log| audit_log::paths(log)).map(|log| (log, "an audit log")));
    known.extend([&state.state, &state.sandbox].map(|file| (file.clone(), "a state file of cxvars")));
    // A file of that name need not be there.
    let same = known.into_iter().find(|(input, _)| files::are_same(out, &context.working_directory.join(input)));
    match same {
        None => Ok(()),
        Some((_, what)) => Err(ProjectError::usage(format!(
            "{option} {}: this is {what}, which would be lost; nothing was written; name another file",
            display::quote(&shown(out))
        ))),
    }
}
