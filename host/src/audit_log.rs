//! The audit log on disk: appending one record, durably, among other processes that append too.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cxvars_core::audit::{self, Entry, Event, Head, SealError, Tail};

use crate::private_fs;

/// How much of the end of a log is read first, in bytes. A record is about 1 KiB.
const TAIL_BYTES: u64 = 64 * 1024;

/// How far back the last record is looked for, in bytes. A line is never near as long.
const MAX_TAIL_BYTES: u64 = 16 * 1024 * 1024;

/// Why a record could not be added. Unless it says otherwise, the log is as it was.
#[derive(Debug, thiserror::Error)]
#[error("cannot {attempt} the audit log `{}`: {problem}; {advice}", path.display())]
pub struct AuditError {
    attempt: &'static str,
    path: PathBuf,
    problem: String,
    advice: &'static str,
    #[source]
    source: Option<io::Error>,
}

impl AuditError {
    fn new(attempt: &'static str, path: &Path, problem: impl Into<String>, advice: &'static str) -> Self {
        Self { attempt, path: path.to_owned(), problem: problem.into(), advice, source: None }
    }

    fn io(attempt: &'static str, path: &Path, advice: &'static str, source: io::Error) -> Self {
        let problem = private_fs::describe(&source);
        Self { source: Some(source), ..Self::new(attempt, path, problem, advice) }
    }
}

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

/// The whole log, as it is between two appends; `None` if there is none.
///
/// Reading creates nothing and needs no permission to write.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, AuditError> {
    let failed = |error| AuditError::io("read", path, "check the path and the file's permissions", error);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // A file system without locks is no reason not to read; the last line may then be seen half written.
    let _ = file.lock_shared();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

/// An audit log that is open for appending.
///
/// Threads may share one, and any number of processes may have the same file open: every append takes the lock, looks
/// at the end of the file as it is by then, and continues that chain.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    file: Mutex<File>,
    follows: Option<Head>,
}

impl AuditLog {
    /// Opens the log, and creates it (0600) and the folders above it (0700) where they are missing.
    ///
    /// A symbolic link, a folder, a pipe or a device at the path is refused.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, AuditError> {
        let path = path.into();
        let advice = "make it writable, or name another file with CXVARS_AUDIT_LOG or `[audit] log`";
        private_fs::create_dir_all(private_fs::parent(&path))
            .map_err(|error| AuditError::io("create the folder of", &path, advice, error))?;
        let file = match private_fs::create_new(&path) {
            Ok(file) => private_fs::sync_parent(&path).map(|()| file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => private_fs::open_regular(&path),
            Err(error) => Err(error),
        };
        match file {
            Ok(file) => Ok(Self { path, file: Mutex::new(file), follows: None }),
            Err(error) => Err(AuditError::io("open", &path, advice, error)),
        }
    }

    /// Lets the first record of a new log name the last hash of another one, which this one continues. Without effect
    /// on a log that has records.
    #[must_use]
    pub fn following(mut self, hash: impl Into<String>) -> Self {
        self.follows = Some(Head { seq: 0, hash: hash.into() });
        self
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
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The lock belongs to the open file: it excludes other processes and handles, the mutex our own threads.
        file.lock().map_err(|error| self.failed("lock", error))?;
        let appended = self.append_locked(&mut file, entry);
        // It ends with the file anyway, and what was appended is on disk.
        let _ = file.unlock();
        appended
    }

    fn append_locked(&self, file: &mut File, entry: Entry) -> Result<Appended, AuditError> {
        let mut length = self.length(file)?;
        let (tail, torn) = self.read_tail(file, length)?;
        let mut head = tail.head.or_else(|| self.follows.clone());
        let mut recovered = None;
        if let Some(torn) = torn {
            let start = length - torn.len() as u64;
            let (found, new_head, end) = self.recover(file, start, &torn, &entry, head.as_ref())?;
            (recovered, head, length) = (Some(found), Some(new_head), end);
        }
        let sealed = audit::seal(entry, head.as_ref()).map_err(|error| self.unsealed(&error))?;
        write_at(file, length, &sealed.line).and_then(|()| file.sync_data()).map_err(|error| {
            // Half a line would have to be recovered by the next append. If even this fails, that is what happens.
            let _ = file.set_len(length);
            self.failed("write", error)
        })?;
        Ok(Appended { seq: sealed.head.seq, hash: sealed.head.hash, recovered })
    }

