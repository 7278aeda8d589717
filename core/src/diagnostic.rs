//! What a check finds: one model for every output format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::options::InForce;
use crate::rule::Rule;
use crate::span::Span;

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
    pub params: BTreeMap<&'static str, String>,
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
        FindingBuilder {
            list: self.list,
            is_severity_fixed: self.in_force.is_configured,
            finding: Some(Diagnostic {
                code: Cow::Borrowed(self.rule.code),
                name: Cow::Borrowed(self.rule.name),
                severity: self.in_force.severity,
                message: message.into(),
                label: None,
                help: None,
                pointer,
                span,
                related: Vec::new(),
                fixes: Vec::new(),
                params: BTreeMap::new(),
            }),
        }
    }
}

/// A finding under construction; it joins the list when it goes out of scope.
pub(crate) struct FindingBuilder<'f> {
    list: &'f mut Vec<Diagnostic>,
    is_severity_fixed: bool,
    finding: Option<Diagnostic>,
}

impl FindingBuilder<'_> {
    fn with(mut self, change: impl FnOnce(&mut Diagnostic)) -> Self {
        if let Some(finding) = &mut self.finding {
            change(finding);
        }
        self
    }

    /// Makes it a warning, unless the caller has chosen a severity for the rule.
    pub(crate) fn only_a_warning(self) -> Self {
        let severity = if self.is_severity_fixed { None } else { Some(Severity::Warning) };
        self.with(|finding| finding.severity = severity.unwrap_or(finding.severity))
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        self.with(|finding| finding.help = Some(help.into()))
    }

    pub(crate) fn label(self, label: impl Into<Cow<'static, str>>) -> Self {
        self.with(|finding| finding.label = Some(label.into()))
    }

    pub(crate) fn related(self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.with(|finding| finding.related.push(Related { span, message: message.into() }))
    }

    pub(crate) fn param(self, key: &'static str, value: impl ToString) -> Self {
        self.with(|finding| {
            finding.params.insert(key, value.to_string());
        })
    }

    pub(crate) fn fix(self, message: impl Into<String>, applicability: Applicability, edits: Vec<Edit>) -> Self {
        self.with(|finding| finding.fixes.push(Fix { message: message.into(), applicability, edits }))
    }
}

impl Drop for FindingBuilder<'_> {
    fn drop(&mut self) {
        self.list.extend(self.finding.take());
    }
}
