//! The audit log on disk: appending records durably while other processes may append too.

pub mod entries;
mod error;
mod files;
mod merge;
pub mod provenance;
pub(crate) mod read;
pub mod writer;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cxvars_core::audit::{self, Entry, Event, Head, SealError, Tail};
use tracing::info;

pub use error::AuditError;
pub(crate) use files::paths;
pub use files::{LogFile, LogFiles, read};

use crate::system::files::{Placed, create_dir_all, create_new, open_regular, parent, rename, sync_parent};
use crate::system::locks;

/// Size of the part at the end of a log that is read first, in bytes. A record has about 1 KiB.
const TAIL_BYTES: u64 = 64 * 1024;

/// Maximum size of the part that is searched for the last record, in bytes. Far more than the length of any line.
const MAX_TAIL_BYTES: u64 = 16 * 1024 * 1024;

const ADVICE: &str = "make it writable, or name another file with CXVARS_AUDIT_LOG or `[audit] log`";

/// A record that was written to disk.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// The record's number.
    pub seq: u64,
    /// The record's hash, 64 lower-case hexadecimal digits.
    pub hash: String,
    /// The remains of an interrupted append that had to be moved out of the log first.
    pub recovered: Option<Recovered>,
}

/// The remains of an interrupted append that were moved out of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// The number of the `recovered` record that documents it.
    pub seq: u64,
    /// Number of bytes that were moved.
    pub bytes: u64,
    /// The file that holds them now.
    pub path: PathBuf,
}

/// An audit log that is open for appending.
///
/// Threads may share one, and any number of processes may have the same file open. Every append locks the file, reads
/// its current end, and continues the chain from there.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    open: Mutex<Open>,
    /// The folder of segments, if the log is a folder. `path` is then this run's own file in it.
    segments: Option<PathBuf>,
    follows: Option<Head>,
    max_bytes: Option<u64>,
}

/// The open file. `end` is its length and last record after this handle's last append. As long as the length is the
/// same, no other process has appended.
#[derive(Debug)]
struct Open {
    file: Placed,
    end: Option<(u64, Head)>,
}

impl Open {
    fn new(file: File) -> io::Result<Self> {
        Ok(Self { file: Placed::new(file)?, end: None })
    }
}

impl AuditLog {
    /// Opens the log. Creates the file (0600) and its parent folders (0700) if they are missing.
    ///
    /// If the path is a folder or ends in `/`, a new file `<name>.jsonl` is created in it for this run. A symbolic
    /// link, a pipe or a device at the path is refused.
    pub fn open(path: impl Into<PathBuf>, name: &str) -> Result<Self, AuditError> {
        let path = path.into();
        let (path, segments) = match files::is_folder(&path) {
            true => (path.join(format!("{name}.jsonl")), Some(path)),
            false => (path, None),
        };
        create_dir_all(parent(&path)).map_err(|error| AuditError::io("create the folder of", &path, ADVICE, error))?;
        let open = open_or_create(&path).and_then(Open::new);
        let open = open.map_err(|error| AuditError::io("open", &path, ADVICE, error))?;
        Ok(Self { path, open: Mutex::new(open), segments, follows: None, max_bytes: None })
    }

    /// Sets the hash that the first record of a new segment follows: the head of the log after the previous run. No
    /// effect if the segment has records.
    #[must_use]
    pub fn following(mut self, hash: Option<&str>) -> Self {
        self.follows = hash.map(|hash| Head { seq: 0, hash: hash.to_owned() });
        self
    }

    /// Rotates the log before it would grow larger than this: renames the file and starts a new one that continues it.
    /// No effect on segments.
    #[must_use]
    pub fn rotating_at(mut self, max_bytes: Option<u64>) -> Self {
        self.max_bytes = max_bytes.filter(|_| self.segments.is_none());
        self
    }

    /// Whether the log is a folder and this run has its own file in it.
    pub fn is_segment(&self) -> bool {
        self.segments.is_some()
    }

    /// Whether this run's file is the first one with records in its folder.
    pub(crate) fn is_first_segment(&self) -> bool {
        let others =
            |folder: &Path| files::segments(folder).iter().any(|path| *path != self.path && !files::is_empty(path));
        self.segments.as_deref().is_some_and(|folder| !others(folder))
    }

