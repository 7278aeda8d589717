//! The settings of a run, merged from flags, environment variables, the project file and the user file.
//!
//! Precedence, item by item: flag, environment variable, project file, user file, default. Within a file, `[env.NAME]`
//! takes precedence over `[profile]`. An environment that `--env` names comes before the `CXONE_*` variables
//! (`variables.rs`).

mod credentials;
mod discover;
mod error;
mod section;
mod settings;
mod shared;
mod variables;

use std::path::PathBuf;

use cxvars_core::base::draft::Draft;
use cxvars_core::options::describe;
use cxvars_core::options::section::Section as _;

use self::section::ConfigFile;
use crate::profile::provenance;

pub use discover::{CONFIG_VARIABLE, PROJECT_FILE};
pub use error::ConfigError;
pub use section::{Command, Rotation, VaultConfig, WebhookConfig};
pub use settings::{Action, ENVIRONMENT_VARIABLE, Settings, load};

/// The text of docs/configuration.md, which describes every key of every section.
pub fn page() -> String {
    describe::page(&ConfigFile::ABOUT) + &provenance::page()
}

/// The JSON Schema of a `cxvars.toml`.
pub fn schema(draft: Draft) -> serde_json::Value {
    describe::schema(&ConfigFile::ABOUT, draft)
}

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
