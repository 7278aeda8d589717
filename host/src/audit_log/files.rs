//! The files of a log: one that grows, those that were put away before it, or a folder of segments.
//!
//! `audit.jsonl` is put away as `audit.0001.jsonl`, then `audit.0002.jsonl`. A segment is any `*.jsonl` in the folder; the
//! names that runs give begin with the time, so that their order is the one in which they began.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cxvars_core::audit::{self, Layout, Part, Tip, Verification};

use super::error::AuditError;
use crate::system::files::{self, Placed};

/// A log as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogFiles {
    /// How its files belong together.
    pub layout: Layout,
    /// Its files, oldest first; none where there is no log.
    pub files: Vec<LogFile>,
}

/// One file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogFile {
    /// Its name, without the folder.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl LogFiles {
    /// Checks all of it, also against what a checkpoint signed.
    pub fn verify(&self, signed: &[Tip]) -> Verification {
        let parts: Vec<Part<'_>> =
            self.files.iter().map(|file| Part { name: &file.name, bytes: &file.bytes }).collect();
        audit::verify_parts(self.layout, &parts, signed)
    }
}

/// The whole log, as it is between two appends.
///
/// Reading creates nothing and needs no permission to write.
pub fn read(path: &Path) -> Result<LogFiles, AuditError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| AuditError::io("read", &path, "check the path and the file's permissions", error)
    };
    if is_folder(path) {
        let paths = segments(path);
        // A segment names a record of one that began before it, so whoever reads the newest first finds that record.
        let mut files: Vec<LogFile> =
            paths.iter().rev().map(|path| file(path, open(path)).map_err(failed(path))).collect::<Result<_, _>>()?;
        files.reverse();
        return Ok(LogFiles { layout: Layout::Segments, files });
    }
    // Locked before the others are looked for: none is put away meanwhile.
    let current = open(path);
    let is_missing = matches!(&current, Err(error) if error.kind() == io::ErrorKind::NotFound);
    let old = put_away(path);
    let mut files: Vec<LogFile> =
        old.iter().map(|path| file(path, File::open(path)).map_err(failed(path))).collect::<Result<_, _>>()?;
    if !is_missing {
        files.push(file(path, current).map_err(failed(path))?);
    }
    Ok(LogFiles { layout: Layout::Chain, files })
}

/// The file at the path, locked against appends.
fn open(path: &Path) -> io::Result<File> {
    loop {
        let file = Placed::new(File::open(path)?)?;
        // A file system without locks is no reason not to read; the last line may then be seen half written.
        let is_locked = file.lock_shared().is_ok();
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

/// Whether the log is a folder of segments: it is one, or is written like one.
pub(super) fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR])
}

pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0)
}

/// The segments of a folder, by name.
pub(super) fn segments(folder: &Path) -> Vec<PathBuf> {
    sorted(folder, |name| name.ends_with(".jsonl").then(|| name.to_owned()))
}

/// The files that were put away, oldest first.
pub(super) fn put_away(path: &Path) -> Vec<PathBuf> {
    sorted(files::parent(path), |name| number(path, name))
}

/// The name under which the file is put away next.
pub(super) fn next_name(path: &Path) -> PathBuf {
    let last = put_away(path).last().and_then(|last| number(path, last.file_name()?.to_str()?));
    let (stem, ending) = split(path);
    path.with_file_name(format!("{stem}.{:04}{ending}", last.unwrap_or(0) + 1))
}

/// The number of a file that was put away: `audit.0007.jsonl` is 7.
fn number(path: &Path, name: &str) -> Option<u64> {
    let (stem, ending) = split(path);
    let digits = name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(&ending)?;
    (digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// `audit` and `.jsonl`.
fn split(path: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    (text(path.file_stem()), ending)
}

/// The files of a folder that have a key, in its order; none where the folder cannot be read.
fn sorted<K: Ord>(folder: &Path, key: impl Fn(&str) -> Option<K>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(K, PathBuf)> =
        entries.filter_map(|entry| Some((key(entry.file_name().to_str()?)?, entry.path()))).collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, path)| path).collect()
}
