//! The rules of a team that are in force.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::condition::Condition;
use super::index::{BLOCK, Block};
use super::{WrittenDocumentRule, WrittenExample};
use crate::diagnostic::Severity;

/// The name of every rule of a team's own, in reports.
pub(crate) const NAME: &str = "custom-rule";

/// The rules of a configuration. A clone is cheap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomRules(Option<Arc<Rules>>);

#[derive(Debug, PartialEq, Eq)]
struct Rules {
    list: Vec<CustomRule>,
    index: Vec<Block>,
}

/// A rule of the team's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomRule {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) severity: Severity,
    pub(crate) help: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) when: Option<Condition>,
    pub(crate) ask: Ask,
    /// Whether it judges variables that are to be removed, too.
    pub(crate) judges_absent: bool,
    pub(crate) rename_to: Option<String>,
    pub(crate) enforced_by: Option<String>,
    pub(crate) origin: String,
    pub(crate) file: PathBuf,
    pub(crate) fires: Vec<WrittenExample>,
    pub(crate) passes: Vec<WrittenExample>,
}

/// What a rule asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Require(Condition),
    Forbid(Condition),
    Document(WrittenDocumentRule),
}

impl Ask {
    pub(crate) fn condition(&self) -> Option<&Condition> {
        match self {
            Self::Require(condition) | Self::Forbid(condition) => Some(condition),
            Self::Document(_) => None,
        }
    }
}

impl CustomRules {
    pub(crate) fn of(rules: Vec<CustomRule>) -> Self {
        if rules.is_empty() {
            return Self(None);
        }
        let index = rules.chunks(BLOCK).map(Block::new).collect();
        Self(Some(Arc::new(Rules { list: rules, index })))
    }

    fn list(&self) -> &[CustomRule] {
        self.0.as_ref().map_or(&[], |rules| &rules.list)
    }

    /// The rules in blocks, each with its index.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (&[CustomRule], &Block)> {
        self.list().chunks(BLOCK).zip(self.0.iter().flat_map(|rules| &rules.index))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The rules, those of the nearest file first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &CustomRule> {
        self.list().iter()
    }

    /// The rule with a code, in any letter case.
    pub fn find(&self, code: &str) -> Option<&CustomRule> {
        self.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
    }

    /// Whether findings of this code can be neither silenced nor weighed.
    pub(crate) fn enforces(&self, code: &str) -> bool {
        self.iter().any(|rule| rule.code == code && rule.enforced_by.is_some())
    }
}

impl CustomRule {
    /// Its code, `TR` and three digits.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// What its findings say.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The severity of its findings, unless the configuration sets another one.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What to do about a finding.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// A page about the rule.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The file that enforces it.
    pub fn enforced_by(&self) -> Option<&str> {
        self.enforced_by.as_deref()
    }

    /// Where it is written, such as `cxvars.toml:12`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The file that it is written in; empty for options that a program passes.
    pub fn file(&self) -> &Path {
        &self.file
    }
}
