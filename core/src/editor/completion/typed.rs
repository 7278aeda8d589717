//! The word at an offset, as far as it is typed.

use crate::base::span::Span;
use crate::reader::format::DocumentFormat;

/// The word at an offset.
pub(super) struct Typed {
    /// Its span, with its quotes; empty if nothing is typed.
    pub(super) span: Span,
    /// The quote that it begins with.
    pub(super) quote: Option<char>,
    /// Whether a colon follows, so that it is a key already.
    pub(super) is_key: bool,
    /// Whether a blank has to be written before it: `type:|` in YAML.
    pub(super) needs_blank: bool,
}

impl Typed {
    /// The word at an offset, which is a character boundary.
    pub(super) fn at(text: &str, offset: usize, format: DocumentFormat) -> Self {
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = after.split(['\n', '\r']).next().unwrap_or_default();
        let open = open_quote(line, format);
        let (start, end) = match open {
            Some((at, quote)) => (offset - line.len() + at, offset + end_of_quoted(rest, quote)),
            None => {
                // JSON has no such words, and a comment may follow or precede.
                let is_of_word = |letter| is_of_word(letter) && (letter != '/' || format == DocumentFormat::Yaml);
                let typed = line.len() - line.trim_end_matches(is_of_word).len();
                let typed_word = line.get(line.len() - typed..).unwrap_or_default();
                let word = typed_word.trim_start_matches('-');
                (offset - word.len(), offset + rest.len() - rest.trim_start_matches(is_of_word).len())
            }
        };
        let follows = text.get(end..).unwrap_or_default().trim_start_matches([' ', '\t']);
        let precedes = text.get(..start).unwrap_or_default();
        Self {
            span: Span::new(start, end),
            quote: open.map(|(_, quote)| quote),
            is_key: follows.starts_with(':'),
            needs_blank: format == DocumentFormat::Yaml && open.is_none() && precedes.ends_with([':', '-']),
        }
    }
}

/// The quote that is open at the end of the beginning of a line, and its offset.
fn open_quote(line: &str, format: DocumentFormat) -> Option<(usize, char)> {
    let quotes: &[char] = if format == DocumentFormat::Yaml { &['"', '\''] } else { &['"'] };
    let (mut open, mut previous, mut is_escaped) = (None, ' ', false);
    for (at, letter) in line.char_indices() {
        match open {
            Some((_, '"')) if is_escaped => is_escaped = false,
            Some((_, '"')) if letter == '\\' => is_escaped = true,
            Some((_, quote)) if letter == quote => open = None,
            Some(_) => {}
            None if quotes.contains(&letter) && (previous.is_whitespace() || "{[,:".contains(previous)) => {
                open = Some((at, letter));
            }
            None => {}
        }
        previous = letter;
    }
    open
}

/// How much of the rest of a line belongs to a string that is open. If its closing quote is missing, the next quote
/// begins another string, and only a word belongs to it.
fn end_of_quoted(rest: &str, quote: char) -> usize {
    let word = rest.len() - rest.trim_start_matches(is_of_word).len();
    let Some(close) = rest.find(quote) else { return word };
    let after = rest.get(close + 1..).unwrap_or_default().trim_start();
    let is_closed = after.is_empty() || after.starts_with([':', ',', '}', ']', '#', '/']);
    let has_mark = rest.get(..close).is_some_and(|inside| inside.contains([',', '{', '}', '[', ']', ':']));
    if is_closed && !has_mark { close + 1 } else { word }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The word at the mark `|` of a line.
    fn typed(line: &str, format: DocumentFormat) -> (String, bool) {
        let text = line.replacen('|', "", 1);
        let typed = Typed::at(&text, line.find('|').unwrap(), format);
        (typed.span.of(&text).to_owned(), typed.is_key)
    }

    #[test]
    fn a_word_is_found_with_its_quotes() {
        for (line, word, is_key) in [
            (r#"{"na|me": "a"}"#, r#""name""#, true),
            (r#"{"na|"#, r#""na"#, false),
            (r#"{"type": "str|, "value": "x"}"#, r#""str"#, false),
            (r#"{"type": "|", "value": "x"}"#, r#""""#, false),
            (r#"{na| }"#, "na", false),
            (r#"{"a": "x", | }"#, "", false),
        ] {
            assert_eq!(typed(line, DocumentFormat::Json), (word.to_owned(), is_key), "{line}");
        }
        for (line, word, is_key) in [
            ("  ty|pe: string", "type", true),
            ("- na|", "na", false),
            ("-|", "", false),
            ("type: 's|t'", "'st'", false),
        ] {
            assert_eq!(typed(line, DocumentFormat::Yaml), (word.to_owned(), is_key), "{line}");
        }
    }
}
