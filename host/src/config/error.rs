//! Why a configuration cannot be used.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::options::reader::Problem;
use thiserror::Error;

use crate::profile::ProfileError;
use crate::profile::trust::TrustError;

/// Why the configuration of this run cannot be used. Exit code 2.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file has mistakes.
    #[error("{}", lines(path, problems).join("; "))]
    File {
        /// The file.
        path: PathBuf,
        /// The mistakes, in the order of the text; at least one.
        problems: Vec<Problem>,
    },
    /// A file cannot be read.
    #[error("the configuration file `{}`{named_by} {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What named the file, between commas; empty for a file that was found by searching.
        named_by: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// A file that is extended cannot be used.
    #[error("`extends` in `{}` names `{}`, which {problem}", by.display(), path.display())]
    Shared {
        /// The file that names it.
        by: PathBuf,
        /// The file that is extended.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A digest pins a file that is not named.
    #[error("`extends_sha256` in `{}` pins a file, but there is no `extends` that names it", by.display())]
    PinWithoutFile {
        /// The file with the digest.
        by: PathBuf,
    },
    /// `--no-config` was given together with something that needs a configuration.
    #[error("`--no-config` ignores every configuration file, so {other} has no effect; drop one of them")]
    NoConfigWith {
        /// The flag or environment variable that needs it.
        other: &'static str,
    },
    /// No file defines the environment.
    #[error("environment `{name}`, named by {named_by}, is not defined in a configuration file; {help}")]
    UnknownEnvironment {
        /// The name.
        name: String,
        /// The flag or environment variable that named it.
        named_by: &'static str,
        /// Which environments are defined.
        help: String,
    },
    /// The action was named by an alias, but no environment was chosen.
    #[error("`{alias}` is an action of {environments}; choose one with `--env`")]
    AliasNeedsEnvironment {
        /// The alias.
        alias: String,
        /// The environments that have the alias, quoted.
        environments: String,
    },
    /// A credential holds what no credential holds.
    #[error("the environment variable `{name}` {problem}")]
    Credential {
        /// The variable.
        name: String,
        /// What is wrong with it. Never contains its value.
        problem: Cow<'static, str>,
    },
    /// One of our environment variables has an invalid value.
    #[error("the environment variable `{name}` {problem}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Environment variables that should hold credentials are not set.
    #[error("missing credentials: set {}; secrets are read from the environment only{left_out}", quoted(names))]
    MissingCredentials {
        /// The variables.
        names: Vec<String>,
        /// Which variables are set but do not count, each after `; `.
        left_out: String,
    },
    /// The run uses the simulator, but it has not been started yet.
    #[error("the simulator is not running, so there is no address to talk to")]
    NoSimulator,
    /// The profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The list of trusted hosts cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl ConfigError {
    /// One message for each mistake.
    pub fn messages(&self) -> Vec<String> {
        match self {
            Self::File { path, problems } => lines(path, problems),
            other => vec![other.to_string()],
        }
    }
}

fn lines(path: &Path, problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|problem| {
            let position = problem.position;
            let path = path.display();
            format!("{path}:{}:{}: {}", position.line, position.column, problem.message)
        })
        .collect()
}

pub(super) fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", display::escape(name))).collect();
    names.join(", ")
}
