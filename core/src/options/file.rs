//! Reads the options of a check from the text of a `cxvars.toml`, for builds without file access.

use std::collections::BTreeMap;
use std::path::Path;

use crate::diagnostic::rule::Rule;
use crate::options::ignore::{Ignore, WrittenIgnore};
use crate::options::kind::{Entries, Keys, Tables, Text};
use crate::options::reader::{Problem, Reading};
use crate::options::rule::WrittenRule;
use crate::options::section::Section as _;
use crate::options::toml;
use crate::options::validate::{Validate, ValidateTable};
use crate::options::written::{Owner, Source};
use crate::section;

/// The name of the file, for messages.
const NAME: &str = "cxvars.toml";

/// Top-level keys that do not concern checks.
pub const OTHER_KEYS: [&str; 10] =
    ["audit", "commands", "env", "plugin", "profile", "rotation", "shared", "trusted_hosts", "vault", "webhook"];
/// Top-level keys that only a caller with file access can follow.
pub const FILE_KEYS: [&str; 3] = ["enforced", "extends", "extends_sha256"];

section! {
    /// The sections of `cxvars.toml` that concern checks.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Sections("") {
        /// How documents are checked.
        validate: Keys<ValidateTable>;
        /// Findings that are accepted.
        ignore: Tables<WrittenIgnore>;
        /// Rules of the team's own.
        rule: Tables<WrittenRule>;
        /// JSON Schemas for the values of variables of type object.
        contracts: Entries<Text>;
    }
}

/// The parts of a `cxvars.toml` that concern checks.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CheckFile {
    /// `[validate]`.
    pub validate: Validate,
    /// `[[ignore]]`.
    pub ignores: Vec<Ignore>,
    /// `[[rule]]`.
    pub rules: Vec<WrittenRule>,
    /// Whether the file extends another one, which is not read. That one may declare rules that this one names.
    pub is_extended: bool,
    /// `[contracts]`: the paths of schemas, by variable. A caller with file access reads the files.
    pub contracts: BTreeMap<String, String>,
}

/// Where a rule is written, for messages: its line, or its place among the options that a program passes.
pub(crate) fn origin_of(rule: &WrittenRule) -> String {
    match rule.place.file.as_os_str().is_empty() {
        true => rule.place.path.clone(),
        false => format!("{NAME}:{}", rule.place.position.line),
    }
}

/// Reads the text of a `cxvars.toml`. Sections that do not concern checks are skipped.
///
/// # Errors
/// All mistakes, each with its line and column.
pub fn read(text: &str, rules: &[&'static Rule]) -> Result<CheckFile, Vec<String>> {
    let reading = Reading { source: Source::File { path: Path::new(NAME), owner: Owner::Project }, text, rules };
    let sections = toml::read(reading, |table| {
        table.leave(OTHER_KEYS.into_iter().chain(FILE_KEYS));
        Some((table.get("extends").is_some(), Sections::read(table)?))
    });
    let shown =
        |Problem { position, message }: Problem| format!("{NAME}:{}:{}: {message}", position.line, position.column);
    let (is_extended, sections) = sections.map_err(|problems| problems.into_iter().map(shown).collect::<Vec<_>>())?;
    let ignore = |written: &WrittenIgnore| {
        let origin = format!("{NAME}:{}", written.place.position.line);
        Ignore::from_written(rules, written, &origin).map_err(|error| format!("{origin}: [[ignore]]: {error}"))
    };
    let mut ignores = Vec::new();
    let mut problems = Vec::new();
    for written in sections.ignore.iter().flatten() {
        match ignore(written) {
            Ok(ignore) => ignores.push(ignore),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(CheckFile {
        validate: sections.validate.unwrap_or_default().checks,
        ignores,
        rules: sections.rule.unwrap_or_default(),
        is_extended,
        contracts: sections.contracts.unwrap_or_default(),
    })
}
