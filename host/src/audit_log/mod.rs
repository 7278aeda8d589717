//! The audit log on disk: appending one record, durably, among other processes that append too.

pub mod entries;
mod error;
mod files;
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
pub use files::{LogFile, LogFiles, read};

use crate::system::files::{Placed, create_dir_all, create_new, open_regular, parent, rename, sync_parent};

/// How much of the end of a log is read first, in bytes. A record is about 1 KiB.
const TAIL_BYTES: u64 = 64 * 1024;

/// How far back the last record is looked for, in bytes. A line is never near as long.
const MAX_TAIL_BYTES: u64 = 16 * 1024 * 1024;

const ADVICE: &str = "make it writable, or name another file with CXVARS_AUDIT_LOG or `[audit] log`";

/// A record that is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// The record's number.
    pub seq: u64,
    /// The record's hash, 64 lower-case hexadecimal digits.
    pub hash: String,
    /// What had to be moved out of the way first.
    pub recovered: Option<Recovered>,
}

/// The remains of an interrupted append that were moved out of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// The number of the `recovered` record that tells of it.
    pub seq: u64,
    /// How many bytes were moved.
    pub bytes: u64,
    /// The file that they are in now.
    pub path: PathBuf,
}

/// An audit log that is open for appending.
///
/// Threads may share one, and any number of processes may have the same file open: every append takes the lock, looks
/// at the end of the file as it is by then, and continues that chain.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    open: Mutex<Open>,
    /// Where the path is a folder: this run's own file in it is `path`.
    segments: Option<PathBuf>,
    follows: Option<Head>,
    max_bytes: Option<u64>,
}

/// The open file, and its end as this handle has left it: as long as the file is no longer, nobody has appended since.
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
    /// Opens the log, and creates it (0600) and the folders above it (0700) where they are missing.
    ///
    /// A folder, or a path that ends in `/`, gets a new file for this run, named after `name`. A symbolic link,
    /// a pipe or a device at the path is refused.
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

    /// Lets the first record of a new segment name this hash, the head of the log where the last run left it. Without
    /// effect on a log that has records.
    #[must_use]
    pub fn following(mut self, hash: Option<&str>) -> Self {
        self.follows = hash.map(|hash| Head { seq: 0, hash: hash.to_owned() });
        self
    }

    /// Puts the file away under another name, and begins a new one that continues it, before it would grow beyond this.
    /// Without effect on segments.
    #[must_use]
    pub fn rotating_at(mut self, max_bytes: Option<u64>) -> Self {
        self.max_bytes = max_bytes.filter(|_| self.segments.is_none());
        self
    }

    /// Whether the log is a folder, and this a file of its own in it.
    pub fn is_segment(&self) -> bool {
        self.segments.is_some()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a record and returns when it is on the disk.
    ///
    /// The remains of an append that was interrupted, an unterminated or unreadable last line, are first moved to a
    /// file beside the log (`<log>.torn-<seq>`), and a `recovered` record says so; the log never loses a byte silently.
    pub fn append(&self, entry: Entry) -> Result<Appended, AuditError> {
        // A panic elsewhere leaves nothing half done that the next append does not look at anyway.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let length = self.lock(&mut open)?;
        let appended = self.append_locked(&mut open, length, entry);
        // It ends with the file anyway, and what was appended is on disk.
        let _ = open.file.unlock();
        appended
    }

    /// Locks the file that is at the path, which is another one by now where a process put ours away; its length.
    fn lock(&self, open: &mut Open) -> Result<u64, AuditError> {
        loop {
            // The lock belongs to the open file: it excludes other processes and handles, the mutex our own threads.
            open.file.lock().map_err(|error| self.failed("lock", error))?;
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
            // Of runs that begin at once each follows another one, as only one at a time begins.
            let beginning = self.segments.as_deref().filter(|_| length == 0).and_then(|folder| File::open(folder).ok());
            let _only = beginning.filter(|folder| folder.lock().is_ok());
            if length == 0 {
                (head, length) = self.begin(&mut open.file, &entry)?;
            }
            let sealed = audit::seal(&entry, head.as_ref()).map_err(|error| self.unsealed(&error))?;
            // A record that is larger than a whole file may be goes into the next one all the same.
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

    /// The last record of an open file of this length, and where it ends; torn bytes behind it are recovered.
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

    /// What the first record of an empty file follows. The file that continues one that was put away says so first.
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

    /// The record that the first one of this file follows: the last of the file that was put away last, or, for a
    /// segment, the one that was named, else the last of the newest other segment.
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
        open.file.lock().map_err(|error| before.failed("lock", error))?;
        let length = open.file.metadata().map_err(|error| before.failed("read", error))?.len();
        let (head, ..) = before.end(&mut open, length, cause)?;
        drop(open);
        // Numbers go on in a file that continues another one, and begin anew in a segment.
        let seq = |head: &Head| if self.segments.is_some() { 0 } else { head.seq };
        Ok(head.map(|head| Head { seq: seq(&head), ..head }))
    }

    /// Gives the locked file another name and locks the one in its place, which another process may have begun already.
    fn put_away(&self, open: &mut Open) -> Result<u64, AuditError> {
        let failed = |error| self.failed("put away", error);
        rename(&self.path, &files::next_name(&self.path)).map_err(failed)?;
        *open = open_or_create(&self.path).and_then(Open::new).map_err(failed)?;
        self.lock(open)
    }

    /// Writes a line at the end of the file, durably, or leaves the file as it was.
    fn write(&self, file: &mut File, length: u64, line: &[u8]) -> Result<(), AuditError> {
        write_at(file, length, line).and_then(|()| file.sync_data()).map_err(|error| {
            // Half a line would have to be recovered by the next append. If even this fails, that is what happens.
            let _ = file.set_len(length);
            self.failed("write", error)
        })
    }

    /// The end of the log, and the bytes of its last line if they are to be set aside. Reads no more of the file than
    /// it takes to find the last record.
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

    /// Moves the torn bytes, which begin at `start`, to a file of their own and records that in their place.
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
        // Written over the torn bytes before what is left of them is cut off: whenever this stops, the log shows that
        // something was torn, in this record or in bytes that the next append sets aside.
        write_at(file, start, &sealed.line)
            .and_then(|()| file.sync_data())
            .and_then(|()| file.set_len(end))
            .map_err(|error| self.failed("write", error))?;
        let recovered = Recovered { seq: sealed.head.seq, bytes: torn.len() as u64, path };
        Ok((recovered, sealed.head, end))
    }

    /// A new file beside the log that holds the bytes, durable.
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
    /// A run that had nothing to record leaves no empty segment behind.
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

/// Whether no name leads to the file any more. Elsewhere than on Unix a file in use cannot be deleted.
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