    /// The file that records are written to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a record, and returns once it is synced to disk.
    ///
    /// If an interrupted append left an unterminated or unreadable last line, its bytes are first moved to a file
    /// beside the log (`<log>.torn-<seq>`), and a `recovered` record documents that. So the log never loses a byte
    /// silently.
    pub fn append(&self, entry: Entry) -> Result<Appended, AuditError> {
        let nothing = || self.failed("write", io::ErrorKind::WriteZero.into());
        self.append_all(vec![entry]).pop().unwrap_or_else(|| Err(nothing()))
    }

    /// Appends records in this order, as [`AuditLog::append`] does, and syncs them to disk together. Returns what became
    /// of each.
    pub fn append_all(&self, entries: Vec<Entry>) -> Vec<Result<Appended, AuditError>> {
        // A poisoned lock is safe to use: every append checks the end of the file for what a panic may have left.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut appended = Vec::with_capacity(entries.len());
        for entry in entries {
            // The first one takes the lock. Another process may rotate the log only after it is released.
            let length = match &open.end {
                Some((length, _)) if !appended.is_empty() => Ok(*length),
                _ => self.lock(&mut open),
            };
            appended.push(length.and_then(|length| self.append_locked(&mut open, length, entry)));
        }
        if let Err(error) = open.file.sync_data() {
            open.end = None;
            let failed = |_| Err(self.failed("write", io::Error::new(error.kind(), error.to_string())));
            appended = appended.into_iter().map(|appended| appended.and_then(failed)).collect();
        }
        // A failure does no harm: closing the file unlocks it too, and the records are already on disk.
        let _ = open.file.unlock();
        appended
    }

    /// Locks the file at the path and returns its length. If another process has rotated the log, opens the new file
    /// first.
    fn lock(&self, open: &mut Open) -> Result<u64, AuditError> {
        loop {
            // The lock belongs to the open file, so it excludes other processes and handles. The mutex excludes the
            // threads that share this handle.
            locks::exclusive(&open.file, &self.path).map_err(|error| self.failed("lock", error.into()))?;
            if let Some(length) = open.file.length_at(&self.path) {
                return Ok(length);
            }
            if is_deleted(&open.file) || files::put_away(&self.path).is_empty() {
                let advice = "find out what removed it, and run again";
                return Err(AuditError::new("write", &self.path, "it was deleted while in use", advice));
            }
            *open = open_or_create(&self.path).and_then(Open::new).map_err(|error| self.failed("open", error))?;
        }
    }

    fn append_locked(&self, open: &mut Open, mut length: u64, entry: Entry) -> Result<Appended, AuditError> {
        let (mut max_bytes, mut recovered) = (self.max_bytes, None);
        loop {
            let (mut head, end, found) = self.end(open, length, &entry)?;
            length = end;
            recovered = recovered.or(found);
            // Locking the folder lets only one run at a time begin a segment, so that runs that begin at the same time
            // follow one another.
            let beginning = self.segments.as_deref().filter(|_| length == 0).and_then(|folder| File::open(folder).ok());
            let _only = beginning.filter(|folder| locks::exclusive(folder, &self.path).is_ok());
            if length == 0 {
                (head, length) = self.begin(&mut open.file, &entry)?;
            }
            let sealed = audit::seal(&entry, head.as_ref()).map_err(|error| self.unsealed(&error))?;
            // Rotates once at most: a record larger than the limit is still written to the next file.
            if max_bytes.take().is_some_and(|max| length > 0 && length + sealed.line.len() as u64 > max) {
                length = self.put_away(open)?;
                continue;
            }
            open.end = None;
            self.write(&mut open.file, length, &sealed.line)?;
            open.end = Some((length + sealed.line.len() as u64, sealed.head.clone()));
            info!(seq = sealed.head.seq, "recorded in the audit log");
            return Ok(Appended { seq: sealed.head.seq, hash: sealed.head.hash, recovered });
        }
    }

