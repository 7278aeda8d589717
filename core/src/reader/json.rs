//! The JSON reader (RFC 8259). It reports every deviation from the grammar and continues after a mistake.
//!
//! It keeps its own stack of open containers, so deep nesting takes memory but no call stack. After a mistake it skips
//! to the next comma or closing bracket of the same container and continues there.

use zeroize::Zeroizing;

use super::builder::{Builder, Content};
use super::pattern::Pattern;
use super::text::{is_number, simple_escape, unescape};
use super::tree::{Condition, NodeKind, Tree};
use super::{CapFault, MOST_FAULTS, SyntaxFault, SyntaxKind, length_cap};
use crate::base::limits::Limits;
use crate::base::span::{BYTE_ORDER_MARK, Span};
use crate::base::swar;

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
        source,
        bytes: source.as_bytes(),
        at: 0,
        depth: limits.depth,
        dialect,
        pattern: Pattern::default(),
        trailing_commas: 0,
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
    source: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    dialect: Dialect,
    /// Layout of the last object of a list.
    pattern: Pattern,
    /// Number of trailing commas; deleting them fixes the text.
    trailing_commas: usize,
    tree: Builder<'t>,
}

impl Reader<'_> {
    fn document(&mut self) {
        if self.source.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len_utf8();
        }
        self.skip_white_space();
        if self.peek().is_none() {
            self.fault(SyntaxKind::Empty, Span::point(self.at));
            return;
        }
        let mut expect = Expect::Value;
        while expect != Expect::Nothing && self.tree.tree.cap.is_none() {
            if self.tree.tree.syntax.len() - self.trailing_commas >= MOST_FAULTS {
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
        if self.peek().is_some() {
            let kind = self.stray_kind(SyntaxKind::TextAfterEnd);
            self.fault(kind, self.here());
        }
    }

    /// Reads one value, key, comma or bracket, and returns what may come next.
    fn step(&mut self, expect: Expect) -> Expect {
        let Some(byte) = self.peek() else { return self.unclosed() };
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
                self.fault(kind, self.here());
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
                self.unreadable((kind, self.here()))
            }
            b']' | b'}' if self.tree.depth() > 0 => {
                let fault = (SyntaxKind::ExpectedValue, self.here());
                self.report(fault);
                self.placeholder();
                Expect::CommaOrEnd
            }
            _ => self.unreadable((self.stray_kind(SyntaxKind::ExpectedValue), self.here())),
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
        match self.peek() {
            Some(b':') => {
                self.at += 1;
                self.tree.text(NodeKind::Key, span, content);
                Expect::Value
            }
            // Without a colon, it may be a value in the wrong place, so it does not become a key.
            Some(_) => {
                self.fault(SyntaxKind::ExpectedColon, self.here());
                self.resume()
            }
            None => self.unclosed(),
        }
    }

    fn comma(&mut self) -> Expect {
        let comma = self.here();
        self.at += 1;
        self.skip_white_space();
        match self.peek() {
            Some(close @ (b']' | b'}')) => {
                if self.dialect == Dialect::Strict {
                    // No value is missing, so the container is not damaged, and the comma does not count towards the
                    // maximum of mistakes.
                    let fault = SyntaxFault { span: comma, kind: SyntaxKind::TrailingComma, opener: None };
                    self.tree.tree.syntax.push(fault);
                    self.trailing_commas += 1;
                }
                self.close_matching(close)
            }
            _ => self.next_member(),
        }
    }

    fn missing_comma(&mut self, byte: u8) -> Expect {
        let object = self.tree.in_object();
        let kind = if object { SyntaxKind::ExpectedCommaInObject } else { SyntaxKind::ExpectedCommaInArray };
        self.fault(self.stray_kind(kind), self.here());
        let reads_on = if object { byte == b'"' } else { matches!(byte, b'"' | b'{' | b'[') };
        if reads_on { self.next_member() } else { self.resume() }
    }

    /// Reads an object with the known pattern, up to the first difference.
    fn alike(&mut self) -> Expect {
        let pattern = std::mem::take(&mut self.pattern);
        let expect = self.follow(&pattern);
        self.pattern = pattern;
        expect
    }

    fn follow(&mut self, pattern: &Pattern) -> Expect {
        let bytes = self.bytes;
        let mut at = self.at;
        let mut expect = self.open_container(NodeKind::Object, Expect::KeyOrEnd);
        if expect == Expect::Nothing {
            return expect;
        }
        let mut is_alike = true;
        for gap in pattern.gaps() {
            let Some(start) = gap.end_at(bytes, at) else { return expect };
            let key = gap.key.moved(at as u32);
            let end = if bytes.get(start) == Some(&b'"') { plain_end(bytes, start + 1) } else { start };
            let kind = if bytes.get(end) == Some(&b'"') && end > start {
                self.at = end + 1;
                self.tree.known_pair(key, gap.word, Span::new(start, end + 1));
                NodeKind::String
            } else {
                self.at = start;
                self.tree.known_key(key, gap.word);
                if !self.truth() {
                    // Only scalars are read here; leave everything else, also white space, to the caller.
                    let Some(byte @ (b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z')) = self.peek() else {
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
            expect = Expect::CommaOrEnd;
            at = self.at;
        }
        let Some(end) = pattern.end_at(bytes, at) else { return expect };
        self.at = end;
        self.tree.close_as(if is_alike { Condition::Alike } else { Condition::Whole }, end);
        self.after_value()
    }

    /// Reads `true` or `false` if one begins here, and returns whether it did.
    fn truth(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (kind, length) = match rest {
            [b't', b'r', b'u', b'e', ..] => (NodeKind::True, "true".len()),
            [b'f', b'a', b'l', b's', b'e', ..] => (NodeKind::False, "false".len()),
            _ => return false,
        };
        if !matches!(rest.get(length), Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r')) {
            return false;
        }
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        self.tree.scalar(kind, span);
        true
    }

    // Containers

    fn open_container(&mut self, kind: NodeKind, expect: Expect) -> Expect {
        if self.tree.depth() >= self.depth {
            self.tree.tree.cap = Some(CapFault::Depth { limit: self.depth, span: self.here() });
            return Expect::Nothing;
        }
        self.tree.open(kind, Span::new(self.at, self.at + 1));
        self.at += 1;
        expect
    }

    fn close(&mut self) -> Expect {
        self.at += 1;
        let index = self.tree.close(self.at);
        // A pattern would skip comments between values, which have to be recorded.
        if self.dialect == Dialect::Strict && self.tree.in_array() {
            self.pattern.learn(self.bytes, self.tree.since(index));
        }
        self.after_value()
    }

    /// Closes the innermost container if the bracket matches it, and reports a mistake otherwise.
    fn close_matching(&mut self, byte: u8) -> Expect {
        if (byte == b'}') == self.tree.in_object() {
            return self.close();
        }
        self.fault(SyntaxKind::UnexpectedClose, self.here());
        if self.tree.is_inside(if byte == b'}' { NodeKind::Object } else { NodeKind::Array }) {
            // The inner container was never closed. The bracket closes an outer one.
            self.complete_key();
            self.tree.close(self.at);
        } else {
            self.at += 1;
        }
        Expect::CommaOrEnd
    }

    fn after_value(&mut self) -> Expect {
        if self.tree.depth() == 0 { Expect::Nothing } else { Expect::CommaOrEnd }
    }

    /// Reports that the text ended too early: inside a container, or before a value.
    fn unclosed(&mut self) -> Expect {
        let opener = self.tree.opener().map(|span| Span::new(span.start(), span.start() + 1));
        let kind = if opener.is_some() { SyntaxKind::Unclosed } else { SyntaxKind::ExpectedValue };
        self.tree.fault(SyntaxFault { span: Span::point(self.bytes.len()), kind, opener });
        self.abandon();
        Expect::Nothing
    }

    /// Marks all open containers as damaged, closes them and stops reading.
    fn abandon(&mut self) {
        self.complete_key();
        while self.tree.depth() > 0 {
            self.tree.damage();
            self.tree.close(self.at);
        }
        self.at = self.bytes.len();
    }

    // Recovery after a mistake

    /// Skips to the next comma or closing bracket of the innermost container and continues after it.
    fn resume(&mut self) -> Expect {
        let mut nested = 0_usize;
        loop {
            match self.peek() {
                Some(b'/') if self.dialect == Dialect::WithComments && self.skip_comment() => continue,
                None => {
                    self.abandon();
                    return Expect::Nothing;
                }
                Some(b'"') => {
                    if let Err((_, span)) = self.string() {
                        self.at = self.at.max(span.end());
                    }
                    continue;
                }
                Some(b'[' | b'{') => nested += 1,
                Some(b']' | b'}') if nested > 0 => nested -= 1,
                Some(close @ (b']' | b'}')) if self.tree.depth() > 0 => return self.close_matching_quietly(close),
                Some(b',') if nested == 0 && self.tree.depth() > 0 => {
                    self.at += 1;
                    self.skip_white_space();
                    return match self.peek() {
                        Some(b']' | b'}') => Expect::CommaOrEnd,
                        _ => self.next_member(),
                    };
                }
                Some(_) => {}
            }
            self.at += 1;
        }
    }

    /// As [`Self::close_matching`], but reports nothing, because a mistake right before was reported already.
    fn close_matching_quietly(&mut self, byte: u8) -> Expect {
        let reported = self.tree.tree.syntax.len();
        let expect = self.close_matching(byte);
        self.tree.tree.syntax.truncate(reported);
        expect
    }

    fn next_member(&self) -> Expect {
        if self.tree.in_object() { Expect::Key } else { Expect::Value }
    }

    fn unreadable(&mut self, fault: (SyntaxKind, Span)) -> Expect {
        self.report(fault);
        self.placeholder();
        if self.tree.depth() == 0 {
            self.at = self.bytes.len();
            return Expect::Nothing;
        }
        self.resume()
    }

    fn report(&mut self, (kind, span): (SyntaxKind, Span)) {
        self.fault(kind, span);
    }

    fn fault(&mut self, kind: SyntaxKind, span: Span) {
        self.tree.fault(SyntaxFault { span, kind, opener: None });
    }

    /// A more specific kind for syntax of other languages, such as single quotes; `otherwise` for anything else.
    fn stray_kind(&self, otherwise: SyntaxKind) -> SyntaxKind {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match rest {
            [b'\'', ..] => SyntaxKind::SingleQuotes,
            [b'/', b'/' | b'*', ..] | [b'#', ..] => SyntaxKind::Comment,
            _ => otherwise,
        }
    }

    // Nodes

    fn scalar(&mut self, kind: NodeKind, span: Span) -> Expect {
        self.tree.scalar(kind, span);
        self.after_value()
    }

    /// Adds a placeholder for a value that could not be read, because every key needs a value.
    fn placeholder(&mut self) {
        self.tree.scalar(NodeKind::Unreadable, self.here());
    }

    /// Adds a placeholder if the last key has no value yet.
    fn complete_key(&mut self) {
        if self.tree.awaits_value() {
            self.placeholder();
        }
    }

    // Tokens

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The character at the current offset.
    fn here(&self) -> Span {
        let rest = self.source.get(self.at..).unwrap_or_default();
        Span::new(self.at, self.at + rest.chars().next().map_or(0, char::len_utf8))
    }

    fn skip_white_space(&mut self) {
        loop {
            while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
                self.at += 1;
            }
            if self.dialect == Dialect::Strict || !self.skip_comment() {
                return;
            }
        }
    }

    /// Skips and records a comment if one begins here, and returns whether it did.
    fn skip_comment(&mut self) -> bool {
        let start = self.at;
        let rest = self.source.get(self.at..).unwrap_or_default();
        if rest.starts_with("//") {
            self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
        } else if let Some(inside) = rest.strip_prefix("/*") {
            match inside.find("*/") {
                Some(end) => self.at += end + "/**/".len(),
                None => {
                    self.fault(SyntaxKind::UnterminatedComment, Span::new(self.at, self.at + "/*".len()));
                    self.at = self.bytes.len();
                }
            }
        } else {
            return false;
        }
        self.tree.tree.comments.push(Span::new(start, self.at));
        true
    }

    fn literal(&mut self) -> Expect {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        let span = Span::new(start, self.at);
        match span.of(self.source) {
            "null" => self.scalar(NodeKind::Null, span),
            "true" => self.scalar(NodeKind::True, span),
            "false" => self.scalar(NodeKind::False, span),
            _ => self.unreadable((SyntaxKind::InvalidLiteral, span)),
        }
    }

    fn number(&mut self) -> Expect {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_'))
        {
            self.at += 1;
        }
        let span = Span::new(start, self.at);
        if is_number(span.of(self.source)) {
            self.scalar(NodeKind::Number, span)
        } else {
            self.unreadable((SyntaxKind::InvalidNumber, span))
        }
    }

    /// Reads a string from its opening quote. After a mistake, the reader is at the end of the part that it could read.
    fn string(&mut self) -> Result<(Span, Content), (SyntaxKind, Span)> {
        let start = self.at;
        self.at += 1;
        let mut fault = None;
        let mut decoded: Option<Zeroizing<String>> = None;
        loop {
            let verbatim = Span::new(self.at, plain_end(self.bytes, self.at));
            self.at = verbatim.end();
            if let Some(decoded) = &mut decoded {
                decoded.push_str(verbatim.of(self.source));
            }
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let from = self.at;
                    match self.skip_escape() {
                        Ok(character) => decoded.get_or_insert_with(|| self.buffer_for(start, from)).push(character),
                        Err(kind) => drop(fault.get_or_insert((kind, Span::new(from, self.at)))),
                    }
                }
                Some(0..0x20) if !matches!(self.peek(), Some(b'\n' | b'\r')) => {
                    fault.get_or_insert((SyntaxKind::ControlCharacter, self.here()));
                    self.at += 1;
                }
                _ => return Err((SyntaxKind::UnterminatedString, Span::new(start, self.at))),
            }
        }
        self.at += 1;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let span = Span::new(start, self.at);
        Ok((span, decoded.map_or(Content::Quoted, |text| Content::Unescaped(self.tree.keep(text)))))
    }

    /// A buffer for the decoded text of the string at `start`. It holds the text before the first escape, at `escape`.
    ///
    /// The buffer is as large as the source of the string. A decoded text is never longer, so the buffer is never
    /// reallocated, which would leave an unwiped copy in memory.
    fn buffer_for(&self, start: usize, escape: usize) -> Zeroizing<String> {
        let mut end = escape;
        while let Some(byte) = self.bytes.get(end).filter(|byte| **byte != b'"') {
            let length = if *byte == b'\\' { 2 } else { 1 };
            end = plain_end(self.bytes, end + length);
        }
        let mut text = Zeroizing::new(String::with_capacity(end - start));
        text.push_str(Span::new(start + 1, escape).of(self.source));
        text
    }

    /// Skips one escape sequence and returns its character. An invalid one is skipped up to the end of the line.
    fn skip_escape(&mut self) -> Result<char, SyntaxKind> {
        if let Some(character) = self.bytes.get(self.at + 1).and_then(|letter| simple_escape(*letter)) {
            self.at += 2;
            return Ok(character);
        }
        let rest = self.source.get(self.at..).unwrap_or_default();
        match unescape(rest) {
            Ok((character, length)) => {
                self.at += length;
                Ok(character)
            }
            Err(kind) => {
                // Skip the backslash and the next character, unless that is a line break.
                let behind = rest.chars().nth(1).filter(|character| !matches!(character, '\n' | '\r'));
                self.at += 1 + behind.map_or(0, char::len_utf8);
                Err(kind)
            }
        }
    }
}

/// The offset of the next quote, backslash or control character in a string, from `from` on; the end of the text if
/// there is none.
fn plain_end(bytes: &[u8], from: usize) -> usize {
    let special = |word| swar::equal(word, b'"') | swar::equal(word, b'\\') | swar::below(word, 0x20);
    let is_special = |byte| matches!(byte, b'"' | b'\\' | 0..0x20);
    swar::position(bytes, from, special, is_special).unwrap_or(bytes.len())
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
