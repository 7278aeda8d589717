//! Reads characters that a service has escaped, in the ways of JSON, HTML and URLs. Which characters a service escapes
//! differs from one to another: `+` and `&` are `\u002B` and `\u0026` in the JSON of some.

use std::ops::Range;

use zeroize::Zeroizing;

/// A text without escapes.
pub(crate) struct Unescaped {
    /// Its characters.
    pub text: Zeroizing<Vec<char>>,
    /// For each of them, where it is in the text that was read.
    pub places: Vec<Range<usize>>,
}

/// Reads all escapes of a text once.
pub(crate) fn unescape(text: &[char]) -> Unescaped {
    let mut unescaped = Unescaped { text: Zeroizing::new(Vec::with_capacity(text.len())), places: Vec::new() };
    let mut at = 0;
    while let Some(first) = text.get(at) {
        let (character, length) = escape(text.get(at..).unwrap_or_default()).unwrap_or((*first, 1));
        unescaped.text.push(character);
        unescaped.places.push(at..at + length);
        at += length;
    }
    unescaped
}

/// The character that this text begins with if it is escaped, and the length of the escape in characters.
fn escape(text: &[char]) -> Option<(char, usize)> {
    match text {
        ['\\', 'u', digits @ ..] => Some((number(digits.get(..4)?, 16)?, 6)),
        ['\\', character @ ('"' | '\\' | '/' | '\''), ..] => Some((*character, 2)),
        ['%', digits @ ..] => Some((number(digits.get(..2)?, 16).filter(char::is_ascii)?, 3)),
        ['&', '#', 'x' | 'X', rest @ ..] => entity(rest, 16).map(|(character, length)| (character, length + 3)),
        ['&', '#', rest @ ..] => entity(rest, 10).map(|(character, length)| (character, length + 2)),
        ['&', ..] => {
            let names = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\'')];
            let (name, character) = names.into_iter().find(|(name, _)| name.chars().eq(start(text, name.len())))?;
            Some((character, name.len()))
        }
        _ => None,
    }
}

fn start(text: &[char], length: usize) -> impl Iterator<Item = char> {
    text.iter().take(length).copied()
}

/// The character of an HTML entity from its number on, and the length of the rest with the semicolon.
fn entity(rest: &[char], radix: u32) -> Option<(char, usize)> {
    let length = rest.iter().take(8).position(|character| *character == ';')?;
    Some((number(rest.get(..length)?, radix)?, length + 1))
}

fn number(digits: &[char], radix: u32) -> Option<char> {
    let digits: String = digits.iter().collect();
    if digits.starts_with('+') {
        return None;
    }
    char::from_u32(u32::from_str_radix(&digits, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_becomes_its_character_and_keeps_its_place() {
        for (escaped, plain) in [
            ("a\\u002Bb\\u00e4", "a+bä"),
            ("\\\"x\\\\y\\/", "\"x\\y/"),
            ("&#43;&#x2B;&amp;&lt;&apos;", "++&<'"),
            ("a%2Bb%C3", "a+b%C3"),
            ("100 % & \\n &#; &#99999999; \\u12", "100 % & \\n &#; &#99999999; \\u12"),
        ] {
            let text: Vec<char> = escaped.chars().collect();
            let unescaped = unescape(&text);
            assert_eq!(unescaped.text.iter().collect::<String>(), plain, "{escaped}");
            let ends = unescaped.places.iter().map(|place| place.end);
            assert!(unescaped.places.iter().skip(1).map(|place| place.start).eq(ends.take(unescaped.places.len() - 1)));
            assert_eq!(unescaped.places.last().unwrap().end, text.len());
        }
    }
}