    /// Returns the last record of an open file of this length, and the offset of its end. Recovers torn bytes after it.
    fn end(
        &self,
        open: &mut Open,
        length: u64,
        cause: &Entry,
    ) -> Result<(Option<Head>, u64, Option<Recovered>), AuditError> {
        let file = &mut open.file;
        if let Some((_, head)) = open.end.as_ref().filter(|(end, _)| *end == length) {
            return Ok((Some(head.clone()), length, None));
        }
        let (tail, torn) = self.read_tail(file, length)?;
        let Some(torn) = torn else { return Ok((tail.head, length, None)) };
        let head = match tail.head {
            Some(head) => Some(head),
            None => self.predecessor(cause)?,
        };
        let start = length - torn.len() as u64;
        let (found, head, length) = self.recover(file, start, &torn, cause, head.as_ref())?;
        Ok((Some(head), length, Some(found)))
    }

    /// Prepares an empty file: returns the record that its next record follows, and the file's length. If the file
    /// continues a rotated one, its first record is a `rotated` record.
    fn begin(&self, file: &mut File, cause: &Entry) -> Result<(Option<Head>, u64), AuditError> {
        let head = self.predecessor(cause)?;
        if head.as_ref().is_none_or(|head| head.seq == 0) {
            return Ok((head, 0));
        }
        let sealed =
            audit::seal(&cause.alongside(Event::Rotated), head.as_ref()).map_err(|error| self.unsealed(&error))?;
        self.write(file, 0, &sealed.line)?;
        Ok((Some(sealed.head), sealed.line.len() as u64))
    }

    /// The record that the first record of this file follows. For a log in one file, it is the last record of the file
    /// that was rotated last. For a segment, it is the record set by [`AuditLog::following`], else the last record of
    /// the newest other segment.
    fn predecessor(&self, cause: &Entry) -> Result<Option<Head>, AuditError> {
        let before = match &self.segments {
            Some(_) if self.follows.is_some() => return Ok(self.follows.clone()),
            Some(folder) => files::segments(folder),
            None => files::put_away(&self.path),
        };
        let Some(path) = before.into_iter().rfind(|path| *path != self.path && !files::is_empty(path)) else {
            return Ok(None);
        };
        let open = open_regular(&path)
            .and_then(Open::new)
            .map_err(|error| AuditError::io("open", &path, "check the file's permissions", error))?;
        let before = Self { path, open: Mutex::new(open), segments: None, follows: None, max_bytes: None };
        let mut open = before.open.lock().unwrap_or_else(PoisonError::into_inner);
        locks::exclusive(&open.file, &before.path).map_err(|error| before.failed("lock", error.into()))?;
        let length = open.file.metadata().map_err(|error| before.failed("read", error))?.len();
        let (head, ..) = before.end(&mut open, length, cause)?;
        drop(open);
        // A file that continues a rotated one also continues its numbers. A segment starts at 1.
        let seq = |head: &Head| if self.segments.is_some() { 0 } else { head.seq };
        Ok(head.map(|head| Head { seq: seq(&head), ..head }))
    }

    /// Rotates the log: renames the locked file, then opens and locks the new one at the path, which another process
    /// may already have started. Returns its length.
    fn put_away(&self, open: &mut Open) -> Result<u64, AuditError> {
        let failed = |error| self.failed("put away", error);
        open.file.sync_data().map_err(failed)?;
        rename(&self.path, &files::next_name(&self.path)).map_err(failed)?;
        *open = open_or_create(&self.path).and_then(Open::new).map_err(failed)?;
        self.lock(open)
    }

    /// Writes a line at the end of the file. If that fails, restores the file's length.
    fn write(&self, file: &mut File, length: u64, line: &[u8]) -> Result<(), AuditError> {
        write_at(file, length, line).map_err(|error| {
            // If this fails too, the next append recovers the half-written line.
            let _ = file.set_len(length);
            self.failed("write", error)
        })
    }

