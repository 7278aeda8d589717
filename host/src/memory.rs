//! What updates left behind (`state.json`): of verified ones what masked values are recognised by the next time, of open
//! ones what they can be decided by.
//!
//! A file of lines, so that one action of a thousand costs one line: the first says what file it is, each other one all that
//! is known of an action from then on. It is written anew when most of its lines have been overtaken.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cxvars_core::plan::Remembered;
use serde::{Deserialize, Serialize};

use crate::open_run::OpenRun;
use crate::{private_fs, world};

/// The file's version.
const VERSION: u32 = 2;

/// Lines that a file may have beyond twice those that still count.
const SPARE_LINES: usize = 100;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    /// Another one each time the file is written anew.
    id: String,
}

/// Any other line.
#[derive(Serialize, Deserialize)]
struct Line {
    target: String,
    action: String,
    #[serde(flatten)]
    left: Left,
}

/// What is known of an action.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
struct Left {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remembered: Option<Remembered>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<OpenRun>,
}

/// The file as far as it was read.
#[derive(Default)]
struct Known {
    id: String,
    bytes: u64,
    lines: usize,
    /// The file itself; another one is at the path once it was written anew.
    file: Option<File>,
    /// By target and action.
    actions: BTreeMap<(String, String), Left>,
}

/// Whether a change has to outlast a power cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durable {
    Yes,
    No,
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
    known: Mutex<Known>,
}

