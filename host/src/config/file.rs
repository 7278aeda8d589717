//! The sections of `cxvars.toml`, as written: nothing is merged and no default is filled in here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cxvars_core::base::vocabulary::Scope;
use cxvars_core::diagnostic::Severity;

use super::profile_items;
use super::reader::{Document, Position, Problem, Section, Value};
use crate::policy::Wanted;
use crate::profile::set_by::{Origin, Sourced};
use crate::profile::{self, ProfileItems};
use crate::system::environment;

/// Who owns the file, which decides what it may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Part of a project: it cannot widen trust.
    Project,
    /// The user's own.
    User,
}

/// One configuration file.
#[derive(Clone, Default)]
pub(super) struct ConfigFile {
    pub(super) validate: ValidateItems,
    pub(super) ignores: Vec<Ignore>,
    pub(super) contracts: BTreeMap<String, PathBuf>,
    pub(super) profile: ProfileItems,
    pub(super) environments: BTreeMap<String, EnvironmentItems>,
    pub(super) webhook: Option<WebhookConfig>,
    pub(super) audit: AuditItems,
    pub(super) rotation: RotationItems,
    pub(super) commands: BTreeMap<String, Command>,
    pub(super) vault: Option<VaultConfig>,
    pub(super) plugins: Vec<Wanted>,
    pub(super) trusted_hosts: Vec<String>,
}

/// `[validate]`; an item that is `None` is left to the next source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidateItems {
    /// The scope of the level above.
    pub parent_scope: Option<Scope>,
    /// Most variables of a document.
    pub max_variables: Option<u64>,
    /// Most bytes of a document.
    pub max_bytes: Option<u64>,
    /// Deepest nesting of a document.
    pub max_depth: Option<u64>,
    /// What names must match, as a regular expression; its syntax is checked where it is used.
    pub name_pattern: Option<String>,
    /// Names whose value may be empty.
    pub allow_empty: Option<Vec<String>>,
    /// Severities by code; `None` switches the rule off.
    pub severity: BTreeMap<String, Option<Severity>>,
}

/// `[audit]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AuditItems {
    pub(super) log: Option<PathBuf>,
    pub(super) max_bytes: Option<u64>,
}

/// `[rotation]`: ages in days from which a secret is due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RotationItems {
    /// Of every variable that has none of its own.
    pub max_age_days: Option<u64>,
    /// Of single variables.
    pub variables: BTreeMap<String, u64>,
}

/// `[commands.NAME]`, which only the user's own file may have: it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program, searched for in `PATH` unless it has a slash.
    pub program: String,
    /// Its arguments; there is no shell that would look at them.
    pub args: Vec<String>,
    /// How long it may take, in seconds.
    pub timeout_s: Option<u64>,
    /// The folder of the file that says so, in which it runs.
    pub folder: PathBuf,
}

/// `[vault]`: where `{vault: …}` is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultConfig {
    /// The server, and who said so.
    pub address: Sourced<url::Url>,
    /// Where the key-value engine is mounted.
    pub mount: Option<String>,
    /// The environment variable with the token.
    pub token_env: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// How long a request may take, in seconds.
    pub timeout_s: Option<u64>,
}

/// `[[ignore]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The code that is silenced.
    pub code: String,
    /// The variable it is silenced for; all when absent.
    pub variable: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub expires: Option<jiff::civil::Date>,
    /// The files it counts for, as a glob; all when absent.
    pub path: Option<String>,
    /// The file that says so.
    pub file: PathBuf,
    /// Where in that file.
    pub position: Position,
}

/// `[webhook]`. No `Debug`: the path of such a URL often is a token.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookConfig {
    /// Where events go, and who said so.
    pub url: Sourced<url::Url>,
    /// The environment variable that holds the signing secret.
    pub secret_env: Option<String>,
}

/// `[env.NAME]`. No `Debug`: a parameter may be confidential.
#[derive(Clone, Default)]
pub(super) struct EnvironmentItems {
    pub(super) profile: ProfileItems,
    pub(super) client_id_env: Option<String>,
    pub(super) client_secret_env: Option<String>,
    pub(super) params: BTreeMap<String, cxvars_core::base::secret::Secret>,
    pub(super) protected: bool,
    pub(super) actions: BTreeMap<String, ActionItems>,
}

/// `[env.NAME.actions.ALIAS]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActionItems {
    pub(super) id: String,
    pub(super) file: Option<PathBuf>,
    pub(super) expect_name: Option<String>,
}

const SCOPES: [(&str, Scope); 3] =
    [("global", Scope::Global), ("template", Scope::Template), ("action", Scope::Action)];
const SEVERITIES: [(&str, Option<Severity>); 3] =
    [("error", Some(Severity::Error)), ("warning", Some(Severity::Warning)), ("off", None)];

/// Reads the text of the file at `path`; paths in it are relative to its folder.
pub(super) fn parse(text: &str, path: &Path, kind: FileKind) -> Result<ConfigFile, Vec<Problem>> {
    let reader = Reader { path, folder: path.parent().unwrap_or(Path::new("")), kind };
    Document::read(text, |root| reader.root(root))
}

