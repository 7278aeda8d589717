//! Why a configuration cannot be used.

use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::options::reader::Problem;
use thiserror::Error;

use crate::profile::ProfileError;
use crate::profile::trust::TrustError;

/// Why there are no settings for this run. Exit code 2.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file with mistakes, in the order of the text.
    #[error("{}", lines(path, problems).join("; "))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, at least one.
        problems: Vec<Problem>,
    },
    /// A file that cannot be read.
    #[error("the configuration file `{}`{named_by} {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Who named it, with a comma in front, or nothing for a file that was found.
        named_by: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// `--no-config` beside something that needs a configuration.
    #[error("`--no-config` ignores every configuration file, so {other} has no meaning; drop one of them")]
    NoConfigWith {
        /// The other one.
        other: &'static str,
    },
    /// An environment that no file defines.
    #[error("environment `{name}`, named by {named_by}, is not defined in a configuration file; {help}")]
    UnknownEnvironment {
        /// The name.
        name: String,
        /// The flag or variable.
        named_by: &'static str,
        /// Which ones are.
        help: String,
    },
    /// An alias of environments of which none was chosen.
    #[error("`{alias}` is an action of {environments}; choose one with `--env`")]
    AliasNeedsEnvironment {
        /// The alias.
        alias: String,
        /// The environments, quoted.
        environments: String,
    },
    /// An environment variable of ours with a wrong form.
    #[error("the environment variable `{name}` {problem}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Environment variables with credentials that are not set.
    #[error("missing credentials: set {}; secrets are read from the environment only", quoted(names))]
    MissingCredentials {
        /// The variables.
        names: Vec<String>,
    },
    /// The simulator was asked for and its address is not known yet.
    #[error("the simulator is not running, so there is no address to talk to")]
    NoSimulator,
    /// A profile that cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A list of trusted hosts that cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl ConfigError {
    /// The messages, one for each mistake.
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
