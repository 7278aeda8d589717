//! Access to the operating system: files, environment variables, the user's folders, standard streams, signals, time
//! and randomness, one module each.

pub(crate) mod clean;
pub mod clock;
pub(crate) mod descriptors;
pub mod environment;
#[cfg(test)]
pub(crate) mod fake;
pub mod files;
pub mod ids;
pub(crate) mod locks;
pub(crate) mod progress;
pub mod random;
mod real;
pub(crate) mod runtime;
pub(crate) mod signals;
pub(crate) mod spool;
pub mod suggest;
pub mod terminal;
pub mod user_folders;
pub(crate) mod waits;
pub(crate) mod watching;

pub use cxvars_project::shell;
pub use real::Real;

use clock::Clock;
use random::Randomness;

/// Time and randomness, passed to the code that needs them: [`Real`] in production, a fake in tests.
pub trait System: Clock + Randomness {}

impl<T: Clock + Randomness> System for T {}
