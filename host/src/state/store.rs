//! What updates left behind (`state.json`): of verified ones what masked values are recognised by the next time, of open
//! ones what they can be decided by.
//!
//! A file of lines, so that one action of a thousand costs one line: the first says what file it is, each other one all that
//! is known of an action from then on. It is written anew when most of its lines have been overtaken. Empty lines at its end
//! are room for more: an append that does not change the length of a file is synced by one write to the disk less.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cxvars_core::plan::Remembered;
use serde::{Deserialize, Serialize};

use crate::service::transport;
use crate::state::pending_update::OpenRun;
use crate::system::private_fs::{self, Lock, Placed};

/// The file's version.
const VERSION: u32 = 2;

/// Lines that a file may have beyond twice those that still count.
const SPARE_LINES: usize = 100;

/// How much room is made at the end of a file, in bytes: a quarter of the file, within these bounds.
const ROOM_BYTES: (u64, u64) = (4 << 10, 64 << 10);

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    /// Another one each time the file is written anew.
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

type ReadLine = Line<String, Remembered, OpenRun>;

/// What a line is about.
#[derive(Deserialize)]
struct Key {
    target: String,
    action: String,
}

/// What is known of an action.
#[derive(Default)]
struct Left {
    remembered: Option<Remembered>,
    open: Option<OpenRun>,
}

impl Left {
    fn is_nothing(&self) -> bool {
        self.remembered.is_none() && self.open.is_none()
    }
}

/// The file as far as it was read.
#[derive(Default)]
struct Known {
    id: String,
    /// Where the last line ends, in bytes; what is behind it is room.
    bytes: u64,
    lines: usize,
    /// Whether the remains of an append that was interrupted are in the room.
    is_torn: bool,
    /// The file itself; another one is at the path once it was written anew.
    file: Option<Arc<Placed>>,
    /// By target and action.
    actions: BTreeMap<(String, String), Left>,
}

/// A change that does not outlast a power cut yet.
#[must_use]
pub struct Unsynced {
    path: PathBuf,
    /// None where the file was written anew, which is synced.
    file: Option<Arc<Placed>>,
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

/// What a verified update leaves behind, in place of what an earlier one had left.
pub enum After {
    /// Nothing new.
    Same,
    /// This.
    Verified(Remembered),
    /// What is stored is no longer known.
    Forgotten,
}

/// What is known of an action.
#[derive(Debug, Default, PartialEq)]
pub struct Recalled {
    /// What masked values are recognised by. Empty while an update is open, as that may have changed what is stored: it is
    /// always safe to recognise nothing, the values in question are sent again.
    pub remembered: Remembered,
    /// The update whose outcome is not known yet.
    pub open: Option<OpenRun>,
}

/// The state file of a project. What was read once is not read again.
pub struct Memory {
    path: PathBuf,
    lock: Mutex<Lock>,
    known: Mutex<Known>,
}

impl Memory {
    /// The memory in this file, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { lock: Mutex::new(Lock::beside(&path)), path, known: Mutex::default() }
    }

    /// What is known of an action: nothing where the file is missing or damaged.
    pub fn recall(&self, target: &str, action: &str) -> Recalled {
        let mut known = self.known();
        // What cannot be read is not remembered.
        if self.catch_up(&mut known).is_err() {
            *known = Known::default();
        }
        let Some(left) = known.actions.get(&key(target, action)) else { return Recalled::default() };
        let remembered = left.remembered.clone().filter(|_| left.open.is_none()).unwrap_or_default();
        Recalled { remembered, open: left.open.clone() }
    }

    /// Keeps what an update can be decided by. To be synced before it is sent.
    ///
    /// # Errors
    /// When the file cannot be written; the message names it.
    pub fn begin(&self, target: &str, action: &str, run: OpenRun) -> Result<Unsynced, String> {
        self.change(target, action, |left| {
            left.open = Some(run);
            true
        })
    }

    /// Keeps what an update leaves behind, and, where it `is_decided`, no longer what it could be decided by.
    ///
    /// # Errors
    /// As [`Memory::begin`].
    pub fn conclude(&self, target: &str, action: &str, after: After, is_decided: bool) -> Result<(), String> {
        // Should a power cut take it back, the update is open again, and nothing is recognised.
        let changed = self.change(target, action, |left| {
            let is_closed = is_decided && left.open.take().is_some();
            let remembered = match after {
                After::Same => return is_closed,
                After::Verified(remembered) => Some(remembered),
                After::Forgotten => None,
            };
            let is_other = left.remembered != remembered;
            left.remembered = remembered;
            is_closed || is_other
        });
        changed.map(drop)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, target: &str, action: &str, change: impl FnOnce(&mut Left) -> bool) -> Result<Unsynced, String> {
        let mut known = self.known();
        let changed = self.try_change(&mut known, target, action, change).map_err(|error| {
            // What was written of it is found out by reading again.
            *known = Known::default();
            cannot_write(&self.path, &error)
        });
        changed.map(|file| Unsynced { path: self.path.clone(), file })
    }

