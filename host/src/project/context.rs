//! What every command that reads the configuration starts from.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cxvars_core::base::display;
use cxvars_core::base::vocabulary::Scope;
use cxvars_core::options::CheckOptions;
use cxvars_core::plan::fingerprint::Key;
use cxvars_project::checks::Checker;
use cxvars_project::paths::Base;

use super::{ProjectError, input};
use crate::audit_log::AuditLog;
use crate::audit_log::read::Log;
use crate::config::{self, Action, Flags, Settings};
use crate::policy::{PluginError, Policies, Wanted};
use crate::shared::files::{FileState, Folders};
use crate::shared::{self, Limits, SharedState, lease};
use crate::state::store::StateStore;
use crate::system::files::FileSystem;
use crate::system::runtime::block_on;
use crate::system::terminal::Terminal;
use crate::system::{System, clock, environment, ids, locks, shell};
use crate::value_source::Fetched;

/// The settings of a run and how to talk to the user.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) terminal: Terminal,
    pub(crate) system: &'static dyn System,
    pub(crate) working_directory: PathBuf,
    /// Whether `--env` was given. Otherwise the environment variable may have chosen the environment.
    pub(crate) environment_by_flag: bool,
    /// Where the project is.
    pub(crate) base: Base,
    /// How documents are checked.
    pub(crate) checker: Checker,
    /// What runs share with each other; see [`Context::shared`].
    shared: OnceCell<Arc<dyn SharedState>>,
    /// What the run has fetched from value sources so far.
    pub(crate) fetched: RefCell<Fetched>,
    /// What it has in common with the other environments of the run.
    pub(crate) common: Rc<Common>,
    flags: Flags,
}

/// What the environments of a run have in common.
#[derive(Default)]
pub(crate) struct Common {
    /// The fingerprint key, read when it is first needed; see `prepare::key`.
    pub(crate) key: OnceCell<Option<Key>>,
    /// The policies, loaded before the first document is checked.
    policies: OnceCell<Policies>,
}

/// The configuration of a project, read once for all environments of a run.
pub(crate) struct Project {
    files: config::Files,
    working_directory: PathBuf,
    common: Rc<Common>,
}

impl Project {
    /// Reads the files that the flags name.
    pub(crate) fn read(flags: &Flags) -> Result<Self, ProjectError> {
        let working_directory = environment::working_directory()
            .map_err(|error| ProjectError::io(format!("cannot determine the working directory: {error}")))?;
        let files = config::Files::read(flags, &working_directory, &environment::process);
        Ok(Self { files: files.map_err(ProjectError::usage)?, working_directory, common: Rc::default() })
    }

    /// All of its environments, sorted.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &str> {
        self.files.environments()
    }

    /// The folder that relative paths of the command line start from.
    pub(crate) fn working_directory(&self) -> &Path {
        &self.working_directory
    }

    /// The settings of the environment that the flags choose.
    pub(crate) fn settings(&self, flags: &Flags) -> Result<Settings, ProjectError> {
        self.files.settings(flags, &self.working_directory, &environment::process).map_err(ProjectError::usage)
    }
}

/// The states that the environments of a run have opened to share with other runs.
#[derive(Default)]
pub(crate) struct OpenStates(RefCell<Vec<(StatePlace, Arc<dyn SharedState>)>>);

/// Where runs share their state.
#[derive(PartialEq, Eq)]
enum StatePlace {
    Files(Folders, PathBuf),
    Database(String, Limits),
}

impl Context {
    /// Reads the configuration. With `shows_notes`, prints the notes about it.
    pub(crate) fn load(
        flags: &Flags,
        shows_notes: bool,
        terminal: Terminal,
        system: &'static dyn System,
    ) -> Result<Self, ProjectError> {
        Self::within(&Project::read(flags)?, flags, shows_notes, terminal, system)
    }

