//! The values of `.env` lines: where one ends, what it means, and what programs disagree about in it.
//!
//! The programs are python-dotenv, dotenv for npm, Node's own `parseEnv`, docker compose and shells. What some of them
//! read differently is a fault, because nobody knows which of them the author has in mind.

use zeroize::Zeroizing;

use crate::base::invisible::is_unnoticed;
use crate::base::span::Span;
use crate::reader::{SyntaxFault, SyntaxKind};

/// A value between quotes.
pub(super) struct Quoted {
    /// Length with both quotes, in bytes.
    pub(super) length: usize,
    /// The text, if it differs from what is between the quotes.
    pub(super) decoded: Option<Zeroizing<String>>,
    /// What programs disagree about, with its place in the source.
    pub(super) disagreement: Option<SyntaxFault>,
}

/// A value without quotes.
pub(super) struct Unquoted {
    pub(super) span: Span,
    /// What programs disagree about.
    pub(super) disagreement: Option<SyntaxFault>,
}

/// Reads a value without quotes. `text` is the rest of its line, from the equals sign on; it begins at `at`.
pub(super) fn unquoted(text: &str, at: usize) -> Unquoted {
    let is_comment = |hash: usize| text.get(..hash).is_some_and(|before| before.ends_with([' ', '\t']));
    let comment = text.match_indices('#').map(|(hash, _)| hash).find(|hash| is_comment(*hash));
    let written = text.get(..comment.unwrap_or(text.len())).unwrap_or_default();
    let value = written.trim_matches([' ', '\t']);
    let start = written.len() - written.trim_start_matches([' ', '\t']).len();
    // A value of blanks only is empty, and begins where its line or the blank before its comment does.
    let start = if value.is_empty() { 0 } else { start };
    let disagreement = in_unquoted(written, value, start).map(|(kind, span)| fault(kind, span.moved(at as u32)));
    Unquoted { span: Span::new(at + start, at + start + value.len()), disagreement }
}

/// What programs disagree about in a value without quotes, `written` with the blanks around it. The value begins at
/// `start`.
fn in_unquoted(written: &str, value: &str, start: usize) -> Option<(SyntaxKind, Span)> {
    let one = |at: usize, length: usize| Span::new(at, at + length);
    let find = |wanted: char| value.find(wanted).map(|at| one(start + at, wanted.len_utf8()));
    if let Some(hash) = find('#') {
        return Some((SyntaxKind::HashInValue, hash));
    }
    let last = value.char_indices().next_back().map_or(0, |(at, _)| at);
    let is_refused = |(at, character): &(usize, char)| {
        is_js_line_end(*character) || ((*at == 0 || *at == last) && is_unnoticed(*character))
    };
    if let Some((at, character)) = value.char_indices().find(is_refused) {
        return Some((SyntaxKind::Unnoticed, one(start + at, character.len_utf8())));
    }
    let is_outside = |at: &usize| *at < start || *at >= start + value.len();
    if let Some(tab) = written.match_indices('\t').map(|(at, _)| at).find(is_outside) {
        return Some((SyntaxKind::EnvBlank, one(tab, 1)));
    }
    if let Some(backtick) = find('`') {
        return Some((SyntaxKind::Backtick, backtick));
    }
    if let Some(dollar) = find('$') {
        return Some((SyntaxKind::Dollar, dollar));
    }
    value.ends_with('\\').then(|| (SyntaxKind::TrailingBackslash, one(start + value.len() - 1, 1)))
}

/// Reads a value from one quote to the next, over any number of lines; none if there is no next one. `text` begins with
/// the quote, at the offset `at`.
pub(super) fn quoted(text: &str, quote: u8, at: usize) -> Option<Quoted> {
    let knows_escapes = quote == b'"';
    let inside = text.get(1..).unwrap_or_default();
    let mut is_escaped = false;
    let closes = |byte| {
        let closes = byte == quote && !is_escaped;
        is_escaped = knows_escapes && byte == b'\\' && !is_escaped;
        closes
    };
    let length = inside.bytes().position(closes)?;
    let inside = inside.get(..length).unwrap_or_default();
    let disagreement = if knows_escapes { in_double_quotes(inside) } else { in_single_quotes(inside) };
    let disagreement = disagreement.map(|(kind, span)| fault(kind, span.moved(at as u32 + 1)));
    let as_written = !inside.contains(if knows_escapes { &['\r', '\\'][..] } else { &['\r'] });
    let decoded = (!as_written).then(|| decode(inside, knows_escapes));
    Some(Quoted { length: length + 2, decoded, disagreement })
}