impl Memory {
    /// The memory in this file, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), known: Mutex::default() }
    }

    /// What is known of an action: nothing where the file is missing or damaged.
    pub fn recall(&self, target: &str, action: &str) -> Recalled {
        let mut known = self.known();
        // What cannot be read is not remembered.
        if self.catch_up(&mut known).is_err() {
            *known = Known::default();
        }
        let left = known.actions.get(&(target.to_owned(), action.to_owned())).cloned().unwrap_or_default();
        let remembered = left.remembered.filter(|_| left.open.is_none()).unwrap_or_default();
        Recalled { remembered, open: left.open }
    }

    /// Keeps what an update can be decided by, durably. To be called before it is sent.
    ///
    /// # Errors
    /// When the file cannot be written; the message names it.
    pub fn begin(&self, target: &str, action: &str, run: OpenRun) -> Result<(), String> {
        self.change(target, action, Durable::Yes, |left| left.open = Some(run))
    }

    /// Keeps what an update leaves behind, and, where it `is_decided`, no longer what it could be decided by.
    ///
    /// # Errors
    /// As [`Memory::begin`].
    pub fn conclude(&self, target: &str, action: &str, after: After, is_decided: bool) -> Result<(), String> {
        // Should a power cut take it back, the update is open again, and nothing is recognised.
        self.change(target, action, Durable::No, |left| {
            match after {
                After::Same => {}
                After::Verified(remembered) => left.remembered = Some(remembered),
                After::Forgotten => left.remembered = None,
            }
            left.open = left.open.take().filter(|_| !is_decided);
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(
        &self,
        target: &str,
        action: &str,
        durable: Durable,
        change: impl FnOnce(&mut Left),
    ) -> Result<(), String> {
        let mut known = self.known();
        self.try_change(&mut known, target, action, durable, change).map_err(|error| {
            // What was written of it is found out by reading again.
            *known = Known::default();
            format!("cannot write `{}`: {}", self.path.display(), private_fs::describe(&error))
        })
    }

    fn try_change(
        &self,
        known: &mut Known,
        target: &str,
        action: &str,
        durable: Durable,
        change: impl FnOnce(&mut Left),
    ) -> io::Result<()> {
        let _lock = private_fs::lock_beside(&self.path)?;
        self.catch_up(known)?;
        let key = (target.to_owned(), action.to_owned());
        let before = known.actions.get(&key).cloned().unwrap_or_default();
        let mut left = before.clone();
        change(&mut left);
        if left == before {
            return Ok(());
        }
        let line = line(&Line { target: target.to_owned(), action: action.to_owned(), left: left.clone() })?;
        match left == Left::default() {
            true => known.actions.remove(&key),
            false => known.actions.insert(key, left),
        };
        if known.id.is_empty() || known.lines > SPARE_LINES + 2 * known.actions.len() {
            return self.write_anew(known);
        }
        let Some(file) = &mut known.file else { return self.write_anew(known) };
        // What is behind it are the remains of an append that was interrupted.
        if file.metadata()?.len() != known.bytes {
            file.set_len(known.bytes)?;
        }
        file.seek(SeekFrom::Start(known.bytes))?;
        file.write_all(&line)?;
        if durable == Durable::Yes {
            file.sync_data()?;
        }
        known.bytes += line.len() as u64;
        known.lines += 1;
        Ok(())
    }

    fn write_anew(&self, known: &mut Known) -> io::Result<()> {
        known.id = world::run_id();
        let mut text = line(&Header { version: VERSION, id: known.id.clone() })?;
        for ((target, action), left) in &known.actions {
            text.extend(line(&Line { target: target.clone(), action: action.clone(), left: left.clone() })?);
        }
        private_fs::replace(&self.path, &text)?;
        (known.bytes, known.lines) = (text.len() as u64, known.actions.len());
        known.file = Some(private_fs::open_regular(&self.path)?);
        Ok(())
    }

    /// Reads what was added since.
    fn catch_up(&self, known: &mut Known) -> io::Result<()> {
        if let Some(file) = &known.file
            && private_fs::is_at(file, &self.path)
            && file.metadata()?.len() == known.bytes
        {
            return Ok(());
        }
        let file = match private_fs::open_regular(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *known = Known::default();
                return Ok(());
            }
            file => file?,
        };
        let length = file.metadata()?.len();
        let mut reader = BufReader::new(file);
        let mut first = Vec::new();
        reader.read_until(b'\n', &mut first)?;
        let header: Option<Header> = serde_json::from_slice(&first).ok();
        let Some(header) = header.filter(|header| header.version == VERSION && first.ends_with(b"\n")) else {
            *known = Known::default();
            return Ok(());
        };
        if header.id != known.id || length < known.bytes {
            *known = Known { id: header.id, bytes: first.len() as u64, ..Known::default() };
        }
        let mut file = reader.into_inner();
        if length > known.bytes && !add_lines(known, &read_from(&mut file, known.bytes)?) {
            // An older line of the same action would be taken for the last one.
            *known = Known::default();
            return Ok(());
        }
        known.file = Some(file);
        Ok(())
    }
}

fn read_from(file: &mut File, position: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(position))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Adds whole lines to what is known. False where one cannot be read and is not the last: then the file is damaged. The last
/// one may be the remains of an interrupted append, before which nothing was sent, or after which its update is still open.
fn add_lines(known: &mut Known, bytes: &[u8]) -> bool {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(bytes) = lines.next() {
        let line: Option<Line> = serde_json::from_slice(bytes).ok().filter(|_| bytes.ends_with(b"\n"));
        let Some(line) = line else {
            return lines.peek().is_none();
        };
        let key = (line.target, line.action);
        match line.left == Left::default() {
            true => known.actions.remove(&key),
            false => known.actions.insert(key, line.left),
        };
        known.bytes += bytes.len() as u64;
        known.lines += 1;
    }
    true
}

fn line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn temporary() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        (folder, path)
    }

    fn tag(etag: &str) -> Remembered {
        Remembered { etag: Some(etag.to_owned()), ..Remembered::default() }
    }

    fn remembered(memory: &Memory, action: &str) -> Remembered {
        memory.recall("t", action).remembered
    }

    fn verified(memory: &Memory, action: &str, etag: &str) {
        memory.conclude("t", action, After::Verified(tag(etag)), true).unwrap();
    }

    #[test]
    fn what_is_remembered_comes_back_to_any_process() {
        let (_folder, path) = temporary();
        let (memory, other) = (Memory::at(&path), Memory::at(&path));
        assert_eq!(remembered(&memory, "a"), Remembered::default());
        verified(&memory, "a", "1");
        verified(&other, "b", "2");
        verified(&memory, "a", "3");
        for memory in [&memory, &other, &Memory::at(&path)] {
            assert_eq!((remembered(memory, "a"), remembered(memory, "b")), (tag("3"), tag("2")));
            assert_eq!(memory.recall("other", "a").remembered, Remembered::default());
        }
        other.conclude("t", "a", After::Forgotten, true).unwrap();
        assert_eq!(remembered(&memory, "a"), Remembered::default());
    }

    #[test]
    fn an_open_update_hides_what_was_remembered_before_it() {
        let (_folder, path) = temporary();
        let memory = Memory::at(&path);
        verified(&memory, "a", "1");
        memory.begin("t", "a", OpenRun::of_test("run")).unwrap();
        assert_eq!(Memory::at(&path).recall("t", "a").open.unwrap().run_id, "run");
        // Its process may have been killed behind the PUT.
        assert_eq!(remembered(&memory, "a"), Remembered::default());
        memory.conclude("t", "a", After::Same, true).unwrap();
        assert_eq!((remembered(&memory, "a"), memory.recall("t", "a").open), (tag("1"), None));
    }

    #[test]
    fn a_damaged_file_remembers_nothing_and_a_torn_end_all_before_it() {
        let (_folder, path) = temporary();
        let memory = Memory::at(&path);
        verified(&memory, "a", "1");
        verified(&memory, "b", "2");
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{{\"target\": \"t\", \"act")).unwrap();
        for memory in [&memory, &Memory::at(&path)] {
            assert_eq!((remembered(memory, "a"), remembered(memory, "b")), (tag("1"), tag("2")));
        }
        verified(&memory, "b", "3");
        for memory in [&memory, &Memory::at(&path)] {
            assert_eq!((remembered(memory, "a"), remembered(memory, "b")), (tag("1"), tag("3")));
        }
        for text in ["", "{", "{}\n", "{\"version\": 1, \"targets\": {}}\n", &whole.replace("\"action\"", "action")] {
            fs::write(&path, text).unwrap();
            assert_eq!(remembered(&memory, "a"), Remembered::default(), "{text}");
            verified(&memory, "a", "5");
            assert_eq!(remembered(&Memory::at(&path), "a"), tag("5"));
        }
    }

    #[test]
    fn many_changes_do_not_make_the_file_grow_for_ever() {
        let (_folder, path) = temporary();
        let memory = Memory::at(&path);
        for round in 0..500 {
            verified(&memory, &format!("a{}", round % 5), &round.to_string());
        }
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!((6..=SPARE_LINES + 12).contains(&lines), "{lines}");
        for action in 0..5 {
            assert_eq!(remembered(&Memory::at(&path), &format!("a{action}")), tag(&(495 + action).to_string()));
        }
    }

    #[test]
    fn processes_that_change_at_once_lose_nothing() {
        let (_folder, path) = temporary();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    let memory = Memory::at(path);
                    (0..60).for_each(|round| verified(&memory, &format!("{writer}-{}", round % 7), &round.to_string()));
                });
            }
        });
        let memory = Memory::at(&path);
        for (writer, action) in (0..4).flat_map(|writer| (0..7).map(move |action| (writer, action))) {
            let last = (0..60).rfind(|round| round % 7 == action).unwrap();
            assert_eq!(remembered(&memory, &format!("{writer}-{action}")), tag(&last.to_string()));
        }
    }
}
