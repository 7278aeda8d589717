//! Prepares text from a document for a message: escaped, quoted and shortened.

use std::fmt::Write;

/// Maximum length of a name or key in a message, in characters.
const MAX_CHARACTERS: usize = 64;

/// Puts a name or key in backticks, safe for a terminal and on one line: control, bidi and zero-width characters are
/// escaped, and a text of more than 64 characters is cut.
pub fn quote(text: &str) -> String {
    let mut out = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == MAX_CHARACTERS {
            out.push('…');
            break;
        }
        push_escaped(&mut out, character);
    }
    out.push('`');
    out
}

/// Escapes control, bidi and zero-width characters. The text is not shortened.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push_escaped(&mut out, character));
    out
}

/// Appends a character, escaped as [`escape`] does it.
pub(crate) fn push_escaped(out: &mut String, character: char) {
    if is_invisible(character) {
        // Writing to a `String` cannot fail.
        let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
    } else {
        out.push(character);
    }
}

/// Whether a character would control a terminal or be invisible to a reader: control characters, the separators of lines
/// and paragraphs, the blank Braille pattern, interlinear annotations, and all characters that programs do not draw
/// (`Default_Ignorable_Code_Point`, Unicode 16, DerivedCoreProperties.txt).
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_gets_through() {
        assert_eq!(quote("a\x1b[31mb\u{202e}c\n"), "`a\\u{1b}[31mb\\u{202e}c\\u{a}`");
        for hidden in
            ["\u{3164}", "\u{2800}", "\u{fe00}", "\u{fe0f}", "\u{e0100}", "\u{e01ef}", "\u{180b}", "\u{e0fff}"]
        {
            assert!(escape(hidden).starts_with("\\u{"), "{hidden:?}");
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(quote(&"x".repeat(100)).chars().count(), 2 + 64 + 1);
    }
}