    /// `change` says whether it changed anything. What comes back is to be synced.
    fn try_change(
        &self,
        known: &mut Known,
        target: &str,
        action: &str,
        change: impl FnOnce(&mut Left) -> bool,
    ) -> io::Result<Option<Arc<Placed>>> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let _locked = lock.take()?;
        let mut length = self.catch_up(known)?;
        let key = key(target, action);
        // Where this fails, all of it is read again.
        let mut left = known.actions.remove(&key).unwrap_or_default();
        let line = if change(&mut left) { Some(line(&key, &left)?) } else { None };
        if !left.is_nothing() {
            known.actions.insert(key, left);
        }
        let Some(line) = line else { return Ok(None) };
        if known.id.is_empty() || known.lines > SPARE_LINES + 2 * known.actions.len() {
            return self.write_anew(known).map(|()| None);
        }
        let Some(file) = known.file.clone() else { return self.write_anew(known).map(|()| None) };
        if known.is_torn {
            file.set_len(known.bytes)?;
            known.is_torn = false;
            length = known.bytes;
        }
        let end = known.bytes + line.len() as u64;
        let mut text = line;
        if end > length {
            let room = (end / 4).clamp(ROOM_BYTES.0, ROOM_BYTES.1);
            text.resize(text.len() + room as usize, b'\n');
        }
        let mut at_end: &File = &file;
        at_end.seek(SeekFrom::Start(known.bytes))?;
        at_end.write_all(&text)?;
        known.bytes = end;
        known.lines += 1;
        Ok(Some(file))
    }

    fn write_anew(&self, known: &mut Known) -> io::Result<()> {
        known.id = transport::run_id();
        let mut text = json_line(&Header { version: VERSION, id: known.id.clone() })?;
        for (key, left) in &known.actions {
            text.extend(line(key, left)?);
        }
        private_fs::replace(&self.path, &text)?;
        (known.bytes, known.lines, known.is_torn) = (text.len() as u64, known.actions.len(), false);
        known.file = Some(Arc::new(Placed::new(private_fs::open_regular(&self.path)?)?));
        Ok(())
    }

    /// Reads what was added since; the length of the file.
    fn catch_up(&self, known: &mut Known) -> io::Result<u64> {
        if let Some(file) = known.file.as_ref().filter(|_| !known.is_torn)
            && let Some(length) = file.length_at(&self.path)
            && length >= known.bytes
            && is_room(file, known.bytes)?
        {
            return Ok(length);
        }
        let file = match private_fs::open_regular(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *known = Known::default();
                return Ok(0);
            }
            file => Placed::new(file?)?,
        };
        let mut reader = BufReader::new(&*file);
        let mut first = Vec::new();
        reader.read_until(b'\n', &mut first)?;
        let header: Option<Header> = serde_json::from_slice(&first).ok();
        let Some(header) = header.filter(|header| header.version == VERSION && first.ends_with(b"\n")) else {
            *known = Known::default();
            return Ok(0);
        };
        let length = file.metadata()?.len();
        if header.id != known.id || length < known.bytes {
            *known = Known { id: header.id, bytes: first.len() as u64, ..Known::default() };
        }
        if !add_lines(known, &read_from(&file, known.bytes)?) {
            // An older line of the same action would be taken for the last one.
            *known = Known::default();
            return Ok(0);
        }
        known.file = Some(Arc::new(file));
        Ok(length)
    }
}

/// Whether nothing was added at this place.
fn is_room(mut file: &File, position: u64) -> io::Result<bool> {
    let mut next = [b'\n'];
    file.seek(SeekFrom::Start(position))?;
    let _ends = file.read(&mut next)?;
    Ok(next == [b'\n'])
}

fn read_from(mut file: &File, position: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(position))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Adds whole lines to what is known. False where one cannot be read and is not the last: then the file is damaged. The last
/// one may be the remains of an interrupted append, before which nothing was sent, or after which its update is still open.
fn add_lines(known: &mut Known, bytes: &[u8]) -> bool {
    let start = known.bytes;
    let mut end = 0;
    // Only the last line of an action counts, so only that one is read whole.
    let mut last_lines = BTreeMap::new();
    let mut lines = bytes.trim_ascii_end().split_inclusive(|byte| *byte == b'\n').peekable();
    known.is_torn = false;
    while let Some(text) = lines.next() {
        end += text.len() as u64;
        if text == b"\n" {
            continue;
        }
        let is_last = lines.peek().is_none();
        let is_whole = !is_last || bytes.len() as u64 > end;
        let Some(key) = serde_json::from_slice::<Key>(text).ok().filter(|_| is_whole) else {
            known.is_torn = is_last;
            if is_last { break } else { return false }
        };
        last_lines.insert((key.target, key.action), text);
        // The last one has lost its line feed with the empty lines behind it.
        known.bytes = start + end + u64::from(is_last);
        known.lines += 1;
    }
    last_lines.into_iter().all(|(key, text)| {
        let Ok(Line { remembered, open, .. }) = serde_json::from_slice::<ReadLine>(text) else { return false };
        let left = Left { remembered, open };
        match left.is_nothing() {
            true => known.actions.remove(&key),
            false => known.actions.insert(key, left),
        };
        true
    })
}

fn cannot_write(path: &Path, error: &io::Error) -> String {
    format!("cannot write `{}`: {}", path.display(), private_fs::describe(error))
}

fn key(target: &str, action: &str) -> (String, String) {
    (target.to_owned(), action.to_owned())
}

fn line((target, action): &(String, String), left: &Left) -> io::Result<Vec<u8>> {
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