/// What programs disagree about in single quotes.
fn in_single_quotes(inside: &str) -> Option<(SyntaxKind, Span)> {
    let two = |at: usize| Span::new(at, at + 2);
    if let Some(at) = inside.find("\\\\") {
        return Some((SyntaxKind::BackslashInQuotes, two(at)));
    }
    if inside.ends_with('\\') {
        return Some((SyntaxKind::BackslashInQuotes, Span::new(inside.len() - 1, inside.len())));
    }
    inside.find("${").map(|at| (SyntaxKind::DollarInQuotes, two(at)))
}

/// What programs disagree about in double quotes.
fn in_double_quotes(inside: &str) -> Option<(SyntaxKind, Span)> {
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, 'n')) => {}
                Some((_, other)) => {
                    return Some((SyntaxKind::EscapeInQuotes, Span::new(at, at + 1 + other.len_utf8())));
                }
                None => return Some((SyntaxKind::EscapeInQuotes, Span::new(at, at + 1))),
            },
            '$' => return Some((SyntaxKind::Dollar, Span::new(at, at + 1))),
            '`' => return Some((SyntaxKind::Backtick, Span::new(at, at + 1))),
            _ => {}
        }
    }
    None
}

/// Decodes the text between quotes. Escapes other than `\n` are faults; they mean here what most programs take them for.
fn decode(written: &str, knows_escapes: bool) -> Zeroizing<String> {
    // The text is never longer than its source, so the buffer is never reallocated, and one wipe covers all of it.
    let mut text = Zeroizing::new(String::with_capacity(written.len()));
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // CRLF becomes LF, so the value does not depend on how the file was saved.
            '\r' if characters.next_if_eq(&'\n').is_some() => text.push('\n'),
            '\\' if knows_escapes => match characters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(escaped @ ('"' | '\\' | '$')) => text.push(escaped),
                other => text.extend(std::iter::once('\\').chain(other)),
            },
            other => text.push(other),
        }
    }
    text
}

/// Whether a line is the rest of the base64 text that the line above began, so that what looks like its name may be part
/// of a secret. `above` is a value without quotes; `name` and `value` are on both sides of the first equals sign.
pub(super) fn continues(above: &str, name: &str, value: &str) -> bool {
    let is_base64 = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte));
    if !matches!(value, "" | "=") || !is_base64(name) {
        return false;
    }
    if above.starts_with("-----BEGIN ") {
        return true;
    }
    let is_whole = |length: usize| length.is_multiple_of(4);
    let began = above.len() >= MIN_WRAPPED && is_whole(above.len()) && is_base64(above);
    began && is_whole(name.len() + "=".len() + value.len()) && (value == "=" || !may_be_name(name, above))
}

/// Whether the text before a single equals sign may be the name of an empty variable: names have one case and
/// underscores, or humps and no digits. Below a line of the usual width of base64, humps are no sign of a name.
fn may_be_name(text: &str, above: &str) -> bool {
    let has = |wanted: fn(u8) -> bool| text.bytes().any(wanted);
    let has_both_cases = has(|byte| byte.is_ascii_lowercase()) && has(|byte| byte.is_ascii_uppercase());
    let has_digits = has(|byte| byte.is_ascii_digit());
    let is_mixed = has_both_cases && (has_digits || above.len() >= USUAL_WIDTH);
    has(|byte| byte == b'_') || !(is_mixed || has(|byte| matches!(byte, b'+' | b'/')))
}

/// Length from which a value may be the first line of a wrapped text, in bytes.
const MIN_WRAPPED: usize = 16;
/// Length of the shortest lines that programs wrap base64 to.
const USUAL_WIDTH: usize = 60;

/// Whether JavaScript ends a line at this character, which is no line break for others.
pub(super) fn is_js_line_end(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

fn fault(kind: SyntaxKind, span: Span) -> SyntaxFault {
    SyntaxFault { span, kind, opener: None }
}
