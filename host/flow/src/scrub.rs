//! Removes secrets from text that comes from elsewhere, in every form that a service might echo them in: encoded, in
//! another case, or cut off.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use cxvars_core::base::display;
use cxvars_core::base::hex;
use cxvars_core::base::secret::Secret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::escapes::{Unescaped, unescape};

/// The text that replaces a secret.
const REDACTED: &str = "[redacted]";
/// Longest text that is shown, in characters.
const MAX_SHOWN_CHARS: usize = 400;
/// Longest text that is looked at, in characters. What is shown comes from its beginning.
const MAX_READ_CHARS: usize = 2000;
/// Length of a secret, in characters. A shorter one is removed only as a whole word: the value `3` would otherwise
/// remove a digit from every number.
const SHORT_SECRET_CHARS: usize = 4;
/// The same for a value that is not encrypted: words such as `true` or `prod` are parts of other words.
const SHORT_VALUE_CHARS: usize = 8;
/// A secret that was cut off is known by this many characters.
const PREFIX_CHARS: usize = 6;
/// The same for an encoded secret; base64 makes eight characters of six.
const ENCODED_PREFIX_CHARS: usize = 12;
/// Any other part of a secret is known by this many characters.
const PART_CHARS: usize = 8;
/// From this length on, the beginning of a secret is no common word.
const LONG_WORD_CHARS: usize = 12;

/// Removes the secrets of a run from text. No `Debug`: it holds them.
#[derive(Clone, Default)]
pub struct Scrubber(Vec<Needle>);

/// A text to look for, and where it counts as found.
#[derive(Clone)]
struct Needle {
    /// In lower case. Shared, because each registration adds its values to the secrets of the session.
    text: Arc<Zeroizing<Vec<char>>>,
    found: Found,
}

/// Where a needle counts as found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Anywhere, also if only a part of it is there: at least this number of its first characters, or any eight others.
    InPart(usize),
    /// Anywhere, also if only its first characters are there, at least this number of them.
    CutOff(usize),
    /// Anywhere.
    Anywhere,
    /// Where no letter or digit touches it.
    Alone,
    /// The same, and not as a part of an id such as `corr-3`.
    AloneAndNoId,
}

impl Scrubber {
    /// A scrubber that knows these secrets. Empty ones are ignored.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let mut scrubber = Self::default();
        scrubber.learn_secrets(secrets);
        scrubber
    }

    /// Adds secrets. Empty ones are ignored.
    pub fn learn_secrets<'s>(&mut self, secrets: impl IntoIterator<Item = &'s Secret>) {
        for text in secrets.into_iter().map(Secret::expose) {
            if text.chars().count() < SHORT_SECRET_CHARS {
                self.add(text, Found::Alone);
                continue;
            }
            // `https://` says nothing.
            let scheme = text.split_once("://").map_or(0, |(scheme, _)| scheme.chars().count() + "://".len());
            self.add(text, Found::InPart(PREFIX_CHARS.max(scheme + 3)));
            for encoded in encodings(text) {
                self.add(&encoded, Found::CutOff(ENCODED_PREFIX_CHARS));
            }
            lines(text).for_each(|line| self.add(line, Found::CutOff(PREFIX_CHARS)));
        }
    }

    /// Adds values that are not encrypted. They are removed as a whole, and short ones only where they stand alone.
    pub fn learn_values<'s>(&mut self, values: impl IntoIterator<Item = &'s Secret>) {
        for text in values.into_iter().map(Secret::expose) {
            if text.chars().count() < SHORT_VALUE_CHARS {
                self.add(text, Found::AloneAndNoId);
                continue;
            }
            self.add(text, Found::Anywhere);
            encodings(text).iter().for_each(|encoded| self.add(encoded, Found::Anywhere));
            lines(text).for_each(|line| self.add(line, Found::Anywhere));
        }
    }

    fn add(&mut self, text: &str, found: Found) {
        if !text.is_empty() {
            let text = Arc::new(Zeroizing::new(text.chars().map(folded).collect()));
            self.0.push(Needle { text, found });
        }
    }

    /// The text without secrets, on one line, cut to 400 characters.
    pub fn scrub(&self, text: &str) -> String {
        self.without(text, |_| true)
    }

    /// The same for an id of the service: short values are parts of ids, so only longer ones are removed.
    pub fn scrub_id(&self, id: &str) -> String {
        self.without(id, |found| !matches!(found, Found::Alone | Found::AloneAndNoId))
    }

    fn without(&self, text: &str, counts: impl Fn(Found) -> bool) -> String {
        let text: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().take(MAX_READ_CHARS).collect());
        let mut secret = self.marks(&text, &counts);
        // Once more without escapes: a service may have escaped some characters and left others.
        let Unescaped { text: plain, places } = unescape(&text);
        if plain.len() < text.len() {
            let marked = self.marks(&plain, &counts).into_iter().zip(places).filter(|(marked, _)| *marked);
            for (_, place) in marked {
                secret.iter_mut().skip(place.start).take(place.len()).for_each(|secret| *secret = true);
            }
        }
        let mut clean = String::new();
        let mut before = false;
        for (character, secret) in text.iter().zip(secret) {
            match (secret, before) {
                (false, _) => clean.push(*character),
                (true, false) => clean.push_str(REDACTED),
                (true, true) => {}
            }
            before = secret;
        }
        let one_line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut short: String = one_line.chars().take(MAX_SHOWN_CHARS).collect();
        if one_line.chars().count() > MAX_SHOWN_CHARS {
            short.push('…');
        }
        display::escape(&short)
    }
}

