//! Reading files that hold secrets, which others wrote; files of our own are in [`crate::system::private_fs`].

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// A reason as the end of a sentence that names the file.
pub(crate) type Problem = &'static str;

/// Opens a regular file, not through a symbolic link in the last component, and gives the metadata of what was opened.
///
/// The file type is looked at before opening, so that a FIFO cannot block, and what was opened is compared with it, so
/// that an exchange in between is noticed.
pub(crate) fn open_regular(path: &Path) -> Result<(File, Metadata), Problem> {
    let before = path.symlink_metadata().map_err(|error| reason(&error))?;
    if before.file_type().is_symlink() {
        return Err("is a symbolic link; put the file itself there");
    }
    if !before.is_file() {
        return Err("is not a regular file");
    }
    let file = File::open(path).map_err(|error| reason(&error))?;
    let metadata = file.metadata().map_err(|error| reason(&error))?;
    if !metadata.is_file() || !same_file(&before, &metadata) {
        return Err("changed while it was opened; run again");
    }
    Ok((file, metadata))
}

/// Reads at most `cap_bytes`; `None` if there is more. The buffer never moves, so no copy stays behind in memory.
pub(crate) fn read_capped(reader: impl Read, cap_bytes: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(cap_bytes + 1));
    let limit = u64::try_from(cap_bytes).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= cap_bytes).then_some(bytes))
}

/// An I/O error in our own words: the system's text differs between systems and has upper case.
pub(crate) fn reason(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist",
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied",
        io::ErrorKind::IsADirectory => "is a folder, not a file",
        io::ErrorKind::NotADirectory => "is not a folder, or lies below something that is none",
        io::ErrorKind::InvalidData => "is not UTF-8 text",
        io::ErrorKind::StorageFull => "cannot be written: no space left",
        io::ErrorKind::ReadOnlyFilesystem => "cannot be written: the file system is read-only",
        _ => "cannot be read or written",
    }
}

#[cfg(unix)]
fn same_file(before: &Metadata, after: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    before.dev() == after.dev() && before.ino() == after.ino()
}

#[cfg(not(unix))]
fn same_file(_before: &Metadata, _after: &Metadata) -> bool {
    true
}

/// Permission bits; where the system has none, as if nobody else had any.
#[cfg(unix)]
pub(crate) fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o7777
}

/// Permission bits; where the system has none, as if nobody else had any.
#[cfg(not(unix))]
pub(crate) fn mode(_metadata: &Metadata) -> u32 {
    0o600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_past_the_cap() {
        assert_eq!(read_capped(&b"1234"[..], 4).unwrap().unwrap().as_slice(), b"1234");
        assert!(read_capped(&b"12345"[..], 4).unwrap().is_none());
        assert!(read_capped(io::repeat(0), 4).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn only_a_regular_file_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        std::os::unix::fs::symlink(&file, folder.path().join("link")).unwrap();
        assert!(open_regular(&file).is_ok());
        let problem = |name: &str| open_regular(&folder.path().join(name)).map(drop).unwrap_err();
        assert!(problem("link").contains("symbolic link"));
        assert!(problem("absent").contains("does not exist"));
        assert!(open_regular(folder.path()).map(drop).unwrap_err().contains("regular"));
    }
}
