//! Why shared state cannot be used.

use thiserror::Error;

use super::place::ActionPlace;

/// Why a call failed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Lost {
    /// The lease of the action has ended: nothing more may be sent or recorded under it.
    #[error("this process lost the lease of {0}; another one may update it now, and decides the open update first")]
    Lease(ActionPlace),
    /// The database cannot be used. The sentence names its host and name, and says what to do.
    #[error("{0}")]
    Database(String),
    /// A file cannot be used. The sentence names it.
    #[error("{0}")]
    File(String),
}
