//! Texts to trees: every reader yields the same flat, spanned tree and goes on after a mistake.
//!
//! A [`Tree`] keeps its nodes in one vector in the order of the text; a container knows where its subtree ends. Strings
//! without escapes stay in the text, so that reading a valid document allocates nothing per value.

mod builder;
mod env;
#[cfg(test)]
mod fixture;
mod json;
mod key_word;
mod pattern;
mod plain_scalar;
mod text;
mod tree;
mod yaml;

use crate::base::span::Span;

pub(crate) use env::read_env;
pub(crate) use json::{Dialect, read_json};
pub(crate) use key_word::KeyWord;
pub(crate) use plain_scalar::truth;
pub(crate) use tree::{Entry, Shape, Tree, Value};
pub(crate) use yaml::read_yaml;

/// After so many mistakes the rest is noise, and reading stops.
const MOST_FAULTS: usize = 20;

/// The deepest nesting that may be asked for: walks over the tree recurse.
pub(crate) const DEPTH_LIMIT: usize = 1024;

/// What a text may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Longest text in bytes.
    pub(crate) bytes: usize,
    /// Deepest nesting of arrays and objects.
    pub(crate) depth: usize,
}

impl Limits {
    /// The cap that a text passes by its length alone.
    fn exceeded_by(self, source: &str) -> Option<CapFault> {
        let limit = self.bytes.min(u32::MAX as usize - 1);
        (source.len() > limit).then_some(CapFault::Bytes { limit })
    }
}

/// Whether a key or name without quotes is one word. Where it is not, a colon or quote is missing, and a value may have
/// become part of it.
fn is_one_word(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_whitespace() || "\"'`{}[]()<>#,;:=|&*!\\$".contains(letter))
}

/// What is wrong with the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    pub(crate) span: Span,
    pub(crate) kind: SyntaxKind,
    /// The bracket that was opened, for one that is never closed.
    pub(crate) opener: Option<Span>,
}

/// The kinds of syntax mistakes, each with a message of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxKind {
    Empty,
    NotUtf8,
    Utf16,
    ExpectedValue,
    ExpectedKey,
    ExpectedColon,
    ExpectedCommaInArray,
    ExpectedCommaInObject,
    TrailingComma,
    ExtraComma,
    UnterminatedString,
    ControlCharacter,
    InvalidEscape,
    LoneSurrogate,
    InvalidNumber,
    InvalidLiteral,
    SingleQuotes,
    Comment,
    UnterminatedComment,
    Unclosed,
    UnexpectedClose,
    TextAfterEnd,
    // YAML
    NotYaml,
    MismatchedClose,
    Indentation,
    Tab,
    StrayColon,
    StrayDash,
    CannotBegin,
    BlockScalarHeader,
    CommentPlace,
    Anchor,
    Tag,
    ComplexKey,
    SecondDocument,
    // YAML and .env
    NotOneWord,
    UnterminatedQuote,
    TextAfterQuote,
    // .env
    NoEqualsSign,
    LooksLikeNote,
    NoteWithoutVariable,
    UnknownNoteWord,
}

/// A cap that the text passed; reading stopped there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CapFault {
    Bytes { limit: usize },
    Depth { limit: usize, span: Span },
}
