//! State per action (`state.json`): fingerprints of verified values, and what decides a pending update. Later runs use
//! the fingerprints to recognise masked values.
//!
//! The file consists of lines, so that an update of one action among a thousand appends one line. The first line is the
//! header. Every other line is the whole state of one action and replaces earlier lines of that action. The file is
//! rewritten when most of its lines are replaced. Earlier versions reserved space by empty lines at the end; they are
//! skipped, and cut off by the next change.
//!
//! A damaged file is kept beside the one that replaces it.

mod damage;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cxvars_core::plan::Remembered;
use cxvars_core::plan::fingerprint;
use serde::{Deserialize, Serialize};

use crate::state::pending_update::PendingUpdate;
use crate::system::files::{describe, lock_beside, open_regular, replace};
use crate::system::terminal::Terminal;
use crate::system::{System, ids};

/// The version of the format.
const VERSION: u32 = 2;

/// A file is rewritten when it has more lines than this plus twice the number of actions.
const SPARE_LINES: usize = 100;

/// What follows from a damaged file.
pub const DAMAGE: &str = "masked values are sent again, and an open update that cannot be read there cannot be decided by \
                          it, so keep its old credentials";

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    /// Changes each time the file is rewritten.
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

/// The action that a line belongs to.
#[derive(Deserialize)]
struct Key {
    target: String,
    action: String,
}

/// What the file holds for an action.
#[derive(Default)]
struct KnownAction {
    remembered: Option<Remembered>,
    open: Option<PendingUpdate>,
}

impl KnownAction {
    fn is_nothing(&self) -> bool {
        self.remembered.is_none() && self.open.is_none()
    }

    /// Whether any of it was made with another key than this one.
    fn is_of_another(&self, key: Option<&fingerprint::Key>) -> bool {
        let id = key.map(fingerprint::Key::id);
        let remembered = self.remembered.iter().flat_map(|remembered| remembered.variables.values());
        let mut ids = remembered.filter_map(|variable| fingerprint::key_id(variable.fingerprint.as_deref()?));
        ids.any(|other| Some(other) != id.as_deref())
            || self.open.as_ref().is_some_and(|open| !key.is_some_and(|key| open.is_of(key)))
    }
}

/// The part of the file that was read.
#[derive(Default)]
struct KnownFile {
    id: String,
    /// Offset of the end of the last whole line, in bytes.
    bytes: u64,
    lines: usize,
    /// Whether the file is damaged, so that it has to be replaced, and this is what can be used of it.
    damaged: bool,
    /// By target and action.
    actions: BTreeMap<(String, String), KnownAction>,
}

/// A change that was written, but is not synced to the disk yet.
#[must_use]
pub struct Unsynced {
    path: PathBuf,
    /// `None` if there is nothing left to sync: nothing changed, or the whole file was rewritten and synced.
    file: Option<File>,
}

impl Unsynced {
    /// A change that is durable already.
    #[cfg(feature = "shared")]
    pub(crate) fn nothing() -> Self {
        Self { path: PathBuf::new(), file: None }
    }

    /// Syncs the change to the disk.
    ///
    /// # Errors
    /// If that fails. The message names the file.
    pub fn sync(self) -> Result<(), String> {
        let Some(file) = self.file else { return Ok(()) };
        file.sync_data().map_err(|error| cannot_write(&self.path, &error))
    }
}

/// How the end of an update changes what is remembered of the action.
pub enum StateChange {
    /// Keep what was remembered.
    Keep,
    /// The update was verified: remember this instead.
    Verified(Remembered),
    /// It is no longer known what is stored: remember nothing.
    Forget,
}

/// The state of an action, for its next update.
#[derive(Debug, Default, PartialEq)]
pub struct ActionState {
    /// Fingerprints that masked values are recognised by. Empty while an update is open, because that update may have
    /// changed what is stored. Being empty is always safe: unrecognised values are sent again.
    pub remembered: Remembered,
    /// The update whose outcome is not decided yet.
    pub open: Option<PendingUpdate>,
    /// Why the file may hold less than it should, for people.
    pub trouble: Option<String>,
}

/// The state file of a project. Lines are read once; later reads continue after them.
pub struct StateStore {
    path: PathBuf,
    terminal: Terminal,
    system: &'static dyn System,
    warned: AtomicBool,
    known: Mutex<KnownFile>,
}

impl StateStore {
    /// Creates a store for this file, which need not exist.
    pub fn at(path: impl Into<PathBuf>, terminal: Terminal, system: &'static dyn System) -> Self {
        Self { path: path.into(), terminal, system, warned: AtomicBool::new(false), known: Mutex::default() }
    }

    /// Returns the state of an action. It is empty if the file is missing or cannot be read.
    pub fn recall(&self, target: &str, action: &str) -> ActionState {
        let mut known = self.known();
        let trouble = match self.catch_up(&mut known) {
            Ok(_) if known.damaged => {
                self.warn_of_damage();
                Some("this machine's saved state is damaged".to_owned())
            }
            Ok(_) => damage::last_copy(&self.path)
                .map(|copy| format!("this machine's saved state was damaged (it is kept as `{}`)", copy.display())),
            Err(error) => {
                *known = KnownFile::default();
                Some(format!("this machine's saved state cannot be read ({})", describe(&error)))
            }
        };
        let Some(left) = known.actions.get(&key(target, action)) else {
            return ActionState { trouble, ..ActionState::default() };
        };
        let remembered = left.remembered.clone().filter(|_| left.open.is_none()).unwrap_or_default();
        ActionState { remembered, open: left.open.clone(), trouble }
    }

