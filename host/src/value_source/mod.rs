//! Fetches the values of variables from their sources: resolves `value_from`.

mod command;
mod env;
mod file;
#[cfg(feature = "vault")]
mod vault;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use cxvars_core::manifest::Reference;
use thiserror::Error;

use crate::config::Command;
use crate::system::clean::{Problem, value_of};
use crate::system::environment::Lookup;
use crate::system::terminal::Terminal;
use crate::system::{System, files, suggest, waits};

/// Largest value from a file, a command or standard input, in bytes. Well above a certificate chain, and well below the
/// 1 MiB cap of a whole document.
pub const CAP_BYTES: usize = 64 * 1024;

/// The environment variable that holds the token of the Vault-compatible server, unless the configuration names
/// another.
pub const VAULT_TOKEN_VARIABLE: &str = "VAULT_TOKEN";

/// What a run has fetched so far, so that each command runs once and each secret of a vault is read once. No `Debug`:
/// it holds values.
#[derive(Default)]
pub struct Fetched {
    commands: BTreeMap<String, Result<Secret, SourceError>>,
    #[cfg_attr(not(feature = "vault"), expect(dead_code, reason = "this build reads no vault"))]
    vault: BTreeMap<String, Result<VaultSecret, SourceError>>,
}

/// A secret of a vault: its strings by key. `None` is a value that is not a string.
type VaultSecret = BTreeMap<String, Option<Secret>>;

/// How to reach a Vault-compatible server. No `Debug`: it holds the token.
pub struct VaultAccess {
    /// The server's URL. Its host is trusted.
    pub address: url::Url,
    /// Where the key-value engine (version 2) is mounted.
    pub mount: String,
    /// The namespace to read from.
    pub namespace: Option<String>,
    /// The token.
    pub token: Secret,
    /// Longest time that one request may take.
    pub timeout: Duration,
    /// First and longest wait before a request is repeated, in milliseconds.
    pub backoff_ms: (u64, u64),
}

/// What references are resolved against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The folder that files must stay in, see `Settings::project_root`.
    pub project_root: &'a Path,
    /// The manifest's folder. Relative paths start from it.
    pub manifest_folder: &'a Path,
    /// Looks up an environment variable.
    pub env: Lookup<'a>,
    /// Environment variables that must not be used as values, see `Settings::reserved_variables`. `CXONE_*` and the
    /// secrets of this program with fixed names are refused in any case.
    pub reserved: &'a [String],
    /// Parameters of the chosen environment.
    pub params: &'a BTreeMap<String, Secret>,
    /// Commands that the user's own file defines.
    pub commands: &'a BTreeMap<String, Command>,
    /// How to reach the vault. Called only if a reference needs it.
    pub vault: &'a dyn Fn() -> Result<VaultAccess, SourceError>,
    /// What the run has fetched so far.
    pub fetched: &'a RefCell<Fetched>,
    /// Longest time that one value may take, whatever else is configured: that of the run.
    pub deadline: Duration,
    /// Its clock measures how long a command takes.
    pub system: &'a dyn System,
    /// Where long waits are shown.
    pub terminal: Terminal,
}

