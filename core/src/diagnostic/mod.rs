//! What a check finds: one model for every output format.

pub mod rule;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::base::small_map::SmallMap;
use crate::base::span::Span;

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
