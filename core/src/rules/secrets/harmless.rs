//! Texts that look random and are no secrets: identifiers, digests, dates, pictures, patterns.

use super::base64_text::plain_text;
use super::key_material::{Der, der};
use super::names::{Hint, hint};
use super::randomness::is_random;

/// How texts begin that name a digest, a public key or the content of a file.
const BEGINNINGS: [&str; 44] = [
    "sha1-",
    "sha1:",
    "sha256-",
    "sha256:",
    "sha384-",
    "sha384:",
    "sha512-",
    "sha512:",
    "sha256/",
    "pin-sha256=",
    "cpe:",
    "md5:",
    "md5-",
    "SHA256:",
    "SHA1:",
    "MD5:",
    "W/\"",
    "data:",
    "urn:",
    "did:",
    "magnet:",
    "cid:",
    "arn:",
    "ssh-rsa ",
    "ssh-ed25519 ",
    "ecdsa-sha2-",
    "sk-ssh-",
    "sk-ecdsa-",
    "AAAAB3NzaC1",
    "AAAAC3NzaC1",
    "AAAAE2VjZHNh",
    // The base64 of PNG, JPEG, GIF, WebP and WAV, PDF, WOFF2, icons, MP3, Ogg, WebM, gzip and zip.
    "iVBORw0KGgo",
    "/9j/",
    "R0lGOD",
    "UklGR",
    "JVBERi0",
    "d09GMg",
    "AAABAA",
    "SUQz",
    "//uQ",
    "T2dnUw",
    "GkXfo",
    "H4sIA",
    "UEsDB",
];
/// How texts end that are public identifiers, or were cut short.
const ENDINGS: [&str; 4] = [".apps.googleusercontent.com", ".iam.gserviceaccount.com", "...", "…"];

/// Whether a text that looks random is no secret, by its own form or by the name of the variable that holds it.
///
/// Of 32, 40 or 64 hexadecimal digits nothing tells a digest from a key, so the name decides; without a word in it that
/// names a digest, they may be a key.
pub(super) fn is_harmless(name: &str, text: &str) -> bool {
    is_known(text)
        || is_uuid(text)
        || is_ulid(text)
        || !is_random(&without_uuids(text))
        || is_address(text)
        || is_pattern(text)
        || is_decoded_harmless(text)
        || is_pod(text)
        || match hint(name) {
            Hint::Digest => is_digest(text),
            Hint::Harmless => true,
            Hint::Nothing => false,
        }
}

fn is_known(text: &str) -> bool {
    let text = text.trim_matches(['\'', '"', ';']);
    BEGINNINGS.iter().any(|start| text.starts_with(start))
        || ENDINGS.iter().any(|end| text.ends_with(end))
        || text.contains("@sha256:")
        || text.contains("-verification=")
        || is_trace(text)
        || text
            .rsplit_once('@')
            .is_some_and(|(what, commit)| what.contains('/') && commit.len() == 40 && is_hex(commit))
        || der(text) == Some(Der::Public)
}

/// The header `traceparent` (W3C, Trace Context), or `b3` (OpenZipkin).
fn is_trace(text: &str) -> bool {
    let is_hex_or_dash = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    // The single header of B3 has the same ids: `h32-h16-1`.
    let is_b3 = || text.len() == 51 && text.as_bytes().get(32) == Some(&b'-') && text.as_bytes().get(49) == Some(&b'-');
    ((text.len() == 55 && text.starts_with("00-")) || is_b3()) && text.bytes().all(is_hex_or_dash)
}

/// A UUID without dashes (RFC 9562 section 4): of version 4, or of version 1 or 7 with a time of our days. The digits
/// that say so are like this in 1 of 60 random texts.
fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let version = bytes.get(12..14).unwrap_or_default();
    bytes.len() == 32
        && bytes.iter().all(u8::is_ascii_hexdigit)
        && matches!(bytes.get(16), Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B'))
        && (version.starts_with(b"4") || version == b"11" || (version.starts_with(b"7") && text.starts_with("01")))
}

/// A ULID (github.com/ulid/spec): 26 digits of Crockford's base32, the first ten of them a time of our days. A TypeID has
/// the type before it: `case_01h…`.
fn is_ulid(text: &str) -> bool {
    let text = match text.rsplit_once('_') {
        Some((kind, id)) if kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => id,
        _ => text,
    };
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() && !b"ILOU".contains(&byte.to_ascii_uppercase());
    let has_one_case = !text.bytes().any(|byte| byte.is_ascii_lowercase()) || text == text.to_ascii_lowercase();
    text.len() == 26 && text.starts_with("01") && has_one_case && text.bytes().all(is_digit)
}

/// The text without UUIDs in it.
fn without_uuids(text: &str) -> String {
    const LENGTH: usize = 36;
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let uuid = rest.get(..LENGTH).filter(|part| is_dashed_uuid(part.as_bytes()));
        match uuid {
            Some(_) => left.push('.'),
            None => left.push(first),
        }
        rest = rest.get(uuid.map_or(first.len_utf8(), str::len)..).unwrap_or_default();
    }
    left
}

