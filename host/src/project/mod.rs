//! What a run works on: the configuration, the documents, what checks them and what they refer to.

pub(crate) mod context;
pub(crate) mod environments;
pub(crate) mod findings;
pub(crate) mod git;
pub(crate) mod ignores;
pub(crate) mod input;
pub(crate) mod output;
pub(crate) mod prepare;
pub(crate) mod revision;
pub(crate) mod selection;
pub(crate) mod walk;

use std::fmt::Display;

use thiserror::Error;

use crate::system::runtime::RuntimeError;

/// Why the input of a run could not be prepared. The text is one line for people and never contains a value.
#[derive(Debug, Error)]
pub(crate) enum ProjectError {
    /// The user has to change the command line, the configuration or the environment.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read or written.
    #[error("{0}")]
    Io(String),
    /// A value source stayed unavailable.
    #[error("{0}")]
    Unavailable(String),
}

impl From<RuntimeError> for ProjectError {
    fn from(error: RuntimeError) -> Self {
        Self::io(error)
    }
}

impl ProjectError {
    pub(crate) fn usage(problem: impl Display) -> Self {
        Self::Usage(problem.to_string())
    }

    pub(crate) fn io(problem: impl Display) -> Self {
        Self::Io(problem.to_string())
    }
}
