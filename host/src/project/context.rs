//! What every command that reads the configuration starts from.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::base::vocabulary::Scope;
use cxvars_core::options::CheckOptions;
use cxvars_core::options::contract::Contract;
use cxvars_core::plan::fingerprint::Key;

use super::ignores::Ignores;
use super::{contracts, input};
use crate::audit_log::AuditLog;
use crate::cli::arguments::{CheckArgs, Global, ScopeArg};
use crate::cli::exit::CommandError;
use crate::cli::terminal::Terminal;
use crate::config::{self, Flags, Settings};
use crate::policy::{PluginError, Policies, Wanted};
use crate::service::transport;
use crate::state::store::Memory;
use crate::system::environment;
use crate::value_source::Fetched;

/// The settings of a run and how to talk to the user.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) terminal: Terminal,
    pub(crate) working_directory: PathBuf,
    /// Whether `--env` was given, rather than the environment variable.
    pub(crate) environment_by_flag: bool,
    pub(crate) ignores: Ignores,
    /// The key of fingerprints, once it was needed; see `prepare::key`.
    pub(crate) key: OnceCell<Option<Key>>,
    /// What updates left behind.
    pub(crate) memory: Memory,
    /// What value sources gave already.
    pub(crate) fetched: RefCell<Fetched>,
    /// Those of the run, once a document is to be checked.
    policies: OnceCell<Policies>,
    contracts: BTreeMap<String, Arc<Contract>>,
}

impl Context {
    /// Reads the configuration.
    pub(crate) fn load(global: &Global, terminal: Terminal) -> Result<Self, CommandError> {
        let working_directory = std::env::current_dir()
            .map_err(|error| CommandError::io(format!("cannot tell the working directory: {error}")))?;
        let flags = flags(global);
        let settings = config::load(&flags, &working_directory, &environment::process).map_err(CommandError::usage)?;
        if global.verbose > 0 {
            settings.notes.iter().for_each(|note| terminal.note(&format!("note: {note}")));
        }
        let ignores = Ignores::new(&settings, &working_directory)?;
        let contracts = contracts::load(&settings, &working_directory)?;
        let (memory, fetched) = (Memory::at(&settings.state.state), RefCell::default());
        let environment_by_flag = global.environment.is_some();
        Ok(Self {
            settings,
            terminal,
            working_directory,
            environment_by_flag,
            ignores,
            key: OnceCell::new(),
            memory,
            fetched,
            policies: OnceCell::new(),
            contracts,
        })
    }

    /// The audit log, open for this run; `head` is the record that a new segment follows.
    pub(crate) fn audit_log(&self, head: Option<&str>) -> Result<AuditLog, CommandError> {
        let log = AuditLog::open(&self.settings.state.audit_log, &transport::run_id()).map_err(CommandError::io)?;
        if head.is_some() && !log.is_segment() {
            return Err(CommandError::usage(
                "--audit-head is for a log that is a folder, whose files name the one before; name one in `[audit] log`",
            ));
        }
        Ok(log.following(head).rotating_at(self.settings.audit_max_bytes))
    }

    /// The policies that documents are judged by: those of the configuration, then those that are `named`.
    pub(crate) fn policies(&self, named: &[PathBuf]) -> Result<&Policies, CommandError> {
        if let Some(policies) = self.policies.get() {
            return Ok(policies);
        }
        let named = named.iter().map(|path| Wanted { path: path.clone(), ..Wanted::default() });
        let wanted: Vec<Wanted> = self.settings.plugins.iter().cloned().chain(named).collect();
        let shown = |path: &Path| input::shown(path.strip_prefix(&self.working_directory).unwrap_or(path));
        let environment = self.settings.environment.as_deref();
        let policies = Policies::load(&wanted, environment, &shown).map_err(|error| match error {
            PluginError::NotBuilt => CommandError::usage(error),
            PluginError::Unusable { .. } | PluginError::NoSandbox(_) => CommandError::io(error),
        })?;
        Ok(self.policies.get_or_init(|| policies))
    }

    /// The options of a check: flags over configuration. The ignores that count depend on the document.
    pub(crate) fn check_options(&self, args: &CheckArgs) -> CheckOptions {
        let mut options = CheckOptions::default();
        options.parent_scope_override = args.parent_scope.map(scope);
        options.validate.clone_from(&self.settings.validate);
        options.contracts.clone_from(&self.contracts);
        let known = self.settings.known_params.as_ref();
        options.params = known.map(|environments| {
            let listed =
                |(name, params): (&String, &BTreeSet<String>)| (name.clone(), params.iter().cloned().collect());
            environments.iter().map(listed).collect()
        });
        options.today = transport::today();
        options
    }
}

/// What the command line says about the configuration.
pub(crate) fn flags(global: &Global) -> Flags {
    Flags {
        config: global.config.clone(),
        no_config: global.no_config,
        environment: global.environment.clone(),
        trust_hosts: global.trust_hosts.clone(),
        sandbox: global.sandbox,
    }
}

fn scope(arg: ScopeArg) -> Scope {
    match arg {
        ScopeArg::Global => Scope::Global,
        ScopeArg::Template => Scope::Template,
        ScopeArg::Action => Scope::Action,
    }
}
