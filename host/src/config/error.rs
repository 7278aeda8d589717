//! Why a configuration cannot be used.

use std::borrow::Cow;

use cxvars_core::base::display;
use cxvars_project::configuration::UnknownEnvironment;
use cxvars_project::error::FileError;
use thiserror::Error;

use crate::profile::ProfileError;
use crate::profile::trust::TrustError;

/// Why the configuration of this run cannot be used. Exit code 2.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// `--no-config` was given together with something that needs a configuration.
    #[error("`--no-config` ignores every configuration file, so {other} has no effect; drop one of them")]
    NoConfigWith {
        /// The flag or environment variable that needs it.
        other: &'static str,
    },
    /// No file defines the environment.
    #[error(transparent)]
    UnknownEnvironment(#[from] UnknownEnvironment),
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
            Self::File(error) => error.messages(),
            other => vec![other.to_string()],
        }
    }
}

pub(super) fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", display::escape(name))).collect();
    names.join(", ")
}
