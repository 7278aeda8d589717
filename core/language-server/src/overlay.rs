//! Files as the editor shows them: the text of an open document takes the place of its file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use cxvars_project::files::{Files, Unreadable};
use cxvars_project::paths::clean;

use crate::host::Host;
use crate::text::{MARK, Text};

/// Files, and the open documents over them. It has no `Debug`, because it holds values.
pub(crate) struct Overlay {
    host: Arc<dyn Host>,
    open: RwLock<HashMap<PathBuf, Arc<Text>>>,
}

impl Overlay {
    pub(crate) fn new(host: Arc<dyn Host>) -> Self {
        Self { host, open: RwLock::default() }
    }

    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.host
    }

    /// Puts a text in the place of a file.
    pub(crate) fn put(&self, path: PathBuf, text: Arc<Text>) {
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(path, text);
    }

    /// Lets the file count again.
    pub(crate) fn remove(&self, path: &Path) {
        self.open.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Whether a file begins with a byte order mark. Editors do not show it, and keep it.
    pub(crate) fn is_marked(&self, path: &Path) -> bool {
        self.host.read_start(path, MARK.len()).is_ok_and(|start| start == MARK.as_bytes())
    }

    /// The text of a file, if it is open.
    pub(crate) fn open_text(&self, path: &Path) -> Option<Arc<Text>> {
        self.open().get(&clean(path)).cloned()
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &Path) -> Option<Arc<Text>> {
        const MAX_BYTES: usize = 16 << 20;
        let from_file = || {
            let bytes = self.host.read(path, MAX_BYTES).ok()?;
            Some(Arc::new(Text::of_file(String::from_utf8(bytes).ok()?)))
        };
        self.open_text(path).or_else(from_file)
    }

    fn open(&self) -> RwLockReadGuard<'_, HashMap<PathBuf, Arc<Text>>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Overlay {
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        match self.open_text(path) {
            Some(text) if text.content().len() > max_bytes => Err(Unreadable::TooLarge),
            Some(text) => Ok(text.content().as_bytes().to_owned()),
            None => self.host.read(path, max_bytes),
        }
    }

    fn read_start(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        match self.open_text(path) {
            Some(text) => Ok(text.content().as_bytes().iter().take(max_bytes).copied().collect()),
            None => self.host.read_start(path, max_bytes),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        if self.open().contains_key(&clean(path)) { Ok(true) } else { self.host.exists(path) }
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        self.host.resolved(path)
    }
}
