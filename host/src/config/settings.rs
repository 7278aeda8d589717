//! Merges all sources of configuration into the settings of one run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use cxvars_core::base::vocabulary::did_you_mean;
use cxvars_core::options::section::Section as _;
use cxvars_project::checks::Checks;
use cxvars_project::configuration::{Configuration, environments};
use cxvars_project::section::{
    Action as ActionItems, Command, ConfigFile, Rotation, SharedConfig, VaultConfig, WebhookConfig,
};
use url::Url;

use super::Flags;
use super::credentials::CredentialSource;
use super::discover;
use super::error::{ConfigError, quoted};
use super::variables::{self, Said};
use crate::profile::login::Credentials;
use crate::profile::set_by::{Origin, Sourced};
use crate::profile::trust::{self, TRUSTED_HOSTS_VARIABLE, Trust};
use crate::profile::{self, Endpoints, Profile};
use crate::state::paths::{Inputs, StatePaths};
use crate::system::environment::{self, Lookup, SERVICE_PREFIX};

/// The variable that chooses an environment if `--env` is not given.
pub const ENVIRONMENT_VARIABLE: &str = "CXVARS_ENV";
const VAULT_ADDRESS_VARIABLE: &str = "VAULT_ADDR";
/// The variable that holds the URL of the shared state if `[shared] url_env` names no other one.
const SHARED_URL_VARIABLE: &str = "CXVARS_SHARED_URL";

/// The settings of one run.
pub struct Settings {
    /// The project file, if one was read.
    pub project_file: Option<PathBuf>,
    /// The user file, if one was read.
    pub user_file: Option<PathBuf>,
    /// The files that these extend.
    pub shared_files: Vec<PathBuf>,
    /// Notes for the user about where settings come from; shown on stderr with `-v`, and by `doctor`.
    pub notes: Vec<String>,
    /// Variables that do not count although they are set, in a line each; shown before the service is contacted.
    pub left_out: Vec<String>,
    /// The chosen environment, if any.
    pub environment: Option<String>,
    /// The files that define the chosen environment.
    pub environment_files: Vec<PathBuf>,
    /// Whether the chosen environment is protected: it must be named with `--env`.
    pub protected: bool,
    /// What the files say about checking documents.
    pub checks: Checks,
    /// `[webhook]`.
    pub webhook: Option<WebhookConfig>,
    /// `[audit] max_bytes`: before a file of the log would grow larger, the log continues in a new one.
    pub audit_max_bytes: Option<u64>,
    /// `[rotation]`.
    pub rotation: Rotation,
    /// The environment variable that holds the URL of the state that runs share. `None` if nothing is shared with other
    /// machines.
    pub shared_url_variable: Option<String>,
    /// `[commands]` of the user's own file.
    pub commands: BTreeMap<String, Command>,
    /// Where state is stored.
    pub state: StatePaths,
    /// How to talk to the service. [`Settings::endpoints`] returns its URLs, once their hosts are checked.
    pub profile: Profile,
    /// Parameters of the chosen environment, for `{param: NAME}`.
    pub params: BTreeMap<String, Secret>,
    trust: Trust,
    vault: Option<VaultConfig>,
    credentials: CredentialSource,
    actions: BTreeMap<String, ActionItems>,
    known: Arc<Known>,
}

/// What the files say of all environments.
struct Known {
    /// The environments of each alias.
    aliases: BTreeMap<String, BTreeSet<String>>,
    /// See [`Settings::reserved_variables`].
    reserved: Vec<String>,
}

/// The configuration files, read once for all environments of a run.
pub struct Files {
    configuration: Configuration,
    /// The files that these extend.
    shared: Vec<PathBuf>,
    notes: Vec<String>,
    known: Arc<Known>,
}

/// An action to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its id at the service.
    pub id: String,
    /// Its alias in the configuration.
    pub alias: Option<String>,
    /// Its manifest.
    pub file: Option<PathBuf>,
    /// The name that it must have at the service.
    pub expect_name: Option<String>,
}

/// Reads the configuration files and merges them with flags and environment.
///
/// `working_directory` must be absolute. In the sandbox, [`Settings::attach_simulator`] completes the settings.
///
/// # Errors
/// Files that cannot be read or have mistakes, and flags that contradict each other.
pub fn load(flags: &Flags, working_directory: &Path, env: Lookup<'_>) -> Result<Settings, ConfigError> {
    Files::read(flags, working_directory, env)?.settings(flags, working_directory, env)
}

