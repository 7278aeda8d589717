//! What the language server asks of this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::diagnostic::rule::Rule;
use cxvars_core::options::ignore::Date;
use cxvars_language_server::{Host, Kind, Policies as Judges, Wanted};
use cxvars_project::Project;
use cxvars_project::files::{Files, Unreadable};

use super::rule_pages;
use crate::config::user_file;
use crate::policy::Policies;
use crate::project::walk;
use crate::system::clock::{self, Clock as _};
use crate::system::files::FileSystem;
use crate::system::{Real, environment};

/// The files, the clock and the policies of this machine.
pub(super) struct ProjectFiles {
    files: FileSystem<'static>,
    environment_names: Vec<String>,
    /// The folder for the pages of the rules; `None` if the user has no home.
    pages: Option<PathBuf>,
}

impl ProjectFiles {
    pub(super) fn new() -> Self {
        let names = environment::names().filter_map(|name| name.into_string().ok());
        let pages = rule_pages::folder(&environment::process);
        Self { files: FileSystem::default(), environment_names: names.collect(), pages }
    }
}

impl Files for ProjectFiles {
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        self.files.read(path, max_bytes)
    }

    fn read_start(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        self.files.read_start(path, max_bytes)
    }

    fn read_users_own(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        self.files.read_users_own(path, max_bytes)
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        self.files.exists(path)
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        self.files.resolved(path)
    }
}

impl Host for ProjectFiles {
    fn today(&self) -> Option<Date> {
        clock::day(Real.epoch_s())
    }

    fn environment_names(&self) -> Vec<String> {
        self.environment_names.clone()
    }

    fn user_file(&self) -> Option<PathBuf> {
        user_file(&environment::process)
    }

    fn policies(&self, project: &Project) -> Result<Judges, String> {
        let loaded = Policies::load(project.plugins(), &|path| project.shown(path));
        loaded.map(|policies| Arc::new(policies) as Judges).map_err(|error| error.to_string())
    }

    fn rule_page(&self, rule: &Rule) -> Option<PathBuf> {
        rule_pages::write(self.pages.as_deref()?, rule)
    }

    fn is_hidden(&self, folder: &Path, file: &Path) -> bool {
        walk::hides(folder, file)
    }

    fn walk(&self, folder: &Path, wanted: Wanted) -> Vec<PathBuf> {
        let wants_folder = Arc::clone(&wanted);
        let found = walk::below(folder, move |path| wants_folder(path, Kind::Folder));
        let files = found.filter_map(|entry| {
            let entry = entry.ok()?;
            entry.file_type().is_some_and(|kind| kind.is_file()).then(|| entry.into_path())
        });
        files.filter(|path| wanted(path, Kind::File)).collect()
    }
}