impl Scrubber {
    /// Which characters of the text belong to a secret.
    fn marks(&self, text: &[char], counts: impl Fn(Found) -> bool) -> Vec<bool> {
        let lower: Zeroizing<Vec<char>> = Zeroizing::new(text.iter().copied().map(folded).collect());
        let mut secret = vec![false; lower.len()];
        for needle in self.0.iter().filter(|needle| counts(needle.found)) {
            for at in 0..lower.len() {
                let length = needle.length_at(&lower, at);
                secret.iter_mut().skip(at).take(length).for_each(|secret| *secret = true);
            }
        }
        secret
    }
}

impl Needle {
    /// How many characters of the text are the needle, from this place on; 0 if it is not there.
    fn length_at(&self, text: &[char], at: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        let length = self.text.iter().zip(rest).take_while(|(a, b)| a == b).count();
        let is_whole = length == self.text.len();
        let (before, after) = (text.get(..at).unwrap_or_default(), rest.get(length..).unwrap_or_default());
        let counts = match self.found {
            Found::InPart(_) | Found::CutOff(_) | Found::Anywhere if is_whole => true,
            Found::InPart(prefix) | Found::CutOff(prefix) if length >= prefix => {
                let found = rest.get(..length).unwrap_or_default();
                !is_common_word(before, found, after)
            }
            Found::InPart(_) => return self.part_at(rest),
            Found::CutOff(_) | Found::Anywhere => false,
            Found::Alone => is_whole && !touches(before.last()) && !touches(after.first()),
            Found::AloneAndNoId => {
                let continues = |one: Option<&char>, two: Option<&char>| {
                    touches(one) || (one.is_some_and(|one| "-_./+".contains(*one)) && touches(two))
                };
                let (mut back, mut forth) = (before.iter().rev(), after.iter());
                is_whole && !continues(back.next(), back.next()) && !continues(forth.next(), forth.next())
            }
        };
        if counts { length } else { 0 }
    }

    /// How many characters at the beginning of the text are a part of the needle. 0 if none are, or if they say nothing:
    /// the scheme of a URL, or letters alone, unless there are many.
    fn part_at(&self, rest: &[char]) -> usize {
        let are_letters = |part: &[char]| part.iter().all(|character| character.is_alphabetic());
        let length = match rest.get(..PART_CHARS) {
            Some(part) if are_letters(part) => LONG_WORD_CHARS,
            _ => PART_CHARS,
        };
        let Some(part) = rest.get(..length) else { return 0 };
        let is_scheme = part.windows(3).any(|three| matches!(three, [':', '/', '/']));
        let is_part = !is_scheme && self.text.windows(length).any(|window| window == part);
        if is_part { length } else { 0 }
    }
}