/// In the sandbox, no variable of the service is read: every lookup passes through here.
fn gated<'e>(flags: &Flags, env: Lookup<'e>) -> impl Fn(&str) -> Option<String> + 'e {
    let sandbox = flags.sandbox;
    move |name| if sandbox && name.starts_with(SERVICE_PREFIX) { None } else { env(name) }
}

impl Files {
    /// Reads the files that flags and environment name.
    ///
    /// # Errors
    /// Files that cannot be read or have mistakes, and flags that contradict each other.
    pub fn read(flags: &Flags, working_directory: &Path, env: Lookup<'_>) -> Result<Self, ConfigError> {
        let env: Lookup<'_> = &gated(flags, env);
        refuse_contradictions(flags, env)?;
        let mut notes = Vec::new();
        let project = discover::project(flags, working_directory, env, &mut notes)?;
        let configuration = Configuration::new(project, discover::user(flags, env)?);
        let mut shared_files = Vec::new();
        for loaded in configuration.loaded() {
            let (path, shared) = (loaded.path(), loaded.shared());
            shared_files.extend_from_slice(shared);
            notes.extend(shared.iter().map(|shared| format!("`{}` extends `{}`", path.display(), shared.display())));
        }
        let files = configuration.files();
        let known = Arc::new(Known { aliases: aliases(files), reserved: reserved_variables(files) });
        Ok(Self { configuration, shared: shared_files, notes, known })
    }

    /// All environments that the files define, sorted.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        self.configuration.environment_names().into_iter()
    }

    /// The settings of the environment that flags and environment variables choose.
    ///
    /// # Errors
    /// The environment is not known, or the settings contradict each other.
    pub fn settings(&self, flags: &Flags, working_directory: &Path, env: Lookup<'_>) -> Result<Settings, ConfigError> {
        settings(self, flags, working_directory, &gated(flags, env))
    }
}

fn settings(files: &Files, flags: &Flags, working_directory: &Path, env: Lookup<'_>) -> Result<Settings, ConfigError> {
    let Files { configuration, shared: shared_files, notes, known } = files;
    let mut notes = notes.clone();
    let [project, user] = configuration.files();

    let trust = Trust::new(
        &flags.trust_hosts,
        environment::read(env, TRUSTED_HOSTS_VARIABLE).as_deref(),
        user.trusted_hosts.as_deref().unwrap_or_default(),
    )?;
    let chosen = chosen_environment(flags, env, configuration)?;
    let of_environment = configuration.environment(chosen.as_deref());
    let [project_env, user_env] = &of_environment;

    let mut items = variables::items(env);
    let said =
        Said { environment: [project_env, user_env], profiles: [project.profile.as_ref(), user.profile.as_ref()] };
    let left_out = match &flags.environment {
        Some(name) => variables::yield_to_named(&mut items, &said, &display::escape(name)),
        None => {
            notes.extend(variables::overriding(&items, &said));
            Vec::new()
        }
    };
    variables::check(&items)?;
    let profile = configuration.profile(items, chosen.as_deref())?;
    let checks = configuration.checks(chosen.as_deref(), &profile);
    // Either file can protect the environment; neither can lift the other's protection.
    let protected = project_env.protected() || user_env.protected();
    // Taken from one file as a whole: a URL from one file is never combined with a secret that the other file names.
    let webhook = project.webhook.clone().or_else(|| user.webhook.clone());
    let shared = project.shared.clone().or_else(|| user.shared.clone()).filter(|_| !flags.sandbox);
    let configured_vault = project.vault.clone().or_else(|| user.vault.clone());
    let [project_env, user_env] = of_environment;
    let environment = project_env.over(user_env);
    let merged = configuration.merged();
    let credentials = match flags.sandbox {
        true => CredentialSource::Simulator(None),
        false => CredentialSource::new(profile.auth, &environment, env),
    };
    let audit = merged.audit.clone().unwrap_or_default();
    let inputs = Inputs {
        working_directory,
        project_folder: configuration.project_file().and_then(Path::parent),
        configured_log: audit.log.as_deref(),
        sandbox: flags.sandbox,
    };
    Ok(Settings {
        state: StatePaths::new(inputs, env),
        environment_files: chosen.as_deref().map(|name| configuration.files_of(name)).unwrap_or_default(),
        environment: chosen,
        protected,
        checks,
        webhook,
        commands: user.commands.clone().unwrap_or_default(),
        vault: vault(configured_vault, env)?,
        audit_max_bytes: audit.max_bytes,
        rotation: merged.rotation.clone().unwrap_or_default(),
        shared_url_variable: shared.as_ref().map(shared_url_variable),
        params: environment.params.unwrap_or_default(),
        actions: environment.actions.unwrap_or_default(),
        project_file: configuration.project_file().map(Path::to_owned),
        user_file: configuration.user_file().map(Path::to_owned),
        shared_files: shared_files.clone(),
        notes,
        left_out,
        profile,
        trust,
        credentials,
        known: Arc::clone(known),
    })
}

