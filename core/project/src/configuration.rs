//! Merges what the project's file and the user's own file say.
//!
//! Precedence, item by item: project file, user file, default. Within a file, `[env.NAME]` takes precedence over
//! `[profile]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cxvars_core::base::{display, suggest};
use cxvars_core::options::reader::Position;
use cxvars_core::options::section::Section as _;
use thiserror::Error;

use crate::checks::Checks;
use crate::profile::{Profile, ProfileError, ProfileItems};
use crate::read::Loaded;
use crate::section::{ConfigFile, Environment};
use crate::targets::Chosen;

/// No file defines an environment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("environment `{name}`, named by {named_by}, is not defined in a configuration file; {help}")]
pub struct UnknownEnvironment {
    name: String,
    named_by: &'static str,
    help: String,
}

/// The files of a configuration.
#[derive(Default)]
pub struct Configuration {
    project: Option<Loaded>,
    user: Option<Loaded>,
    /// What a file says that does not exist.
    nothing: ConfigFile,
    /// See [`Self::merged`].
    merged: OnceLock<ConfigFile>,
}

impl Configuration {
    /// The project's file and the user's own one.
    pub fn new(project: Option<Loaded>, user: Option<Loaded>) -> Self {
        Self { project, user, ..Self::default() }
    }

    /// The files that were read: the project's, then the user's own one.
    pub fn loaded(&self) -> impl Iterator<Item = &Loaded> {
        self.project.iter().chain(&self.user)
    }

    /// The path of the project's file.
    pub fn project_file(&self) -> Option<&Path> {
        self.project.as_ref().map(Loaded::path)
    }

    /// The path of the user's own file.
    pub fn user_file(&self) -> Option<&Path> {
        self.user.as_ref().map(Loaded::path)
    }

    /// What the project's file says, and the user's own one.
    pub fn files(&self) -> [&ConfigFile; 2] {
        [&self.project, &self.user].map(|loaded| loaded.as_ref().map_or(&self.nothing, Loaded::file))
    }

    /// What the files say together, without the environments.
    pub fn merged(&self) -> &ConfigFile {
        self.merged.get_or_init(|| {
            let [project, user] = self.files();
            ConfigFile { env: None, ..project.clone().over(user.clone()) }
        })
    }

    /// The files that define an environment.
    pub fn files_of(&self, environment: &str) -> Vec<PathBuf> {
        let defines = |loaded: &&Loaded| environments(loaded.file()).any(|(name, _)| name == environment);
        self.loaded().filter(defines).map(|loaded| loaded.path().to_owned()).collect()
    }

    /// The names of all environments, sorted.
    pub fn environment_names(&self) -> BTreeSet<&str> {
        self.files().into_iter().flat_map(environments).map(|(name, _)| name.as_str()).collect()
    }

    /// What each file says of an environment; nothing if none is chosen or the file does not define it.
    pub fn environment(&self, chosen: Option<&str>) -> [Environment; 2] {
        self.files().map(|file| chosen.and_then(|name| file.env.as_ref()?.get(name)).cloned().unwrap_or_default())
    }

    /// Checks that a file defines the environment. `named_by` says what named it.
    ///
    /// # Errors
    /// The message says which environments there are.
    pub fn find_environment(&self, name: &str, named_by: &'static str) -> Result<(), UnknownEnvironment> {
        let defined = self.environment_names();
        if defined.contains(name) {
            return Ok(());
        }
        let help = suggest::help(name, defined);
        Err(UnknownEnvironment { name: display::escape(name), named_by, help })
    }

    /// The profile. `items` take precedence over the files.
    ///
    /// # Errors
    /// Items that contradict each other.
    pub fn profile(&self, items: ProfileItems, chosen: Option<&str>) -> Result<Profile, ProfileError> {
        let of_file = |(environment, file): (Environment, &ConfigFile)| {
            [environment.profile, file.profile.clone().unwrap_or_default()]
        };
        let items_of_files = self.environment(chosen).into_iter().zip(self.files()).flat_map(of_file);
        Profile::resolve(items_of_files.fold(items, ProfileItems::over))
    }

    /// What the files say about checking documents.
    pub fn checks(&self, chosen: Option<&str>, profile: &Profile) -> Checks {
        let target = Chosen::new(chosen, self.environment(chosen));
        Checks::new(self.merged().clone(), profile, self.known_params(chosen), target)
    }

    /// The names of the parameters, by environment: the chosen one, or all of the project if none was chosen. `None` if
    /// no environment is defined. The user's own file adds parameters to the project's environments, but its other
    /// environments may belong to other projects.
    fn known_params(&self, chosen: Option<&str>) -> Option<BTreeMap<String, BTreeSet<String>>> {
        let files = self.files();
        let listing = files.into_iter().find(|file| environments(file).next().is_some())?;
        let names: Vec<&str> = match chosen {
            Some(name) => vec![name],
            None => environments(listing).map(|(name, _)| name.as_str()).collect(),
        };
        let params_of = |name: &str| {
            let items = files.into_iter().filter_map(|file| file.env.as_ref()?.get(name)?.params.as_ref());
            items.flat_map(|params| params.keys().cloned()).collect()
        };
        Some(names.into_iter().map(|name| (name.to_owned(), params_of(name))).collect())
    }

    /// The first file that has the key at this path from the top, and its position.
    pub(crate) fn find(&self, key: &[String]) -> Option<(&Path, Position)> {
        self.loaded().find_map(|loaded| Some((loaded.path(), loaded.position(key)?)))
    }
}

/// The environments that a file defines.
pub fn environments(file: &ConfigFile) -> impl Iterator<Item = (&String, &Environment)> {
    file.env.iter().flatten()
}
