//! The kind of an unquoted YAML scalar.
//!
//! YAML 1.2 (core schema, section 10.3.2) and YAML 1.1 (`yaml.org/type`) disagree, and both are in wide use. A scalar
//! is a string here only if it is one in both versions; any other string has to be quoted.

use super::tree::NodeKind;

/// The kind of a plain scalar with this text.
pub(super) fn kind(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" => NodeKind::True,
        "false" | "False" | "FALSE" => NodeKind::False,
        _ if truth(text).is_some() => NodeKind::Ambiguous,
        _ if !may_begin_a_number(text) => NodeKind::String,
        _ if is_number(text) => NodeKind::Number,
        _ if is_old_number(text) || is_timestamp(text) => NodeKind::Ambiguous,
        _ => NodeKind::String,
    }
}

/// Whether every reader takes an unquoted scalar with this text for a string.
pub(crate) fn is_string(text: &str) -> bool {
    kind(text) == NodeKind::String
}

/// The boolean that a word means in YAML 1.1 but not in 1.2.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn may_begin_a_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(allowed)
}

/// Whether the text is a number in YAML 1.2. A sign is accepted in every form, also where 1.2 allows none.
fn is_number(text: &str) -> bool {
    let text = unsigned(text);
    let radix = |prefix: &str, digit: fn(u8) -> bool| text.strip_prefix(prefix).is_some_and(|rest| all(rest, digit));
    matches!(text, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
        || radix("0x", |byte| byte.is_ascii_hexdigit())
        || radix("0o", |byte| matches!(byte, b'0'..=b'7'))
        || is_decimal(text)
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(unsigned(exponent))),
        None => (text, None),
    };
    let digits = |text: &str| all(text, |byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            (digits(whole) || whole.is_empty()) && (digits(fraction) || fraction.is_empty()) && mantissa != "."
        }
        None => digits(mantissa),
    };
    mantissa_fits && exponent.is_none_or(digits)
}

/// Whether the text is a number only in YAML 1.1: `1_000`, `0b1`, `0x_ff`, or `1:30`, which is in base 60.
fn is_old_number(text: &str) -> bool {
    let plain = unsigned(text).replace('_', "");
    let is_binary = plain.strip_prefix("0b").is_some_and(|rest| all(rest, |byte| matches!(byte, b'0' | b'1')));
    is_binary || is_base_60(&plain) || (plain != unsigned(text) && is_number(&plain))
}

/// `[0-9]+ (: [0-5]?[0-9])+ ( \. [0-9]* )?`. Each place after the first is below 60, so `8080:80` is no number.
fn is_base_60(text: &str) -> bool {
    let digits = |text: &str| all(text, |byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let Some((first, places)) = whole.split_once(':') else { return false };
    let is_place = |place: &str| {
        digits(place) && place.len() <= 2 && (place.len() == 1 || place.starts_with(['0', '1', '2', '3', '4', '5']))
    };
    digits(first) && places.split(':').all(is_place) && (fraction.is_empty() || digits(fraction))
}

/// Whether the text is a date such as `2001-12-14`, alone or followed by a time.
fn is_timestamp(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let day = rest.bytes().take_while(u8::is_ascii_digit).count();
    let short = |text: &str| text.len() <= 2 && all(text, |byte| byte.is_ascii_digit());
    let time = rest.get(day..).unwrap_or_default();
    let is_time = |byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'+' | b'-' | b' ' | b'\t' | b'T' | b't' | b'Z');
    year.len() == 4
        && all(year, |byte| byte.is_ascii_digit())
        && short(month)
        && matches!(day, 1 | 2)
        && (time.is_empty() || (time.starts_with([' ', '\t', 'T', 't']) && time.bytes().all(is_time)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_any_reader_takes_for_something_else_is_no_string() {
        use NodeKind::*;
        for (expected, texts) in [
            (Null, "  ~ null Null NULL"),
            (True, "true True TRUE"),
            (False, "false False FALSE"),
            (Number, "0 3 -1 +12 012 1.0 1. .5 1e3 1.5E-3 0o7 0x1F -0x1f .inf -.INF .NaN 9223372036854775808"),
            (
                Ambiguous,
                "yes No ON off y N 8080:59 1:5 1:2:3 1:30. 1_000 0b1 -0b1_0 0x_ff 1:30 190:20:30.15 2001-12-14 2001-12-14T21:59:43Z",
            ),
            (
                String,
                "8080:80 443:443 1:60 1:5:99 127.0.0.1:80 x nULL tRUE yEs 1.2.3 10.0.0.1 1e 0x 0xg . - + -- 1:300 1: :30 -x 3a 2001-12 2001-12-14x v1 _1 é",
            ),
        ] {
            for text in texts.split(' ') {
                assert_eq!(kind(text), if text.is_empty() { Null } else { expected }, "{text:?}");
            }
        }
        assert_eq!(kind("2001-12-14 21:59:43.10 -5"), Ambiguous);
        assert_eq!(kind("2001-12-14 is a date"), String);
    }
}
