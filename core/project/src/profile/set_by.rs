//! Who set an item of the configuration.

use std::fmt;
use std::path::PathBuf;

use cxvars_core::options::written::{Owner, Source};

/// Who set an item of the configuration. Messages name it, so that the user knows what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The built-in profile.
    BuiltIn,
    /// The user's own file.
    UserFile(PathBuf),
    /// A project's `cxvars.toml`. Everybody who can change the repository can change it.
    ProjectFile(PathBuf),
    /// The environment variable of this name.
    Environment(&'static str),
    /// The discovery document at this URL.
    Discovery(String),
    /// The simulator that this run started.
    Simulator,
}

impl Origin {
    /// Returns the origin of options from this source.
    pub fn of(source: Source<'_>) -> Self {
        match source {
            Source::File { path, owner: Owner::Project } => Self::ProjectFile(path.to_owned()),
            Source::File { path, owner: Owner::User } => Self::UserFile(path.to_owned()),
            Source::Call => Self::BuiltIn,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => formatter.write_str("the built-in profile"),
            Self::UserFile(path) => write!(formatter, "the user file `{}`", path.display()),
            Self::ProjectFile(path) => write!(formatter, "the project file `{}`", path.display()),
            Self::Environment(name) => write!(formatter, "the environment variable `{name}`"),
            Self::Discovery(url) => write!(formatter, "the discovery document `{url}`"),
            Self::Simulator => formatter.write_str("the simulator"),
        }
    }
}

/// A value together with who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value of the built-in profile.
    pub fn built_in(value: T) -> Self {
        Self { value, origin: Origin::BuiltIn }
    }
}