/// Whether what looks like the beginning of a secret is a word that stands alone, such as the `client` of
/// `client-secret-7`. Dots after it say that something was cut off.
fn is_common_word(before: &[char], found: &[char], after: &[char]) -> bool {
    let is_word = found.len() < LONG_WORD_CHARS && found.iter().all(|character| character.is_alphabetic());
    let is_cut = matches!(after, ['…', ..] | ['.', '.', ..] | ['*', ..]);
    is_word && !is_cut && !touches(before.last()) && !touches(after.first())
}

fn touches(neighbour: Option<&char>) -> bool {
    neighbour.is_some_and(|character| character.is_alphanumeric())
}

/// The character in lower case, if that is one character.
fn folded(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => character,
    }
}

/// The long lines of a text of several lines. Each is a secret as well.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(move |line| line.len() >= 2 * SHORT_SECRET_CHARS && *line != text)
}

/// The forms of a text in other languages. Letter case does not matter.
fn encodings(text: &str) -> Vec<Zeroizing<String>> {
    let bytes = text.as_bytes();
    let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    // `A-Za-z0-9-._~` stay as they are in most encoders (RFC 3986 section 2.3).
    let unreserved = percent.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_").replace("%7E", "~");
    let json = serde_json::Value::from(text).to_string();
    let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
    let mut all = vec![
        hex::encode(bytes),
        unreserved.replace("%20", "+"),
        unreserved,
        percent,
        json_in_ascii(&json),
        json.replace('/', "\\/"),
        json,
    ];
    // HTML error pages escape five characters, by name, decimal number or hexadecimal number.
    for apostrophe in ["&#39;", "&#x27;", "&apos;"] {
        for quote in ["&quot;", "&#34;"] {
            let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            all.push(html.replace('\'', apostrophe).replace('"', quote));
        }
    }
    // Within a longer text, the secret may begin at any of the three bytes of a base64 group.
    for lead in 0..3 {
        let padded = [vec![0; lead], bytes.to_vec()].concat();
        let (first, last) = ((lead * 8).div_ceil(6), padded.len() * 8 / 6);
        for encoded in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            all.extend(encoded.get(first..last).filter(|part| part.len() >= SHORT_SECRET_CHARS).map(str::to_owned));
        }
    }
    all.retain(|encoded| encoded != text);
    all.into_iter().map(Zeroizing::new).collect()
}

