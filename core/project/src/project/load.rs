//! Loads a project.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::baseline::{BaselineFile, BaselineProblem};
use crate::checks::{Checker, Checks};
use crate::configuration::Configuration;
use crate::error::{Problem, ProjectError, both};
use crate::files::{Files, Recorded, Unreadable};
use crate::paths::{Base, parent};
use crate::profile::ProfileItems;
use crate::profile::trust::Trust;
use crate::project::Request;
use crate::read::{Loaded, PROJECT_FILE};
use crate::selection::Selection;

/// What a project consists of.
pub(super) struct Parts {
    pub(super) base: Base,
    /// The folder without links.
    pub(super) real_folder: PathBuf,
    pub(super) sources: Vec<PathBuf>,
    pub(super) environment: Option<String>,
    pub(super) checks: Checks,
    pub(super) checker: Checker,
    pub(super) selection: Selection,
    pub(super) baseline: Option<Known>,
}

/// The baseline, and its folder without links.
pub(super) struct Known {
    pub(super) file: BaselineFile,
    pub(super) real_folder: PathBuf,
}

impl Known {
    pub(super) fn folder(&self) -> &Path {
        parent(self.file.path())
    }
}

/// Reads the configuration and all that it names.
pub(super) fn load(request: &Request<'_>, files: &dyn Files) -> Result<Parts, ProjectError> {
    let recorded = Recorded::new(files);
    // Both may be created, or mended after the other one.
    let file = request.file.map_or_else(|| request.folder.join(PROJECT_FILE), Path::to_owned);
    [Some(&*file), request.user_file].into_iter().flatten().for_each(|path| recorded.add(path));
    let parts = read(request, &recorded);
    let sources = recorded.into_paths();
    match parts {
        Ok(parts) => Ok(Parts { sources, ..parts }),
        Err(error) => Err(error.with_sources(sources)),
    }
}

fn read(request: &Request<'_>, files: &Recorded<'_>) -> Result<Parts, ProjectError> {
    let project = request.file.map(|path| Loaded::project(path, "", files)).transpose()?;
    let user = request.user_file.map(|path| Loaded::users_own(path, files)).transpose()?.flatten();
    let configuration = Configuration::new(project, user);
    let file = configuration.project_file().or(configuration.user_file());
    merged(request, &configuration, files).map_err(|error| error.find(|key| configuration.find(key), file))
}

fn merged(request: &Request<'_>, configuration: &Configuration, files: &Recorded<'_>) -> Result<Parts, ProjectError> {
    refuse_bad_hosts(configuration)?;
    if let Some((name, named_by)) = request.environment {
        configuration.find_environment(name, named_by).map_err(|error| at_key(&["env"], error))?;
    }
    let environment = request.environment.map(|(name, _)| name);
    let profile = configuration.profile(ProfileItems::default(), environment);
    let profile = profile.map_err(|error| at_backoff(error, environment))?;
    let checks = configuration.checks(environment, &profile);
    checks.plugins().iter().for_each(|plugin| files.add(&plugin.path));
    let base = Base::new(request.folder, configuration.project_file());
    let baseline = checks.command().baseline.as_deref().map(|path| known(path, &base, files)).transpose();
    let (checker, baseline) = both(Checker::new(&checks, &base, files), baseline)?;
    let selection = Selection::new(&base, checks.command(), &[]);
    let selection = selection.without(baseline.as_ref().map(|known| known.file.path()));
    let real_folder = files.resolved(base.folder());
    let environment = environment.map(str::to_owned);
    Ok(Parts { base, real_folder, sources: Vec::new(), environment, checks, checker, selection, baseline })
}

fn at_key(key: &[&str], error: impl Display) -> ProjectError {
    ProjectError::new(vec![Problem::at_key(key, error)])
}

/// The error for waits that contradict each other, at the first key that may be meant.
fn at_backoff(error: impl Display, environment: Option<&str>) -> ProjectError {
    let of_environment = environment.map(|name| vec!["env", name]);
    let tables: Vec<Vec<&str>> = of_environment.into_iter().chain([vec!["profile"]]).collect();
    let keys = tables.iter().flat_map(|table| {
        ["backoff_base_ms", "backoff_cap_ms"].map(|key| table.iter().copied().chain([key]).collect())
    });
    ProjectError::new(vec![Problem::at_first_key(keys, error)])
}

fn refuse_bad_hosts(configuration: &Configuration) -> Result<(), ProjectError> {
    let [_, user] = configuration.files();
    let trust = Trust::new(&[], None, user.trusted_hosts.as_deref().unwrap_or_default());
    trust.map(drop).map_err(|error| at_key(&["trusted_hosts"], error))
}

fn known(path: &Path, base: &Base, files: &dyn Files) -> Result<Known, ProjectError> {
    let path = base.working_directory().join(path);
    match BaselineFile::read(&path, base, files) {
        Ok(file) => {
            let real_folder = files.resolved(parent(&path));
            Ok(Known { file, real_folder })
        }
        Err(error) => {
            let is_pending = matches!(error, BaselineProblem::Unreadable { problem: Unreadable::Pending, .. });
            Err(at_key(&["validate", "baseline"], error).pending(is_pending))
        }
    }
}
