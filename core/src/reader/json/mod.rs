//! The JSON reader (RFC 8259). It reports every deviation from the grammar and continues after a mistake.
//!
//! It keeps its own stack of open containers, so deep nesting takes memory but no call stack. After a mistake it skips
//! to the next comma or closing bracket of the same container and continues there.

mod recovery;
mod tokens;

use tokens::{Tokens, plain_end};

use super::builder::{Builder, Content};
use super::pattern::Pattern;
use super::text::is_number;
use super::tree::{Condition, NodeKind, Tree};
use super::{CapFault, MOST_FAULTS, SyntaxKind, length_cap};
use crate::base::invisible::is_unnoticed;
use crate::base::limits::Limits;
use crate::base::span::{BYTE_ORDER_MARK, Span};

/// Bytes of source for which one node is reserved, as in a document of short strings. A wrong estimate costs at most a
/// few reallocations.
const BYTES_PER_NODE: usize = 10;
/// Number of nodes that are always reserved, because a short text, such as the value of an object, has more nodes per
/// byte.
const MIN_NODES: usize = 16;

/// Which JSON syntax is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// RFC 8259.
    Strict,
    /// JSON with `//` and `/* */` comments and trailing commas, as editors use it.
    WithComments,
}

/// Reads a text, within the limits.
pub(crate) fn read_json(source: &str, dialect: Dialect, limits: Limits) -> Tree<'_> {
    let mut tree = Builder::new(source);
    tree.reserve(MIN_NODES + source.len() / BYTES_PER_NODE);
    tree.tree.cap = length_cap(limits, source);
    if tree.tree.cap.is_some() {
        return tree.tree;
    }
    let mut reader = Reader {
        tokens: Tokens::new(source),
        depth: limits.depth,
        dialect,
        pattern: Pattern::default(),
        slips: 0,
        tree,
    };
    reader.document();
    reader.tree.tree
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value.
    Value,
    /// A value or `]`, right after `[`.
    ItemOrEnd,
    /// A key or `}`, right after `{`.
    KeyOrEnd,
    /// A key, after a comma.
    Key,
    /// A comma or the end of the container.
    CommaOrEnd,
    /// Nothing more.
    Nothing,
}

struct Reader<'t> {
    tokens: Tokens<'t>,
    depth: usize,
    dialect: Dialect,
    /// Layout of the last object of a list.
    pattern: Pattern,
    /// Number of mistakes after which nothing is missing: commas before a bracket, and unnoticed characters between
    /// tokens. Deleting those fixes the text.
    slips: usize,
    tree: Builder<'t>,
}

