//! A mark for updates in progress, which tells a running update from one whose process was killed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::system::files;

/// A mark that an update of a project is in progress on this machine. It is a file lock, so the system removes it when
/// the process ends, even if it is killed.
#[derive(Debug)]
pub struct InProgress {
    _lock: File,
}

impl InProgress {
    /// Sets the mark. Any number of updates can hold it at the same time.
    ///
    /// # Errors
    /// If the lock file cannot be created or locked.
    pub fn mark(state_folder: &Path) -> io::Result<Self> {
        let path = path(state_folder);
        let lock = files::create_new(&path).or_else(|_| files::open_regular(&path))?;
        lock.lock_shared()?;
        Ok(Self { _lock: lock })
    }

    /// Whether any update is in progress. False if the lock file cannot be opened, because then no update could have
    /// locked it either.
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
