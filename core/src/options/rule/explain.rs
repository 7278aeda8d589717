//! A rule in words: what `cxvars explain` prints and editors show.

use std::fmt;

use super::WrittenDocumentRule;
use super::condition::{Condition, Test};
use super::set::{Ask, CustomRule, NAME};
use crate::base::name_glob::NameGlob;
use crate::options::NamePattern;
use crate::options::kind::Choice;

impl CustomRule {
    /// The rule for a terminal.
    pub fn explanation(&self) -> String {
        let mut text = format!("{} {NAME} ({})\n\n{}\n\n", self.code, self.severity.as_str(), self.message);
        for (title, content) in self.parts() {
            text += &format!("{title:<10}{content}\n");
        }
        text
    }

    /// The rule in Markdown, without a heading.
    pub fn markdown(&self) -> String {
        let mut text = format!("{}\n", self.message);
        for (title, content) in self.parts() {
            let content = match title {
                "Help" => content,
                "Page" => format!("<{content}>"),
                _ => format!("`{content}`"),
            };
            text += &format!("\n{title}: {content}\n");
        }
        text
    }

    /// The parts of the rule without its message: a title and a line for each.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let (title, asked) = match &self.ask {
            Ask::Require(condition) => ("Requires", condition.to_string()),
            Ask::Forbid(condition) => ("Forbids", condition.to_string()),
            Ask::Document(document) => ("Document", shown(document)),
        };
        let enforced = self.enforced_by.as_ref().map(|by| format!("by {by}: it can be neither ignored nor weighed"));
        let parts = [
            ("When", self.when.as_ref().map(Condition::to_string)),
            (title, Some(asked)),
            ("Rename to", self.rename_to.clone()),
            ("Help", self.help.clone()),
            ("Page", self.url.clone()),
            ("Declared", Some(self.origin.clone()).filter(|origin| !origin.is_empty())),
            ("Enforced", enforced),
        ];
        parts.into_iter().filter_map(|(title, content)| Some((title, content?))).collect()
    }
}

fn shown(document: &WrittenDocumentRule) -> String {
    let WrittenDocumentRule { require_names, max_variables, .. } = document;
    let parts = [
        require_names.as_ref().map(|names| format!("require_names = {}", list(names.iter().map(String::as_str)))),
        max_variables.map(|most| format!("max_variables = {most}")),
        document.unique_values().then(|| "unique_values = true".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Condition {
    /// As in an inline table of TOML, without its braces.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tests: Vec<String> = self.tests().map(Test::to_string).collect();
        formatter.write_str(&tests.join(", "))
    }
}

impl fmt::Display for Test {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let globs = |globs: &[NameGlob]| one_or_list(globs.iter().map(NameGlob::as_str));
        match self {
            Self::Environment(wanted) => write!(formatter, "env = {}", globs(wanted)),
            Self::Action(wanted) => write!(formatter, "action = {}", globs(wanted)),
            Self::Path(wanted) => write!(formatter, "path = {}", globs(wanted)),
            Self::Name(wanted) => write!(formatter, "name = {}", globs(wanted)),
            Self::NamePattern(wanted) => {
                write!(formatter, "name_re = {}", one_or_list(wanted.iter().map(NamePattern::as_str)))
            }
            Self::State(wanted) => write!(formatter, "state = {}", words(&[*wanted])),
            Self::Type(wanted) => write!(formatter, "type = {}", words(wanted)),
            Self::Scope(wanted) => write!(formatter, "scope = {}", words(wanted)),
            Self::Source(wanted) => write!(formatter, "source = {}", words(wanted)),
            Self::Value(wanted) => write!(formatter, "value = {}", words(wanted)),
            Self::Encrypted(wanted) => write!(formatter, "encrypted = {wanted}"),
            Self::SecretVersion(wanted) => write!(formatter, "secret_version = {wanted}"),
            Self::Contract(wanted) => write!(formatter, "contract = {wanted}"),
            Self::MinLength(length) => write!(formatter, "min_length = {length}"),
            Self::MaxLength(length) => write!(formatter, "max_length = {length}"),
            Self::Not(condition) => write!(formatter, "not = {{ {condition} }}"),
        }
    }
}

fn words<T: Choice>(wanted: &[T]) -> String {
    one_or_list(wanted.iter().map(|word| word.word()))
}

fn one_or_list<'t>(mut texts: impl ExactSizeIterator<Item = &'t str>) -> String {
    match texts.len() {
        1 => texts.next().map(|text| format!("{text:?}")).unwrap_or_default(),
        _ => list(texts),
    }
}

fn list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let quoted: Vec<String> = texts.map(|text| format!("{text:?}")).collect();
    format!("[{}]", quoted.join(", "))
}
