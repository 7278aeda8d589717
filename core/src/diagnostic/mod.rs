//! What a check finds: one model for every output format.

pub mod rule;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::base::small_map::SmallMap;
use crate::base::span::Span;
use crate::diagnostic::rule::Rule;
use crate::options::InForce;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look; blocks only where the caller asks for it.
    Warning,
    /// The update would fail or do harm.
    Error,
}

impl Severity {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Whether a fix may be applied without a person looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Keeps the meaning that the author clearly intended.
    Safe,
    /// Likely right, but changes what is stored.
    Unsafe,
    /// Shown as advice, never applied.
    DisplayOnly,
}

/// A replacement of one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards. It never holds a value of a variable.
    pub text: String,
}

/// A way to mend a finding by editing the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What applying it does, as a command: "quote the value".
    pub message: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// The edits, in the order of the text, not overlapping.
    pub edits: Vec<Edit>,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there: "first here".
    pub message: Cow<'static, str>,
}

/// One finding.
///
/// No field ever holds a value of a variable: messages name variables and fields, and spans say where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The rule's code, stable for ever: `CX103`.
    pub code: Cow<'static, str>,
    /// The rule's name: `key-collision`.
    pub name: Cow<'static, str>,
    /// The severity in force, after the caller's options.
    pub severity: Severity,
    /// What is wrong, on one line, lower case, without a full stop.
    pub message: String,
    /// A few words beside the marked text.
    pub label: Option<Cow<'static, str>>,
    /// The way out.
    pub help: Option<String>,
    /// JSON Pointer (RFC 6901) to the place in the document; empty for the whole document.
    pub pointer: String,
    /// Where in the text.
    pub span: Span,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// Ways to mend it.
    pub fixes: Vec<Fix>,
    /// The parts of the message, for translations: names, limits, suggestions.
    pub params: SmallMap<&'static str, String>,
}

/// Collects the findings of one rule at a time, stamped with its code and severity.
pub struct Findings<'f> {
    rule: &'static Rule,
    in_force: InForce,
    list: &'f mut Vec<Diagnostic>,
}

impl<'f> Findings<'f> {
    pub(crate) fn new(rule: &'static Rule, in_force: InForce, list: &'f mut Vec<Diagnostic>) -> Self {
        Self { rule, in_force, list }
    }

    /// Adds a finding; the returned reference takes help, fixes and the rest.
    pub(crate) fn report(&mut self, span: Span, pointer: String, message: impl Into<String>) -> FindingBuilder<'_> {
        self.push(span, pointer, message.into())
    }

    #[inline(never)]
    fn push(&mut self, span: Span, pointer: String, message: String) -> FindingBuilder<'_> {
        let finding = Diagnostic {
            code: Cow::Borrowed(self.rule.code),
            name: Cow::Borrowed(self.rule.name),
            severity: self.in_force.severity,
            message,
            label: None,
            help: None,
            pointer,
            span,
            related: Vec::new(),
            fixes: Vec::new(),
            params: SmallMap::new(),
        };
        FindingBuilder { finding: self.list.push_mut(finding), is_severity_fixed: self.in_force.is_configured }
    }
}

/// A finding that is on the list already, for what else there is to say of it.
pub(crate) struct FindingBuilder<'f> {
    finding: &'f mut Diagnostic,
    is_severity_fixed: bool,
}

impl FindingBuilder<'_> {
    /// Makes it a warning, unless the caller has chosen a severity for the rule.
    pub(crate) fn only_a_warning(self) -> Self {
        if !self.is_severity_fixed {
            self.finding.severity = Severity::Warning;
        }
        self
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    pub(crate) fn label(self, label: impl Into<Cow<'static, str>>) -> Self {
        self.finding.label = Some(label.into());
        self
    }

    pub(crate) fn related(self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.finding.related.push(Related { span, message: message.into() });
        self
    }

    pub(crate) fn param(self, key: &'static str, value: impl ToString) -> Self {
        self.finding.params.insert(key, value.to_string());
        self
    }

    pub(crate) fn fix(self, message: impl Into<String>, applicability: Applicability, edits: Vec<Edit>) -> Self {
        self.finding.fixes.push(Fix { message: message.into(), applicability, edits });
        self
    }
}
