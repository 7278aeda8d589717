//! Opens the shared state that the configuration names.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::SharedState;
use crate::system::System;
use crate::system::environment::{self, Lookup};
use crate::system::terminal::Terminal;

/// How shared state in a database is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a call may try to reach a database that does not answer.
    pub patience: Duration,
    /// How long a lease lasts; see [`lease::term`](super::lease::term).
    pub term: Duration,
}

/// Why shared state cannot be opened. All of these are mistakes of the configuration.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotOpened {
    /// The variable is not set.
    #[error(
        "the environment variable `{0}` is not set; it holds the URL of the shared state, postgres://USER@HOST/DATABASE"
    )]
    NoUrl(String),
    /// The URL cannot be used. The sentence does not quote it.
    #[error("the URL in `{variable}` cannot be used: {problem}")]
    Unusable {
        /// The variable that holds it.
        variable: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The program was built without it.
    #[error("this build has no shared state; build it with `--features shared`, or remove `[shared]`")]
    NotBuilt,
}

/// Opens the shared state at the URL that an environment variable holds. Nothing is connected yet. Call it within a tokio
/// runtime. Warnings go to `terminal` when the state does not answer.
///
/// # Errors
/// The variable is not set, or its URL cannot be used.
pub fn open(
    url_variable: &str,
    limits: Limits,
    env: Lookup<'_>,
    terminal: Terminal,
    system: &'static dyn System,
) -> Result<Arc<dyn SharedState>, NotOpened> {
    #[cfg(feature = "shared")]
    {
        let address = address(url_variable, env)?;
        Ok(Arc::new(super::postgres::Postgres::new(address, limits, terminal, system)))
    }
    #[cfg(not(feature = "shared"))]
    {
        let _ = (environment::read(env, url_variable), limits, terminal, system);
        Err(NotOpened::NotBuilt)
    }
}

/// The address of the database that an environment variable holds.
///
/// # Errors
/// The variable is not set, or its URL cannot be used.
#[cfg(feature = "shared")]
pub fn address(url_variable: &str, env: Lookup<'_>) -> Result<super::postgres::Address, NotOpened> {
    let url = environment::read(env, url_variable).ok_or_else(|| NotOpened::NoUrl(url_variable.to_owned()))?;
    let url = cxvars_core::base::secret::Secret::new(url);
    super::postgres::Address::parse(&url)
        .map_err(|problem| NotOpened::Unusable { variable: url_variable.to_owned(), problem: problem.to_string() })
}
