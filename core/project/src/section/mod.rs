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
mod shared;
mod shared_state;
mod vault;
mod webhook;

use cxvars_core::base::draft::Draft;
use cxvars_core::options::describe;
use cxvars_core::options::ignore::WrittenIgnore;
use cxvars_core::options::kind::{Entries, FilePath, Flag, Keys, Tables};
use cxvars_core::options::reader::{Problem, Reading};
use cxvars_core::options::rule::WrittenRule;
use cxvars_core::options::section::Section as _;
use cxvars_core::options::toml;
use cxvars_core::options::validate::ValidateTable;
use cxvars_core::options::written::Source;
use cxvars_core::{rules, section};

pub use self::audit::Audit;
pub use self::command::Command;
use self::command::Commands;
pub use self::environment::{Action, Environment};
use self::kind::TrustedHosts;
pub use self::plugin::Plugin;
use self::plugin::Sha256;
pub use self::rotation::Rotation;
use self::shared::SharedPath;
pub use self::shared::{SharedFile, parse as parse_shared};
pub use self::shared_state::SharedConfig;
pub use self::vault::VaultConfig;
pub use self::webhook::WebhookConfig;
use crate::profile::{ProfileItems, provenance};

section! {
    /// A configuration file.
    #[derive(Clone, Default)]
    pub struct ConfigFile("") {
        /// A file with `[validate]`, `[[ignore]]` and `[[rule]]` that several projects share. What this file says takes
        /// precedence, key by key; ignores and rules add up, and of two rules with the same code that of this file
        /// counts. The path is relative to the folder of this file, and may lead out of the project. Globs of the shared
        /// file start from the project's folder; its other paths are relative to its own folder. It may extend another
        /// file.
        extends: SharedPath, example "\"../standards/cxvars.toml\"";
        /// The SHA-256 digest that the extended file must have, as 64 hexadecimal digits, so that nobody changes the rules
        /// of this project unnoticed.
        extends_sha256: Sha256, else "any file", example "\"3f1c0c5d5a9d8a5b2f7e6d4c3b2a19080716253443526170f9e8d7c6b5a49382\"";
        /// Whether the rules of the files that are extended are enforced: nothing in the project can silence or weigh them, or
        /// use their codes. A file that is extended may say so itself. Rules of your own file are always enforced.
        enforced: Flag = false, example "true";
        /// How documents are checked.
        validate: Keys<ValidateTable>;
        /// Findings to ignore.
        ignore: Tables<WrittenIgnore>;
        /// Rules of your own; docs/rules-of-your-own.md explains them.
        rule: Tables<WrittenRule>;
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
        /// State that runs on several machines share.
        shared: Keys<SharedConfig>;
        /// Programs that supply values, by name. Only your own file may have them, because they are run.
        commands: Commands;
        /// Hosts that credentials and values may be sent to, in addition to the built-in ones. Only your own file may
        /// name them.
        trusted_hosts: TrustedHosts, example "[\"vault.example.com\"]";
    }
}

/// The text of docs/configuration.md, which describes every key of every section.
pub fn page() -> String {
    describe::page(&ConfigFile::ABOUT) + &provenance::page()
}

/// The JSON Schema of a `cxvars.toml`.
pub fn schema(draft: Draft) -> serde_json::Value {
    describe::schema(&ConfigFile::ABOUT, draft)
}

/// Reads the text of a configuration file.
///
/// # Errors
/// All mistakes, in the order of the text.
pub fn parse(text: &str, source: Source<'_>) -> Result<ConfigFile, Vec<Problem>> {
    toml::read(Reading { source, text, rules: rules::ALL }, ConfigFile::read)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
