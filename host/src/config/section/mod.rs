//! The sections of `cxvars.toml`, one struct each: what is written, with nothing merged and no default filled in.
//!
//! Those that are about checks are core's; the items of the profile are the profile's.

mod audit;
mod command;
mod environment;
mod kind;
mod plugin;
mod rotation;
mod vault;
mod webhook;

use cxvars_core::options::ignore::WrittenIgnore;
use cxvars_core::options::kind::{Entries, Keys, Tables};
use cxvars_core::options::reader::{Problem, Reading};
use cxvars_core::options::section::Section as _;
use cxvars_core::options::toml;
use cxvars_core::options::validate::Validate;
use cxvars_core::options::written::Source;
use cxvars_core::{rules, section};

pub(crate) use self::audit::Audit;
pub use self::command::Command;
use self::command::Commands;
pub(crate) use self::environment::{Action, Environment};
use self::kind::{FilePath, TrustedHosts};
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
        validate: Keys<Validate>;
        /// Findings to live with.
        ignore: Tables<WrittenIgnore>;
        /// JSON Schemas for the values of variables of type object, by variable (CX205): paths of files. A schema is of draft 2020-12
        /// or of what its `$schema` says.
        contracts: Entries<FilePath>, example "{ crm_limits = \"contracts/crm-limits.json\" }";
        /// How to talk to the service, in every environment.
        profile: Keys<ProfileItems>;
        /// Environments by name.
        env: Entries<Keys<Environment>>;
        /// Where events go.
        webhook: Keys<WebhookConfig>;
        /// The audit log.
        audit: Keys<Audit>;
        /// When secrets are due for rotation.
        rotation: Keys<Rotation>;
        /// Policies that documents are judged by.
        plugin: Tables<Plugin>;
        /// Where `value_from: {vault: …}` is read.
        vault: Keys<VaultConfig>;
        /// Programs that give values, by name. Only your own file may have them, since they are run.
        commands: Commands;
        /// Hosts that credentials and values may be sent to, beside those that are built in. Only your own file may name them.
        trusted_hosts: TrustedHosts, example "[\"vault.example.com\"]";
    }
}

/// Reads the text of a file.
///
/// # Errors
/// All mistakes, by position.
pub(super) fn parse(text: &str, source: Source<'_>) -> Result<ConfigFile, Vec<Problem>> {
    toml::read(Reading { source, text, rules: rules::ALL }, ConfigFile::read)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