    /// The file's length, if it still is a file that somebody can find.
    fn length(&self, file: &File) -> Result<u64, AuditError> {
        let metadata = file.metadata().map_err(|error| self.failed("read", error))?;
        #[cfg(unix)]
        if std::os::unix::fs::MetadataExt::nlink(&metadata) == 0 {
            let advice = "find out what removed it, and run again";
            return Err(AuditError::new("write", &self.path, "it was deleted while in use", advice));
        }
        Ok(metadata.len())
    }

    /// The end of the log, and the bytes of its last line if they are to be set aside. Reads no more of the file than
    /// it takes to find the last record.
    fn read_tail(&self, file: &mut File, length: u64) -> Result<(Tail, Option<Vec<u8>>), AuditError> {
        let mut want = TAIL_BYTES;
        loop {
            let start = length.saturating_sub(want);
            let mut bytes = Vec::new();
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
        let sealed = audit::seal(entry, head).map_err(|error| self.unsealed(&error))?;
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
            match private_fs::create_new(&path) {
                Ok(file) => break (file, path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && again < 1000 => {
                    again += 1;
                }
                Err(error) => return Err(error),
            }
        };
        file.write_all(torn)?;
        file.sync_all()?;
        private_fs::sync_parent(&path)?;
        Ok(path)
    }

    fn failed(&self, attempt: &'static str, error: io::Error) -> AuditError {
        AuditError::io(attempt, &self.path, "check the disk and the file's permissions, and run again", error)
    }

    fn unsealed(&self, error: &SealError) -> AuditError {
        AuditError::new("continue", &self.path, error.to_string(), "nothing was written to it")
    }
}

fn write_at(file: &mut File, position: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(position))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cxvars_core::audit::{GENESIS, Status, Verification};
    use cxvars_core::outcome::Outcome;
    use std::fs;

    fn entry() -> Entry {
        Entry {
            outcome: Some(Outcome::Applied),
            actor: Some("zoe".to_owned()),
            ..Entry::new(Event::Outcome, 1_700_000_000.5, "01J9")
        }
    }

    fn verify(path: &Path) -> Verification {
        audit::verify(&fs::read(path).unwrap())
    }

    fn records(path: &Path) -> Vec<audit::Record> {
        audit::scan(&fs::read(path).unwrap()).collect()
    }

