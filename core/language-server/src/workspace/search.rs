//! A check of all files of the open folders. It is carried out elsewhere: by a thread, or in slices.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cxvars_core::check::Report;
use cxvars_core::reader::format::DocumentFormat;
use cxvars_project::Project;
use cxvars_project::files::{Files as _, Unreadable};
use cxvars_project::ignores::Usage;
use cxvars_project::read::PROJECT_FILE;

use crate::check::{self, Outcome, Reason};
use crate::findings::{Findings, Shape};
use crate::host::Kind;
use crate::projects::{InForce, Projects};
use crate::uri;

/// A check of all files of the open folders. Checking one file is independent of the others.
#[derive(Clone)]
pub struct Search {
    pub(crate) number: u64,
    pub(crate) projects: Arc<Projects>,
    pub(crate) shape: Shape,
    pub(crate) is_cancelled: Arc<AtomicBool>,
}

/// What a search found.
#[derive(Default)]
pub struct SearchResult {
    pub(crate) number: u64,
    /// The files that were looked at.
    pub(crate) paths: BTreeSet<PathBuf>,
    /// The files that have findings.
    pub(crate) found: Vec<(PathBuf, Findings)>,
    /// What the ignores of each project silenced.
    pub(crate) used: HashMap<PathBuf, (Arc<Project>, Usage)>,
    /// Whether a file is being fetched, so that something is missing.
    pub(crate) is_pending: bool,
}

impl Search {
    /// The number of the search, by which [`crate::Server::progress`] knows it.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether its result is not wanted any more.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// The files to check, each once.
    pub fn paths(&self) -> Vec<PathBuf> {
        let projects = Arc::clone(&self.projects);
        let (cancelled, wanted_of) =
            (Arc::clone(&self.is_cancelled), move |path: &Path, kind| wants(&projects, path, kind));
        let wanted: crate::host::Wanted =
            Arc::new(move |path, kind| !cancelled.load(Ordering::Relaxed) && wanted_of(path, kind));
        let host = self.projects.overlay().host();
        // Also a configuration without documents may have mistakes.
        self.projects.folders().iter().for_each(|folder| drop(self.projects.of(&folder.join(PROJECT_FILE))));
        let found = self.projects.folders().iter().flat_map(|folder| host.walk(folder, Arc::clone(&wanted)));
        found.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A result to which [`Self::check`] adds.
    pub fn start(&self) -> SearchResult {
        SearchResult { number: self.number, ..SearchResult::default() }
    }

    /// Checks one of the files.
    pub fn check(&self, path: PathBuf, result: &mut SearchResult) {
        let Some(uri) = uri::uri_of(&path) else { return };
        let loaded = self.projects.of(&path);
        let used = &mut result.used;
        let count = |report: &Report| {
            let Ok(InForce { project, .. }) = check::in_force(&loaded) else { return };
            let Some(configuration) = project.file() else { return };
            let (_, usage) =
                used.entry(configuration.to_owned()).or_insert_with(|| (Arc::clone(project), Usage::default()));
            usage.add(&project.ignores().applying(Some(&path)), report);
        };
        match check::file(&path, &uri, &loaded, self.projects.overlay(), &self.shape, count) {
            Outcome::Checked(findings) if findings.is_empty() => {}
            Outcome::Checked(findings) => result.found.push((path.clone(), findings)),
            Outcome::NotChecked(reason) => result.is_pending |= reason == Reason::Pending,
        }
        result.paths.insert(path);
    }

    /// Checks all files on this thread. `tick` gets the number of files checked and of all.
    pub fn run(&self, mut tick: impl FnMut(usize, usize)) -> Option<SearchResult> {
        let (paths, mut result) = (self.paths(), self.start());
        let count = paths.len();
        for (done, path) in paths.into_iter().enumerate() {
            if self.is_cancelled() {
                return None;
            }
            // One document that makes the check panic must not keep the others from being checked.
            let _ = catch_unwind(AssertUnwindSafe(|| self.check(path, &mut result)));
            tick(done + 1, count);
        }
        (!self.is_cancelled()).then_some(result)
    }
}

/// Whether a search comes to a file or folder.
pub(crate) fn finds(projects: &Projects, path: &Path) -> bool {
    let Some(folder) = projects.folder_of(path).filter(|folder| *folder != path) else { return false };
    let above = path.ancestors().skip(1).take_while(|above| *above != folder);
    let is_reached = above.into_iter().all(|above| wants(projects, above, Kind::Folder));
    let is_folder = || projects.overlay().read(path, 0) == Err(Unreadable::Folder);
    let kind = if is_reached && is_folder() { Kind::Folder } else { Kind::File };
    is_reached && wants(projects, path, kind) && !projects.overlay().host().is_hidden(folder, path)
}

/// Whether the project that a file or folder belongs to searches for it.
fn wants(projects: &Projects, path: &Path, kind: Kind) -> bool {
    let loaded = projects.of(path);
    let Ok(in_force) = check::in_force(&loaded) else { return loaded.is_pending || may_be_wanted(path, kind) };
    let selection = in_force.project.selection();
    match kind {
        Kind::File => selection.has_file(path),
        Kind::Folder => selection.has_folder(path),
    }
}

/// Whether a project that cannot be used may search for a file. In its folders there may be projects that can be used.
fn may_be_wanted(path: &Path, kind: Kind) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match kind {
        Kind::File => DocumentFormat::of_file_name(&name).is_some(),
        Kind::Folder => !name.starts_with('.'),
    }
}