struct Reader<'p> {
    path: &'p Path,
    folder: &'p Path,
    kind: FileKind,
}

impl Reader<'_> {
    fn root(&self, root: &mut Section<'_>) -> ConfigFile {
        let mut file = ConfigFile::default();
        if let Some(value) = root.get("validate") {
            file.validate = value.section(validate).unwrap_or_default();
        }
        if let Some(value) = root.get("ignore") {
            file.ignores = value.sections(|section| self.ignore(section)).into_iter().flatten().collect();
        }
        if let Some(value) = root.get("contracts") {
            for (name, value) in value.entries().unwrap_or_default() {
                file.contracts.extend(self.path(&value).map(|path| (name, path)));
            }
        }
        if let Some(value) = root.get("profile") {
            let profile = value.section(|section| profile_items::read(section, &self.origin()));
            file.profile = profile.unwrap_or_default();
        }
        for (name, value) in root.get("env").and_then(|value| value.entries()).unwrap_or_default() {
            let environment = value.section(|section| self.environment(section));
            file.environments.extend(environment.map(|environment| (name, environment)));
        }
        if let Some(value) = root.get("webhook") {
            file.webhook = value.section(|section| self.webhook(section)).flatten();
        }
        if let Some(value) = root.get("audit") {
            file.audit = value.section(|section| self.audit(section)).unwrap_or_default();
        }
        if let Some(value) = root.get("rotation") {
            file.rotation = value.section(rotation).unwrap_or_default();
        }
        if let Some(value) = root.get("plugin") {
            file.plugins = value.sections(|section| self.plugin(section)).into_iter().flatten().collect();
        }
        file.vault = root.get("vault").and_then(|value| value.section(|section| self.vault(section)).flatten());
        self.trusted_hosts(root, &mut file);
        self.commands(root, &mut file);
        file
    }

    fn trusted_hosts(&self, root: &mut Section<'_>, file: &mut ConfigFile) {
        let Some(value) = root.get("trusted_hosts") else {
            return;
        };
        match self.kind {
            FileKind::User => file.trusted_hosts = value.texts().unwrap_or_default(),
            FileKind::Project => value.problem(
                "cannot stand in a project file, which must not widen trust; move it to your own configuration file, \
                 or use `--trust-host` or `CXVARS_TRUSTED_HOSTS`",
            ),
        }
    }

    fn commands(&self, root: &mut Section<'_>, file: &mut ConfigFile) {
        let Some(value) = root.get("commands") else {
            return;
        };
        match self.kind {
            FileKind::User => {
                for (name, value) in value.entries().unwrap_or_default() {
                    let command = value.section(|section| self.command(section)).flatten();
                    file.commands.extend(command.map(|command| (name, command)));
                }
            }
            FileKind::Project => value.problem(
                "cannot stand in a project file, since whoever can change the repository would have it run; move it to \
                 your own configuration file",
            ),
        }
    }

    fn command(&self, section: &mut Section<'_>) -> Option<Command> {
        let program = section.require("program").and_then(|value| value.text());
        let command = Command {
            program: String::new(),
            args: section.get("args").and_then(|value| value.strings()).unwrap_or_default(),
            timeout_s: section.get("timeout_s").and_then(|value| value.integer(1..=600)),
            folder: self.folder.to_owned(),
        };
        Some(Command { program: program?, ..command })
    }

    fn vault(&self, section: &mut Section<'_>) -> Option<VaultConfig> {
        let address = section.require("address").and_then(|value| {
            let text = value.text()?;
            profile::base_url(&text).map_err(|problem| value.problem(problem)).ok()?;
            url::Url::parse(&text).ok()
        });
        let vault = |address| VaultConfig {
            address: Sourced { value: address, origin: self.origin() },
            mount: section.get("mount").and_then(|value| value.text()),
            token_env: section.get("token_env").and_then(|value| foreign_variable(&value)),
            namespace: section.get("namespace").and_then(|value| value.text()),
            timeout_s: section.get("timeout_s").and_then(|value| value.integer(1..=600)),
        };
        address.map(vault)
    }

    fn environment(&self, section: &mut Section<'_>) -> EnvironmentItems {
        let mut environment = EnvironmentItems {
            profile: profile_items::read(section, &self.origin()),
            client_id_env: section.get("client_id_env").and_then(|value| variable(&value)),
            client_secret_env: section.get("client_secret_env").and_then(|value| variable(&value)),
            protected: section.get("protected").and_then(|value| value.boolean()).unwrap_or(false),
            ..EnvironmentItems::default()
        };
        let params = section.get("params").and_then(|value| value.entries());
        for (name, value) in params.unwrap_or_default() {
            let text = value.string().map(cxvars_core::base::secret::Secret::new);
            environment.params.extend(text.map(|text| (name, text)));
        }
        let actions = section.get("actions").and_then(|value| value.entries());
        for (alias, value) in actions.unwrap_or_default() {
            let action = value.section(|section| self.action(section)).flatten();
            environment.actions.extend(action.map(|action| (alias, action)));
        }
        environment
    }

    fn action(&self, section: &mut Section<'_>) -> Option<ActionItems> {
        let id = section.require("id").and_then(|value| value.text());
        let file = section.get("file").and_then(|value| self.path(&value));
        let expect_name = section.get("expect_name").and_then(|value| value.text());
        Some(ActionItems { id: id?, file, expect_name })
    }

    fn audit(&self, section: &mut Section<'_>) -> AuditItems {
        AuditItems {
            log: section.get("log").and_then(|value| self.path(&value)),
            // Far above a record, so that a file holds many.
            max_bytes: section.get("max_bytes").and_then(|value| value.integer(65_536..=1 << 40)),
        }
    }

    fn ignore(&self, section: &mut Section<'_>) -> Option<Ignore> {
        let code = section.require("code").and_then(|value| value.text());
        let reason = section.require("reason").and_then(|value| value.text());
        let ignore = Ignore {
            code: String::new(),
            variable: section.get("variable").and_then(|value| value.text()),
            reason: String::new(),
            expires: section.get("expires").and_then(|value| value.date()),
            path: section.get("path").and_then(|value| value.text()),
            file: self.path.to_owned(),
            position: section.position(),
        };
        Some(Ignore { code: code?, reason: reason?, ..ignore })
    }

    fn plugin(&self, section: &mut Section<'_>) -> Option<Wanted> {
        let path = section.require("path").and_then(|value| self.path(&value));
        let sha256 = section.require("sha256").and_then(|value| {
            value.checked(|text| match text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                true => Ok(()),
                false => Err("must be a SHA-256 of 64 hex digits"),
            })
        });
        // Fuel is counted in instructions, roughly; 10^12 is minutes. A 32-bit component cannot use over 4096 MiB.
        let fuel = section.get("fuel").and_then(|value| value.integer(1..=1_000_000_000_000));
        let memory_mib = section.get("memory_mib").and_then(|value| value.integer(1..=4096));
        Some(Wanted { path: path?, sha256: Some(sha256?.to_ascii_lowercase()), fuel, memory_mib })
    }

    fn webhook(&self, section: &mut Section<'_>) -> Option<WebhookConfig> {
        let url = section.require("url").and_then(|value| {
            let text = value.text()?;
            profile::http_url(&text).map_err(|problem| value.problem(problem)).ok()
        });
        let secret_env = section.get("secret_env").and_then(|value| foreign_variable(&value));
        Some(WebhookConfig { url: Sourced { value: url?, origin: self.origin() }, secret_env })
    }

    fn path(&self, value: &Value<'_>) -> Option<PathBuf> {
        let text = value.checked(|text| match text.contains('\0') {
            true => Err("must not hold a NUL character"),
            false => Ok(()),
        });
        text.map(|text| self.folder.join(text))
    }

    fn origin(&self) -> Origin {
        match self.kind {
            FileKind::Project => Origin::ProjectFile(self.path.to_owned()),
            FileKind::User => Origin::UserFile(self.path.to_owned()),
        }
    }
}

