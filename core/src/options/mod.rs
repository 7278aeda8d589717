//! The options of a check, and how the sections of `cxvars.toml` are declared and read.

pub mod call;
#[cfg(feature = "contracts")]
pub mod contract;
pub mod describe;
#[cfg(feature = "config")]
pub mod file;
pub mod ignore;
pub mod kind;
pub mod reader;
#[cfg(feature = "config")]
pub mod rule;
pub mod section;
pub mod target;
#[cfg(feature = "config")]
pub mod toml;
pub mod validate;
pub mod written;

#[cfg(feature = "contracts")]
use std::collections::BTreeMap;
#[cfg(feature = "contracts")]
use std::sync::Arc;

#[cfg(feature = "complete")]
use regex_lite::Regex;
use thiserror::Error;

use crate::base::limits::{DEPTH_LIMIT, Limits};
use crate::base::small_map::SmallMap;
use crate::base::vocabulary::Scope;
use crate::diagnostic::rule::InForce;
use crate::diagnostic::rule::Rule;
#[cfg(feature = "contracts")]
use crate::options::contract::Contract;
use crate::options::ignore::{Date, Ignore, IgnoreError, UNREADABLE};
#[cfg(feature = "config")]
use crate::options::rule::CustomRules;
use crate::options::target::Target;
use crate::options::validate::Validate;
use crate::reader::format::{DocumentFormat, Reading};

/// Options of a check. `CheckOptions::default()` has the documented default of every item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckOptions {
    /// The format of the text.
    pub format: DocumentFormat,
    /// The parent scope, overriding the document's own (`--parent-scope`).
    pub parent_scope_override: Option<Scope>,
    /// `[validate]`.
    pub validate: Validate,
    /// The parameters that each environment defines, by environment; `None` if they are not known.
    pub params: Option<SmallMap<String, Vec<String>>>,
    /// The schemas that values of variables of type object must satisfy, by variable.
    #[cfg(feature = "contracts")]
    pub contracts: BTreeMap<String, Arc<Contract>>,
    /// The rules of the team's own.
    #[cfg(feature = "config")]
    pub custom_rules: CustomRules,
    /// Variables that have a contract, in addition to those of `contracts`: for a caller without the schemas.
    #[cfg(feature = "config")]
    pub known_contracts: Vec<String>,
    /// Findings to silence.
    pub ignores: Vec<Ignore>,
    /// The current day, which decides whether an ignore has expired; `None` if nothing is to expire.
    pub today: Option<Date>,
    /// What the document is for, and where it is.
    pub target: Target,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            format: DocumentFormat::Json,
            parent_scope_override: None,
            validate: Validate::default(),
            params: None,
            #[cfg(feature = "contracts")]
            contracts: BTreeMap::new(),
            #[cfg(feature = "config")]
            custom_rules: CustomRules::default(),
            #[cfg(feature = "config")]
            known_contracts: Vec::new(),
            ignores: Vec::new(),
            today: None,
            target: Target::default(),
        }
    }
}

/// A regular expression that names must match as a whole. Matching takes time linear in the length of the name.
#[derive(Clone, Debug)]
pub struct NamePattern {
    text: String,
    #[cfg(feature = "complete")]
    regex: Regex,
}

/// The error for a text that is not a regular expression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`name_pattern` is not a regular expression: {problem}")]
pub struct NamePatternError {
    pub(crate) problem: String,
}

impl NamePattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// If the text is not a valid regular expression.
    #[cfg(feature = "complete")]
    pub fn new(text: &str) -> Result<Self, NamePatternError> {
        let regex = Regex::new(&format!("^(?:{text})$"));
        let regex = regex.map_err(|error| NamePatternError { problem: error.to_string().to_ascii_lowercase() })?;
        Ok(Self { text: text.to_owned(), regex })
    }

    /// Compiles no pattern, in a build without them.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "complete"))]
    pub fn new(_: &str) -> Result<Self, NamePatternError> {
        Err(NamePatternError { problem: "this build has no patterns".to_owned() })
    }

    /// The pattern as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[cfg(feature = "complete")]
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.regex.is_match(name)
    }

    #[cfg(not(feature = "complete"))]
    #[expect(clippy::unused_self, reason = "as with patterns")]
    pub(crate) fn matches(&self, _: &str) -> bool {
        false
    }
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NamePattern {}

impl CheckOptions {
    /// The severity in force for a rule; `None` if the rule is off.
    pub(crate) fn severity_of(&self, rule: &Rule) -> Option<InForce> {
        // Whatever is configured: what could not be read may hide anything.
        let configured = self.validate.severity.as_ref().filter(|_| !UNREADABLE.contains(&rule.code));
        match configured.and_then(|severity| severity.get(rule.code)) {
            Some(configured) => configured.map(|severity| InForce { severity, is_configured: true }),
            None => Some(InForce { severity: rule.severity, is_configured: false }),
        }
    }

    /// Whether findings of this code can be neither silenced nor taken as known: the text could not be read, or the rule is
    /// enforced.
    pub(crate) fn is_unconditional(&self, code: &str) -> bool {
        UNREADABLE.contains(&code) || self.enforces(code)
    }

    /// Checks that the configuration or a comment may name a rule, to ignore its findings or to set their severity: a rule of
    /// the team's own has to be declared, and must not be enforced.
    ///
    /// # Errors
    /// Why it may not.
    #[cfg(feature = "config")]
    pub fn check_reference(&self, code: &str) -> Result<(), IgnoreError> {
        self.custom_rules.check_reference(code)
    }

    /// As with rules of the team's own, which this build does not have.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(feature = "config"))]
    pub fn check_reference(&self, _: &str) -> Result<(), IgnoreError> {
        Ok(())
    }

    /// Whether the code is that of an enforced rule.
    #[cfg(feature = "config")]
    pub(crate) fn enforces(&self, code: &str) -> bool {
        self.custom_rules.enforces(code)
    }

    /// Whether the code is that of an enforced rule: this build has none.
    #[cfg(not(feature = "config"))]
    #[expect(clippy::unused_self, reason = "as with rules")]
    pub(crate) fn enforces(&self, _: &str) -> bool {
        false
    }

    /// Whether a schema is at hand for a variable.
    #[cfg(all(feature = "config", feature = "contracts"))]
    pub(crate) fn has_contract(&self, variable: &str) -> bool {
        self.contracts.contains_key(variable)
    }

    /// Whether a schema is at hand for a variable: this build has none.
    #[cfg(all(feature = "config", not(feature = "contracts")))]
    #[expect(clippy::unused_self, reason = "as with contracts")]
    pub(crate) fn has_contract(&self, _: &str) -> bool {
        false
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits { bytes: self.validate.max_bytes(), depth: self.validate.max_depth().min(DEPTH_LIMIT) }
    }

    pub(crate) fn reading(&self) -> Reading {
        Reading { format: self.format, limits: self.limits() }
    }
}
