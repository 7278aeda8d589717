//! The words that documents use: keys, variable types and scopes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The type of a variable. In documents and requests, the value is a JSON string for every type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableType {
    /// Any text.
    String,
    /// A signed 64-bit decimal integer.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// The text of a JSON object.
    Object,
}

impl VariableType {
    /// Every type, in the order that messages use.
    pub const ALL: [Self; 4] = [Self::String, Self::Integer, Self::Boolean, Self::Object];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Object => "object",
        }
    }

    /// The type that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "string" => Some(Self::String),
            "integer" => Some(Self::Integer),
            "boolean" => Some(Self::Boolean),
            "object" => Some(Self::Object),
            _ => None,
        }
    }
}

/// Where a variable is visible. A lower level reaches further.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Level 0: every action of the tenant.
    Global,
    /// Level 1: every action made from the template.
    Template,
    /// Level 2: one action.
    #[default]
    Action,
}

impl Scope {
    /// Every scope, widest first.
    pub const ALL: [Self; 3] = [Self::Global, Self::Template, Self::Action];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Template => "template",
            Self::Action => "action",
        }
    }

    /// The scope that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "global" => Some(Self::Global),
            "template" => Some(Self::Template),
            "action" => Some(Self::Action),
            _ => None,
        }
    }
}

impl fmt::Display for VariableType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Top-level keys of a document.
pub(crate) const DOCUMENT_FIELDS: [&str; 4] = ["variables", "parent_scope", "data_action", "description"];
/// Keys of a variable.
pub(crate) const VARIABLE_FIELDS: [&str; 8] =
    ["name", "type", "value", "encrypted", "scope", "value_from", "secret_version", "state"];
/// The only word that `state` may hold.
pub(crate) const STATE_ABSENT: &str = "absent";

/// The candidate closest to a mistyped word; none if no candidate is close enough.
///
/// The Damerau-Levenshtein distance, ignoring case, may be a third of the letters of the longer word (at least 1), but
/// must be below the number of letters of the shorter word.
pub fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    nearest(word, &mut candidates.into_iter())
}

/// Takes a trait object so that it is compiled only once, which keeps the WebAssembly module small.
fn nearest<'c>(word: &str, candidates: &mut dyn Iterator<Item = &'c str>) -> Option<&'c str> {
    const MAX_WORD_BYTES: usize = 64;
    if word.len() > MAX_WORD_BYTES {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let letters = word.chars().count();
    let distance_to = |candidate: &'c str| {
        let others = candidate.chars().count();
        let most = (letters.max(others) / 3).max(1).min(letters.min(others).saturating_sub(1));
        // The distance of two words is at least the difference of their lengths.
        (letters.abs_diff(others) <= most)
            .then(|| strsim::damerau_levenshtein(&word, &candidate.to_ascii_lowercase()))
            .filter(|distance| *distance <= most)
    };
    let near = candidates.filter_map(|candidate| Some((distance_to(candidate)?, candidate)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_ordered_from_wide_to_narrow() {
        assert!(Scope::Global < Scope::Template && Scope::Template < Scope::Action);
    }

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let types = || VariableType::ALL.map(VariableType::as_str);
        assert_eq!(did_you_mean("strng", types()), Some("string"));
        assert_eq!(did_you_mean("Integer", types()), Some("integer"));
        assert_eq!(did_you_mean("banana", types()), None);
        assert_eq!(did_you_mean("é", ["a"]), None);
        assert_eq!(did_you_mean(&"x".repeat(10_000), types()), None);
    }
}