    /// The target, action and run of every update whose outcome is not decided yet, and what is wrong with the file, if
    /// anything is. The message names it.
    pub fn pending(&self) -> (Vec<(String, String, String)>, Option<String>) {
        let mut known = self.known();
        let problem = match self.catch_up(&mut known) {
            Ok(_) => known.damaged.then(|| "it is damaged".to_owned()),
            Err(error) => {
                *known = KnownFile::default();
                Some(describe(&error))
            }
        };
        let open = known.actions.iter().filter_map(|((target, action), state)| {
            Some((target.clone(), action.clone(), state.open.as_ref()?.run_id.clone()))
        });
        (open.collect(), problem.map(|problem| format!("`{}`: {problem}", self.path.display())))
    }

    /// The number of actions with fingerprints that another key made. None can be compared if there is no key yet.
    pub fn count_of_another(&self, key: Option<&fingerprint::Key>) -> usize {
        let mut known = self.known();
        if self.catch_up(&mut known).is_err() {
            *known = KnownFile::default();
        }
        known.actions.values().filter(|state| state.is_of_another(key)).count()
    }

    /// Records a pending update. The result must be synced before the update is sent. If it replaces one whose outcome is
    /// not decided, what was remembered before that one is forgotten: it may have been overwritten.
    ///
    /// # Errors
    /// If the file cannot be written. The message names it.
    pub fn begin(&self, target: &str, action: &str, run: PendingUpdate) -> Result<Unsynced, String> {
        self.change(target, action, |left| {
            if left.open.replace(run).is_some() {
                left.remembered = None;
            }
            true
        })
    }

    /// Records what is known after an update. Also removes the pending update of the run `decided`, and any after a verified
    /// one.
    ///
    /// # Errors
    /// As [`StateStore::begin`].
    pub fn conclude(
        &self,
        target: &str,
        action: &str,
        after: StateChange,
        decided: Option<&str>,
    ) -> Result<(), String> {
        // Not synced: if a power cut undoes the change, the update is open again, and recognising nothing is safe.
        let changed = self.change(target, action, |left| {
            let is_replaced = matches!(after, StateChange::Verified(_));
            let closed = left.open.take_if(|open| is_replaced || decided == Some(open.run_id.as_str()));
            let is_closed = closed.is_some();
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
            // Part of the change may have been written, so the next call reads the file from the start.
            *known = KnownFile::default();
            cannot_write(&self.path, &error)
        });
        changed.map(|file| Unsynced { path: self.path.clone(), file })
    }

    /// Applies `change`, which returns whether it changed anything. The caller syncs the returned file.
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
        if known.damaged {
            self.keep_aside()?;
        }
        let has_room_for_more = known.lines <= SPARE_LINES + 2 * known.actions.len();
        let Some(mut file) = file.filter(|_| has_room_for_more) else { return self.write_whole(known).map(|()| None) };
        // Cuts off what an interrupted append may have left after the last whole line.
        if file.metadata()?.len() != known.bytes {
            file.set_len(known.bytes)?;
        }
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
        (known.bytes, known.lines, known.damaged) = (text.len() as u64, known.actions.len(), false);
        Ok(())
    }

    /// Reads the lines that were added since the last read and returns the file. If the file is missing or damaged,
    /// returns `None`, and `known` is what can be used of it.
    fn catch_up(&self, known: &mut KnownFile) -> io::Result<Option<File>> {
        let file = match open_regular(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *known = KnownFile::default();
                return Ok(None);
            }
            file => file?,
        };
        if read_on(&file, known)? {
            return Ok(Some(file));
        }
        *known = damage::salvage(&read_whole(&file)?);
        Ok(None)
    }

    /// Copies the damaged file, which is about to be replaced.
    fn keep_aside(&self) -> io::Result<()> {
        self.warn_of_damage();
        let copy = damage::keep_aside(&self.path, &read_whole(&open_regular(&self.path)?)?)?;
        let (path, copy) = (self.path.display(), copy.display());
        self.terminal
            .warn(&format!("warning: the damaged `{path}` is kept as `{copy}`, and a new one takes its place"));
        Ok(())
    }

    /// Says once what follows from the damage.
    fn warn_of_damage(&self) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            self.terminal.warn(&format!("warning: `{}` is damaged: {DAMAGE}", self.path.display()));
        }
    }
}

fn read_whole(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the part of a file after the known part and adds it. Returns false if the file is damaged.
fn read_on(mut file: &File, known: &mut KnownFile) -> io::Result<bool> {
    let mut first = Vec::new();
    // The first line is short, and read at every look.
    BufReader::with_capacity(256, file).read_until(b'\n', &mut first)?;
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
    // An unreadable line damages the whole file: otherwise an older line of the same action would count as its last.
    Ok(add_lines(known, &added))
}

/// Adds whole lines to what is known. Returns false if the file is damaged: a line before the last cannot be read.
///
/// An unreadable last line is ignored, because an interrupted append may have left it. That is safe: if the append was
/// to begin an update, the update was not sent; if it was to conclude one, the update is still open.
fn add_lines(known: &mut KnownFile, bytes: &[u8]) -> bool {
    let start = known.bytes;
    let mut end = 0;
    // Only the last line of each action counts, so only that one is decoded completely.
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
        // Trimming removed the line feed of the last line.
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
