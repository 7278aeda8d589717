//! The text of JSON strings and numbers: escape sequences, places within decoded text, the grammar of numbers.

use super::SyntaxKind;
use crate::base::span::Span;

/// Whether a text is a number (RFC 8259 section 6): `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
pub(super) fn is_number(text: &str) -> bool {
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

/// The character that an escape sequence at the start of `text` stands for, and the sequence's length in bytes.
pub(super) fn unescape(text: &str) -> Result<(char, usize), SyntaxKind> {
    match text.as_bytes().get(1) {
        Some(b'u') => unescape_unicode(text),
        Some(letter) => simple_escape(*letter).map(|character| (character, 2)).ok_or(SyntaxKind::InvalidEscape),
        None => Err(SyntaxKind::InvalidEscape),
    }
}

/// The character that a backslash and a letter stand for, `\u` excepted (RFC 8259 section 7).
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

/// `\uXXXX`, or two of them where the first is a high surrogate (RFC 8259 section 7).
fn unescape_unicode(text: &str) -> Result<(char, usize), SyntaxKind> {
    const ONE: usize = "\\uXXXX".len();
    let unit = |from: usize| -> Option<u32> {
        let digits = text.get(from..from + ONE)?.strip_prefix("\\u")?;
        let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    let first = unit(0).ok_or(SyntaxKind::InvalidEscape)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, ONE));
    }
    let second = unit(ONE).filter(|unit| (0xdc00..0xe000).contains(unit));
    let (0xd800..0xdc00, Some(second)) = (first, second) else { return Err(SyntaxKind::LoneSurrogate) };
    let combined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    char::from_u32(combined).map(|character| (character, 2 * ONE)).ok_or(SyntaxKind::LoneSurrogate)
}

/// The characters of a string's content with the bytes that each takes in the source.
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

/// The source offset of a byte of the decoded text of the string at `span` (quotes included).
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
