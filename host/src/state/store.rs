//! State per action (`state.json`): fingerprints of verified values, by which masked values are recognised the next time,
//! and what decides a pending update.
//!
//! A file of lines, so that an update of one action of a thousand writes one line. The first line says what file it is;
//! every other line is all that is known of one action from then on. The file is written again when most of its lines
//! have been overtaken. Earlier versions left empty lines at the end as room for more; they are read over and cut off.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cxvars_core::plan::Remembered;
use serde::{Deserialize, Serialize};

use crate::state::pending_update::PendingUpdate;
use crate::system::files::{describe, lock_beside, open_regular, replace};
use crate::system::{System, ids};

/// The file's version.
const VERSION: u32 = 2;

/// Lines that a file may have beyond twice those that still count.
const SPARE_LINES: usize = 100;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    /// Changes each time the whole file is written.
    id: String,
}

/// Any other line.
#[derive(Serialize, Deserialize)]
struct Line<T, R, O> {
    target: T,
    action: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    remembered: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<O>,
}

type ReadLine = Line<String, Remembered, PendingUpdate>;

/// What a line is about.
#[derive(Deserialize)]
struct Key {
    target: String,
    action: String,
}

/// What is known of an action.
#[derive(Default)]
struct KnownAction {
    remembered: Option<Remembered>,
    open: Option<PendingUpdate>,
}

impl KnownAction {
    fn is_nothing(&self) -> bool {
        self.remembered.is_none() && self.open.is_none()
    }
}

/// The file as far as it was read.
#[derive(Default)]
struct KnownFile {
    id: String,
    /// Where the last whole line ends, in bytes.
    bytes: u64,
    lines: usize,
    /// By target and action.
    actions: BTreeMap<(String, String), KnownAction>,
}

/// A change that does not outlast a power cut yet.
#[must_use]
pub struct Unsynced {
    path: PathBuf,
    /// None where the whole file was written, which syncs it.
    file: Option<File>,
}

impl Unsynced {
    /// Returns when the change is on the disk.
    ///
    /// # Errors
    /// When that fails; the message names the file.
    pub fn sync(self) -> Result<(), String> {
        let Some(file) = self.file else { return Ok(()) };
        file.sync_data().map_err(|error| cannot_write(&self.path, &error))
    }
}

/// What the end of an update means for what is remembered of the action.
pub enum StateChange {
    /// What was remembered stays.
    Keep,
    /// The update was verified: this replaces it.
    Verified(Remembered),
    /// What is stored is no longer known, so nothing is remembered.
    Forget,
}

/// What is known of an action.
#[derive(Debug, Default, PartialEq)]
pub struct ActionState {
    /// Fingerprints by which masked values are recognised. Empty while an update is open, because that update may have
    /// changed what is stored. It is always safe to recognise nothing: the values are sent again.
    pub remembered: Remembered,
    /// The update whose outcome is not known yet.
    pub open: Option<PendingUpdate>,
}

/// The state file of a project. What was read once is not read again.
pub struct StateStore {
    path: PathBuf,
    system: &'static dyn System,
    known: Mutex<KnownFile>,
}

impl StateStore {
    /// The store in this file, which need not exist.
    pub fn at(path: impl Into<PathBuf>, system: &'static dyn System) -> Self {
        Self { path: path.into(), system, known: Mutex::default() }
    }

    /// What is known of an action: nothing where the file is missing or damaged.
    pub fn recall(&self, target: &str, action: &str) -> ActionState {
        let mut known = self.known();
        // What cannot be read is not remembered.
        if self.catch_up(&mut known).is_err() {
            *known = KnownFile::default();
        }
        let Some(left) = known.actions.get(&key(target, action)) else { return ActionState::default() };
        let remembered = left.remembered.clone().filter(|_| left.open.is_none()).unwrap_or_default();
        ActionState { remembered, open: left.open.clone() }
    }

    /// Keeps what an update can be decided by. To be synced before it is sent.
    ///
    /// # Errors
    /// When the file cannot be written; the message names it.
    pub fn begin(&self, target: &str, action: &str, run: PendingUpdate) -> Result<Unsynced, String> {
        self.change(target, action, |left| {
            left.open = Some(run);
            true
        })
    }

    /// Keeps what is known after an update. If it `is_decided`, drops what it could be decided by.
    ///
    /// # Errors
    /// As [`StateStore::begin`].
    pub fn conclude(&self, target: &str, action: &str, after: StateChange, is_decided: bool) -> Result<(), String> {
        // Should a power cut take it back, the update is open again, and nothing is recognised.
        let changed = self.change(target, action, |left| {
            let is_closed = is_decided && left.open.take().is_some();
            let remembered = match after {
                StateChange::Keep => return is_closed,
                StateChange::Verified(remembered) => Some(remembered),
                StateChange::Forget => None,
            };
            let is_other = left.remembered != remembered;
            left.remembered = remembered;
            is_closed || is_other
        });
        changed.map(drop)
    }

