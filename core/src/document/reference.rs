//! `value_from`: where to fetch a value from.

use super::first_of_each;
use crate::reader::Value;

/// Where to fetch a value from. The texts are names and paths, never a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `{env: NAME}`: an environment variable.
    Env(String),
    /// `{file: PATH}`: a file of the project.
    File(String),
    /// `{param: NAME}`: a parameter of the environment in the configuration.
    Param(String),
    /// `{command: NAME}`: a command that the user's own configuration file defines.
    Command(String),
    /// `{vault: {path, key}}`: a key of a secret on a Vault-compatible server.
    Vault {
        /// Path of the secret.
        path: String,
        /// Key within it.
        key: String,
    },
}

/// The possible keys of a reference. A reference has exactly one of them.
pub(crate) const REFERENCE_KINDS: [&str; 5] = ["env", "file", "param", "command", "vault"];

/// Reads the reference of a `value_from` object; none if it is malformed, which CX601 reports.
pub(crate) fn read_reference(value: Value<'_>) -> Option<Reference> {
    let mut entries = first_of_each(value);
    let (entry, None) = (entries.next()?, entries.next()) else { return None };
    let text = || entry.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    match entry.key() {
        "env" => text().map(Reference::Env),
        "file" => text().map(Reference::File),
        "param" => text().map(Reference::Param),
        "command" => text().map(Reference::Command),
        "vault" => {
            let member = |wanted: &str| {
                let found = first_of_each(entry.value).find(|member| member.key() == wanted)?;
                found.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
            };
            (first_of_each(entry.value).count() == 2)
                .then(|| Some(Reference::Vault { path: member("path")?, key: member("key")? }))
                .flatten()
        }
        _ => None,
    }
}
