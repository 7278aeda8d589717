//! What the operating system gives, each behind one seam: files, environment variables, the user's folders, the streams,
//! signals, time and randomness.

pub mod clock;
pub mod environment;
#[cfg(test)]
pub(crate) mod fake;
pub mod files;
pub mod hex;
pub mod ids;
pub mod random;
mod real;
pub(crate) mod signals;
pub mod suggest;
pub mod terminal;
pub mod user_folders;

pub use real::Real;

use clock::Clock;
use random::Randomness;

/// Time and randomness: passed to what needs them, real in production and in memory in tests.
pub trait System: Clock + Randomness {}

impl<T: Clock + Randomness> System for T {}
