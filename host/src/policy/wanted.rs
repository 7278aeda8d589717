//! Which plugins a run is to use, and why it cannot.

use std::path::PathBuf;

use thiserror::Error;

/// A plugin that a run is to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Its file.
    pub path: PathBuf,
    /// The SHA-256 that the file must have, 64 lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Fuel of one call.
    pub fuel: Option<u64>,
    /// Memory limit, in MiB.
    pub memory_mib: Option<u64>,
}

/// Why plugins cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PluginError {
    /// This build has no sandbox to run them in.
    #[error(
        "this build of cxvars runs no plugins, and going on without them would not be what was asked for; build it with \
         `--features plugins`"
    )]
    NotBuilt,
    /// One of them cannot be used.
    #[error("the plugin `{file}` {problem}")]
    Unusable {
        /// Its file, as it is shown.
        file: String,
        /// Why.
        problem: String,
    },
    /// The sandbox cannot be set up on this machine.
    #[error("plugins cannot be run on this machine: {0}")]
    NoSandbox(String),
}
