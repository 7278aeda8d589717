//! Opening files safely (no symbolic links, regular files only), and reading secrets from them.
#![expect(clippy::disallowed_methods, reason = "this is the seam")]

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::place::same_file;
use super::wording::{Problem, problem};

/// Why a file was not opened.
pub(super) enum Refusal {
    /// The path is a symbolic link.
    Link,
    /// The path is a folder, a pipe or a device.
    NotRegular,
    /// The path was a different file when it was checked, just before the opening.
    Exchanged,
    /// The system returned an error.
    Io(io::Error),
}

impl Refusal {
    fn problem(&self) -> Problem {
        match self {
            Self::Link => "is a symbolic link; put the file itself there",
            Self::NotRegular => "is not a regular file",
            Self::Exchanged => "changed while it was opened; run again",
            Self::Io(error) => problem(error),
        }
    }
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Io(error) => error,
            _ => Self::new(io::ErrorKind::InvalidInput, "not a regular file"),
        }
    }
}

/// Opens a regular file and returns it with its metadata. Does not follow a symbolic link in the last component.
///
/// The file type is checked before opening, because opening a pipe could block. Afterwards the opened file is compared
/// with the checked one, so that a file exchanged in between is noticed.
pub(super) fn open(path: &Path, options: &OpenOptions) -> Result<(File, Metadata), Refusal> {
    let seen = path.symlink_metadata().map_err(Refusal::Io)?;
    if seen.file_type().is_symlink() {
        return Err(Refusal::Link);
    }
    if !seen.is_file() {
        return Err(Refusal::NotRegular);
    }
    let file = options.open(path).map_err(Refusal::Io)?;
    let metadata = file.metadata().map_err(Refusal::Io)?;
    match metadata.is_file() && same_file(&seen, &metadata) {
        true => Ok((file, metadata)),
        false => Err(Refusal::Exchanged),
    }
}

/// Opens a file for reading that another user or program may have written.
pub(crate) fn open_foreign(path: &Path) -> Result<(File, Metadata), Problem> {
    open(path, OpenOptions::new().read(true)).map_err(|refusal| refusal.problem())
}

/// Reads everything, or returns `None` if there are more than `cap_bytes`. The buffer has its full size from the start:
/// if it grew, copies of a secret would stay in memory.
pub(crate) fn read_capped(reader: impl Read, cap_bytes: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(cap_bytes + 1));
    let limit = u64::try_from(cap_bytes).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= cap_bytes).then_some(bytes))
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
        assert!(open_foreign(&file).is_ok());
        let refused = |name: &str| open_foreign(&folder.path().join(name)).map(drop).unwrap_err();
        assert!(refused("link").contains("symbolic link"));
        assert!(refused("absent").contains("no such file or folder"));
        assert!(open_foreign(folder.path()).map(drop).unwrap_err().contains("regular"));
    }
}
