//! What updates left behind (`state.json`): of verified ones what masked values are recognised by the next time, of open
//! ones what they can be decided by.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use cxvars_core::plan::Remembered;
use serde::{Deserialize, Serialize};

use crate::open_run::OpenRun;
use crate::private_fs;

/// The file's version.
const VERSION: u32 = 1;

#[derive(Default, Serialize, Deserialize)]
struct StateFile {
    version: u32,
    /// By target, then by action.
    targets: BTreeMap<String, BTreeMap<String, Remembered>>,
    /// Updates whose outcome is not known yet; by target, then by action.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    open: BTreeMap<String, BTreeMap<String, OpenRun>>,
}

/// The state file of a project.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
}

impl Memory {
    /// The memory in this file, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// What is remembered of an action. A file that is missing or damaged remembers nothing, which is always safe: the
    /// values in question are sent again.
    pub fn recall(&self, target: &str, action: &str) -> Remembered {
        let mut file = self.read();
        file.targets.get_mut(target).and_then(|actions| actions.remove(action)).unwrap_or_default()
    }

    /// Remembers an action's last verified update.
    ///
    /// # Errors
    /// When the file cannot be written; the message names it.
    pub fn remember(&self, target: &str, action: &str, remembered: Remembered) -> Result<(), String> {
        self.change(|file| {
            file.targets.entry(target.to_owned()).or_default().insert(action.to_owned(), remembered);
        })
    }

    /// Forgets an action, because what is stored is no longer known.
    ///
    /// # Errors
    /// As [`Memory::remember`].
    pub fn forget(&self, target: &str, action: &str) -> Result<(), String> {
        if !self.path.exists() {
            return Ok(());
        }
        self.change(|file| {
            file.targets.entry(target.to_owned()).or_default().remove(action);
        })
    }

    /// The update of an action whose outcome is not known yet.
    pub fn open_run(&self, target: &str, action: &str) -> Option<OpenRun> {
        self.read().open.get_mut(target)?.remove(action)
    }

    /// Keeps what an update can be decided by, durably. To be called before it is sent.
    ///
    /// # Errors
    /// As [`Memory::remember`].
    pub fn begin(&self, target: &str, action: &str, run: OpenRun) -> Result<(), String> {
        self.change(|file| {
            file.open.entry(target.to_owned()).or_default().insert(action.to_owned(), run);
        })
    }

    /// The update was decided.
    ///
    /// # Errors
    /// As [`Memory::remember`].
    pub fn decided(&self, target: &str, action: &str) -> Result<(), String> {
        if self.open_run(target, action).is_none() {
            return Ok(());
        }
        self.change(|file| {
            if let Some(actions) = file.open.get_mut(target) {
                actions.remove(action);
            }
            file.open.retain(|_, actions| !actions.is_empty());
        })
    }

    fn change(&self, change: impl FnOnce(&mut StateFile)) -> Result<(), String> {
        let failed =
            |error: std::io::Error| format!("cannot write `{}`: {}", self.path.display(), private_fs::describe(&error));
        let _lock = lock(&self.path).map_err(failed)?;
        let mut file = self.read();
        file.version = VERSION;
        change(&mut file);
        let text = serde_json::to_string_pretty(&file).map_err(|error| failed(error.into()))?;
        replace(&self.path, text.as_bytes()).map_err(failed)
    }

    fn read(&self) -> StateFile {
        let text = std::fs::read(&self.path).unwrap_or_default();
        let file: StateFile = serde_json::from_slice(&text).unwrap_or_default();
        if file.version == VERSION { file } else { StateFile::default() }
    }
}

/// Locks what is kept at `path` against other processes, until the file that comes back is dropped.
///
/// The lock has a file of its own, `<name>.lock`, because the one it protects is replaced as a whole.
///
/// # Errors
/// When that file cannot be made or locked.
pub fn lock(path: &Path) -> std::io::Result<File> {
    let path = path.with_extension("lock");
    let file = private_fs::create_new(&path).or_else(|_| private_fs::open_regular(&path))?;
    file.lock()?;
    Ok(file)
}

/// Replaces a private file as a whole, so that a reader sees the old or the new content.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private_fs::create_new(&new)?;
    file.write_all(content)?;
    file.sync_data()?;
    std::fs::rename(&new, path)?;
    private_fs::sync_parent(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_and_damage_forgets_it() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::at(folder.path().join("state.json"));
        let remembered = Remembered { etag: Some("e".into()), ..Remembered::default() };
        assert_eq!(memory.recall("t", "a"), Remembered::default());
        memory.remember("t", "a", remembered.clone()).unwrap();
        memory.remember("t", "b", Remembered::default()).unwrap();
        assert_eq!(memory.recall("t", "a"), remembered);
        assert_eq!(memory.recall("other", "a"), Remembered::default());
        memory.forget("t", "a").unwrap();
        assert_eq!(memory.recall("t", "a"), Remembered::default());
        std::fs::write(folder.path().join("state.json"), "{").unwrap();
        assert_eq!(memory.recall("t", "b"), Remembered::default());
    }
}
