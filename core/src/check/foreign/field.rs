//! What a key and its value say about the object that they are in.

use crate::base::vocabulary::{STATE_ABSENT, Scope, VARIABLE_FIELDS, VariableType};

/// The start of a value, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start<'t> {
    /// A string, or what a reader may take for one. Its beginning is enough.
    Text(&'t str),
    /// A number, boolean or null of JSON.
    Bare(&'t str),
    /// A list or object.
    Container,
    /// A value that is not shown on the line of its key.
    Elsewhere,
}

impl<'t> Start<'t> {
    fn word(self) -> &'t str {
        match self {
            Self::Text(text) | Self::Bare(text) => text,
            Self::Container | Self::Elsewhere => "",
        }
    }

    fn is(self, mut test: impl FnMut(&str) -> bool) -> bool {
        let word = self.word();
        word.len() <= 16 && test(&word.to_ascii_lowercase())
    }
}

/// A sign that a key with its value gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A field of a variable, with a value as variables have it: its position in [`VARIABLE_FIELDS`].
    Ours(usize),
    /// A key that says nothing.
    Neutral,
    /// A key that no variable has.
    Other,
}

/// Bits of `name` and `value`. Objects of many programs have both.
pub(super) const COMMON: u8 = 0b101;

/// The sign of a key with its value. A slip in the key and the case of its letters are allowed for.
pub(super) fn sign(key: &str, value: Start<'_>) -> Sign {
    let Some(field) = field(key) else {
        let is_said_by_all = ["description", "owner", "rotate_by"].iter().any(|known| key.eq_ignore_ascii_case(known));
        return if is_said_by_all { Sign::Neutral } else { Sign::Other };
    };
    let fits = match VARIABLE_FIELDS.get(field) {
        Some(&"name") => is_identifier(value.word()),
        Some(&"type") => value.is(|word| VariableType::parse(word).is_some()),
        Some(&"scope") => value.is(|word| Scope::parse(word).is_some()),
        Some(&"encrypted") => value.is(|word| matches!(word, "true" | "false" | "yes" | "no")),
        Some(&"state") => value.is(|word| word == STATE_ABSENT),
        Some(&"value") => matches!(value, Start::Text(_)),
        _ => true,
    };
    if fits { Sign::Ours(field) } else { Sign::Neutral }
}

/// The position of the field that a key is meant to be.
fn field(key: &str) -> Option<usize> {
    let exact = VARIABLE_FIELDS.iter().position(|field| field.eq_ignore_ascii_case(key));
    // `valueFrom` is what Kubernetes and ECS write.
    let may_be_slip = exact.is_none() && !key.eq_ignore_ascii_case("valuefrom");
    let near = || VARIABLE_FIELDS.iter().position(|field| is_like(key, field, if field.len() < 8 { 1 } else { 2 }));
    if may_be_slip { near() } else { exact }
}

/// Whether a text begins as names of variables do, with letters, digits and underscores alone up to its end.
pub(super) fn is_identifier(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') && text.chars().all(is_letter)
}

/// Whether a key is meant to be this word, with some slips and in any letter case.
pub(super) fn is_like(key: &str, word: &str, slips: usize) -> bool {
    key.len().abs_diff(word.len()) <= slips && strsim::damerau_levenshtein(&key.to_ascii_lowercase(), word) <= slips
}