impl Reader<'_> {
    fn document(&mut self) {
        if self.tokens.source.starts_with(BYTE_ORDER_MARK) {
            self.tokens.at = BYTE_ORDER_MARK.len_utf8();
        }
        self.skip_white_space();
        if self.tokens.peek().is_none() {
            self.fault(SyntaxKind::Empty, Span::point(self.tokens.at));
            return;
        }
        if !matches!(self.tokens.peek(), Some(b'{' | b'[' | b'"')) && is_other_format(self.tokens.rest()) {
            self.fault(SyntaxKind::NotJson, self.tokens.here());
            return;
        }
        let mut expect = Expect::Value;
        while expect != Expect::Nothing && self.tree.tree.cap.is_none() {
            if self.tree.tree.syntax.len() - self.slips >= MOST_FAULTS {
                self.abandon();
                return;
            }
            self.skip_white_space();
            expect = self.step(expect);
        }
        if self.tree.tree.cap.is_some() {
            self.abandon();
            return;
        }
        self.skip_white_space();
        while self.skip_unnoticed() {
            self.skip_white_space();
        }
        if self.tokens.peek().is_some() {
            let kind = self.stray_kind(SyntaxKind::TextAfterEnd);
            self.fault(kind, self.tokens.here());
        }
    }

    /// Reads one value, key, comma or bracket, and returns what may come next.
    fn step(&mut self, expect: Expect) -> Expect {
        let Some(byte) = self.tokens.peek() else { return self.unclosed() };
        if !byte.is_ascii_graphic() && self.skip_unnoticed() {
            return expect;
        }
        match (expect, byte) {
            (Expect::Nothing, _) => Expect::Nothing,
            (Expect::ItemOrEnd, b']') | (Expect::KeyOrEnd, b'}') => self.close(),
            (Expect::CommaOrEnd, b']' | b'}') => self.close_matching(byte),
            (Expect::CommaOrEnd, b',') => self.comma(),
            (Expect::CommaOrEnd, _) => self.missing_comma(byte),
            (Expect::Value | Expect::ItemOrEnd, _) => self.value(byte),
            (Expect::Key | Expect::KeyOrEnd, b'"') => self.key(),
            (Expect::Key | Expect::KeyOrEnd, _) => {
                let kind = self.stray_kind(if byte == b',' { SyntaxKind::ExtraComma } else { SyntaxKind::ExpectedKey });
                self.fault(kind, self.tokens.here());
                self.resume()
            }
        }
    }

    fn value(&mut self, byte: u8) -> Expect {
        match byte {
            b'{' if self.pattern.is_known() && self.tree.tree.syntax.is_empty() && self.tree.in_array() => self.alike(),
            b'{' => self.open_container(NodeKind::Object, Expect::KeyOrEnd),
            b'[' => self.open_container(NodeKind::Array, Expect::ItemOrEnd),
            b'"' => match self.string() {
                Ok((span, content)) => {
                    self.tree.text(NodeKind::String, span, content);
                    self.after_value()
                }
                Err(fault) => self.unreadable(fault),
            },
            b'-' | b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' => self.literal(),
            b',' if self.tree.depth() > 0 => {
                // The value is missing: `[1,,2]`, `{"a":,…}`.
                let kind = if self.tree.in_object() { SyntaxKind::ExpectedValue } else { SyntaxKind::ExtraComma };
                self.unreadable((kind, self.tokens.here()))
            }
            b']' | b'}' if self.tree.depth() > 0 => {
                let fault = (SyntaxKind::ExpectedValue, self.tokens.here());
                self.report(fault);
                self.placeholder();
                Expect::CommaOrEnd
            }
            _ => self.unreadable((self.stray_kind(SyntaxKind::ExpectedValue), self.tokens.here())),
        }
    }

    fn key(&mut self) -> Expect {
        let (span, content) = match self.string() {
            Ok(string) => string,
            Err(fault) => {
                self.report(fault);
                return self.resume();
            }
        };
        self.skip_white_space();
        while self.tokens.peek() != Some(b':') && self.skip_unnoticed() {
            self.skip_white_space();
        }
        match self.tokens.peek() {
            Some(b':') => {
                self.tokens.at += 1;
                self.tree.text(NodeKind::Key, span, content);
                Expect::Value
            }
            // Without a colon, it may be a value in the wrong place, so it does not become a key.
            Some(_) => {
                self.fault(SyntaxKind::ExpectedColon, self.tokens.here());
                self.resume()
            }
            None => self.unclosed(),
        }
    }

    fn comma(&mut self) -> Expect {
        let comma = Span::new(self.tokens.at, self.tokens.at + 1);
        self.tokens.at += 1;
        self.skip_white_space();
        match self.tokens.peek() {
            Some(close @ (b']' | b'}')) => {
                if self.dialect == Dialect::Strict {
                    self.slip(SyntaxKind::TrailingComma, comma);
                }
                self.close_matching(close)
            }
            _ => self.next_member(),
        }
    }

    fn missing_comma(&mut self, byte: u8) -> Expect {
        let object = self.tree.in_object();
        let kind = if object { SyntaxKind::ExpectedCommaInObject } else { SyntaxKind::ExpectedCommaInArray };
        self.fault(self.stray_kind(kind), self.tokens.here());
        let reads_on = if object { byte == b'"' } else { matches!(byte, b'"' | b'{' | b'[') };
        if reads_on { self.next_member() } else { self.resume() }
    }

    /// Reads an object with the known pattern, up to the first difference.
    fn alike(&mut self) -> Expect {
        let mut pattern = std::mem::take(&mut self.pattern);
        let expect = self.follow(&mut pattern);
        self.pattern = pattern;
        expect
    }

    fn follow(&mut self, pattern: &mut Pattern) -> Expect {
        let bytes = self.tokens.bytes;
        let mut at = self.tokens.at;
        let mut expect = self.open_container(NodeKind::Object, Expect::KeyOrEnd);
        if expect == Expect::Nothing {
            return expect;
        }
        let mut is_alike = true;
        for gap in pattern.gaps_mut() {
            let Some(start) = gap.end_at(bytes, at) else { return expect };
            let key = gap.key.moved(at as u32);
            let end = if bytes.get(start) == Some(&b'"') { plain_end(bytes, start + 1) } else { start };
            let kind = if bytes.get(end) == Some(&b'"') && end > start {
                self.tokens.at = end + 1;
                self.tree.known_pair(key, gap.word, Span::new(start, end + 1));
                NodeKind::String
            } else {
                self.tokens.at = start;
                self.tree.known_key(key, gap.word);
                if let Some((kind, span)) = self.tokens.truth() {
                    self.tree.scalar(kind, span);
                } else {
                    // Only scalars are read here; leave everything else, also white space, to the caller.
                    let Some(byte @ (b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z')) = self.tokens.peek() else {
                        return Expect::Value;
                    };
                    let after = self.value(byte);
                    // After a mistake the reader may be at any place of the pattern.
                    if !self.tree.tree.syntax.is_empty() {
                        return after;
                    }
                }
                self.tree.last().map_or(NodeKind::Unreadable, |value| value.kind)
            };
            is_alike &= kind.is_like(gap.kind);
            // The next object is compared with this one.
            gap.kind = kind;
            expect = Expect::CommaOrEnd;
            at = self.tokens.at;
        }
        let Some(end) = pattern.end_at(bytes, at) else { return expect };
        self.tokens.at = end;
        self.tree.close_as(if is_alike { Condition::Alike } else { Condition::Whole }, end);
        self.after_value()
    }

    // Containers

    #[inline(always)]
    fn open_container(&mut self, kind: NodeKind, expect: Expect) -> Expect {
        if self.tree.depth() >= self.depth {
            self.tree.tree.cap = Some(CapFault::Depth { limit: self.depth, span: self.tokens.here() });
            return Expect::Nothing;
        }
        self.tree.open(kind, Span::new(self.tokens.at, self.tokens.at + 1));
        self.tokens.at += 1;
        expect
    }

    fn close(&mut self) -> Expect {
        self.tokens.at += 1;
        let index = self.tree.close(self.tokens.at);
        // A pattern would skip comments between values, which have to be recorded.
        if self.dialect == Dialect::Strict && self.tree.in_array() {
            self.pattern.learn(self.tokens.bytes, self.tree.since(index));
        }
        self.after_value()
    }

    /// Closes the innermost container if the bracket matches it, and reports a mistake otherwise.
    fn close_matching(&mut self, byte: u8) -> Expect {
        if (byte == b'}') == self.tree.in_object() {
            return self.close();
        }
        self.fault(SyntaxKind::UnexpectedClose, self.tokens.here());
        if self.tree.is_inside(if byte == b'}' { NodeKind::Object } else { NodeKind::Array }) {
            // The inner container was never closed. The bracket closes an outer one.
            self.complete_key();
            self.tree.close(self.tokens.at);
        } else {
            self.tokens.at += 1;
        }
        Expect::CommaOrEnd
    }

    fn after_value(&mut self) -> Expect {
        if self.tree.depth() == 0 { Expect::Nothing } else { Expect::CommaOrEnd }
    }

    fn next_member(&self) -> Expect {
        if self.tree.in_object() { Expect::Key } else { Expect::Value }
    }

    fn scalar(&mut self, kind: NodeKind, span: Span) -> Expect {
        self.tree.scalar(kind, span);
        self.after_value()
    }

    // Tokens

    fn skip_white_space(&mut self) {
        loop {
            self.tokens.skip_blanks();
            if self.dialect == Dialect::Strict || !self.skip_comment() {
                return;
            }
        }
    }

    /// Skips and reports characters that look like white space or like nothing, and returns whether there were any.
    #[cold]
    fn skip_unnoticed(&mut self) -> bool {
        let rest = self.tokens.rest();
        let length = rest.len() - rest.trim_start_matches(is_unnoticed).len();
        let span = Span::new(self.tokens.at, self.tokens.at + length);
        self.tokens.at = span.end();
        if length > 0 {
            self.slip(SyntaxKind::Unnoticed, span);
        }
        length > 0
    }

    /// Skips and records a comment if one begins here, and returns whether it did.
    fn skip_comment(&mut self) -> bool {
        let start = self.tokens.at;
        let Some(comment) = self.tokens.comment() else { return false };
        if let Err(opening) = comment {
            self.fault(SyntaxKind::UnterminatedComment, opening);
        }
        self.tree.tree.comments.push(Span::new(start, self.tokens.at));
        true
    }

    fn literal(&mut self) -> Expect {
        let span = self.tokens.word();
        match span.of(self.tokens.source) {
            "null" => self.scalar(NodeKind::Null, span),
            "true" => self.scalar(NodeKind::True, span),
            "false" => self.scalar(NodeKind::False, span),
            _ => self.unreadable((SyntaxKind::InvalidLiteral, span)),
        }
    }

    fn number(&mut self) -> Expect {
        let span = self.tokens.number();
        if is_number(span.of(self.tokens.source)) {
            self.scalar(NodeKind::Number, span)
        } else {
            self.unreadable((SyntaxKind::InvalidNumber, span))
        }
    }

    /// Reads a string from its opening quote. After a mistake, the reader is at the end of the part that it could read.
    fn string(&mut self) -> Result<(Span, Content), (SyntaxKind, Span)> {
        self.tokens.string(|text| self.tree.keep(text))
    }
}

/// Whether a text begins like YAML or `.env`: with an item of a list, a comment, `---`, or a word and then `:` or `=`.
fn is_other_format(text: &str) -> bool {
    let word = text.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
    let after = word.trim_start_matches(' ');
    let begins_with_name = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let is_name = begins_with_name && (after.starts_with([':', '=']) || text.starts_with("export "));
    is_name || ["#", "- ", "-\n", "-\r", "--- ", "---\n", "---\r"].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
