//! Remembers which files were looked for.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::{Files, Unreadable};

/// Files, and the paths at which they were looked for.
pub(crate) struct Recorded<'f> {
    files: &'f dyn Files,
    paths: RefCell<Vec<PathBuf>>,
}

impl<'f> Recorded<'f> {
    pub(crate) fn new(files: &'f dyn Files) -> Self {
        Self { files, paths: RefCell::default() }
    }

    /// Remembers a path that other code reads.
    pub(crate) fn add(&self, path: &Path) {
        let mut paths = self.paths.borrow_mut();
        if !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }

    /// The paths, each once, in the order in which they were looked for.
    pub(crate) fn into_paths(self) -> Vec<PathBuf> {
        self.paths.into_inner()
    }
}

impl Files for Recorded<'_> {
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        self.add(path);
        self.files.read(path, max_bytes)
    }

    fn read_users_own(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        self.add(path);
        self.files.read_users_own(path, max_bytes)
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        self.add(path);
        self.files.exists(path)
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        self.files.resolved(path)
    }
}