/// Why a reference has no value. No message contains a value or a part of a file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SourceError {
    /// An environment variable that is unset or empty.
    #[error("the environment variable `{name}` is not set or empty; set it to the value")]
    EnvUnset {
        /// The variable.
        name: String,
    },
    /// An environment variable that holds a secret of this program.
    #[error(
        "the environment variable `{name}` holds a credential of cxvars itself and is never a value; copy it to a \
         variable of another name if you do want to use it"
    )]
    EnvReserved {
        /// The variable.
        name: String,
    },
    /// An environment variable that cannot be used.
    #[error("the environment variable `{name}` {problem}")]
    Env {
        /// The variable.
        name: String,
        /// What is wrong and what to do.
        problem: Problem,
    },
    /// A file that cannot be used.
    #[error("the file `{path}`{from} {problem}")]
    File {
        /// The path as the manifest writes it.
        path: String,
        /// Where a relative path starts, between commas; empty for an absolute one.
        from: String,
        /// What is wrong and what to do.
        problem: Problem,
    },
    /// Standard input that cannot be used.
    #[error("the value on standard input {problem}")]
    Stdin {
        /// What is wrong and what to do.
        problem: Problem,
    },
    /// A parameter that the chosen environment does not define.
    #[error("the parameter `{name}` is not defined in the chosen environment; {help}")]
    Param {
        /// The parameter.
        name: String,
        /// Which parameters it defines.
        help: String,
    },
    /// A command that is not defined or gave no value.
    #[error("the command `{name}` {problem}")]
    Command {
        /// The command's name in the configuration.
        name: String,
        /// What is wrong and what to do.
        problem: String,
        /// Whether a later run may succeed.
        unavailable: bool,
    },
    /// A vault that is not configured, cannot be reached, or does not have the value.
    #[error("the vault {problem}")]
    Vault {
        /// What is wrong and what to do.
        problem: String,
        /// Whether a later run may succeed.
        unavailable: bool,
    },
}

impl SourceError {
    /// Whether the source itself failed, so that a later run may succeed.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Command { unavailable: true, .. } | Self::Vault { unavailable: true, .. })
    }
}

/// All references of a document that could not be resolved, each with its variable's name.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceErrors(Vec<(String, SourceError)>);

impl SourceErrors {
    /// Each variable and what is wrong with its reference, in the document's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SourceError)> {
        self.0.iter().map(|(variable, error)| (variable.as_str(), error))
    }

    /// Whether every reference failed because its source is unavailable.
    pub fn are_unavailable(&self) -> bool {
        self.0.iter().all(|(_, error)| error.is_unavailable())
    }
}

impl fmt::Display for SourceErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (variable, error)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}`{}`: {error}", display::escape(variable))?;
        }
        Ok(())
    }
}

impl std::error::Error for SourceErrors {}

/// Fetches the value that `reference` names.
///
/// # Errors
/// The error names the source and says what to do. It never contains a value.
pub fn resolve(reference: &Reference, context: &Context<'_>) -> Result<Secret, SourceError> {
    match reference {
        Reference::Env(name) => env::resolve(name, context),
        Reference::File(path) => file::resolve(path, context),
        Reference::Param(name) => context.params.get(name).cloned().ok_or_else(|| SourceError::Param {
            name: display::escape(name),
            help: suggest::help(name, context.params.keys().map(String::as_str)),
        }),
        Reference::Command(name) => {
            let known = context.fetched.borrow().commands.get(name).cloned();
            known.unwrap_or_else(|| {
                let value = command::resolve(name, context);
                context.fetched.borrow_mut().commands.insert(name.clone(), value.clone());
                value
            })
        }
        #[cfg(feature = "vault")]
        Reference::Vault { path, key } => vault::resolve(path, key, context),
        #[cfg(not(feature = "vault"))]
        Reference::Vault { .. } => Err(SourceError::Vault {
            problem:
                "cannot be read by this build; build one with `cargo install --locked --path host --features vault` \
                      in the source of cxvars"
                    .to_owned(),
            unavailable: false,
        }),
    }
}