impl Settings {
    /// Whether the service is simulated.
    pub fn is_sandbox(&self) -> bool {
        matches!(self.credentials, CredentialSource::Simulator(_))
    }

    /// Points the settings of a sandbox run to the simulator. Without `--sandbox`, it does nothing.
    pub fn attach_simulator(&mut self, address: &Url, credentials: Credentials) {
        if self.is_sandbox() {
            self.profile = self.profile.clone().for_simulator(address);
            self.credentials = CredentialSource::Simulator(Some(credentials));
        }
    }

    /// The URLs of the service. All of their hosts are trusted.
    ///
    /// # Errors
    /// A host is not trusted, or the simulator is not running.
    pub fn endpoints(&self) -> Result<Endpoints, ConfigError> {
        match &self.credentials {
            // The simulator runs on this machine, so only loopback is trusted here, whatever the user trusts.
            CredentialSource::Simulator(Some(_)) => Ok(self.profile.endpoints(&Trust::default())?),
            CredentialSource::Simulator(None) => Err(ConfigError::NoSimulator),
            _ => Ok(self.profile.endpoints(&self.trust)?),
        }
    }

    /// Reads the credentials.
    ///
    /// # Errors
    /// Lists all environment variables that are not set, or says that the simulator is not running.
    pub fn credentials(&self, env: Lookup<'_>) -> Result<Credentials, ConfigError> {
        self.credentials.read(env).map_err(|error| match error {
            ConfigError::MissingCredentials { names, .. } => {
                let left_out = self.left_out.iter().map(|note| format!("; {note}")).collect();
                ConfigError::MissingCredentials { names, left_out }
            }
            other => other,
        })
    }

    /// The hosts that the user trusts.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Whether the user trusts this host with credentials and values.
    pub fn trusts(&self, url: &Url) -> bool {
        trust::check(url, &Origin::BuiltIn, &self.trust).is_ok()
    }

    /// The server that `{vault: …}` reads from, if one is configured.
    ///
    /// # Errors
    /// The server's host is not trusted.
    pub fn vault(&self) -> Result<Option<&VaultConfig>, ConfigError> {
        if let Some(vault) = &self.vault {
            trust::check(&vault.address.value, &vault.address.origin, &self.trust)?;
        }
        Ok(self.vault.as_ref())
    }

    /// The action that `text` names: an alias of the chosen environment, else an id. What the environment says of an
    /// action with this id counts for the id as well.
    ///
    /// # Errors
    /// `text` is an alias of some environments, but none was chosen. Sending the alias as an id could only be a
    /// mistake.
    pub fn action(&self, text: &str) -> Result<Action, ConfigError> {
        if let Some(items) = self.actions.get(text) {
            return Ok(action(text, items));
        }
        match self.known.aliases.get(text) {
            Some(environments) if self.environment.is_none() => {
                let names: Vec<String> = environments.iter().cloned().collect();
                Err(ConfigError::AliasNeedsEnvironment { alias: display::escape(text), environments: quoted(&names) })
            }
            _ => Ok(self.action_with_id(text)),
        }
    }

    fn action_with_id(&self, id: &str) -> Action {
        let mut configured: Vec<Action> = self.actions().into_iter().filter(|action| action.id == id).collect();
        let expect_name = configured.iter().find_map(|action| action.expect_name.clone());
        match configured.pop() {
            Some(only) if configured.is_empty() => only,
            // Of several aliases, nobody can say which one is meant, but all of them are this action.
            _ => Action { id: id.to_owned(), alias: None, file: None, expect_name },
        }
    }

    /// The alias that `text` may have been meant to be, if it is none: of the chosen environment, else of any.
    pub fn alias_like(&self, text: &str) -> Option<&str> {
        let is_known = self.actions.contains_key(text) || self.actions.values().any(|items| items.id == text);
        let aliases = self.actions.keys().chain(self.known.aliases.keys()).map(String::as_str);
        if is_known { None } else { did_you_mean(text, aliases) }
    }

    /// All actions of the chosen environment, sorted by alias.
    pub fn actions(&self) -> Vec<Action> {
        self.actions.iter().map(|(alias, items)| action(alias, items)).collect()
    }

