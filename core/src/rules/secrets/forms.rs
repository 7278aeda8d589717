//! Looks a text up among the forms that issuers document for their credentials and identifiers.

use super::checksum;
use super::placeholder;
use super::randomness::reads_like_words;

/// How much a form says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// A secret.
    Secret,
    /// A secret that ends with a checksum.
    Checked,
    /// What may also be something else, or an identifier that is one half of a secret.
    Half,
    /// Meant to be seen.
    Public,
}

/// One line of the files in `forms/`, the first of which describes the fields.
struct Form {
    /// Where its prefix, its body and its kind are in [`TEXT`], with tabs between them.
    at: u16,
    /// The second byte of the prefix.
    second: u8,
    level: Level,
}

impl Form {
    /// Prefix, body and kind.
    fn fields(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let (prefix, rest) = TEXT.get(usize::from(self.at)..)?.split_once('\t')?;
        let (body, rest) = rest.split_once('\t')?;
        Some((prefix, body, rest.split_once('\n')?.0))
    }
}

// `TEXT`; `PREFIXED`, sorted by prefix; and `FREE`, without a prefix. `build.rs` writes them.
include!(concat!(env!("OUT_DIR"), "/forms.rs"));

/// For each ASCII byte, the range in [`PREFIXED`] of the forms that begin with it: first index, and last plus one.
static BY_FIRST: [(u16, u16); 128] = by_first();

#[expect(clippy::indexing_slicing, reason = "runs when the program is compiled")]
const fn by_first() -> [(u16, u16); 128] {
    let mut ranges = [(0, 0); 128];
    let mut at = 0;
    while at < PREFIXED.len() {
        let first = TEXT.as_bytes()[PREFIXED[at].at as usize] as usize;
        if ranges[first].1 == 0 {
            ranges[first].0 = at as u16;
        }
        ranges[first].1 = at as u16 + 1;
        at += 1;
    }
    ranges
}

/// Fewest characters of a body that can be told from words.
const MIN_BODY_CHARS: usize = 10;

/// What a text is by its form, and for a secret the kind of it.
///
/// A body that reads like words (`npm_config_registry_url`) or is a placeholder is no credential, unless its checksum
/// holds. A wrong checksum alone changes nothing: a mistyped token still shows most of the real one.
pub(super) fn issued(text: &str) -> Option<(Level, &'static str)> {
    let (start, end) = *BY_FIRST.get(usize::from(*text.as_bytes().first()?))?;
    let forms = PREFIXED.get(usize::from(start)..usize::from(end)).unwrap_or_default();
    // Comparing one byte first is faster than reading the line of every form.
    let second = text.as_bytes().get(1).copied().unwrap_or_default();
    let may_be = |form: &&Form| form.second == 0 || form.second == second;
    forms.iter().filter(may_be).find_map(|form| of_form(text, form))
}

/// As [`issued`], for the forms that are known by what is inside of them.
pub(super) fn issued_by_body(text: &str) -> Option<(Level, &'static str)> {
    const LEAST: usize = 36;
    if text.len() < LEAST {
        return None;
    }
    FREE.iter().find_map(|form| of_form(text, form))
}

fn of_form(text: &str, form: &Form) -> Option<(Level, &'static str)> {
    let (prefix, body, kind) = form.fields()?;
    let rest = text.strip_prefix(prefix).filter(|rest| matches(rest.as_bytes(), body.as_bytes()))?;
    if form.level == Level::Checked && checksum::holds(rest) {
        return Some((Level::Secret, kind));
    }
    let is_words = rest.len() >= MIN_BODY_CHARS && reads_like_words(rest);
    if form.level != Level::Public && (is_words || placeholder::is_sample(text)) {
        return None;
    }
    Some((if form.level == Level::Checked { Level::Secret } else { form.level }, kind))
}

