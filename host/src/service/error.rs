//! Why the service could not be contacted, and why it did not answer as expected.

use std::fmt::Display;

use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Failure;
use thiserror::Error;

/// Why the service could not be contacted. The text is one line for people.
#[derive(Debug, Error)]
pub(crate) enum ServiceError {
    /// The user has to change the command line, the configuration or the environment.
    #[error("{0}")]
    Usage(String),
    /// Shared state or the simulator's files could not be used, or the system refused something.
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
    /// No request was sent, or the action that was found is not the intended one.
    Ours(ServiceError),
    /// The service refused, failed or did not answer.
    Service {
        /// How the attempt to read ended.
        outcome: Outcome,
        /// Whether it ended because the user asked to stop.
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
