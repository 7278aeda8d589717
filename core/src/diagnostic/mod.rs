//! The findings of a check: one model for all output formats.

pub mod identity;
pub mod rule;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::base::small_map::SmallMap;
use crate::base::span::Span;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look. It blocks an update only if the caller asks for that.
    Warning,
    /// The update would fail or cause harm.
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

/// Whether a fix may be applied without review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// It keeps the meaning that the author clearly intended.
    Safe,
    /// It is probably right, but changes what the service stores.
    Unsafe,
    /// It is shown as advice and never applied.
    DisplayOnly,
}

/// The replacement of one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The span to replace.
    pub span: Span,
    /// The new text. It never contains the value of a variable.
    pub text: String,
}

/// A set of edits that fixes a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, in the imperative: "quote the value".
    pub message: String,
    /// Whether it may be applied without review.
    pub applicability: Applicability,
    /// The edits, in the order of the text. They do not overlap.
    pub edits: Vec<Edit>,
}

/// Another place that a finding refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where it is.
    pub span: Span,
    /// What is there, such as "first here".
    pub message: Cow<'static, str>,
}

/// One finding.
///
/// No field ever contains the value of a variable. Messages name variables and fields, and spans say where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Code of the rule, such as `CX103`. It never changes.
    pub code: Cow<'static, str>,
    /// Name of the rule, such as `key-collision`.
    pub name: Cow<'static, str>,
    /// The severity, after the caller's options.
    pub severity: Severity,
    /// What is wrong, on one line, lower case, without a full stop.
    pub message: String,
    /// A few words that are shown beside the marked text.
    pub label: Option<Cow<'static, str>>,
    /// How to solve the problem.
    pub help: Option<String>,
    /// JSON Pointer (RFC 6901) to the place in the document; empty for the whole document.
    pub pointer: String,
    /// Name of the variable that the finding is about, if it is known.
    pub variable: Option<String>,
    /// The place in the text.
    pub span: Span,
    /// Other places that the finding refers to.
    pub related: Vec<Related>,
    /// Alternative fixes.
    pub fixes: Vec<Fix>,
    /// The variable parts of the message (names, limits, suggestions), for translations.
    pub params: SmallMap<&'static str, String>,
    /// Name of the policy that found it; `None` for the rules of the engine.
    pub(crate) policy: Option<String>,
}

/// The variable that a finding's pointer leads to, by its index in the list, and the pointer to the field from there: 3
/// and `/value` for `/variables/3/value`. Syntax mistakes belong to no variable.
pub(crate) fn place_in_list(pointer: &str) -> Option<(usize, &str)> {
    let list = pointer.strip_prefix("/variables").unwrap_or(pointer);
    let entry = list.strip_prefix('/')?;
    let (index, field) = entry.split_at(entry.find('/').unwrap_or(entry.len()));
    Some((index.parse().ok()?, field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_into_the_list_is_an_index_and_a_field() {
        for (pointer, expected) in [
            ("/variables/3/value", Some((3, "/value"))),
            ("/12/value_from/env", Some((12, "/value_from/env"))),
            ("/variables/0", Some((0, ""))),
            ("/variables", None),
            ("/parent_scope", None),
            ("", None),
            ("/variables/x/y", None),
        ] {
            assert_eq!(place_in_list(pointer), expected, "{pointer}");
        }
    }
}
