//! The tokens of JSON: white space, comments, words, numbers and strings with their escapes.

use zeroize::Zeroizing;

use crate::base::span::Span;
use crate::base::swar;
use crate::reader::SyntaxKind;
use crate::reader::builder::Content;
use crate::reader::text::{simple_escape, unescape};
use crate::reader::tree::NodeKind;

/// A text and the place in it that is read next.
pub(super) struct Tokens<'t> {
    pub(super) source: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Self { source, bytes: source.as_bytes(), at: 0 }
    }

    #[inline(always)]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The text from the current offset on.
    pub(super) fn rest(&self) -> &'t str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// The character at the current offset.
    pub(super) fn here(&self) -> Span {
        Span::new(self.at, self.at + self.rest().chars().next().map_or(0, char::len_utf8))
    }

    #[inline(always)]
    pub(super) fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Reads a comment if one begins here. The error is the span of the opening of one that is never closed.
    pub(super) fn comment(&mut self) -> Option<Result<Span, Span>> {
        let start = self.at;
        let rest = self.rest();
        if rest.starts_with("//") {
            self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
        } else {
            let inside = rest.strip_prefix("/*")?;
            let Some(end) = inside.find("*/") else {
                self.at = self.bytes.len();
                return Some(Err(Span::new(start, start + "/*".len())));
            };
            self.at += end + "/**/".len();
        }
        Some(Ok(Span::new(start, self.at)))
    }

    /// Reads `true` or `false` if one begins here.
    pub(super) fn truth(&mut self) -> Option<(NodeKind, Span)> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (kind, length) = match rest {
            [b't', b'r', b'u', b'e', ..] => (NodeKind::True, "true".len()),
            [b'f', b'a', b'l', b's', b'e', ..] => (NodeKind::False, "false".len()),
            _ => return None,
        };
        if !matches!(rest.get(length), Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r')) {
            return None;
        }
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        Some((kind, span))
    }

    /// Reads letters, digits and `_`.
    pub(super) fn word(&mut self) -> Span {
        self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }

    /// Reads what may be meant as a number.
    pub(super) fn number(&mut self) -> Span {
        self.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_'))
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> Span {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        Span::new(start, self.at)
    }

    /// Reads a string from its opening quote. After a mistake, the reader is at the end of the part that it could read.
    /// `keep` stores the text of one with escapes, and returns its index.
    pub(super) fn string(
        &mut self,
        keep: impl FnOnce(Zeroizing<String>) -> u32,
    ) -> Result<(Span, Content), (SyntaxKind, Span)> {
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
        Ok((span, decoded.map_or(Content::Quoted, |text| Content::Unescaped(keep(text)))))
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
        let rest = self.rest();
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
pub(super) fn plain_end(bytes: &[u8], from: usize) -> usize {
    let special = |word| swar::equal(word, b'"') | swar::equal(word, b'\\') | swar::below(word, 0x20);
    let is_special = |byte| matches!(byte, b'"' | b'\\' | 0..0x20);
    swar::position(bytes, from, special, is_special).unwrap_or(bytes.len())
}