fn validate(section: &mut Section<'_>) -> ValidateItems {
    let mut items = ValidateItems {
        parent_scope: section.get("parent_scope").and_then(|value| value.choice(&SCOPES)),
        max_variables: section.get("max_variables").and_then(|value| value.integer(profile_items::VARIABLES)),
        // The documented caps are 1 MiB and 64 levels. A raised one stays far from what would exhaust memory or stack.
        max_bytes: section.get("max_bytes").and_then(|value| value.integer(1..=64 * 1024 * 1024)),
        max_depth: section.get("max_depth").and_then(|value| value.integer(1..=128)),
        name_pattern: section.get("name_pattern").and_then(|value| value.text()),
        allow_empty: section.get("allow_empty").and_then(|value| value.texts()),
        severity: BTreeMap::new(),
    };
    let severity = section.get("severity").and_then(|value| value.entries());
    for (code, value) in severity.unwrap_or_default() {
        items.severity.extend(value.choice(&SEVERITIES).map(|severity| (code, severity)));
    }
    items
}

fn rotation(section: &mut Section<'_>) -> RotationItems {
    // A century: more is a slip of the pen.
    const DAYS: std::ops::RangeInclusive<u64> = 0..=36_525;
    let variables = section.get("variables").and_then(|value| value.entries()).unwrap_or_default();
    RotationItems {
        max_age_days: section.get("max_age_days").and_then(|value| value.integer(DAYS)),
        variables: variables.into_iter().filter_map(|(name, value)| Some((name, value.integer(DAYS)?))).collect(),
    }
}

/// The same for a secret that is for somebody else than the service.
fn foreign_variable(value: &Value<'_>) -> Option<String> {
    let name = variable(value)?;
    if name.starts_with(environment::SERVICE_PREFIX) {
        value.problem("must not name a `CXONE_*` variable: a credential of the service is for nobody else");
        return None;
    }
    Some(name)
}

/// The name of an environment variable that holds a secret of ours.
fn variable(value: &Value<'_>) -> Option<String> {
    value.checked(|name| match environment::is_conventional_name(name) {
        true => Ok(()),
        false => {
            Err("must be the name of an environment variable (capital letters, digits and `_`), not the secret itself")
        }
    })
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
