//! Characters that a reader of a text cannot see or takes for a space, and their names.

use std::fmt::Write;

use super::display::is_invisible;

/// The characters of a value that nobody can see, each with its offset in bytes. Tabs and line breaks are not among
/// them, and neither are the joiners of scripts and emoji, which belong between two letters that are not ASCII, nor one
/// variation selector after such a letter, or in a keycap.
pub fn unseen(text: &str) -> impl Iterator<Item = (usize, char)> {
    let is_script = |neighbour: Option<char>| neighbour.is_some_and(|neighbour| !neighbour.is_ascii());
    let mut before = None;
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let before = before.replace(character);
            let joins = matches!(character, '\u{200c}' | '\u{200d}') && is_script(before) && is_script(next);
            let is_base = before.is_some_and(|before| !before.is_ascii() && !is_invisible(before));
            let selects =
                is_variation_selector(character) && (is_base || (character == '\u{fe0f}' && next == Some('\u{20e3}')));
            if !is_layout(character) && is_invisible(character) && !joins && !selects {
                return Some((at, character));
            }
        }
        None
    })
}

/// Whether a character between two tokens would go unnoticed: it is invisible, or looks like a space without being one.
pub(crate) fn is_unnoticed(character: char) -> bool {
    !is_layout(character) && (is_invisible(character) || is_wide_space(character))
}

/// Whether a character is white space, but not in ASCII: a no-break space, for example.
pub(crate) fn is_wide_space(character: char) -> bool {
    !character.is_ascii() && character.is_whitespace()
}

/// Whether a character chooses a form of the one before.
fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_layout(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r')
}

/// The code point of a character and its name: `U+200B zero width space`.
pub fn describe(character: char) -> String {
    let mut text = format!("U+{:04X}", u32::from(character));
    if let Some(name) = name(character) {
        // Writing to a `String` cannot fail.
        let _ = write!(text, " {name}");
    }
    text
}

/// The name of a character in Unicode, or its common one.
fn name(character: char) -> Option<&'static str> {
    Some(match character {
        '\0' => "null",
        '\u{7}' => "bell",
        '\u{8}' => "backspace",
        '\u{b}' => "vertical tab",
        '\u{c}' => "form feed",
        '\u{1b}' => "escape",
        '\u{7f}' => "delete",
        '\u{85}' => "next line",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{34f}' => "combining grapheme joiner",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{17b4}' | '\u{17b5}' => "Khmer inherent vowel",
        '\u{2800}' => "blank Braille pattern",
        '\u{61c}' => "Arabic letter mark",
        '\u{1680}' => "Ogham space mark",
        '\u{180e}' => "Mongolian vowel separator",
        '\u{2000}' => "en quad",
        '\u{2001}' => "em quad",
        '\u{2002}' => "en space",
        '\u{2003}' => "em space",
        '\u{2004}' => "three-per-em space",
        '\u{2005}' => "four-per-em space",
        '\u{2006}' => "six-per-em space",
        '\u{2007}' => "figure space",
        '\u{2008}' => "punctuation space",
        '\u{2009}' => "thin space",
        '\u{200a}' => "hair space",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{202a}' => "left-to-right embedding",
        '\u{202b}' => "right-to-left embedding",
        '\u{202c}' => "pop directional formatting",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{202f}' => "narrow no-break space",
        '\u{205f}' => "medium mathematical space",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "byte order mark",
        '\u{fff9}'..='\u{fffb}' => "interlinear annotation mark",
        '\u{1bca0}'..='\u{1bca3}' => "shorthand format control",
        '\u{1d173}'..='\u{1d17a}' => "musical format control",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        _ if is_variation_selector(character) => "variation selector",
        _ if character.is_control() => "control character",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_text_is_seen() {
        for text in [
            "a\tb\r\nc",
            "é 中",
            "گل\u{200c}ها",
            "👨\u{200d}👩",
            "a\u{a0}b",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}",
        ] {
            assert_eq!(unseen(text).count(), 0, "{text:?}");
        }
        let found = |text| unseen(text).collect::<Vec<_>>();
        assert_eq!(found("é\u{200b}x\0"), [(2, '\u{200b}'), (6, '\0')]);
        assert_eq!(found("a\u{200d}é"), [(1, '\u{200d}')]);
        assert_eq!(found("한\u{3164}글\u{2800}").len(), 2);
        assert_eq!(found("a\u{fe0f}"), [(1, '\u{fe0f}')]);
        assert_eq!(found("❤\u{fe0f}\u{fe01}\u{e0101}").len(), 2);
    }

    #[test]
    fn every_character_that_goes_unnoticed_has_a_name() {
        for character in ('\0'..=char::MAX).filter(|character| is_unnoticed(*character)) {
            // Those that Unicode reserves, and deprecated ones.
            let is_nameless = matches!(character,
                '\u{2065}'..='\u{206f}' | '\u{fff0}'..='\u{fff8}' | '\u{e0080}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}');
            assert!(name(character).is_some() || is_nameless, "{character:?}");
        }
        assert_eq!(describe('\u{feff}'), "U+FEFF byte order mark");
        assert_eq!(describe('\u{206a}'), "U+206A");
    }
}