    fn known(&self) -> MutexGuard<'_, KnownFile> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(
        &self,
        target: &str,
        action: &str,
        change: impl FnOnce(&mut KnownAction) -> bool,
    ) -> Result<Unsynced, String> {
        let mut known = self.known();
        let changed = self.try_change(&mut known, target, action, change).map_err(|error| {
            // What was written of it is found out by reading again.
            *known = KnownFile::default();
            cannot_write(&self.path, &error)
        });
        changed.map(|file| Unsynced { path: self.path.clone(), file })
    }

    /// `change` says whether it changed anything. What comes back is to be synced.
    fn try_change(
        &self,
        known: &mut KnownFile,
        target: &str,
        action: &str,
        change: impl FnOnce(&mut KnownAction) -> bool,
    ) -> io::Result<Option<File>> {
        let _lock = lock_beside(&self.path)?;
        let file = self.catch_up(known)?;
        let key = key(target, action);
        let mut left = known.actions.remove(&key).unwrap_or_default();
        let line = if change(&mut left) { Some(line(&key, &left)?) } else { None };
        if !left.is_nothing() {
            known.actions.insert(key, left);
        }
        let Some(line) = line else { return Ok(None) };
        let has_room_for_more = known.lines <= SPARE_LINES + 2 * known.actions.len();
        let Some(mut file) = file.filter(|_| has_room_for_more) else { return self.write_whole(known).map(|()| None) };
        // After the last whole line there may be the remains of an append that was interrupted.
        file.set_len(known.bytes)?;
        file.seek(SeekFrom::Start(known.bytes))?;
        file.write_all(&line)?;
        known.bytes += line.len() as u64;
        known.lines += 1;
        Ok(Some(file))
    }

    fn write_whole(&self, known: &mut KnownFile) -> io::Result<()> {
        known.id = ids::ulid(self.system);
        let mut text = json_line(&Header { version: VERSION, id: known.id.clone() })?;
        for (key, left) in &known.actions {
            text.extend(line(key, left)?);
        }
        replace(&self.path, &text)?;
        (known.bytes, known.lines) = (text.len() as u64, known.actions.len());
        Ok(())
    }

    /// Reads what was added since. Gives the file; none where it is missing or damaged, so that nothing is known.
    fn catch_up(&self, known: &mut KnownFile) -> io::Result<Option<File>> {
        let file = match open_regular(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            file => Some(file?),
        };
        let file = match file {
            Some(file) if read_on(&file, known)? => Some(file),
            _ => None,
        };
        if file.is_none() {
            *known = KnownFile::default();
        }
        Ok(file)
    }
}

/// Adds what a file holds beyond what is known. False where it is damaged.
fn read_on(mut file: &File, known: &mut KnownFile) -> io::Result<bool> {
    let mut first = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut first)?;
    let header: Option<Header> = serde_json::from_slice(&first).ok();
    let Some(header) = header.filter(|header| header.version == VERSION && first.ends_with(b"\n")) else {
        return Ok(false);
    };
    if header.id != known.id || file.metadata()?.len() < known.bytes {
        *known = KnownFile { id: header.id, bytes: first.len() as u64, ..KnownFile::default() };
    }
    let mut added = Vec::new();
    file.seek(SeekFrom::Start(known.bytes))?;
    file.read_to_end(&mut added)?;
    // Where a line cannot be read, an older line of the same action would be taken for the last one.
    Ok(add_lines(known, &added))
}

/// Adds whole lines to what is known. False where one cannot be read and is not the last: then the file is damaged. The last
/// one may be the remains of an interrupted append, before which nothing was sent, or after which its update is still open.
fn add_lines(known: &mut KnownFile, bytes: &[u8]) -> bool {
    let start = known.bytes;
    let mut end = 0;
    // Only the last line of an action counts, so only that one is read whole.
    let mut last_lines = BTreeMap::new();
    let mut lines = bytes.trim_ascii_end().split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(text) = lines.next() {
        end += text.len() as u64;
        if text == b"\n" {
            continue;
        }
        let is_last = lines.peek().is_none();
        let is_whole = !is_last || bytes.len() as u64 > end;
        let Some(key) = serde_json::from_slice::<Key>(text).ok().filter(|_| is_whole) else {
            if is_last { break } else { return false }
        };
        last_lines.insert((key.target, key.action), text);
        // The last line was trimmed of its line feed.
        known.bytes = start + end + u64::from(is_last);
        known.lines += 1;
    }
    last_lines.into_iter().all(|(key, text)| {
        let Ok(Line { remembered, open, .. }) = serde_json::from_slice::<ReadLine>(text) else { return false };
        let left = KnownAction { remembered, open };
        match left.is_nothing() {
            true => known.actions.remove(&key),
            false => known.actions.insert(key, left),
        };
        true
    })
}

fn cannot_write(path: &Path, error: &io::Error) -> String {
    format!("cannot write `{}`: {}", path.display(), describe(error))
}

fn key(target: &str, action: &str) -> (String, String) {
    (target.to_owned(), action.to_owned())
}

fn line((target, action): &(String, String), left: &KnownAction) -> io::Result<Vec<u8>> {
    json_line(&Line { target, action, remembered: left.remembered.as_ref(), open: left.open.as_ref() })
}

fn json_line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
