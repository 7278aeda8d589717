//! The projects of the open folders: which one a file belongs to, and what is in force there.

mod loaded;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cxvars_project::configuration_of;
use cxvars_project::files::Files as _;

pub(crate) use self::loaded::{InForce, Key, Loaded};
use crate::documents::is_configuration;
use crate::overlay::Overlay;

/// How the command line chooses the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The configuration for all files, in place of the nearest one.
    pub config: Option<PathBuf>,
    /// Whether no configuration is read.
    pub no_config: bool,
    /// The environment.
    pub environment: Option<String>,
    /// What named the environment, for messages.
    pub environment_named_by: &'static str,
}

/// The projects. Each is loaded when it is first asked for.
pub(crate) struct Projects {
    overlay: Arc<Overlay>,
    flags: Flags,
    folders: Vec<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    loaded: HashMap<Key, Arc<Loaded>>,
    /// The configuration for the files of a folder.
    by_folder: HashMap<PathBuf, Key>,
}

impl Projects {
    pub(crate) fn new(overlay: Arc<Overlay>, flags: Flags, folders: Vec<PathBuf>) -> Self {
        Self { overlay, flags, folders, known: Mutex::default() }
    }

    pub(crate) fn overlay(&self) -> &Arc<Overlay> {
        &self.overlay
    }

    pub(crate) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// What is known of the project that a file belongs to.
    pub(crate) fn of(&self, file: &Path) -> Arc<Loaded> {
        let folder = file.parent().unwrap_or(file);
        let mut known = self.known();
        let key = match known.by_folder.get(folder) {
            Some(key) => key.clone(),
            None => match self.find(file, folder) {
                Some(key) => known.by_folder.entry(folder.to_owned()).or_insert(key).clone(),
                None => return Arc::new(Loaded::pending(folder)),
            },
        };
        let load = || Arc::new(Loaded::load(key.clone(), &self.flags, &self.overlay, None));
        known.loaded.entry(key.clone()).or_insert_with(load).clone()
    }

    /// All projects that were asked for so far.
    pub(crate) fn all(&self) -> Vec<Arc<Loaded>> {
        self.known().loaded.values().cloned().collect()
    }

    /// Whether the configuration of a project is read from this file.
    pub(crate) fn has_source(&self, path: &Path) -> bool {
        is_configuration(path) || self.known().loaded.values().any(|loaded| loaded.sources.iter().any(|at| at == path))
    }

    /// Forgets which configuration is the nearest to which file.
    pub(crate) fn forget_places(&self) {
        self.known().by_folder.clear();
    }

    /// Reads again what is read from these files. Returns whether files may be judged differently now, or have other
    /// mistakes.
    pub(crate) fn reload(&self, changed: &[PathBuf]) -> bool {
        let mut known = self.known();
        let is_folder = |path: &Path| known.by_folder.keys().any(|folder| folder.starts_with(path));
        let moves = |path: &PathBuf| is_configuration(path) || path.ends_with(".git") || is_folder(path);
        let has_moved = changed.iter().any(moves);
        if has_moved {
            known.by_folder.clear();
        }
        // With a folder, all files in it have changed.
        let has_changed = |source: &PathBuf| changed.iter().any(|path| source.starts_with(path));
        let is_stale = |loaded: &Loaded| loaded.sources.iter().any(has_changed);
        let stale: Vec<Arc<Loaded>> = known.loaded.values().filter(|loaded| is_stale(loaded)).cloned().collect();
        // Files whose configuration was not known yet belong to none of the stale ones.
        let mut has_changed = has_moved;
        for old in stale {
            // Its documents belong to another project now.
            if self.is_gone(&old.key) {
                known.loaded.remove(&old.key);
                continue;
            }
            let new = Loaded::load(old.key.clone(), &self.flags, &self.overlay, old.in_force.clone());
            has_changed |= differs(&old, &new);
            known.loaded.insert(old.key.clone(), Arc::new(new));
        }
        has_changed
    }

    /// Whether the file of a configuration that was found has been deleted.
    fn is_gone(&self, key: &Key) -> bool {
        let found = key.configuration.as_deref().filter(|_| self.flags.config.is_none());
        found.is_some_and(|path| self.overlay.exists(path) == Ok(false))
    }

    /// Whether a project has ignores, of which some may silence nothing.
    pub(crate) fn have_ignores(&self) -> bool {
        let in_force =
            |loaded: &Arc<Loaded>| loaded.in_force.as_ref().is_some_and(|force| force.project.ignores().have_own());
        self.known().loaded.values().any(in_force)
    }

    /// The open folder that a file is in: the innermost one.
    pub(crate) fn folder_of(&self, file: &Path) -> Option<&Path> {
        let holding = self.folders.iter().filter(|folder| file.starts_with(folder));
        holding.max_by_key(|folder| folder.components().count()).map(PathBuf::as_path)
    }

    /// The configuration for a file; `None` if it is not known yet.
    fn find(&self, file: &Path, folder: &Path) -> Option<Key> {
        let open_folder = self.folder_of(file);
        let configuration = match &self.flags {
            Flags { no_config: true, .. } => None,
            Flags { config: Some(path), .. } => Some(path.clone()),
            _ => match configuration_of(file, open_folder, self.overlay.as_ref()) {
                Ok(found) => found,
                Err(error) if error.is_pending() => return None,
                Err(_) => None,
            },
        };
        let own = configuration.as_deref().and_then(Path::parent).filter(|own| !own.as_os_str().is_empty());
        let folder = own.or(open_folder).unwrap_or(folder).to_owned();
        Some(Key { configuration, folder })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn differs(old: &Loaded, new: &Loaded) -> bool {
    let project = |loaded: &Loaded| loaded.in_force.as_ref().map(|in_force| Arc::as_ptr(&in_force.project));
    project(old) != project(new) || old.problems != new.problems || old.policy_problem != new.policy_problem
}
