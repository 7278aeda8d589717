//! The text of JSON strings and numbers: escape sequences, offsets in decoded text, the grammar of numbers.

use super::SyntaxKind;
use crate::base::span::Span;

/// Whether a text is a number (RFC 8259 section 6): `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = rest.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = fraction.get(count..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

/// Decodes the escape sequence at the start of `text`. Returns its character and its length in bytes.
pub(super) fn unescape(text: &str) -> Result<(char, usize), SyntaxKind> {
    match text.as_bytes().get(1) {
        Some(b'u') => unescape_unicode(text),
        Some(letter) => simple_escape(*letter).map(|character| (character, 2)).ok_or(SyntaxKind::InvalidEscape),
        None => Err(SyntaxKind::InvalidEscape),
    }
}

/// The character that an escape of a backslash and one letter means, except `\u` (RFC 8259 section 7).
pub(super) fn simple_escape(letter: u8) -> Option<char> {
    Some(match letter {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// Decodes `\uXXXX`, or a pair of them if the first is a high surrogate (RFC 8259 section 7).
fn unescape_unicode(text: &str) -> Result<(char, usize), SyntaxKind> {
    const ESCAPE_BYTES: usize = "\\uXXXX".len();
    let unit = |from: usize| -> Option<u32> {
        let digits = text.get(from..from + ESCAPE_BYTES)?.strip_prefix("\\u")?;
        let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    let first = unit(0).ok_or(SyntaxKind::InvalidEscape)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, ESCAPE_BYTES));
    }
    let second = unit(ESCAPE_BYTES).filter(|unit| (0xdc00..0xe000).contains(unit));
    let (0xd800..0xdc00, Some(second)) = (first, second) else { return Err(SyntaxKind::LoneSurrogate) };
    let combined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    char::from_u32(combined).map(|character| (character, 2 * ESCAPE_BYTES)).ok_or(SyntaxKind::LoneSurrogate)
}

/// Iterates over the characters of a string's content, each with its length in the source, in bytes.
pub(super) struct Unescape<'t> {
    pub(super) rest: &'t str,
}

impl Iterator for Unescape<'_> {
    type Item = (char, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.rest.chars().next()?;
        let (character, length) = match first {
            '\\' => unescape(self.rest).ok()?,
            other => (other, other.len_utf8()),
        };
        self.rest = self.rest.get(length..)?;
        Some((character, length))
    }
}

/// Converts a byte offset in the decoded text of a string to an offset in the source. `span` includes the quotes.
pub(super) fn source_offset(source: &str, span: Span, decoded_offset: usize) -> usize {
    let content = source.get(span.start() + 1..span.end().saturating_sub(1)).unwrap_or_default();
    let (mut source_at, mut decoded_at) = (span.start() + 1, 0);
    for (character, length) in (Unescape { rest: content }) {
        if decoded_at >= decoded_offset {
            break;
        }
        decoded_at += character.len_utf8();
        source_at += length;
    }
    source_at
}
