//! The one way in which a file comes to be as a whole.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::place::{parent, sync_parent};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner alone, whatever the umask.
    Owner,
    /// Whoever may read any new file: the umask decides.
    ByUmask,
}

/// A file on its way to its place. It is written under another name in the same folder and renamed at the end, so whoever
/// looks at the place finds the old or the new content at any time. Dropping it removes it.
pub(crate) struct Draft {
    file: NamedTempFile,
    path: PathBuf,
}

impl Draft {
    /// A draft of the file at `path`.
    ///
    /// # Errors
    /// When the folder does not take it.
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

    /// Writes more of it.
    ///
    /// # Errors
    /// When that fails.
    pub(crate) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)
    }

    /// The file, to change what belongs to it.
    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Gives it its place, instead of what is there. It outlasts a power cut when this returns.
    ///
    /// # Errors
    /// When that fails; what was at the place is left as it was.
    pub(crate) fn place(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        sync_parent(&self.path)
    }

    /// Gives it its place where nothing is there yet; whether nothing was.
    ///
    /// # Errors
    /// When that fails.
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