pub(super) fn is_dashed_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A host, an e-mail address, an address of the Internet or of a network card, a fingerprint with colons.
fn is_address(text: &str) -> bool {
    let in_colons = text.bytes().filter(|byte| *byte == b':').count() >= 2
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'/' | b'%'));
    let is_server = |server: &str| {
        let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
        is_host(host) && port.bytes().all(|byte| byte.is_ascii_digit())
    };
    in_colons
        || is_server(text.rsplit_once('@').map_or(text, |(_, host)| host))
        || text.split([',', ';']).all(is_server)
}

/// A host with labels of lower-case letters, digits and dashes, and a top-level domain of letters.
fn is_host(text: &str) -> bool {
    let host = text.split([':', '/']).next().unwrap_or_default();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let Some((_, top)) = host.rsplit_once('.') else { return false };
    host.len() == text.len()
        && host.split('.').all(is_label)
        && (2..=12).contains(&top.len())
        && top.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Regular expressions, formats of dates and of texts, paths into documents, markup, lists of codes of one length:
/// punctuation with few letters between.
fn is_pattern(text: &str) -> bool {
    /// What only regular expressions have, and what else they are made of.
    const CLASSES: [&str; 19] = [
        "[a-", "[A-", "[0-9", "z0-9", "Z0-9", "F0-9", "f0-9", "\\d", "\\w", "\\s", "\\S", "\\p{", "[^/", "\\b", "\\u0",
        "\\x0", "(?:", "(?!", "(?=",
    ];
    const PARTS: [&str; 15] =
        ["[^", "\\.", "(?", ".*", ".+", "]+", "]*", "){", "]{", "]?", ")$", "\\/", "(^", "$)", ")|"];
    const DATE: &str = "yYMdDhHmsSaAzZXTEeGwWkKuUQqFLn'-/:., []";
    let classes = CLASSES.iter().filter(|idiom| text.contains(**idiom)).count();
    let parts = || PARTS.iter().filter(|idiom| text.contains(**idiom)).count();
    let percents = text.bytes().filter(|byte| *byte == b'%').count();
    let has_letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_regex = classes >= 2
        || (classes == 1 && parts() >= 1)
        || (has_letters && parts() >= 3)
        || (text.starts_with('^') && text.ends_with('$'));
    is_regex
        || percents * 5 >= text.len()
        || text.chars().all(|character| DATE.contains(character))
        || text.starts_with("$.")
        || text.contains("</")
        || is_list_of_codes(text)
        || is_sequence(text)
        || (text.contains("GCM") && text.contains("SHA"))
}

/// Whether a text repeats a part of it, or is in the order of the alphabet, as samples are: `deadbeefdeadbeef`, `abcdef`.
fn is_sequence(text: &str) -> bool {
    let bytes = text.as_bytes();
    let repeats_after =
        |length: &usize| bytes.iter().zip(bytes.iter().skip(*length)).all(|(first, second)| first == second);
    let steps =
        bytes.iter().zip(bytes.iter().skip(1)).filter(|(first, second)| first.checked_add(1) == Some(**second)).count();
    steps * 2 >= bytes.len() || (1..=(bytes.len() / 2).min(16)).any(|length| repeats_after(&length))
}

/// Whether a text is three or more texts of the same length with commas between, such as colours, or colours with
/// dashes between.
fn is_list_of_codes(text: &str) -> bool {
    const LENGTH_OF_COLOR: usize = 6;
    let is_list = |separator: char| {
        let mut codes = text.split(separator).map(str::len);
        let first = codes.next().unwrap_or_default();
        (2..=12).contains(&first) && text.len() > 3 * first && codes.all(|length| length == first)
    };
    // Keys of licences have dashes as well.
    let is_color = |part: &str| part.len() == LENGTH_OF_COLOR && is_hex(part);
    [',', ';', '|'].into_iter().any(is_list) || text.split('-').all(is_color)
}

/// Digits in hexadecimal, base32 or base64 as digests have, whatever algorithm is named before them.
fn is_digest(text: &str) -> bool {
    let digits = text.rsplit([':', '@', '-', '+', '.']).next().unwrap_or_default().trim_matches('"');
    is_hex(digits)
        || matches!(digits.trim_end_matches('=').len(), 22 | 26 | 27 | 32 | 43 | 52 | 64 | 86)
        || is_address(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text is the name of a pod or of a replica set: words, and what Kubernetes adds to them, which has no vowels
/// (apimachinery, `SafeEncodeString`).
fn is_pod(text: &str) -> bool {
    let is_added = |part: &str| part.bytes().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte));
    let is_set = |text: &str| {
        let parts = text.rsplit_once('-');
        parts.is_some_and(|(words, hash)| (8..=10).contains(&hash.len()) && is_added(hash) && !is_random(words))
    };
    let pod = text.rsplit_once('-').filter(|(_, end)| end.len() == 5 && is_added(end));
    pod.is_some_and(|(set, _)| is_set(set)) || is_set(text)
}

/// Whether a text is base64 of a plain text that is no secret.
fn is_decoded_harmless(text: &str) -> bool {
    plain_text(text)
        .is_some_and(|plain| plain.split_ascii_whitespace().all(|word| !is_random(word) || is_pattern(word)))
}