/// Fetches the values of all references, in order. `references` are pairs of a variable's name and its reference.
///
/// # Errors
/// Lists every reference that could not be resolved, not only the first.
pub fn resolve_all<'r>(
    references: impl IntoIterator<Item = (&'r str, &'r Reference)>,
    context: &Context<'_>,
) -> Result<Vec<(&'r str, Secret)>, SourceErrors> {
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for (variable, reference) in references {
        match resolve_aloud(variable, reference, context) {
            Ok(value) => values.push((variable, value)),
            Err(error) => errors.push((variable.to_owned(), error)),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(SourceErrors(errors)) }
}

/// As [`resolve`]. After a second, shows the user what is waited for.
fn resolve_aloud(variable: &str, reference: &Reference, context: &Context<'_>) -> Result<Secret, SourceError> {
    let (source, limit) = match reference {
        Reference::Command(name) => (format!("command {}", display::quote(name)), command::limit(name, context)),
        #[cfg(feature = "vault")]
        Reference::Vault { .. } => ("vault".to_owned(), vault::limit(context)),
        _ => return resolve(reference, context),
    };
    let what = format!("the value of {} (from the {source})", display::quote(variable));
    let until_s = context.system.epoch_s() + limit.as_secs_f64();
    waits::announced_while(|| resolve(reference, context), context.terminal, until_s, &what)
}

/// Reads one value from standard input, or from another stream, to its end. A line break at the end is removed.
///
/// # Errors
/// The input is larger than [`CAP_BYTES`], is not UTF-8, is empty, or holds an invisible character.
pub fn from_stdin(stdin: impl Read) -> Result<Secret, SourceError> {
    read_value(stdin).map_err(|problem| SourceError::Stdin { problem })
}

/// Reads a value; see [`value_of`].
fn read_value(reader: impl Read) -> Result<Secret, Problem> {
    value_of(files::read_capped(reader, CAP_BYTES).map_err(|error| files::problem(&error))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Real;

    /// A context with these environment variables and parameters, and nothing else.
    pub(super) fn test_context<'a>(env: Lookup<'a>, params: &'a BTreeMap<String, Secret>) -> Context<'a> {
        let (commands, fetched) = (Box::leak(Box::default()), Box::leak(Box::default()));
        Context {
            project_root: Path::new("."),
            manifest_folder: Path::new("."),
            env,
            reserved: &[],
            params,
            commands,
            vault: &|| Err(SourceError::Vault { problem: "is not there".to_owned(), unavailable: false }),
            fetched,
            deadline: Duration::from_secs(300),
            system: &Real,
            terminal: Terminal::new(false, false, false, env),
        }
    }

    fn error(reference: &Reference, context: &Context<'_>) -> SourceError {
        resolve(reference, context).err().unwrap()
    }

    #[test]
    fn params_come_from_the_chosen_environment() {
        let params = BTreeMap::from([("region".to_owned(), Secret::new("eu"))]);
        let context = test_context(&|_| None, &params);
        let value = resolve(&Reference::Param("region".to_owned()), &context).ok().unwrap();
        assert_eq!(value.expose(), "eu");
        let error = error(&Reference::Param("regoin".to_owned()), &context);
        assert!(error.to_string().contains("did you mean `region`?"));
    }

    #[test]
    fn every_missing_reference_is_listed_at_once() {
        let params = BTreeMap::new();
        let lookup = |name: &str| (name == "SET").then(|| "hunter2".to_owned());
        let context = test_context(&lookup, &params);
        let references =
            [Reference::Env("A".to_owned()), Reference::Env("SET".to_owned()), Reference::Env("B".to_owned())];
        let named = ["x", "y", "z"].into_iter().zip(&references);
        let errors = resolve_all(named, &context).err().unwrap();
        assert_eq!(errors.iter().map(|(variable, _)| variable).collect::<Vec<_>>(), ["x", "z"]);
        let text = errors.to_string();
        assert!(text.contains("`A`") && text.contains("`B`"));
        assert!(!text.contains("hunter2") && !text.contains('\n'));
    }

    #[test]
    fn unusable_input_is_refused_without_showing_it() {
        let problem = |bytes: &[u8]| from_stdin(bytes).err().unwrap().to_string();
        assert!(problem(b"").contains("empty"));
        assert!(problem(b"\n").contains("empty"));
        assert!(problem(b"hunter2\xff").contains("UTF-8"));
        assert!(!problem(b"hunter2\xff").contains("hunter2"));
        assert!(from_stdin(&vec![b'x'; CAP_BYTES][..]).is_ok());
        assert!(problem(&vec![b'x'; CAP_BYTES + 1]).contains("64 KiB"));
    }
}
