//! What a run over several actions has done, so that the next one takes up where it stopped.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::project::prepare::Prepared;
use crate::state::fingerprints::{Eye, Trace};
use crate::system::private_fs;

/// What was done longer ago is done again: somebody may have changed it since.
const KEEPS_S: f64 = 24.0 * 60.0 * 60.0;

/// A line of the journal. It need not survive a power cut: what is done twice is found unchanged the second time.
#[derive(Serialize, Deserialize)]
struct Entry {
    version: u32,
    /// Target and action.
    place: String,
    /// When, in seconds since 1970-01-01T00:00:00Z.
    at: f64,
    /// Keyed fingerprint of what was wanted.
    wanted: String,
}

/// The journal of a project.
pub(super) struct Journal {
    path: PathBuf,
    /// What the run before has done, by place.
    done: BTreeMap<String, Entry>,
    now: f64,
    /// Where this run adds its lines.
    file: Option<File>,
}

impl Journal {
    /// The journal in this folder; empty where there is none, where it is damaged, and where `restart`.
    pub(super) fn open(state_folder: &Path, restart: bool, sandbox: bool, now: f64) -> Self {
        let path = state_folder.join(if sandbox { "sandbox-fleet.json" } else { "fleet.json" });
        let text = if restart { Vec::new() } else { std::fs::read(&path).unwrap_or_default() };
        let entries = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let entries = entries.filter(|entry: &Entry| entry.version == 1 && now - entry.at < KEEPS_S);
        let done = entries.map(|entry| (entry.place.clone(), entry)).collect();
        Self { path, done, now, file: None }
    }

    /// Whether the same was done at this action by a run that did not come to its end.
    pub(super) fn has(&self, target: &str, eye: &Eye<'_>, prepared: &Prepared) -> bool {
        let entry = self.done.get(&place(target, eye));
        entry.is_some_and(|entry| entry.wanted == wanted(eye, prepared))
    }

    /// Notes that an action is done.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn done(&mut self, target: &str, eye: &Eye<'_>, prepared: &Prepared) -> std::io::Result<()> {
        let entry = Entry { version: 1, place: place(target, eye), at: self.now, wanted: wanted(eye, prepared) };
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        match &mut self.file {
            Some(file) => file.write_all(&line),
            None => {
                // What still counts of the run before stays; a link in its place is replaced and not followed.
                let mut text = Vec::new();
                for kept in self.done.values() {
                    text.extend(serde_json::to_vec(kept)?);
                    text.push(b'\n');
                }
                text.extend(line);
                private_fs::replace(&self.path, &text)?;
                let mut file = private_fs::open_regular(&self.path)?;
                file.seek(SeekFrom::End(0))?;
                self.file = Some(file);
                Ok(())
            }
        }
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
