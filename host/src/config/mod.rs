//! The settings of a run, merged from flags, environment variables, the project file and the user file.
//!
//! Precedence, item by item: flag, environment variable, project file, user file, default. Within a file, `[env.NAME]`
//! takes precedence over `[profile]`. An environment that `--env` names comes before the `CXONE_*` variables
//! (`variables.rs`).

mod credentials;
mod discover;
mod error;
mod settings;
mod variables;

use std::path::PathBuf;

pub use cxvars_project::read::PROJECT_FILE;
pub use cxvars_project::section::{Command, Rotation, SharedConfig, VaultConfig, WebhookConfig, page, schema};
pub use discover::{CONFIG_VARIABLE, user_file};
pub use error::ConfigError;
pub use settings::{Action, ENVIRONMENT_VARIABLE, Files, Settings, load};

/// What the command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config PATH`.
    pub config: Option<PathBuf>,
    /// `--no-config`.
    pub no_config: bool,
    /// `--env NAME`.
    pub environment: Option<String>,
    /// `--trust-host HOST`, repeatable.
    pub trust_hosts: Vec<String>,
    /// `--sandbox`: the service is simulated and no `CXONE_*` variable is read.
    pub sandbox: bool,
}
