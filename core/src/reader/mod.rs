//! Parses texts into trees. Every reader builds the same flat tree with spans and continues after a mistake.
//!
//! A `Tree` keeps its nodes in one vector, in the order of the text. A container stores where its subtree ends. A
//! string without escapes is not copied from the text, so reading a valid document allocates nothing per value.

mod builder;
mod env;
#[cfg(test)]
mod fixture;
pub mod format;
mod json;
mod key_word;
mod pattern;
mod plain_scalar;
mod text;
mod tree;
mod yaml;

use crate::base::limits::Limits;
use crate::base::span::Span;
use format::{DocumentFormat, Reading};

pub(crate) use env::{is_like_note, read_env};
pub(crate) use json::{Dialect, read_json};
pub(crate) use key_word::KeyWord;
pub(crate) use plain_scalar::{is_string, truth};
pub(crate) use text::is_number;
pub(crate) use tree::{Entry, Shape, Tree, Value};
pub(crate) use yaml::read_yaml;

/// Number of mistakes after which reading stops. More of them would be noise.
const MOST_FAULTS: usize = 20;

/// The part of the input before the first byte that is not UTF-8: all of it, if the input is valid.
pub fn readable_text(input: &[u8]) -> &str {
    simdutf8::basic::from_utf8(input).unwrap_or_else(|_| {
        let end = std::str::from_utf8(input).map_or_else(|error| error.valid_up_to(), str::len);
        let valid = input.get(..end).unwrap_or_default();
        std::str::from_utf8(valid).unwrap_or_default()
    })
}

/// Reads a text in its format.
pub(crate) fn read(input: &[u8], reading: Reading) -> Tree<'_> {
    let text = readable_text(input);
    if text.len() == input.len() {
        let mut tree = match reading.format {
            DocumentFormat::Json => read_json(text, Dialect::Strict, reading.limits),
            DocumentFormat::Jsonc => read_json(text, Dialect::WithComments, reading.limits),
            #[cfg(feature = "complete")]
            DocumentFormat::Yaml => read_yaml(text, reading.limits),
            #[cfg(feature = "complete")]
            DocumentFormat::Env => read_env(text, reading.limits),
            #[cfg(not(feature = "complete"))]
            DocumentFormat::Yaml | DocumentFormat::Env => unread(text, SyntaxKind::NotJson),
        };
        tree.format = reading.format;
        return tree;
    }
    let kind = match input {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => SyntaxKind::Utf16,
        _ => SyntaxKind::NotUtf8,
    };
    unread(text, kind)
}

/// The tree of a text that could not be read beyond this part of it.
fn unread(text: &str, kind: SyntaxKind) -> Tree<'_> {
    let mut tree = Tree::unread(text);
    tree.syntax.push(SyntaxFault { span: Span::point(text.len()), kind, opener: None });
    tree
}

/// The fault of a text that is too long; none if it is within the limit.
fn length_cap(limits: Limits, source: &str) -> Option<CapFault> {
    // Nodes store their offsets in 32 bits.
    let limit = limits.bytes.min(u32::MAX as usize - 1);
    (source.len() > limit).then_some(CapFault::Bytes { limit })
}

/// Whether an unquoted key or name is a single word. If it is not, a colon or quote is missing, and the text may
/// contain a value.
fn is_one_word(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_whitespace() || "\"'`{}[]()<>#,;:=|&*!\\$".contains(letter))
}

/// A syntax mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    pub(crate) span: Span,
    pub(crate) kind: SyntaxKind,
    /// The opening bracket, if the mistake is that it is never closed.
    pub(crate) opener: Option<Span>,
}

/// The kinds of syntax mistakes. Each has its own message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxKind {
    Empty,
    NotUtf8,
    Utf16,
    NotJson,
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
    /// A character that looks like white space or like nothing, where it is neither.
    Unnoticed,
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
    // .env: what programs read differently
    Backtick,
    BackslashInQuotes,
    ByteOrderMark,
    ColonForEquals,
    CommentAtEnd,
    Dollar,
    DollarInQuotes,
    EnvBlank,
    EnvIndentation,
    EscapeInQuotes,
    HashAfterQuote,
    HashInValue,
    LoneCarriageReturn,
    NotAName,
    TrailingBackslash,
    // .env
    NoEqualsSign,
    NoName,
    RestOfValue,
    LooksLikeNote,
    NoteWithoutVariable,
    UnknownNoteWord,
}

/// A limit that the text exceeded. Reading stopped there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CapFault {
    Bytes { limit: usize },
    Depth { limit: usize, span: Span },
}