    /// As [`Context::load`], for one of several environments of a project.
    pub(crate) fn within(
        project: &Project,
        flags: &Flags,
        shows_notes: bool,
        terminal: Terminal,
        system: &'static dyn System,
    ) -> Result<Self, ProjectError> {
        let working_directory = project.working_directory.clone();
        let settings = project.settings(flags)?;
        locks::begin(Duration::from_secs(settings.profile.deadline_s));
        if shows_notes {
            settings.notes.iter().for_each(|note| terminal.note(&format!("note: {note}")));
        }
        let base = Base::new(&working_directory, settings.project_file.as_deref());
        let checker = Checker::new(&settings.checks, &base, &FileSystem::default()).map_err(first)?;
        let environment_by_flag = flags.environment.is_some();
        Ok(Self {
            settings,
            terminal,
            system,
            working_directory,
            environment_by_flag,
            base,
            checker,
            shared: OnceCell::new(),
            fetched: RefCell::default(),
            common: Rc::clone(&project.common),
            flags: flags.clone(),
        })
    }

    /// What runs share with each other: in the database that `[shared]` names, else in files. Call it within a tokio
    /// runtime.
    ///
    /// # Errors
    /// The configuration of the database cannot be used.
    pub(crate) fn shared(&self) -> Result<&Arc<dyn SharedState>, ProjectError> {
        if let Some(shared) = self.shared.get() {
            return Ok(shared);
        }
        let shared = self.open_shared()?;
        Ok(self.shared.get_or_init(|| shared))
    }

    /// As [`Context::shared`], but takes it from `open` if another environment of the run has opened the same: a hundred
    /// environments need one connection to a database, and one copy of what the files know of all actions. All of them
    /// have to be used within one tokio runtime.
    pub(crate) fn share(&self, open: &OpenStates) -> Result<(), ProjectError> {
        if self.shared.get().is_some() {
            return Ok(());
        }
        let place = self.state_place();
        let mut open = open.0.borrow_mut();
        let known = open.iter().find(|(other, _)| *other == place).map(|(_, state)| Arc::clone(state));
        let state = match known {
            Some(state) => state,
            None => {
                let state = self.open_shared()?;
                open.push((place, Arc::clone(&state)));
                state
            }
        };
        self.shared.get_or_init(|| state);
        Ok(())
    }

    fn state_place(&self) -> StatePlace {
        let (state, profile) = (&self.settings.state, &self.settings.profile);
        match &self.settings.shared_url_variable {
            Some(variable) => {
                let patience = Duration::from_secs(profile.deadline_s);
                StatePlace::Database(variable.clone(), Limits { patience, term: lease::term(profile.request_s) })
            }
            None => {
                let folders = Folders { state: state.folder.clone(), budget: state.budget.clone() };
                StatePlace::Files(folders, state.state.clone())
            }
        }
    }

    fn open_shared(&self) -> Result<Arc<dyn SharedState>, ProjectError> {
        match self.state_place() {
            StatePlace::Database(variable, limits) => {
                shared::open(&variable, limits, &environment::process, self.terminal, self.system)
                    .map_err(ProjectError::usage)
            }
            StatePlace::Files(folders, _) => Ok(Arc::new(FileState::new(folders, self.store(), self.system))),
        }
    }

    /// What this machine knows of each action.
    pub(crate) fn store(&self) -> StateStore {
        StateStore::at(&self.settings.state.state, self.terminal, self.system)
    }

    /// The folder that the configuration is for: that of `cxvars.toml`, else the working directory.
    pub(crate) fn project_folder(&self) -> &Path {
        self.settings.state.folder.parent().unwrap_or(&self.working_directory)
    }

    /// The flags that choose the same configuration and environment again, for a command that a message suggests. Each
    /// follows a space, and is quoted for a shell.
    pub(crate) fn same_flags(&self) -> String {
        let mut text = String::new();
        if let Some(environment) = &self.settings.environment {
            text += &format!(" --env {}", shell::word(environment));
        }
        if let Some(path) = &self.flags.config {
            text += &format!(" --config {}", shell::word(&path.to_string_lossy()));
        }
        if self.flags.no_config {
            text += " --no-config";
        }
        for host in &self.flags.trust_hosts {
            text += &format!(" --trust-host {}", shell::word(host));
        }
        if self.flags.sandbox {
            text += " --sandbox";
        }
        text
    }

