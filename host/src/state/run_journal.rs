//! What a run over several actions has done, so that the next run continues where it stopped.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::system::files;

/// Age in seconds from which an entry no longer counts: somebody may have changed the action since.
const MAX_ENTRY_AGE_S: f64 = 24.0 * 60.0 * 60.0;

/// A line of the journal. It need not survive a power cut: an action that is applied again is found unchanged.
#[derive(Serialize, Deserialize)]
struct Entry {
    version: u32,
    /// Target and action.
    place: String,
    /// When, in seconds since 1970-01-01T00:00:00Z.
    at: f64,
    /// Keyed fingerprint of the variables that were applied.
    wanted: String,
}

/// The journal of a project.
pub struct RunJournal {
    path: PathBuf,
    /// Entries of earlier runs, by target and action.
    done: BTreeMap<String, Entry>,
    now: f64,
    /// The file to which this run appends; `None` before its first line.
    file: Option<File>,
}

impl RunJournal {
    /// The journal at this path. It is empty if the file is missing or damaged, or if `restart` is set. `now` is in
    /// seconds since 1970-01-01T00:00:00Z.
    pub fn open(path: PathBuf, restart: bool, now: f64) -> Self {
        let mut text = Vec::new();
        if !restart && files::open_file(&path).and_then(|mut file| file.read_to_end(&mut text)).is_err() {
            text.clear();
        }
        let entries = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let entries = entries.filter(|entry: &Entry| entry.version == 1 && now - entry.at < MAX_ENTRY_AGE_S);
        let done = entries.map(|entry| (entry.place.clone(), entry)).collect();
        Self { path, done, now, file: None }
    }

    /// Whether a run that did not complete has applied the same variables to this action. `wanted` is their keyed
    /// fingerprint.
    pub fn has(&self, target: &str, action: &str, wanted: &str) -> bool {
        self.done.get(&place(target, action)).is_some_and(|entry| entry.wanted == wanted)
    }

    /// Records that an action is done.
    ///
    /// # Errors
    /// If the entry cannot be written.
    pub fn done(&mut self, target: &str, action: &str, wanted: String) -> io::Result<()> {
        let entry = Entry { version: 1, place: place(target, action), at: self.now, wanted };
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        match &mut self.file {
            Some(file) => file.write_all(&line),
            None => {
                // Entries of earlier runs that still count are kept. A link at the path is replaced, not followed.
                let mut text = Vec::new();
                for kept in self.done.values() {
                    text.extend(serde_json::to_vec(kept)?);
                    text.push(b'\n');
                }
                text.extend(line);
                files::replace(&self.path, &text)?;
                let mut file = files::open_regular(&self.path)?;
                file.seek(SeekFrom::End(0))?;
                self.file = Some(file);
                Ok(())
            }
        }
    }

    /// Removes the journal of a complete run, so that the next run starts from the beginning.
    pub fn finish(self) {
        // If the file cannot be removed, the next run skips what is done, and says so.
        let _ = std::fs::remove_file(self.path);
    }
}

fn place(target: &str, action: &str) -> String {
    format!("{target} {action}")
}
