//! One configuration, as far as it could be loaded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_project::files::Files as _;
use cxvars_project::paths::clean;
use cxvars_project::{NoPolicies, Problem, Project, Request};

use super::Flags;
use crate::host::Policies;
use crate::overlay::Overlay;

/// Which configuration this is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The file; none if the documents have none.
    pub(crate) configuration: Option<PathBuf>,
    /// The folder from which its paths start.
    pub(crate) folder: PathBuf,
}

/// A project that judges documents.
#[derive(Clone)]
pub(crate) struct InForce {
    pub(crate) project: Arc<Project>,
    pub(crate) policies: Policies,
}

/// A configuration that was read.
pub(crate) struct Loaded {
    pub(crate) key: Key,
    /// The project as it was when it was last valid; none if it never was.
    pub(crate) in_force: Option<InForce>,
    /// What is wrong with it now.
    pub(crate) problems: Vec<Problem>,
    /// What is wrong with its policies now.
    pub(crate) policy_problem: Option<String>,
    /// The files that it was read from, or would have been.
    pub(crate) sources: Vec<PathBuf>,
    /// Whether a file of it is being fetched.
    pub(crate) is_pending: bool,
}

impl Loaded {
    /// A configuration of which nothing is known yet.
    pub(crate) fn pending(folder: &Path) -> Self {
        let key = Key { configuration: None, folder: folder.to_owned() };
        Self { key, in_force: None, problems: Vec::new(), policy_problem: None, sources: Vec::new(), is_pending: true }
    }

    /// Reads a configuration. If it cannot be used, the project that was in force `before` stays in force.
    pub(crate) fn load(key: Key, flags: &Flags, overlay: &Overlay, before: Option<InForce>) -> Self {
        let host = overlay.host();
        let user_file = if flags.no_config { None } else { host.user_file() };
        let request = Request::new(&key.folder)
            .file(key.configuration.as_deref())
            .user_file(user_file.as_deref())
            .environment(flags.environment.as_deref(), flags.environment_named_by)
            .today(host.today());
        match Project::load(&request, overlay) {
            Ok(project) => {
                let sources = watched(project.sources(), overlay);
                let (in_force, policy_problem) = match policies(&project, host.as_ref()) {
                    Ok(policies) => (Some(InForce { project: Arc::new(project), policies }), None),
                    Err(problem) => (before, Some(problem)),
                };
                Self { key, in_force, problems: Vec::new(), policy_problem, sources, is_pending: false }
            }
            Err(error) => Self {
                key,
                in_force: before,
                problems: error.problems().to_owned(),
                policy_problem: None,
                sources: watched(error.sources(), overlay),
                is_pending: error.is_pending(),
            },
        }
    }

    /// The first mistake that keeps what is written now from being used.
    pub(crate) fn first_mistake(&self) -> Option<String> {
        let of_policies = || self.policy_problem.clone();
        self.problems.first().filter(|_| !self.is_pending).map(ToString::to_string).or_else(of_policies)
    }
}

/// The paths as the client names them, and the files that links lead to.
fn watched(paths: &[PathBuf], overlay: &Overlay) -> Vec<PathBuf> {
    let targets = paths.iter().filter_map(|path| target(path, overlay));
    paths.iter().map(|path| clean(path)).chain(targets).collect()
}

/// The file that a link leads to.
fn target(path: &Path, overlay: &Overlay) -> Option<PathBuf> {
    let (parent, name, target) = (path.parent()?, path.file_name()?, overlay.resolved(path));
    (target != overlay.resolved(parent).join(name)).then_some(target)
}

fn policies(project: &Project, host: &dyn crate::host::Host) -> Result<Policies, String> {
    if project.plugins().is_empty() { Ok(Arc::new(NoPolicies)) } else { host.policies(project) }
}
