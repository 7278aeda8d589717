//! Opening files safely (regular files only, and no symbolic links in folders of others), and reading secrets from them.
//!
//! What a file is may change between looking and opening. Opening a pipe would wait until another process writes to it,
//! so files are opened without waiting, and the open file is looked at again.
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
/// The file type is checked before opening, because opening a device can have effects. Afterwards the opened file is
/// compared with the checked one, so that a file exchanged in between is noticed.
pub(super) fn open(path: &Path, options: &OpenOptions) -> Result<(File, Metadata), Refusal> {
    let seen = path.symlink_metadata().map_err(Refusal::Io)?;
    if seen.file_type().is_symlink() {
        return Err(Refusal::Link);
    }
    if !seen.is_file() {
        return Err(Refusal::NotRegular);
    }
    let file = without_waiting(options).open(path).map_err(Refusal::Io)?;
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

/// Opens a regular file for reading, also through a symbolic link. Refuses pipes and devices with
/// [`io::ErrorKind::InvalidInput`], and folders with [`io::ErrorKind::IsADirectory`].
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    refuse_other_kinds(&path.metadata()?)?;
    let file = without_waiting(OpenOptions::new().read(true)).open(path)?;
    refuse_other_kinds(&file.metadata()?)?;
    Ok(file)
}

/// Opens what the user named for reading. It may be a pipe, such as the one of a shell's `<(…)`, or a device; then it is
/// waited for. Something else that takes the place of a regular file is refused as [`open_file`] does it.
pub(crate) fn open_named(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() { open_file(path) } else { File::open(path) }
}

fn refuse_other_kinds(metadata: &Metadata) -> io::Result<()> {
    match metadata {
        found if found.is_file() => Ok(()),
        found if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(Refusal::NotRegular.into()),
    }
}

/// The same options, such that opening a pipe does not wait for its other end. Reading a regular file is not affected.
fn without_waiting(options: &OpenOptions) -> OpenOptions {
    let mut options = options.clone();
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    options
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

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for_whenever_it_takes_the_place_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(open_file(&pipe).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        // As if it had come after the first look.
        let opened = without_waiting(OpenOptions::new().read(true)).open(&pipe).unwrap();
        assert_eq!(refuse_other_kinds(&opened.metadata().unwrap()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        std::os::unix::fs::symlink(&file, folder.path().join("link")).unwrap();
        for good in ["file", "link"] {
            assert!(open_file(&folder.path().join(good)).is_ok() && open_named(&folder.path().join(good)).is_ok());
        }
        assert_eq!(open_file(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(open_named(&folder.path().join("absent")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_the_user_names_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::write(pipe, "text")
        });
        let read = read_capped(open_named(&pipe).unwrap(), 64).unwrap().unwrap();
        assert_eq!(read.as_slice(), b"text");
        writer.join().unwrap().unwrap();
    }
}
