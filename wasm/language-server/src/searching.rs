//! A check of the workspace in slices, so that the editor stays responsive.

use std::collections::VecDeque;
use std::path::PathBuf;

use cxvars_language_server::{Search, SearchResult};

use crate::files::EditorFiles;

/// Files that are fetched at the same time.
const BATCH: usize = 32;

/// A search that is being carried out.
pub(crate) struct Searching {
    search: Search,
    /// The files that are still to be checked; none before the folders are listed.
    paths: Option<VecDeque<PathBuf>>,
    result: SearchResult,
}

impl Searching {
    pub(crate) fn new(search: Search) -> Self {
        Self { result: search.start(), paths: None, search }
    }

    /// Whether its result is not wanted any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.search.is_cancelled()
    }

    /// Lists the folders, or checks a file whose bytes are there. Returns whether all are checked.
    pub(crate) fn advance(&mut self, files: &EditorFiles) -> bool {
        let Some(paths) = &mut self.paths else {
            let paths = self.search.paths();
            // Until the folders and the configurations in them are known, it is not known either what is searched for.
            self.paths = (!files.is_waiting()).then(|| paths.into());
            return false;
        };
        let Some(path) = paths.pop_front() else { return true };
        if files.is_there(&path) {
            self.search.check(path.clone(), &mut self.result);
            files.forget_bytes(&path);
        } else {
            paths.push_front(path);
            paths.iter().take(BATCH).for_each(|path| files.prefetch(path));
        }
        false
    }

    /// What was found.
    pub(crate) fn into_result(self) -> SearchResult {
        self.result
    }
}