    /// The folder that `{file: …}` must stay in, for a manifest in `manifest_folder`. It is the project's folder if the
    /// manifest lies in it, else the manifest's own folder, the narrowest one that the user named.
    pub fn project_root(&self, manifest_folder: &Path) -> PathBuf {
        let project = self.project_file.as_deref().and_then(Path::parent);
        let holds_manifest = |folder: &&Path| match (folder.canonicalize(), manifest_folder.canonicalize()) {
            (Ok(folder), Ok(manifest)) => manifest.starts_with(folder),
            _ => false,
        };
        project.filter(holds_manifest).unwrap_or(manifest_folder).to_owned()
    }

    /// Environment variables that the files name for credentials. None of them may become the value of a variable.
    pub fn reserved_variables(&self) -> &[String] {
        &self.known.reserved
    }
}

fn action(alias: &str, items: &ActionItems) -> Action {
    Action {
        id: items.id.clone(),
        alias: Some(alias.to_owned()),
        file: items.file.clone(),
        expect_name: items.expect_name.clone(),
    }
}

fn refuse_contradictions(flags: &Flags, env: Lookup<'_>) -> Result<(), ConfigError> {
    let other = if !flags.no_config {
        None
    } else if flags.config.is_some() {
        Some("`--config`")
    } else if flags.environment.is_some() {
        Some("`--env`")
    } else {
        // A user who exported `CXVARS_ENV` must not end up on the default host instead.
        environment::read(env, ENVIRONMENT_VARIABLE).map(|_| "the environment variable `CXVARS_ENV`")
    };
    match other {
        Some(other) => Err(ConfigError::NoConfigWith { other }),
        None => Ok(()),
    }
}

fn chosen_environment(
    flags: &Flags,
    env: Lookup<'_>,
    configuration: &Configuration,
) -> Result<Option<String>, ConfigError> {
    let by_flag = flags.environment.clone().map(|name| (name, "`--env`"));
    let by_variable = || environment::read(env, ENVIRONMENT_VARIABLE).map(|name| (name, "`CXVARS_ENV`"));
    let Some((name, named_by)) = by_flag.or_else(by_variable) else {
        return Ok(None);
    };
    configuration.find_environment(&name, named_by)?;
    Ok(Some(name))
}

/// The vault that `VAULT_ADDR` names, as for every Vault client, else the configured one.
fn vault(configured: Option<VaultConfig>, env: Lookup<'_>) -> Result<Option<VaultConfig>, ConfigError> {
    let Some(text) = environment::read(env, VAULT_ADDRESS_VARIABLE) else { return Ok(configured) };
    let problem = |problem| ConfigError::Variable { name: VAULT_ADDRESS_VARIABLE, problem };
    let address = profile::base_url(text.trim_end_matches('/')).map_err(problem)?;
    let address = Sourced { value: address, origin: Origin::Environment(VAULT_ADDRESS_VARIABLE) };
    let namespace = environment::read(env, "VAULT_NAMESPACE");
    let named = VaultConfig { address, mount: None, token_env: None, namespace, timeout_s: None };
    Ok(Some(match configured {
        None => named,
        Some(configured) => {
            VaultConfig { address: named.address, namespace: named.namespace.or(configured.namespace), ..configured }
        }
    }))
}

fn shared_url_variable(shared: &SharedConfig) -> String {
    shared.url_env.clone().unwrap_or_else(|| SHARED_URL_VARIABLE.to_owned())
}

fn aliases(files: [&ConfigFile; 2]) -> BTreeMap<String, BTreeSet<String>> {
    let mut aliases: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, environment) in files.into_iter().flat_map(environments) {
        for alias in environment.actions.iter().flatten().map(|(alias, _)| alias) {
            aliases.entry(alias.clone()).or_default().insert(name.clone());
        }
    }
    aliases
}

fn reserved_variables(files: [&ConfigFile; 2]) -> Vec<String> {
    let environments = files.into_iter().flat_map(environments);
    let credentials = environments.flat_map(|(_, items)| items.credential_variables().cloned());
    let webhooks = files.iter().filter_map(|file| file.webhook.as_ref()?.secret_env.clone());
    let vaults = files.iter().filter_map(|file| file.vault.as_ref()?.token_env.clone());
    let shared = files.iter().filter_map(|file| file.shared.as_ref().map(shared_url_variable));
    let names: BTreeSet<String> = credentials.chain(webhooks).chain(vaults).chain(shared).collect();
    names.into_iter().collect()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
