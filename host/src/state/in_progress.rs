//! Telling an update that is still under way from one that was killed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::system::files;

/// An update under way in a project, on this machine. The system takes the mark away when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct InProgress {
    _lock: File,
}

impl InProgress {
    /// Marks that one is under way, beside any number of others.
    ///
    /// # Errors
    /// When the file for it cannot be made or locked.
    pub fn mark(state_folder: &Path) -> io::Result<Self> {
        let path = path(state_folder);
        let lock = files::create_new(&path).or_else(|_| files::open_regular(&path))?;
        lock.lock_shared()?;
        Ok(Self { _lock: lock })
    }

    /// Whether any is under way. Where that cannot be told, none is: nobody could have marked it.
    pub fn any(state_folder: &Path) -> bool {
        let lock = files::open_regular(&path(state_folder));
        lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
    }
}

fn path(state_folder: &Path) -> PathBuf {
    state_folder.join("running.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_seen_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!InProgress::any(folder.path()));
        let first = InProgress::mark(folder.path()).unwrap();
        let second = InProgress::mark(folder.path()).unwrap();
        drop(first);
        assert!(InProgress::any(folder.path()));
        drop(second);
        assert!(!InProgress::any(folder.path()));
    }
}