    /// Returns the end of the log, and the bytes of its last line if they are torn. Reads only as much of the file as
    /// needed to find the last record.
    fn read_tail(&self, file: &mut File, length: u64) -> Result<(Tail, Option<Vec<u8>>), AuditError> {
        let mut want = TAIL_BYTES;
        loop {
            let start = length.saturating_sub(want);
            let mut bytes = Vec::with_capacity(usize::try_from(length - start).unwrap_or_default());
            file.seek(SeekFrom::Start(start))
                .and_then(|_| file.take(length - start).read_to_end(&mut bytes))
                .map_err(|error| self.failed("read", error))?;
            let tail = audit::tail(&bytes);
            let only_line = start == 0 && tail.torn.as_ref().is_none_or(|torn| torn.start == 0);
            if tail.head.is_some() || only_line {
                let torn = tail.torn.clone().and_then(|torn| bytes.get(torn)).map(<[u8]>::to_vec);
                return Ok((tail, torn));
            }
            if start == 0 || want >= MAX_TAIL_BYTES {
                let advice = "nothing was written to it; name another file with CXVARS_AUDIT_LOG or `[audit] log`";
                return Err(AuditError::new("continue", &self.path, "it does not look like an audit log", advice));
            }
            want *= 4;
        }
    }

    /// Moves the torn bytes, which begin at `start`, to a separate file, and writes a `recovered` record in their
    /// place.
    fn recover(
        &self,
        file: &mut File,
        start: u64,
        torn: &[u8],
        cause: &Entry,
        head: Option<&Head>,
    ) -> Result<(Recovered, Head, u64), AuditError> {
        let seq = head.map_or(1, |head| head.seq + 1);
        let path = self.quarantine(seq, torn).map_err(|error| self.failed("set aside the torn last line of", error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let entry = Entry {
            error: Some(format!(
                "the last line was not a whole record; its {} bytes were moved to `{name}`",
                torn.len()
            )),
            ..cause.alongside(Event::Recovered)
        };
        let sealed = audit::seal(&entry, head).map_err(|error| self.unsealed(&error))?;
        let end = start + sealed.line.len() as u64;
        // The record first overwrites the torn bytes; then the rest of them is cut off. If this is interrupted at any
        // point, the log still shows the damage, either by this record or by torn bytes for the next append to recover.
        write_at(file, start, &sealed.line)
            .and_then(|()| file.sync_data())
            .and_then(|()| file.set_len(end))
            .map_err(|error| self.failed("write", error))?;
        let recovered = Recovered { seq: sealed.head.seq, bytes: torn.len() as u64, path };
        Ok((recovered, sealed.head, end))
    }

    /// Writes the torn bytes to a new file beside the log and syncs it. Returns its path.
    fn quarantine(&self, seq: u64, torn: &[u8]) -> io::Result<PathBuf> {
        let mut again = 1;
        let (mut file, path) = loop {
            let mut name = self.path.file_name().unwrap_or_default().to_owned();
            name.push(format!(".torn-{seq}"));
            if again > 1 {
                name.push(format!("-{again}"));
            }
            let path = self.path.with_file_name(name);
            match create_new(&path) {
                Ok(file) => break (file, path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && again < 1000 => {
                    again += 1;
                }
                Err(error) => return Err(error),
            }
        };
        file.write_all(torn)?;
        file.sync_all()?;
        sync_parent(&path)?;
        Ok(path)
    }

    fn failed(&self, attempt: &'static str, error: io::Error) -> AuditError {
        AuditError::io(attempt, &self.path, "check the disk and the file's permissions, and run again", error)
    }

    fn unsealed(&self, error: &SealError) -> AuditError {
        AuditError::new("continue", &self.path, error.to_string(), "nothing was written to it")
    }
}

impl Drop for AuditLog {
    /// Deletes the segment of a run that recorded nothing.
    fn drop(&mut self) {
        if self.segments.is_some() && files::is_empty(&self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open_or_create(path: &Path) -> io::Result<File> {
    match create_new(path) {
        Ok(file) => sync_parent(path).map(|()| file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_regular(path),
        Err(error) => Err(error),
    }
}

/// Whether the file was deleted, so that no path leads to it. Always false outside Unix, where a file in use cannot be
/// deleted.
fn is_deleted(file: &File) -> bool {
    #[cfg(unix)]
    return file.metadata().is_ok_and(|metadata| std::os::unix::fs::MetadataExt::nlink(&metadata) == 0);
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

fn write_at(file: &mut File, position: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(position))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests;