    fn temporary() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        (folder, path)
    }

    /// A log of some records.
    fn grown(path: &Path, records: usize) -> AuditLog {
        let log = AuditLog::open(path).unwrap();
        for _ in 0..records {
            log.append(entry()).unwrap();
        }
        log
    }

    fn add(path: &Path, bytes: &[u8]) {
        fs::OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
    }

    #[test]
    fn records_of_several_runs_make_one_chain() {
        let (_folder, path) = temporary();
        assert_eq!(grown(&path, 2).path(), path);
        let appended = AuditLog::open(&path).unwrap().append(entry()).unwrap();
        let seen = verify(&path);
        assert_eq!((seen.status, seen.records, seen.follows.as_deref()), (Status::Intact, 3, Some(GENESIS)));
        assert_eq!(seen.head, Some(Head { seq: appended.seq, hash: appended.hash }));
        assert_eq!((appended.seq, appended.recovered), (3, None));
    }

    #[test]
    fn writers_at_the_same_time_make_one_chain() {
        let (_folder, path) = temporary();
        let shared = AuditLog::open(&path).unwrap();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let (path, shared) = (&path, &shared);
                scope.spawn(move || {
                    let own = AuditLog::open(path).unwrap();
                    for number in 0..100 {
                        let log = if (writer + number) % 4 == 0 { shared } else { &own };
                        log.append(entry()).unwrap();
                    }
                });
            }
        });
        let seen = verify(&path);
        assert_eq!((seen.status, seen.records), (Status::Intact, 800), "{:?}", seen.first_bad);
    }

    #[test]
    fn a_torn_last_line_is_kept_beside_the_log_and_recorded() {
        let (folder, path) = temporary();
        // Shorter and longer than the record that takes their place, unterminated and not.
        let long = vec![b'x'; 200_000];
        for (round, torn) in
            [b"{\"actor\":nul", b"\0\0\0\n".as_slice(), b"\n", &long, b"\xff\xfe"].into_iter().enumerate()
        {
            let log = grown(&path, 2);
            add(&path, torn);
            assert_eq!(verify(&path).status, Status::Broken);

            let appended = log.append(entry()).unwrap();
            let recovered = appended.recovered.unwrap();
            assert_eq!((recovered.seq + 1, recovered.bytes), (appended.seq, torn.len() as u64));
            assert_eq!(fs::read(&recovered.path).unwrap(), torn);
            assert_eq!(recovered.path, folder.path().join(format!("audit.jsonl.torn-{}", recovered.seq)));
            assert_eq!(verify(&path).status, Status::Intact);

            let records = records(&path);
            let told = records.iter().rev().nth(1).unwrap().entry();
            assert_eq!((told.event, told.outcome, told.actor.as_deref()), (Event::Recovered, None, Some("zoe")));
            let expected = format!(
                "the last line was not a whole record; its {} bytes were moved to `audit.jsonl.torn-{}`",
                torn.len(),
                recovered.seq
            );
            assert_eq!(told.error.as_deref(), Some(expected.as_str()));
            assert_eq!(records.len(), 4 * (round + 1));
        }
    }

    #[test]
    fn every_cut_of_the_last_record_is_recovered() {
        let (_folder, path) = temporary();
        grown(&path, 2);
        let whole = fs::read(&path).unwrap();
        let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in [1, second / 2, second - 1, second + 1, second + 40, whole.len() - 2, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            let appended = AuditLog::open(&path).unwrap().append(entry()).unwrap();
            let kept = if length < second { 0 } else { second };
            let recovered = appended.recovered.unwrap();
            assert_eq!(fs::read(recovered.path).unwrap(), &whole[kept..length]);
            assert_eq!(verify(&path).status, Status::Intact, "cut at {length}");
        }
    }

    #[test]
    fn a_quarantine_never_overwrites_another() {
        let (folder, path) = temporary();
        let log = grown(&path, 1);
        fs::write(folder.path().join("audit.jsonl.torn-2"), "earlier").unwrap();
        add(&path, b"torn");
        let recovered = log.append(entry()).unwrap().recovered.unwrap();
        assert_eq!(recovered.path, folder.path().join("audit.jsonl.torn-2-2"));
        assert_eq!(fs::read(folder.path().join("audit.jsonl.torn-2")).unwrap(), b"earlier");
    }

    #[test]
    fn a_changed_record_stays_in_place_for_verify_to_find() {
        let (_folder, path) = temporary();
        let log = grown(&path, 2);
        let text = fs::read_to_string(&path).unwrap();
        let at = text.rfind("zoe").unwrap();
        fs::write(&path, format!("{}eve{}", &text[..at], &text[at + 3..])).unwrap();
        assert_eq!(log.append(entry()).unwrap().recovered, None);
        assert_eq!(verify(&path).first_bad.unwrap().line, 2);
    }

    #[test]
    fn a_file_that_is_no_audit_log_is_left_alone() {
        let (_folder, path) = temporary();
        let text = "first line\nsecond line\n";
        fs::write(&path, text).unwrap();
        let error = AuditLog::open(&path).unwrap().append(entry()).unwrap_err().to_string();
        assert!(error.contains("it does not look like an audit log; nothing was written to it"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_new_log_can_continue_another() {
        let (folder, path) = temporary();
        let hash = grown(&path, 1).append(entry()).unwrap().hash;
        let next = folder.path().join("next.jsonl");
        let log = AuditLog::open(&next).unwrap().following(&hash);
        assert_eq!(log.append(entry()).unwrap().seq, 1);
        assert_eq!(log.append(entry()).unwrap().seq, 2);
        let seen = verify(&next);
        assert_eq!((seen.status, seen.follows), (Status::Intact, Some(hash)));
    }

    #[test]
    fn a_reader_never_sees_half_a_record() {
        let (_folder, path) = temporary();
        assert_eq!(read(&path).unwrap(), None);
        let log = AuditLog::open(&path).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| (0..200).for_each(|_| drop(log.append(entry()).unwrap())));
            let mut records = 0;
            while records < 200 {
                let seen = audit::verify(&read(&path).unwrap().unwrap());
                assert_eq!(seen.status, Status::Intact);
                records = seen.records;
            }
        });
    }

    #[test]
    fn reading_a_folder_says_so() {
        let (folder, _) = temporary();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(error.starts_with("cannot read the audit log `"), "{error}");
        assert!(error.ends_with("is a directory; check the path and the file's permissions"), "{error}");
    }

    #[test]
    fn missing_folders_are_created() {
        let (folder, _) = temporary();
        let path = folder.path().join("a/b/audit.jsonl");
        grown(&path, 1);
        assert_eq!(verify(&path).records, 1);
    }

    #[test]
    fn a_log_that_cannot_be_written_says_which_and_what_to_do() {
        let (folder, path) = temporary();
        fs::write(&path, "").unwrap();
        let below = path.join("audit.jsonl");
        let error = AuditLog::open(&below).unwrap_err().to_string();
        let advice = "make it writable, or name another file with CXVARS_AUDIT_LOG or `[audit] log`";
        assert!(
            error.starts_with(&format!("cannot create the folder of the audit log `{}`: ", below.display())),
            "{error}"
        );
        assert!(error.ends_with(advice), "{error}");

        let error = AuditLog::open(folder.path()).unwrap_err().to_string();
        let expected = format!("cannot open the audit log `{}`: not a regular file; {advice}", folder.path().display());
        assert_eq!(error, expected);
    }

    #[test]
    fn an_entry_that_cannot_be_recorded_leaves_the_log_as_it_was() {
        let (_folder, path) = temporary();
        let log = grown(&path, 1);
        let error = log.append(Entry { timestamp: f64::NAN, ..entry() }).unwrap_err().to_string();
        assert!(error.contains("cannot record `timestamp`: it is not a finite number"), "{error}");
        assert_eq!(verify(&path).records, 1);
    }

    #[cfg(unix)]
    mod unix {
        use super::*;
        use std::os::unix::fs::{PermissionsExt, symlink};

        #[test]
        fn the_log_and_what_is_set_aside_belong_to_their_owner_alone() {
            let (_folder, path) = temporary();
            let log = grown(&path, 1);
            add(&path, b"torn");
            let recovered = log.append(entry()).unwrap().recovered.unwrap();
            for path in [&path, &recovered.path] {
                assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o7777, 0o600);
            }
        }

        #[test]
        fn links_are_refused_wherever_they_lead() {
            let (folder, path) = temporary();
            grown(&path, 1);
            let link = folder.path().join("link.jsonl");
            for target in [path, folder.path().join("nowhere"), folder.path().to_owned()] {
                symlink(target, &link).unwrap();
                let error = AuditLog::open(&link).unwrap_err().to_string();
                assert!(error.contains("link.jsonl`: not a regular file; "), "{error}");
                fs::remove_file(&link).unwrap();
            }
        }

        #[test]
        fn a_log_deleted_while_in_use_is_an_error() {
            let (_folder, path) = temporary();
            let log = grown(&path, 1);
            fs::remove_file(&path).unwrap();
            let error = log.append(entry()).unwrap_err().to_string();
            assert!(error.contains("it was deleted while in use"), "{error}");
        }
    }
}
