//! A line of a text that could not be read, with nothing of it but its layout.
//!
//! After a syntax mistake nobody knows what is a name and what is a value, so no line is shown. Around a character that
//! nobody sees, this shows where it is: the indentation, a key of ours at the start of the line, and dots for whatever
//! else is there. What is shown is the same for every other text in the place of the dots.

use crate::base::display::push_escaped;
use crate::base::invisible::is_unnoticed;
use crate::base::span::Span;
use crate::base::vocabulary::{DOCUMENT_FIELDS, VARIABLE_FIELDS};

/// Replaces a text of any length.
const DOTS: char = '…';
/// Most characters of indentation that are shown.
const MAX_INDENT: usize = 40;

/// A line, and the column and length of the mark under it, in characters.
pub(super) struct BareLine {
    pub(super) text: String,
    pub(super) column: usize,
    pub(super) length: usize,
}

impl BareLine {
    /// The line around a mark; none if the mark is on anything but characters that nobody sees. `line` spans the line in
    /// which the mark begins.
    pub(super) fn around(source: &str, line: Span, mark: Span) -> Option<Self> {
        let marked = mark.of(source);
        if marked.is_empty() || !marked.chars().all(is_unnoticed) {
            return None;
        }
        let mut text = beginning(Span::new(line.start(), mark.start()).of(source));
        let column = text.chars().count();
        for character in marked.chars() {
            match character.is_whitespace() {
                true => text.extend(character.escape_unicode()),
                false => push_escaped(&mut text, character),
            }
        }
        let length = text.chars().count() - column;
        if !Span::new(mark.end(), line.end()).of(source).trim().is_empty() {
            text.push(DOTS);
        }
        Some(Self { text, column, length })
    }
}

/// The start of a line up to the mark.
fn beginning(before: &str) -> String {
    let is_layout = |letter| matches!(letter, ' ' | '-' | '{' | '[' | '"');
    let written = before.trim_start_matches(is_layout);
    let layout = before.get(..before.len() - written.len()).unwrap_or_default();
    let word = written.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_').next().unwrap_or_default();
    let after = written.get(word.len()..).unwrap_or_default();
    let after = after.strip_prefix('"').unwrap_or(after).strip_prefix(':');
    let is_ours = VARIABLE_FIELDS.contains(&word) || DOCUMENT_FIELDS.contains(&word);
    if layout.len() > MAX_INDENT {
        return DOTS.into();
    }
    match after.filter(|_| is_ours) {
        Some(after) => {
            let key = written.get(..written.len() - after.len()).unwrap_or_default();
            let rest = if after.trim_matches(' ').is_empty() { after.to_owned() } else { format!(" {DOTS}") };
            format!("{layout}{key}{rest}")
        }
        None if written.is_empty() => layout.to_owned(),
        None => format!("{}{DOTS}", layout.split(|letter| letter != ' ').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Option<String> {
        let start = line.find(is_unnoticed)?;
        let length =
            line[start..].chars().take_while(|character| is_unnoticed(*character)).map(char::len_utf8).sum::<usize>();
        let shown = BareLine::around(line, Span::new(0, line.len()), Span::new(start, start + length))?;
        assert!(shown.text.chars().count() >= shown.column + shown.length);
        Some(shown.text)
    }

    #[test]
    fn only_layout_and_keys_of_ours_are_shown() {
        for (line, expected) in [
            ("  \u{a0}- name: token", "  \\u{a0}…"),
            ("    type:\u{a0}string", "    type:\\u{a0}…"),
            ("  - name: crm \u{200b}", "  - name: …\\u{200b}"),
            ("  {\"name\": \"crm\",\u{a0}\"value\": \"hunter2\"},", "  {\"name\": …\\u{a0}…"),
            ("  \"value\":\u{feff}\"hunter2\"", "  \"value\":\\u{feff}…"),
            ("hunter2: \u{a0}x", "…\\u{a0}…"),
            ("  hunter2 \u{a0}x", "  …\\u{a0}…"),
            ("PIN=1234\u{a0}", "…\\u{a0}"),
            ("\u{2028}\u{a0}", "\\u{2028}\\u{a0}"),
        ] {
            assert_eq!(shown(line).as_deref(), Some(expected), "{line:?}");
        }
        assert!(BareLine::around("ab", Span::new(0, 2), Span::new(0, 1)).is_none());
    }

    proptest::proptest! {
        #[test]
        fn what_is_in_the_place_of_the_dots_makes_no_difference(
            start in "( {0,3}-? ?|[{] ?)(\"?(name|type|value)\"?: ?)?", one in "[A-Z0-9]{1,9}", other in "[A-Z0-9=:]{1,9}", end in "[A-Z]{1,3}",
        ) {
            let (one, other) = (format!("{start}{one}\u{a0}{one}"), format!("{start}{other}\u{a0}{end}"));
            proptest::prop_assert_eq!(shown(&one), shown(&other));
        }
    }
}
