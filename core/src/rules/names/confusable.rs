//! Characters that look like another character, or are invisible.

use crate::base::display::is_invisible;

/// Characters, each with the ASCII character that it looks like: a hand-kept part of the Unicode Consortium's list
/// (UTS #39, confusables.txt), for the characters that names are made of.
const LOOK_ALIKES: [(char, char); 75] = [
    // Cyrillic
    ('\u{430}', 'a'),
    ('\u{441}', 'c'),
    ('\u{501}', 'd'),
    ('\u{435}', 'e'),
    ('\u{4bb}', 'h'),
    ('\u{456}', 'i'),
    ('\u{458}', 'j'),
    ('\u{43a}', 'k'),
    ('\u{4cf}', 'l'),
    ('\u{43e}', 'o'),
    ('\u{440}', 'p'),
    ('\u{51b}', 'q'),
    ('\u{455}', 's'),
    ('\u{475}', 'v'),
    ('\u{51d}', 'w'),
    ('\u{445}', 'x'),
    ('\u{443}', 'y'),
    ('\u{410}', 'A'),
    ('\u{412}', 'B'),
    ('\u{421}', 'C'),
    ('\u{415}', 'E'),
    ('\u{50c}', 'G'),
    ('\u{41d}', 'H'),
    ('\u{406}', 'I'),
    ('\u{408}', 'J'),
    ('\u{41a}', 'K'),
    ('\u{41c}', 'M'),
    ('\u{41e}', 'O'),
    ('\u{420}', 'P'),
    ('\u{405}', 'S'),
    ('\u{422}', 'T'),
    ('\u{474}', 'V'),
    ('\u{51c}', 'W'),
    ('\u{425}', 'X'),
    ('\u{423}', 'Y'),
    ('\u{417}', '3'),
    // Greek
    ('\u{3b1}', 'a'),
    ('\u{3b3}', 'y'),
    ('\u{3b9}', 'i'),
    ('\u{3ba}', 'k'),
    ('\u{3bd}', 'v'),
    ('\u{3bf}', 'o'),
    ('\u{3c1}', 'p'),
    ('\u{3c5}', 'u'),
    ('\u{3c7}', 'x'),
    ('\u{391}', 'A'),
    ('\u{392}', 'B'),
    ('\u{395}', 'E'),
    ('\u{396}', 'Z'),
    ('\u{397}', 'H'),
    ('\u{399}', 'I'),
    ('\u{39a}', 'K'),
    ('\u{39c}', 'M'),
    ('\u{39d}', 'N'),
    ('\u{39f}', 'O'),
    ('\u{3a1}', 'P'),
    ('\u{3a4}', 'T'),
    ('\u{3a5}', 'Y'),
    ('\u{3a7}', 'X'),
    // Latin and others
    ('\u{131}', 'i'),
    ('\u{237}', 'j'),
    ('\u{251}', 'a'),
    ('\u{261}', 'g'),
    ('\u{28f}', 'y'),
    ('\u{26a}', 'i'),
    ('\u{1d0f}', 'o'),
    ('\u{1d20}', 'v'),
    ('\u{1d21}', 'w'),
    ('\u{1d22}', 'z'),
    ('\u{585}', 'o'),
    ('\u{57d}', 'u'),
    ('\u{212a}', 'K'),
    ('\u{2502}', 'l'),
    ('\u{2010}', '-'),
    ('\u{2011}', '-'),
];

/// Whether a character can mislead the reader of a name: it is invisible, changes the direction of text, or looks like
/// an ASCII character.
pub(in crate::rules) fn is_confusable(character: char) -> bool {
    !character.is_ascii_graphic() && (is_invisible(character) || looks_like(character).is_some())
}

/// The ASCII character that this one looks like.
pub(in crate::rules) fn looks_like(character: char) -> Option<char> {
    let code = u32::from(character);
    let from = |first: u32, ascii: u32| char::from_u32(code - first + ascii);
    match code {
        // Fullwidth forms have the order of ASCII.
        0xff01..=0xff5e => from(0xff01, 0x21),
        // Mathematical alphanumerics: alphabets of 26 capitals and 26 small letters each, then digits in tens.
        0x1d400..=0x1d6a3 => match (code - 0x1d400) % 52 {
            capital @ 0..26 => char::from_u32(u32::from('A') + capital),
            small => char::from_u32(u32::from('a') + small - 26),
        },
        0x1d7ce..=0x1d7ff => char::from_u32(u32::from('0') + (code - 0x1d7ce) % 10),
        _ => LOOK_ALIKES.iter().find(|(other, _)| *other == character).map(|(_, ascii)| *ascii),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_of_several_scripts_are_known_and_accents_are_not() {
        for (character, ascii) in [('а', 'a'), ('Ο', 'O'), ('ａ', 'a'), ('𝐚', 'a'), ('𝟗', '9'), ('ı', 'i'), ('𝓩', 'Z')]
        {
            assert_eq!(looks_like(character), Some(ascii), "{character}");
        }
        assert!("éüñßж-. 語a_9".chars().all(|character| !is_confusable(character)));
        assert!("\0\u{200b}\u{202e}\u{ad}\n".chars().all(is_confusable));
    }

    #[test]
    fn nothing_looks_like_itself_and_nothing_stands_twice() {
        let mut others: Vec<_> = LOOK_ALIKES.iter().map(|(other, _)| *other).collect();
        assert!(LOOK_ALIKES.iter().all(|(other, ascii)| !other.is_ascii() && ascii.is_ascii()));
        others.sort_unstable();
        assert!(others.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
