//! Removes secrets from text that comes from elsewhere, in every encoding that a service might echo them in.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use cxvars_core::base::display;
use cxvars_core::base::hex;
use cxvars_core::base::secret::Secret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// The text that replaces a secret.
const REDACTED: &str = "[redacted]";
/// Longest text that is shown, in characters.
const MAX_SHOWN_CHARS: usize = 400;
/// Length of a secret, in characters. A shorter one is removed only as a whole word: the value `3` would otherwise
/// remove a digit from every number.
const SHORT_SECRET_CHARS: usize = 4;

/// Removes the secrets of a run from text. No `Debug`: it holds them.
#[derive(Clone, Default)]
pub struct Scrubber {
    /// Secrets in every encoding; longer ones first, because one may be a part of another. Shared, because each
    /// registration adds its values to the secrets of the session.
    long: Vec<Arc<Zeroizing<String>>>,
    /// Secrets that are removed only as whole words.
    short: Vec<Zeroizing<String>>,
}

impl Scrubber {
    /// A scrubber that knows these secrets. Empty ones are ignored.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let mut scrubber = Self::default();
        scrubber.learn(secrets);
        scrubber
    }

    /// Adds secrets. Empty ones are ignored.
    pub fn learn<'s>(&mut self, secrets: impl IntoIterator<Item = &'s Secret>) {
        for text in secrets.into_iter().map(Secret::expose).filter(|text| !text.is_empty()) {
            if text.chars().count() < SHORT_SECRET_CHARS {
                self.short.push(Zeroizing::new(text.to_owned()));
                continue;
            }
            self.long.extend(encodings(text).into_iter().map(|text| Arc::new(Zeroizing::new(text))));
            // Each long line of a multi-line secret is a secret as well.
            let lines =
                text.lines().map(str::trim).filter(|line| line.len() >= 2 * SHORT_SECRET_CHARS && *line != text);
            self.long.extend(lines.map(|line| Arc::new(Zeroizing::new(line.to_owned()))));
        }
        self.long.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.as_str().cmp(b)));
        self.long.dedup_by(|a, b| a.as_str() == b.as_str());
    }

    /// The text without secrets, on one line, cut to 400 characters.
    pub fn scrub(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for needle in &self.long {
            if clean.contains(needle.as_str()) {
                clean = clean.replace(needle.as_str(), REDACTED);
            }
        }
        for needle in &self.short {
            clean = replace_words(&clean, needle);
        }
        let one_line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut short: String = one_line.chars().take(MAX_SHOWN_CHARS).collect();
        if one_line.chars().count() > MAX_SHOWN_CHARS {
            short.push('…');
        }
        display::escape(&short)
    }
}

fn encodings(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let hex = hex::encode(bytes);
    let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    // `A-Za-z0-9-._~` stay as they are in most encoders (RFC 3986 section 2.3).
    let unreserved = percent.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_").replace("%7E", "~");
    let json = serde_json::Value::from(text).to_string();
    let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
    let mut all = vec![
        text.to_owned(),
        hex.to_uppercase(),
        hex,
        unreserved.replace("%20", "+"),
        unreserved.to_lowercase(),
        unreserved,
        percent,
        json_in_ascii(&json, |unit| format!("\\u{unit:04x}")),
        json_in_ascii(&json, |unit| format!("\\u{unit:04X}")),
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
    all
}

/// A JSON text with everything beyond ASCII escaped, as many libraries write it.
fn json_in_ascii(json: &str, escape: impl Fn(&u16) -> String) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            escaped.extend(character.encode_utf16(&mut [0; 2]).iter().map(&escape));
        }
    }
    escaped
}

/// Replaces a word where no letter or digit touches it.
fn replace_words(text: &str, word: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, found) = rest.split_at(at);
        let after = found.get(word.len()..).unwrap_or_default();
        let touches = out.chars().chain(before.chars()).next_back().is_some_and(char::is_alphanumeric)
            || after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if touches { word } else { REDACTED });
        rest = after;
    }
    out + rest
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
    fn a_short_secret_is_taken_out_only_where_it_stands_alone() {
        let scrubber = Scrubber::new([&Secret::new("3"), &Secret::new("")]);
        assert_eq!(
            scrubber.scrub("value 3 of 30 variables, not \"3\""),
            "value [redacted] of 30 variables, not \"[redacted]\""
        );
    }

    #[test]
    fn the_text_comes_out_on_one_short_line() {
        let clean = Scrubber::default().scrub(&format!("a\r\n\x1b[31mb {}", "x".repeat(900)));
        assert!(clean.starts_with("a \\u{1b}[31mb") && clean.chars().count() < 450 && clean.ends_with('…'));
    }
}
