//! Files that are kept in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Files, Unreadable};
use crate::paths::clean;

/// Files in memory, for an editor in a browser and for tests. A path may be pending: its file is being fetched.
///
/// No `Debug`: it holds values.
#[derive(Clone, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
    pending: BTreeSet<PathBuf>,
}

impl Memory {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file there, in place of another one or of a pending one.
    pub fn insert(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        let path = path.into();
        self.pending.remove(&path);
        self.files.insert(path, bytes.into());
    }

    /// Removes a file. Afterwards, it is known that there is none.
    pub fn remove(&mut self, path: &Path) {
        self.pending.remove(path);
        self.files.remove(path);
    }

    /// Says that it is not known yet whether there is a file at the path, and what it holds.
    pub fn set_pending(&mut self, path: impl Into<PathBuf>) {
        let path = path.into();
        self.files.remove(&path);
        self.pending.insert(path);
    }

    /// The bytes of a file.
    pub fn get(&self, path: &Path) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The paths of all files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    fn is_folder(&self, path: &Path) -> bool {
        let mut below = self.files.range(path.to_owned()..).map(|(below, _)| below);
        below.find(|below| *below != path).is_some_and(|below| below.starts_with(path))
    }
}

impl Files for Memory {
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        let path = &clean(path);
        match self.files.get(path) {
            Some(bytes) if bytes.len() > max_bytes => Err(Unreadable::TooLarge),
            Some(bytes) => Ok(bytes.clone()),
            None if self.pending.contains(path) => Err(Unreadable::Pending),
            None if self.is_folder(path) => Err(Unreadable::Folder),
            None => Err(Unreadable::Missing),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        let path = &clean(path);
        match self.pending.contains(path) {
            true => Err(Unreadable::Pending),
            false => Ok(self.files.contains_key(path) || self.is_folder(path)),
        }
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        clean(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_goes_up_leads_to_the_same_file() {
        let mut memory = Memory::new();
        memory.insert("/p/shared.toml", "a");
        let path = Path::new("/p/a/../shared.toml");
        assert_eq!((memory.read(path, 9), memory.exists(path)), (Ok(b"a".to_vec()), Ok(true)));
    }

    #[test]
    fn a_file_is_there_pending_or_missing() {
        let (file, folder) = (Path::new("/p/a/b.json"), Path::new("/p/a"));
        let mut memory = Memory::new();
        assert_eq!((memory.read(file, 9), memory.exists(folder)), (Err(Unreadable::Missing), Ok(false)));
        memory.set_pending(file);
        assert_eq!((memory.read(file, 9), memory.exists(file)), (Err(Unreadable::Pending), Err(Unreadable::Pending)));
        memory.insert(file, "{}");
        assert_eq!((memory.read(file, 2), memory.exists(folder)), (Ok(b"{}".to_vec()), Ok(true)));
        assert_eq!(
            (memory.read(file, 1), memory.read(folder, 9)),
            (Err(Unreadable::TooLarge), Err(Unreadable::Folder))
        );
        memory.remove(file);
        assert_eq!((memory.read(file, 9), memory.exists(file)), (Err(Unreadable::Missing), Ok(false)));
    }
}
