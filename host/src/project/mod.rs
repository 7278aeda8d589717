//! What a run works on: the configuration, the documents, what they are checked by and what they refer to.

pub(crate) mod context;
mod contracts;
pub(crate) mod environments;
pub(crate) mod findings;
pub(crate) mod ignores;
pub(crate) mod input;
pub(crate) mod prepare;

use std::fmt::Display;

use thiserror::Error;

/// Why a run has nothing to work on. The text is one line for people, and never holds a value.
#[derive(Debug, Error)]
pub(crate) enum ProjectError {
    /// The command line, the configuration or the environment has to be changed.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read or written.
    #[error("{0}")]
    Io(String),
    /// A value source stayed unavailable.
    #[error("{0}")]
    Unavailable(String),
}

impl ProjectError {
    pub(crate) fn usage(problem: impl Display) -> Self {
        Self::Usage(problem.to_string())
    }

    pub(crate) fn io(problem: impl Display) -> Self {
        Self::Io(problem.to_string())
    }
}
