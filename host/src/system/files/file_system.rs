//! The file system, for code that reads the configuration of a project.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use cxvars_project::files::{Files, Unreadable};

use super::place::{mode, resolved};
use super::reading::{open_file, open_named};
use super::wording::known;

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileSystem<'p> {
    /// What may be a pipe. Opening any other one would wait until somebody writes to it.
    pipe: Option<&'p Path>,
}

impl<'p> FileSystem<'p> {
    /// The files of this machine, where the file at `path` may be a pipe or a device.
    pub(crate) fn with_pipe(path: &'p Path) -> Self {
        Self { pipe: Some(path) }
    }
}

impl Files for FileSystem<'_> {
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        let bytes = self.read_start(path, max_bytes.saturating_add(1))?;
        if bytes.len() > max_bytes { Err(Unreadable::TooLarge) } else { Ok(bytes) }
    }

    fn read_start(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
        let file = if self.pipe == Some(path) { open_named(path) } else { open_file(path) };
        let read = file.and_then(|file| file.take(limit).read_to_end(&mut bytes));
        read.map(|_| bytes).map_err(|error| unreadable(&error))
    }

    fn read_users_own(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        match path.metadata() {
            Ok(metadata) if mode(&metadata) & 0o002 != 0 => Err(Unreadable::WritableByOthers),
            _ => self.read(path, max_bytes),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        match path.symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
            Err(error) => Err(unreadable(&error)),
        }
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        resolved(path)
    }
}

fn unreadable(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        io::ErrorKind::IsADirectory => Unreadable::Folder,
        // Of a pipe or a device; see `Refusal`.
        io::ErrorKind::InvalidInput => Unreadable::NotRegular,
        kind => known(kind).map_or(Unreadable::Other("cannot be read or written"), Unreadable::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit_and_anything_else_is_named() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        std::fs::write(&file, "1234").unwrap();
        let files = FileSystem::default();
        assert_eq!((files.read(&file, 4), files.exists(&file)), (Ok(b"1234".to_vec()), Ok(true)));
        assert_eq!(files.read(&file, 3), Err(Unreadable::TooLarge));
        assert_eq!(files.read_start(&file, 3), Ok(b"123".to_vec()));
        assert_eq!(files.read(root.path(), 9), Err(Unreadable::Folder));
        for absent in [root.path().join("absent"), file.join("below")] {
            assert!(files.read(&absent, 9).is_err());
            assert_eq!(files.exists(&absent), Ok(false));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_or_device_is_opened_only_where_it_was_named() {
        let device = Path::new("/dev/null");
        assert_eq!(FileSystem::default().read(device, 9), Err(Unreadable::NotRegular));
        assert_eq!(FileSystem::with_pipe(device).read(device, 9), Ok(Vec::new()));
    }
}
