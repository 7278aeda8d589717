//! Atomic writes: every file that is replaced as a whole is written here.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::place::{parent, sync_parent};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner only, whatever the umask is.
    Owner,
    /// Everybody that the umask allows to read new files.
    ByUmask,
}

/// A temporary file that replaces the file at a path once it is complete.
///
/// It is written in the same folder under another name, then renamed, so a reader of the path sees either the old or
/// the new content. Dropping the draft deletes it.
pub(crate) struct Draft {
    file: NamedTempFile,
    path: PathBuf,
}

impl Draft {
    /// Creates an empty draft of the file at `path`.
    ///
    /// # Errors
    /// If the temporary file cannot be created in the folder.
    pub(crate) fn beside(path: &Path, readers: Readers) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".cxvars-").suffix(".tmp");
        #[cfg(unix)]
        if readers == Readers::ByUmask {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        let file = builder.tempfile_in(parent(path))?;
        #[cfg(unix)]
        if readers == Readers::Owner {
            file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        Ok(Self { file, path: path.to_owned() })
    }

    /// Appends `content`.
    ///
    /// # Errors
    /// If writing fails.
    pub(crate) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)
    }

    /// The temporary file, for setting its owner and permissions.
    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Renames the draft to its path, replacing the file there. When this returns, the change survives a power cut.
    ///
    /// # Errors
    /// If syncing or renaming fails. If the rename did not happen, the file at the path is unchanged.
    pub(crate) fn place(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        sync_parent(&self.path)
    }

    /// Renames the draft to its path unless a file exists there. Returns whether the draft was placed.
    ///
    /// # Errors
    /// If syncing or renaming fails.
    pub(crate) fn place_new(self) -> io::Result<bool> {
        self.file.as_file().sync_all()?;
        match self.file.persist_noclobber(&self.path) {
            Ok(_) => sync_parent(&self.path).map(|()| true),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_draft_is_not_seen_before_it_has_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        let mut draft = Draft::beside(&path, Readers::Owner).unwrap();
        draft.write(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        draft.place().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        drop(Draft::beside(&path, Readers::Owner).unwrap());
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_new_file_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let placed = |content: &[u8]| {
            let mut draft = Draft::beside(&path, Readers::Owner).unwrap();
            draft.write(content).unwrap();
            draft.place_new().unwrap()
        };
        assert!(placed(b"first"));
        assert!(!placed(b"second"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(names(folder.path()), ["file"]);
    }
}
