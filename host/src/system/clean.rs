//! What is removed from a value or a credential that comes from outside, and what it may not hold. One rule for all sources.

use std::borrow::Cow;

use cxvars_core::base::invisible;
use cxvars_core::base::secret::Secret;
use zeroize::Zeroizing;

/// What is wrong with a value, and what to do; it follows the name of the source. It never contains the value.
pub(crate) type Problem = Cow<'static, str>;

/// Turns bytes into a value; see [`value`]. They must be UTF-8. `None` means that there were more than 64 KiB.
pub(crate) fn value_of(bytes: Option<Zeroizing<Vec<u8>>>) -> Result<Secret, Problem> {
    let bytes = bytes.ok_or("is larger than 64 KiB, which no variable may be")?;
    value(std::str::from_utf8(&bytes).map_err(|_| "is not UTF-8 text; encode it, for example as base64")?)
}

/// The value without what editors, shells and programs add to it: a byte order mark before it, and one line break (LF,
/// CRLF or CR) after it.
///
/// # Errors
/// Nothing is left, a single line still ends with a line break, or it holds a character that nobody can see and that a
/// service would store without a word. Tabs and line breaks within the value are allowed: keys have several lines.
pub(crate) fn value(text: &str) -> Result<Secret, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err("is empty; write the value into it".into());
    }
    let is_one_line = !text.trim_end().contains(['\n', '\r']);
    if text.ends_with(['\n', '\r']) && is_one_line {
        return Err("ends with several line breaks; leave at most one after the value".into());
    }
    match invisible::unseen(text).next() {
        None => Ok(Secret::new(text)),
        Some((_, character)) => {
            let found = invisible::describe(character);
            let why = likely_cause(character);
            Err(format!(
                "holds the invisible character {found}{why}; remove it, or encode the value, for example as base64"
            )
            .into())
        }
    }
}

/// Where a character that is often met comes from.
fn likely_cause(character: char) -> &'static str {
    match character {
        '\0' => " (is the text UTF-16?)",
        '\u{1b}' => " (have the program print no colours)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_and_a_byte_order_mark_are_removed_and_no_more() {
        for (text, expected) in [
            ("v", "v"),
            ("v\n", "v"),
            ("v\r\n", "v"),
            ("v\r", "v"),
            ("a\nb\n\n", "a\nb\n"),
            ("\u{feff}v\r\n", "v"),
            (" v ", " v "),
            ("a\tb\r\nc\n", "a\tb\r\nc"),
            ("گل\u{200c}ها 👨\u{200d}👩", "گل\u{200c}ها 👨\u{200d}👩"),
        ] {
            assert_eq!(value(text).ok().unwrap().expose(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_named_and_the_value_is_not() {
        for (text, words) in [
            ("hunter2\0", "U+0000 null (is"),
            ("\u{1b}[31mhunter2\u{1b}[0m", "U+001B escape (have"),
            ("hunter2\u{200b}", "U+200B zero width space;"),
            ("hun\u{200d}ter2", "U+200D"),
            ("\u{feff}\u{feff}hunter2", "U+FEFF"),
            ("hunter2\u{85}", "U+0085"),
            ("hunter2\u{202e}", "U+202E"),
            ("hunter2\u{7f}", "U+007F delete"),
            ("\u{feff}", "empty"),
            ("\r\n", "empty"),
            ("hunter2\n\n", "several line breaks"),
            ("hunter2\r\n\r\n", "several line breaks"),
        ] {
            let problem = value(text).err().unwrap();
            assert!(problem.contains(words) && !problem.contains("hunter2"), "{problem}");
        }
    }
}
