//! Why the service could not be asked, and why it did not answer as it should.

use std::fmt::Display;

use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Failure;
use thiserror::Error;

/// Why the service could not be asked. The text is one line for people.
#[derive(Debug, Error)]
pub(crate) enum ServiceError {
    /// The command line, the configuration or the environment has to be changed.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read or written, or the system refused something.
    #[error("{0}")]
    Io(String),
}

impl ServiceError {
    pub(crate) fn usage(problem: impl Display) -> Self {
        Self::Usage(problem.to_string())
    }

    pub(crate) fn io(problem: impl Display) -> Self {
        Self::Io(problem.to_string())
    }
}

/// Why an action could not be read.
pub(crate) enum ReadError {
    /// Nothing was asked, or not what was meant was found.
    Ours(ServiceError),
    /// What the service said, or did not say.
    Service {
        /// How the reading ended.
        outcome: Outcome,
        /// Whether that was because the user asked to stop.
        interrupted: bool,
        /// What happened.
        failure: Failure,
    },
}

impl From<ServiceError> for ReadError {
    fn from(error: ServiceError) -> Self {
        Self::Ours(error)
    }
}
