//! A file that `extends` names: what several projects share.

use std::path::PathBuf;

use cxvars_core::options::ignore::WrittenIgnore;
use cxvars_core::options::kind::{FilePath, Flag, Keys, Tables};
use cxvars_core::options::reader::{Problem, Reading, Table, Value};
use cxvars_core::options::rule::WrittenRule;
use cxvars_core::options::section::{About, Key, Kind, SOME_TEXT, Section as _, Shape};
use cxvars_core::options::toml;
use cxvars_core::options::validate::ValidateTable;
use cxvars_core::options::written::Source;
use cxvars_core::{rules, section};

use super::ConfigFile;
use super::plugin::Sha256;

section! {
    /// A file that others extend.
    #[derive(Clone, Default)]
    pub struct SharedFile("") {
        /// How documents are checked.
        validate: Keys<ValidateTable>;
        /// Findings to ignore.
        ignore: Tables<WrittenIgnore>;
        /// Rules of the team's own.
        rule: Tables<WrittenRule>;
        /// Whether its rules, and those of the files that it extends, are enforced.
        enforced: Flag;
        /// A file that this one extends.
        extends: SharedPath;
        /// The digest of that file.
        extends_sha256: Sha256;
    }
}

/// Reads the text of a shared file.
///
/// # Errors
/// All mistakes, in the order of the text.
pub fn parse(text: &str, source: Source<'_>) -> Result<SharedFile, Vec<Problem>> {
    toml::read(Reading { source, text, rules: rules::ALL }, |table: &mut Table<'_>| {
        let About { keys, .. } = ConfigFile::ABOUT;
        let is_shared = |key: &&Key| SharedFile::ABOUT.keys.iter().any(|shared| shared.name == key.name);
        let others = keys.iter().filter(|key| !is_shared(key)).map(|key| key.name);
        table.refuse(others, "does not belong into a file that `extends` names; move it to the file that extends it");
        SharedFile::read(table)
    })
}

/// The path of a file that is extended, relative to the folder of the file that names it.
pub(super) struct SharedPath;

impl Kind for SharedPath {
    type Value = PathBuf;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        if value.text()?.contains("://") {
            value.problem("must be a path: nothing is fetched; name a file on this machine, such as one of a checkout");
            return None;
        }
        FilePath::read(value)
    }
}
