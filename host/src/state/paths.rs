//! The paths of state files. Nothing is created or read here.

use std::path::{Path, PathBuf};

use crate::system::environment::{self, Lookup};
use crate::system::user_folders;

/// The environment variable that names the audit log.
pub const AUDIT_LOG_VARIABLE: &str = "CXVARS_AUDIT_LOG";

/// The files and folders of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePaths {
    /// `.cxvars/` beside `cxvars.toml`, else in the working directory.
    pub folder: PathBuf,
    /// The audit log, a file or a folder of segments. The sandbox always has a log of its own.
    pub audit_log: PathBuf,
    /// The state of the simulator.
    pub sandbox: PathBuf,
    /// State per action: fingerprints of the last verified values, and pending updates.
    pub state: PathBuf,
    /// The folder of webhook events that are not delivered yet.
    pub outbox: PathBuf,
    /// The folder of the request budget, which processes share: the user's state folder, or `.cxvars/` in the sandbox.
    pub budget: Option<PathBuf>,
    /// The user's state folder, which holds the fingerprint key. `None` without a home folder.
    pub user: Option<PathBuf>,
}

/// The inputs that determine the paths.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The working directory.
    pub working_directory: &'a Path,
    /// The folder of the project file, if there is one.
    pub project_folder: Option<&'a Path>,
    /// `[audit] log`, already resolved against the folder of the file that sets it.
    pub configured_log: Option<&'a Path>,
    /// Whether the service is simulated.
    pub sandbox: bool,
}

impl StatePaths {
    /// Computes the paths.
    pub fn new(inputs: Inputs<'_>, env: Lookup<'_>) -> Self {
        let folder = inputs.project_folder.unwrap_or(inputs.working_directory).join(".cxvars");
        let named_log = || environment::read(env, AUDIT_LOG_VARIABLE).map(|log| inputs.working_directory.join(log));
        let audit_log = match inputs.sandbox {
            true => folder.join("sandbox-audit.jsonl"),
            false => named_log()
                .or_else(|| inputs.configured_log.map(Path::to_owned))
                .unwrap_or_else(|| folder.join("audit.jsonl")),
        };
        let user = user_folders::state(env);
        Self {
            audit_log,
            sandbox: folder.join("sandbox.json"),
            state: folder.join("state.json"),
            outbox: folder.join("outbox"),
            budget: match inputs.sandbox {
                true => Some(folder.clone()),
                false => user.clone(),
            },
            user,
            folder,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn inputs() -> Inputs<'static> {
        Inputs {
            working_directory: Path::new("/project/sub"),
            project_folder: Some(Path::new("/project")),
            configured_log: None,
            sandbox: false,
        }
    }

    fn env(name: &str) -> Option<String> {
        match name {
            "HOME" => Some("/home/u".to_owned()),
            AUDIT_LOG_VARIABLE => Some("logs/audit.jsonl".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn state_lies_beside_the_project_file_else_in_the_working_directory() {
        let paths = StatePaths::new(inputs(), &|_| None);
        assert_eq!(paths.folder, Path::new("/project/.cxvars"));
        assert_eq!(paths.audit_log, Path::new("/project/.cxvars/audit.jsonl"));
        assert_eq!(paths.outbox, Path::new("/project/.cxvars/outbox"));
        assert_eq!((paths.budget, paths.user), (None, None));
        let without = Inputs { project_folder: None, ..inputs() };
        assert_eq!(StatePaths::new(without, &|_| None).folder, Path::new("/project/sub/.cxvars"));
    }

    #[test]
    fn the_log_is_the_variable_else_the_configured_one() {
        let configured = Inputs { configured_log: Some(Path::new("/srv/audit")), ..inputs() };
        let log = |inputs, env: Lookup<'_>| StatePaths::new(inputs, env).audit_log;
        assert_eq!(log(configured, &env), Path::new("/project/sub/logs/audit.jsonl"));
        assert_eq!(log(configured, &|_| Some(String::new())), Path::new("/srv/audit"));
    }

    #[test]
    fn the_sandbox_never_touches_the_real_log_or_the_shared_budget() {
        let sandbox = Inputs { sandbox: true, configured_log: Some(Path::new("/srv/audit")), ..inputs() };
        let paths = StatePaths::new(sandbox, &env);
        assert_eq!(paths.audit_log, Path::new("/project/.cxvars/sandbox-audit.jsonl"));
        assert_eq!(paths.budget.as_deref(), Some(Path::new("/project/.cxvars")));
        let real = StatePaths::new(inputs(), &env);
        assert_eq!(real.budget.as_deref(), Some(Path::new("/home/u/.local/state/cxvars")));
    }
}
