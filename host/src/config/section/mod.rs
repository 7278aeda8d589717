//! The sections of `cxvars.toml`, one struct each. They hold what a file says: nothing is merged, and no default is
//! filled in.
//!
//! The sections about checks are declared in core, the items of the profile in `profile`.

mod audit;
mod command;
mod environment;
mod kind;
mod plugin;
mod rotation;
mod vault;
mod webhook;

use cxvars_core::options::ignore::WrittenIgnore;
use cxvars_core::options::kind::{Entries, FilePath, Keys, Tables};
use cxvars_core::options::reader::{Problem, Reading};
use cxvars_core::options::section::Section as _;
use cxvars_core::options::toml;
use cxvars_core::options::validate::ValidateTable;
use cxvars_core::options::written::Source;
use cxvars_core::{rules, section};

pub(crate) use self::audit::Audit;
pub use self::command::Command;
use self::command::Commands;
pub(crate) use self::environment::{Action, Environment};
use self::kind::TrustedHosts;
pub(crate) use self::plugin::Plugin;
pub use self::rotation::Rotation;
pub use self::vault::VaultConfig;
pub use self::webhook::WebhookConfig;
use crate::profile::ProfileItems;

section! {
    /// A configuration file.
    #[derive(Clone, Default)]
    pub(crate) struct ConfigFile("") {
        /// How documents are checked.
        validate: Keys<ValidateTable>;
        /// Findings to ignore.
        ignore: Tables<WrittenIgnore>;
        /// Paths of JSON Schemas for the values of variables of type object, by variable (CX205). A schema is read as
        /// draft 2020-12, unless its `$schema` names another one.
        contracts: Entries<FilePath>, example "{ crm_limits = \"contracts/crm-limits.json\" }";
        /// How to talk to the service, in every environment.
        profile: Keys<ProfileItems>;
        /// Environments, by name.
        env: Entries<Keys<Environment>>;
        /// Where to send events.
        webhook: Keys<WebhookConfig>;
        /// The audit log.
        audit: Keys<Audit>;
        /// When secrets are due for rotation.
        rotation: Keys<Rotation>;
        /// Policies that check documents.
        plugin: Tables<Plugin>;
        /// The server that `value_from: {vault: …}` reads from.
        vault: Keys<VaultConfig>;
        /// Programs that supply values, by name. Only your own file may have them, because they are run.
        commands: Commands;
        /// Hosts that credentials and values may be sent to, in addition to the built-in ones. Only your own file may
        /// name them.
        trusted_hosts: TrustedHosts, example "[\"vault.example.com\"]";
    }
}

/// Reads the text of a configuration file.
///
/// # Errors
/// All mistakes, in the order of the text.
pub(super) fn parse(text: &str, source: Source<'_>) -> Result<ConfigFile, Vec<Problem>> {
    toml::read(Reading { source, text, rules: rules::ALL }, ConfigFile::read)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
