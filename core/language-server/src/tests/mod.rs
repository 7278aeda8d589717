//! The server with files in memory and a client that a test plays.

mod client;
mod configuration;
mod diagnostics;
mod features;
mod hostile;
mod lifecycle;
mod own_rules;
mod parity;
pub(crate) mod random;
mod workspace;
