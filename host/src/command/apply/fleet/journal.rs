//! What a run over several actions has done, so that the next run continues where it stopped.

use std::path::Path;

use crate::project::prepare::Prepared;
use crate::state::fingerprints::{Fingerprinter, VariableFingerprint};
use crate::state::run_journal::RunJournal;

/// The journal of a project.
pub(super) struct Journal(RunJournal);

impl Journal {
    /// The journal in this folder. It is empty if the file is missing or damaged, or if `restart` is set.
    pub(super) fn open(state_folder: &Path, restart: bool, sandbox: bool, now: f64) -> Self {
        let path = state_folder.join(if sandbox { "sandbox-fleet.json" } else { "fleet.json" });
        Self(RunJournal::open(path, restart, now))
    }

    /// Whether a run that did not complete has applied the same variables to this action.
    pub(super) fn has(&self, target: &str, fingerprinter: &Fingerprinter<'_>, prepared: &Prepared) -> bool {
        self.0.has(target, fingerprinter.action, &wanted(fingerprinter, prepared))
    }

    /// Records that an action is done.
    ///
    /// # Errors
    /// If the entry cannot be written.
    pub(super) fn done(
        &mut self,
        target: &str,
        fingerprinter: &Fingerprinter<'_>,
        prepared: &Prepared,
    ) -> std::io::Result<()> {
        self.0.done(target, fingerprinter.action, wanted(fingerprinter, prepared))
    }

    /// Removes the journal of a complete run, so that the next run starts from the beginning.
    pub(super) fn finish(self) {
        self.0.finish();
    }
}

pub(super) fn wanted(fingerprinter: &Fingerprinter<'_>, prepared: &Prepared) -> String {
    let fingerprints: Vec<(VariableFingerprint, bool, Option<String>)> = prepared
        .wanted
        .iter()
        .flatten()
        .map(|wanted| {
            let found = VariableFingerprint {
                name: wanted.name.clone(),
                type_word: wanted.variable_type.as_str().to_owned(),
                scope: wanted.scope.as_str().to_owned(),
                encrypted: wanted.encrypted,
                value: wanted.value.as_ref().map(|value| fingerprinter.seal(value.expose())),
            };
            (found, wanted.absent, wanted.secret_version.clone())
        })
        .collect();
    fingerprinter.seal(&serde_json::to_string(&fingerprints).unwrap_or_default())
}