/// A JSON text with everything beyond ASCII escaped, as many libraries write it.
fn json_in_ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            escaped.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let secret = "pä\"ss/w0rd\nline two";
        let scrubber = Scrubber::new([&Secret::new(secret)]);
        let in_json = serde_json::json!({ "echo": secret }).to_string();
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for (name, text) in [
            ("raw", format!("value {secret} bad")),
            ("json", in_json),
            ("percent", utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string()),
            ("hex", hex.to_uppercase()),
            ("json in ascii", secret.replace('ä', "\\u00E4").replace('"', "\\\"").replace('\n', "\\n")),
            ("html", format!("<p>{}</p>", secret.replace('"', "&quot;"))),
            ("some characters escaped", "pä\\u0022ss&#x2F;w\\u0030rd%0Aline%20two".to_owned()),
            ("base64", STANDARD_NO_PAD.encode(secret)),
            ("base64, one byte before", STANDARD_NO_PAD.encode(format!("x{secret}y"))),
            ("base64url, two bytes before", URL_SAFE_NO_PAD.encode(format!("id{secret}"))),
        ] {
            let clean = scrubber.scrub(&text);
            assert!(clean.contains(REDACTED), "{name}: {clean}");
            assert!(!clean.contains("w0rd") && !clean.contains("line two"), "{name}: {clean}");
        }
    }

    #[test]
    fn a_secret_is_found_cut_off_in_another_case_and_line_by_line() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----";
        let scrubber = Scrubber::new([&Secret::new("sk_live_9a8B7c6D5e4F"), &Secret::new(key)]);
        for (text, left) in [
            ("not 'sk_live_9a8B'", "not '[redacted]'"),
            ("not sk_live...", "not [redacted]..."),
            ("SK_LIVE_9A8B7C6D5E4F!", "[redacted]!"),
            ("SK_LIVE_9A8", "[redacted]"),
            ("xsk_live_9a8B7c6D5e4Fx", "x[redacted]x"),
            ("line hkiG9w0BAQEFAASC", "line [redacted]"),
            ("line HKIG9W0BA", "line [redacted]"),
            ("736b5f6c6976655f396138", "[redacted]"),
            ("sk_li", "sk_li"),
            ("not …6D5e4F", "not …6D5e4F"),
            ("not …c6D5e4F", "not …c6D5e4F"),
            ("not …7c6D5e4F", "not …[redacted]"),
            ("not live_9a8B7c6D5e4F5", "not [redacted]5"),
            ("line 9w0BAQEFA, IEvQIBADANBgkq", "line [redacted], [redacted]"),
        ] {
            assert_eq!(scrubber.scrub(text), left, "{text}");
        }
        let base64 = STANDARD_NO_PAD.encode("sk_live_9a8B7c6D5e4F");
        assert_eq!(scrubber.scrub(&base64[..14]), "[redacted]");
    }

    #[test]
    fn a_common_word_at_the_beginning_of_a_secret_is_left() {
        let scrubber = Scrubber::new([&Secret::new("client-secret-7f")]);
        assert_eq!(
            scrubber.scrub("invalid_client: the client secret is wrong"),
            "invalid_client: the client secret is wrong"
        );
        assert_eq!(scrubber.scrub("client-sec is wrong, client… too"), "[redacted] is wrong, [redacted]… too");
        let scrubber = Scrubber::new([&Secret::new("https://user:pa55word@crm.example.com")]);
        assert_eq!(scrubber.scrub("see https://docs.nice.com"), "see https://docs.nice.com");
        assert_eq!(scrubber.scrub("https://user:pa55 is bad"), "[redacted] is bad");
    }

    #[test]
    fn a_short_secret_is_taken_out_only_where_it_stands_alone() {
        let scrubber = Scrubber::new([&Secret::new("3"), &Secret::new("")]);
        assert_eq!(
            scrubber.scrub("value 3 of 30 variables, not \"3\""),
            "value [redacted] of 30 variables, not \"[redacted]\""
        );
        assert_eq!(scrubber.scrub("x-3"), "x-[redacted]");
    }

    #[test]
    fn a_short_value_damages_no_id_and_no_other_word() {
        let mut scrubber = Scrubber::default();
        scrubber.learn_values([&Secret::new("3"), &Secret::new("able"), &Secret::new("https://crm.example.com")]);
        for (text, left) in [
            ("value 3 is unavailable", "value [redacted] is unavailable"),
            ("corr-3, 3-corr, req_3.4, v1/3/x", "corr-3, 3-corr, req_3.4, v1/3/x"),
            ("limit=3, limit:3. able", "limit=[redacted], limit:[redacted]. [redacted]"),
            ("-3 or 3", "-[redacted] or [redacted]"),
            ("see https://docs.example.com", "see https://docs.example.com"),
            ("not HTTPS://CRM.EXAMPLE.COM/x", "not [redacted]/x"),
        ] {
            assert_eq!(scrubber.scrub(text), left, "{text}");
        }
        assert_eq!(scrubber.scrub_id("3"), "3");
        let secret = Scrubber::new([&Secret::new("sk_live_9a8B7c6D5e4F")]);
        assert_eq!(secret.scrub_id("corr-sk_live_9a8B"), "corr-[redacted]");
    }

    #[test]
    fn the_text_comes_out_on_one_short_line() {
        let clean = Scrubber::default().scrub(&format!("a\r\n\x1b[31mb {}", "x".repeat(900)));
        assert!(clean.starts_with("a \\u{1b}[31mb") && clean.chars().count() < 450 && clean.ends_with('…'));
    }
}
