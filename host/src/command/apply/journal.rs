//! What a run over several actions has done, so that the next one takes up where it stopped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::command::prepare::Prepared;
use crate::memory;
use crate::trace::{Eye, Trace};

/// What was done longer ago is done again: somebody may have changed it since.
const KEEPS_S: f64 = 24.0 * 60.0 * 60.0;

#[derive(Default, Serialize, Deserialize)]
struct JournalFile {
    version: u32,
    /// By target and action: what was done there.
    done: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    /// When, in seconds since 1970-01-01T00:00:00Z.
    at: f64,
    /// Keyed fingerprint of what was wanted.
    wanted: String,
}

/// The journal of a project.
pub(super) struct Journal {
    path: PathBuf,
    file: JournalFile,
    now: f64,
}

impl Journal {
    /// The journal in this folder; empty where there is none, where it is damaged, and where `restart`.
    pub(super) fn open(state_folder: &Path, restart: bool, sandbox: bool, now: f64) -> Self {
        let path = state_folder.join(if sandbox { "sandbox-fleet.json" } else { "fleet.json" });
        let text = if restart { Vec::new() } else { std::fs::read(&path).unwrap_or_default() };
        let file: JournalFile = serde_json::from_slice(&text).unwrap_or_default();
        Self { path, file: if file.version == 1 { file } else { JournalFile::default() }, now }
    }

    /// Whether the same was done at this action by a run that did not come to its end.
    pub(super) fn has(&self, target: &str, eye: &Eye<'_>, prepared: &Prepared) -> bool {
        let entry = self.file.done.get(&place(target, eye));
        entry.is_some_and(|entry| self.now - entry.at < KEEPS_S && entry.wanted == wanted(eye, prepared))
    }

    /// Notes that an action is done.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn done(&mut self, target: &str, eye: &Eye<'_>, prepared: &Prepared) -> std::io::Result<()> {
        self.file.version = 1;
        let entry = Entry { at: self.now, wanted: wanted(eye, prepared) };
        self.file.done.insert(place(target, eye), entry);
        memory::replace(&self.path, &serde_json::to_vec(&self.file)?)
    }

    /// The run came to its end: the next one begins anew.
    pub(super) fn finish(self) {
        // One that cannot be removed lets the next run skip what is done; it says so.
        let _ = std::fs::remove_file(self.path);
    }
}

fn place(target: &str, eye: &Eye<'_>) -> String {
    format!("{target} {}", eye.action)
}

fn wanted(eye: &Eye<'_>, prepared: &Prepared) -> String {
    let traces: Vec<(Trace, bool, Option<String>)> = prepared
        .wanted
        .iter()
        .flatten()
        .map(|wanted| {
            let trace = Trace {
                name: wanted.name.clone(),
                type_word: wanted.variable_type.as_str().to_owned(),
                scope: wanted.scope.as_str().to_owned(),
                encrypted: wanted.encrypted,
                value: wanted.value.as_ref().map(|value| eye.seal(value.expose())),
            };
            (trace, wanted.absent, wanted.secret_version.clone())
        })
        .collect();
    eye.seal(&serde_json::to_string(&traces).unwrap_or_default())
}
