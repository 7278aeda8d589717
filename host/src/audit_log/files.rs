//! The files of a log: the current file with the rotated files before it, or a folder of segments.
//!
//! `audit.jsonl` is rotated to `audit.0001.jsonl`, then `audit.0002.jsonl`. A segment is any `*.jsonl` in the folder.
//! The names of segments begin with the time, so they sort in the order in which the runs began.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cxvars_core::audit::{self, FirstBad, Layout, Part, Tip, Verification};

use super::error::AuditError;
use crate::system::files::{self, Placed};
use crate::system::locks::{self, NoLock};

/// The content of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogFiles {
    /// How its files relate to each other.
    pub layout: Layout,
    /// Its files, oldest first. Empty if there is no log.
    pub files: Vec<LogFile>,
}

/// One file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogFile {
    /// Its name, without the folder.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl LogFiles {
    /// Verifies the whole log, also against the heads that are known from elsewhere.
    pub fn verify(&self, known: &[Tip]) -> Verification {
        let parts: Vec<Part<'_>> =
            self.files.iter().map(|file| Part { name: &file.name, bytes: &file.bytes }).collect();
        audit::verify_parts(self.layout, &parts, known)
    }

    /// The first line that keeps the log from being continued. The remains of an interrupted append at its end do not:
    /// the next append sets them aside. Of a folder, each segment is looked at alone, because others may be elsewhere.
    pub fn broken(&self) -> Option<FirstBad> {
        match self.layout {
            Layout::Segments => self.files.iter().find_map(|file| {
                let mut bad = audit::verify_parts(Layout::Chain, &[file.settled()], &[]).first_bad?;
                bad.file = Some(file.name.clone());
                Some(bad)
            }),
            Layout::Chain => {
                let (last, earlier) = self.files.split_last()?;
                let earlier = earlier.iter().map(|file| Part { name: &file.name, bytes: &file.bytes });
                let parts: Vec<Part<'_>> = earlier.chain([last.settled()]).collect();
                audit::verify_parts(Layout::Chain, &parts, &[]).first_bad
            }
        }
    }
}

impl LogFile {
    /// The file without the remains of an interrupted append at its end.
    fn settled(&self) -> Part<'_> {
        let end = audit::tail(&self.bytes).torn.map_or(self.bytes.len(), |torn| torn.start);
        Part { name: &self.name, bytes: self.bytes.get(..end).unwrap_or_default() }
    }
}

/// Reads the whole log. Where the file system has locks, no append is seen half written.
///
/// Creates nothing and needs no write permission.
pub fn read(path: &Path) -> Result<LogFiles, AuditError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| {
            let advice = match error.kind() {
                io::ErrorKind::TimedOut => "run again when that process has ended",
                _ => "check the path and the file's permissions",
            };
            AuditError::io("read", &path, advice, error)
        }
    };
    if is_folder(path) {
        let paths = segments(path);
        // A segment refers to a record of an earlier one. Reading the newest first makes sure that record is read too.
        let mut files: Vec<LogFile> = paths
            .iter()
            .rev()
            .map(|path| file(path, open(path, files::open_file)).map_err(failed(path)))
            .collect::<Result<_, _>>()?;
        files.reverse();
        return Ok(LogFiles { layout: Layout::Segments, files });
    }
    // The current file is locked before the rotated files are listed, so that no rotation happens in between.
    let current = open(path, files::open_named);
    let is_missing = matches!(&current, Err(error) if error.kind() == io::ErrorKind::NotFound);
    let old = put_away(path);
    let mut files: Vec<LogFile> =
        old.iter().map(|path| file(path, files::open_file(path)).map_err(failed(path))).collect::<Result<_, _>>()?;
    if !is_missing {
        files.push(file(path, current).map_err(failed(path))?);
    }
    Ok(LogFiles { layout: Layout::Chain, files })
}

/// The files of the log, whether or not they are there.
pub(crate) fn paths(path: &Path) -> Vec<PathBuf> {
    if is_folder(path) {
        return segments(path);
    }
    put_away(path).into_iter().chain([path.to_owned()]).collect()
}

/// Opens the file at the path and locks it against appends.
fn open(path: &Path, open: fn(&Path) -> io::Result<File>) -> io::Result<File> {
    loop {
        let file = open(path)?;
        // Such as /dev/zero, which has no end.
        #[cfg(unix)]
        if std::os::unix::fs::FileTypeExt::is_char_device(&file.metadata()?.file_type()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device, and not a file"));
        }
        let file = Placed::new(file)?;
        // If the file system has no locks, the file is read anyway; its last line may then be half written.
        let is_locked = match locks::shared(&file, path) {
            Ok(()) => true,
            Err(NoLock::Impossible(_)) => false,
            Err(no_lock) => return Err(no_lock.into()),
        };
        let is_there = || file.length_at(path).is_some();
        if !is_locked || is_there() || path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Ok(file.into_inner());
        }
    }
}

fn file(path: &Path, file: io::Result<File>) -> io::Result<LogFile> {
    let mut bytes = Vec::new();
    file?.read_to_end(&mut bytes)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(LogFile { name, bytes })
}

/// Whether the log is a folder of segments: the path is a folder, or ends in a path separator.
pub(super) fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR])
}

pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0)
}

/// The segments of a folder, sorted by name.
pub(super) fn segments(folder: &Path) -> Vec<PathBuf> {
    sorted(folder, |name| name.ends_with(".jsonl").then(|| name.to_owned()))
}

/// The rotated files, oldest first.
pub(super) fn put_away(path: &Path) -> Vec<PathBuf> {
    sorted(files::parent(path), |name| number(path, name))
}

/// The path that the next rotation renames the file to.
pub(super) fn next_name(path: &Path) -> PathBuf {
    let last = put_away(path).last().and_then(|last| number(path, last.file_name()?.to_str()?));
    let (stem, ending) = split(path);
    path.with_file_name(format!("{stem}.{:04}{ending}", last.unwrap_or(0) + 1))
}

/// The number of a rotated file: 7 for `audit.0007.jsonl`.
fn number(path: &Path, name: &str) -> Option<u64> {
    let (stem, ending) = split(path);
    let digits = name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(&ending)?;
    (digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// Splits a file name: `audit.jsonl` gives `audit` and `.jsonl`.
fn split(path: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    (text(path.file_stem()), ending)
}

/// The regular files of a folder for which `key` returns a key, sorted by it. Empty if the folder cannot be read.
fn sorted<K: Ord>(folder: &Path, key: impl Fn(&str) -> Option<K>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(K, PathBuf)> =
        // A pipe of that name would be waited for.
        entries
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| Some((key(entry.file_name().to_str()?)?, entry.path())))
            .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, path)| path).collect()
}
