//! The files of the open folders that are not open themselves.

mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use self::search::finds;
pub use self::search::{Search, SearchResult};
use lsp_types::Diagnostic;

use crate::findings::{Findings, Shape};
use crate::projects::Projects;

/// What is known of the files.
#[derive(Default)]
pub(crate) struct Workspace {
    is_search_wanted: bool,
    number: u64,
    running: Option<Arc<AtomicBool>>,
    /// The files that the last search looked at; none before the first one has ended.
    paths: Option<BTreeSet<PathBuf>>,
    findings: BTreeMap<PathBuf, Findings>,
    /// Files that changed while a search is running, which may have come to them before.
    touched: BTreeSet<PathBuf>,
    /// What the last search says of ignores, by the configuration that has them.
    remarks: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

impl Workspace {
    /// Cancels the running search, and wants another one.
    pub(crate) fn want_search(&mut self) {
        self.cancel();
        self.is_search_wanted = true;
    }

    /// Cancels the running search.
    pub(crate) fn cancel(&mut self) {
        if let Some(running) = self.running.take() {
            running.store(true, Ordering::Relaxed);
        }
    }

    /// The search to carry out, if one is wanted.
    pub(crate) fn next_search(&mut self, projects: &Arc<Projects>, shape: Shape) -> Option<Search> {
        if !std::mem::take(&mut self.is_search_wanted) || projects.folders().is_empty() {
            return None;
        }
        self.number += 1;
        self.touched.clear();
        let is_cancelled = Arc::<AtomicBool>::default();
        self.running = Some(Arc::clone(&is_cancelled));
        Some(Search { number: self.number, projects: Arc::clone(projects), shape, is_cancelled })
    }

    /// Whether no search has ended yet.
    pub(crate) fn is_first(&self) -> bool {
        self.paths.is_none()
    }

    /// Whether this is the search whose result is waited for.
    pub(crate) fn is_running(&self, number: u64) -> bool {
        self.running.is_some() && self.number == number
    }

    /// Takes the result of a search. Returns the files whose findings are other ones now; none if the result is not
    /// wanted any more.
    pub(crate) fn finish(
        &mut self,
        result: SearchResult,
        remarks: BTreeMap<PathBuf, Vec<Diagnostic>>,
    ) -> Option<BTreeSet<PathBuf>> {
        if !self.is_running(result.number) {
            return None;
        }
        self.running = None;
        let mut old = std::mem::replace(&mut self.findings, result.found.into_iter().collect());
        self.paths = Some(result.paths);
        self.remarks = remarks;
        let mut changed: BTreeSet<PathBuf> = BTreeSet::new();
        for (path, findings) in &self.findings {
            if old.remove(path).is_none_or(|old| !old.is_same(findings)) {
                changed.insert(path.clone());
            }
        }
        changed.extend(old.into_keys());
        Some(changed)
    }

    /// Whether the last search came to a file.
    pub(crate) fn has(&self, path: &Path) -> bool {
        self.paths.as_ref().is_some_and(|paths| paths.contains(path))
    }

    /// The files that the last search came to.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter().flatten()
    }

    /// Whether a search has ended, and none is wanted or running.
    pub(crate) fn is_complete(&self) -> bool {
        self.paths.is_some() && self.running.is_none() && !self.is_search_wanted
    }

    /// Whether the last search came to files in a folder.
    pub(crate) fn has_below(&self, folder: &Path) -> bool {
        let mut below = self.paths.iter().flat_map(|paths| paths.range(folder.to_owned()..));
        below.find(|path| *path != folder).is_some_and(|path| path.starts_with(folder))
    }

    /// What the last search says of ignores, by the configuration that has them.
    pub(crate) fn remarks(&self) -> &BTreeMap<PathBuf, Vec<Diagnostic>> {
        &self.remarks
    }

    /// Forgets everything. Returns the files that had findings.
    pub(crate) fn clear(&mut self) -> Vec<PathBuf> {
        self.cancel();
        (self.paths, self.remarks) = (None, BTreeMap::new());
        std::mem::take(&mut self.findings).into_keys().collect()
    }

    /// The findings of a file that is not open.
    pub(crate) fn get(&self, path: &Path) -> Option<&Findings> {
        self.findings.get(path)
    }

    /// The files that changed while the last search was running.
    pub(crate) fn take_touched(&mut self) -> BTreeSet<PathBuf> {
        std::mem::take(&mut self.touched)
    }

    /// Takes note that a file has changed.
    pub(crate) fn touch(&mut self, path: &Path) {
        if self.running.is_some() {
            self.touched.insert(path.to_owned());
        }
    }

    /// Sets the findings of a file. Returns whether they are other ones now.
    pub(crate) fn set(&mut self, path: &Path, findings: Findings) -> bool {
        let is_same = self.get(path).unwrap_or(&Findings::default()).is_same(&findings);
        match findings.is_empty() {
            true => drop(self.findings.remove(path)),
            false => drop(self.findings.insert(path.to_owned(), findings)),
        }
        !is_same
    }

    /// Takes note of a new file, once a search has ended.
    pub(crate) fn add(&mut self, path: &Path) {
        if let Some(paths) = &mut self.paths {
            paths.insert(path.to_owned());
        }
    }

    /// Forgets a file. Returns whether it had findings.
    pub(crate) fn forget(&mut self, path: &Path) -> bool {
        if let Some(paths) = &mut self.paths {
            paths.remove(path);
        }
        self.findings.remove(path).is_some()
    }

    /// The files that have findings.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&PathBuf, &Findings)> {
        self.findings.iter()
    }
}