    /// The action that `text` names. Warns if it is used as an id, but looks like a mistyped alias.
    pub(crate) fn action(&self, text: &str) -> Result<Action, ProjectError> {
        let action = self.settings.action(text).map_err(ProjectError::usage)?;
        if action.alias.is_none()
            && let Some(alias) = self.settings.alias_like(text)
        {
            let (text, alias) = (display::quote(text), display::quote(alias));
            self.terminal.warn(&format!("warning: {text} is no alias, so it is taken as an id; did you mean {alias}?"));
        }
        Ok(action)
    }

    /// Opens the audit log for this run. `head` is the record that a new segment follows. Without it, the first segment of
    /// a machine follows one that the shared state knows. Do not call it within a tokio runtime.
    pub(crate) fn audit_log(&self, head: Option<&str>) -> Result<AuditLog, ProjectError> {
        let log = AuditLog::open(&self.settings.state.audit_log, &ids::ulid(self.system)).map_err(ProjectError::io)?;
        if head.is_some() && !log.is_segment() {
            return Err(ProjectError::usage(
                "--audit-head needs a log folder, where each file names the one before; set `[audit] log` to a folder",
            ));
        }
        let shared = match head {
            None if self.settings.shared_url_variable.is_some() && log.is_first_segment() => block_on(async {
                let shared = self.open_shared()?;
                shared.predecessor(&self.log_name()).await.map_err(|lost| ProjectError::Unavailable(lost.to_string()))
            })?,
            _ => None,
        };
        Ok(log.following(head.or(shared.as_deref())).rotating_at(self.settings.audit_max_bytes))
    }

    /// The name of the audit log in the shared state, which all machines use: its path in the project.
    pub(crate) fn log_name(&self) -> String {
        let log = &self.settings.state.audit_log;
        let log = log.strip_prefix(self.project_folder()).unwrap_or(log).to_string_lossy();
        log.trim_end_matches(['/', std::path::MAIN_SEPARATOR]).to_owned()
    }

    /// Reads an audit log, by default the one that `apply` writes. Refuses a named log that does not exist: its name may be
    /// mistyped.
    pub(crate) fn read_log(&self, named: Option<&Path>) -> Result<Log, ProjectError> {
        let path = named.unwrap_or(&self.settings.state.audit_log);
        let name = input::shown(path.strip_prefix(&self.working_directory).unwrap_or(path));
        let log = Log::read(path, name).map_err(ProjectError::io)?;
        if named.is_some() && log.is_missing() {
            let missing = if path.is_dir() { "are no segments (files that end in .jsonl) in" } else { "is no file" };
            return Err(ProjectError::io(format!("there {missing} `{}`; name the audit log to read", log.name)));
        }
        Ok(log)
    }

    /// The policies that check documents: those of the configuration, then those in `named`.
    pub(crate) fn policies(&self, named: &[PathBuf]) -> Result<&Policies, ProjectError> {
        if let Some(policies) = self.common.policies.get() {
            return Ok(policies);
        }
        let named = named.iter().map(|path| Wanted { path: path.clone(), ..Wanted::default() });
        let wanted: Vec<Wanted> = self.settings.checks.plugins().iter().cloned().chain(named).collect();
        let shown = |path: &Path| input::shown(path.strip_prefix(&self.working_directory).unwrap_or(path));
        let policies = Policies::load(&wanted, &shown).map_err(|error| match error {
            PluginError::NotBuilt => ProjectError::usage(error),
            PluginError::Unusable { .. } | PluginError::NoSandbox(_) => ProjectError::io(error),
        })?;
        Ok(self.common.policies.get_or_init(|| policies))
    }

    /// The options of a check. Flags take precedence over the configuration. The caller adds the ignores, which depend
    /// on the document.
    pub(crate) fn check_options(&self, parent_scope: Option<Scope>) -> CheckOptions {
        let mut options = self.checker.options().clone();
        options.parent_scope_override = parent_scope;
        options.today = clock::day(self.system.epoch_s());
        options
    }
}

/// Of several mistakes, the first one.
fn first(error: cxvars_project::ProjectError) -> ProjectError {
    error.problems().first().map_or_else(|| ProjectError::usage(&error), ProjectError::usage)
}