/// Whether a text has the form of a body.
fn matches(text: &[u8], body: &[u8]) -> bool {
    let (mut text, mut body) = (text, body);
    loop {
        match body {
            [] => return text.is_empty(),
            [b'\'', rest @ ..] => {
                let length = rest.iter().position(|byte| *byte == b'\'').unwrap_or(rest.len());
                let (fixed, after) = rest.split_at(length);
                let Some(left) = text.strip_prefix(fixed) else { return false };
                (text, body) = (left, after.get(1..).unwrap_or_default());
            }
            [class, rest @ ..] => {
                let (least, rest) = number(rest);
                let (most, rest) = match rest {
                    [b'-', rest @ ..] => number(rest),
                    [b'+', rest @ ..] => (usize::MAX, rest),
                    _ => (least, rest),
                };
                let run = text.iter().take(most).take_while(|byte| is_in(*class, **byte)).count();
                if run < least {
                    return false;
                }
                (text, body) = (text.get(run..).unwrap_or_default(), rest);
            }
        }
    }
}

/// The number at the beginning, and the rest.
fn number(text: &[u8]) -> (usize, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    (number.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')), rest)
}

/// Whether a byte belongs to a class.
fn is_in(class: u8, byte: u8) -> bool {
    let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match class {
        b'd' => byte.is_ascii_digit(),
        b'h' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        b'H' => matches!(byte, b'0'..=b'9' | b'A'..=b'F'),
        b'x' => byte.is_ascii_hexdigit(),
        b'l' => byte.is_ascii_lowercase(),
        b'U' => byte.is_ascii_uppercase(),
        b'A' => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        b'L' => byte.is_ascii_lowercase() || byte.is_ascii_digit(),
        b'n' => byte.is_ascii_alphanumeric(),
        b'C' => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
        b'w' => is_word,
        b't' => is_word || matches!(byte, b'.' | b'='),
        b'b' => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        b'B' => byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l'),
        _ => byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'<' | b'>' | b'$'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_matched_part_by_part() {
        for (text, body, is_match) in [
            ("12ab", "d2h2", true),
            ("12ab", "d2h3", false),
            ("12ab", "d2-3h2", true),
            ("123ab", "d1+'ab'", true),
            ("a1-us12", "h2'-us'd1-2", true),
            ("a1-us123", "h2'-us'd1-2", false),
            ("", "n0+", true),
            ("x", "", false),
        ] {
            assert_eq!(matches(text.as_bytes(), body.as_bytes()), is_match, "{text} {body}");
        }
    }

    #[test]
    fn every_form_is_found_by_its_first_byte_and_knows_its_classes() {
        assert!(PREFIXED.len() >= 150);
        for form in PREFIXED.iter().chain(&FREE) {
            let (prefix, body, _) = form.fields().unwrap();
            let first = prefix.bytes().next();
            let range = first.and_then(|first| BY_FIRST.get(usize::from(first)));
            assert!(range.is_none_or(|(start, end)| {
                let group = &PREFIXED[usize::from(*start)..usize::from(*end)];
                let begins = |other: &Form| other.fields().unwrap().0.bytes().next() == first;
                group.iter().all(begins) && group.iter().any(|other| std::ptr::eq(other, form))
            }));
            let mut rest = body.as_bytes();
            while let [class, after @ ..] = rest {
                let end = after.iter().position(|byte| {
                    if *class == b'\'' { *byte == b'\'' } else { byte.is_ascii_alphabetic() || *byte == b'\'' }
                });
                assert!(*class == b'\'' || b"dhHxlUALnCwtbBg".contains(class), "{prefix} {body}");
                let end = end.map_or(after.len(), |end| end + usize::from(*class == b'\''));
                rest = &after[end..];
            }
        }
    }

    #[test]
    fn a_right_checksum_beats_what_the_body_reads_like() {
        let body = "callbacksurveyregioncustomerbi".to_owned();
        let token = format!("ghp_{body}{}", checksum::of(&body));
        assert_eq!(issued(&token), Some((Level::Secret, "a GitHub access token")));
        assert_eq!(issued(&format!("ghp_{body}000000")), None);
    }
}
