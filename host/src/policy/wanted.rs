//! The plugins that a run is configured to use, and why they cannot be used.

pub use cxvars_project::plugin::Wanted;
use thiserror::Error;

/// Why plugins cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PluginError {
    /// This build has no sandbox to run them in.
    #[error(
        "this build of cxvars runs no plugins, and it does not go on without them; build it with \
         `cargo install --locked --path host --features plugins` in its source"
    )]
    NotBuilt,
    /// One of them cannot be used.
    #[error("the plugin `{file}` {problem}")]
    Unusable {
        /// Its file, in the form for messages.
        file: String,
        /// Why it cannot be used.
        problem: String,
    },
    /// The sandbox cannot be set up on this machine.
    #[error("plugins cannot be run on this machine: {0}")]
    NoSandbox(String),
}
