//! Messages as they arrive.

use lsp_server::Message;
use serde_json::Value;

/// Number of bytes of an escape such as `\ud83d`.
const ESCAPE_BYTES: usize = 6;

/// Reads the JSON of a message; none if it is not a message of the protocol.
///
/// Some clients send half a surrogate pair, which no text can hold. It becomes U+FFFD. That has the same length in
/// UTF-16, so all positions of the client stay right.
pub fn parse(mut json: Vec<u8>) -> Option<Message> {
    replace_half_pairs(&mut json);
    let json: Value = serde_json::from_slice(&json).ok()?;
    let is_request = json.get("method").is_some() && json.get("id").is_some_and(|id| !id.is_null());
    let message = serde_json::from_value(json).ok()?;
    // With an identifier that is none, a request passes for a notification, and would never be answered.
    let is_lost = is_request && matches!(message, Message::Notification(_));
    (!is_lost).then_some(message)
}

fn replace_half_pairs(json: &mut [u8]) {
    let mut at = 0;
    while let Some(skipped) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += skipped;
        at += match (unit(json, at), unit(json, at + ESCAPE_BYTES)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE_BYTES,
            (Some(0xd800..=0xdfff), _) => {
                if let Some(half) = json.get_mut(at..at + ESCAPE_BYTES) {
                    half.copy_from_slice(br"\ufffd");
                }
                ESCAPE_BYTES
            }
            (Some(_), _) => ESCAPE_BYTES,
            // Another escape, such as `\\`.
            (None, _) => 2,
        };
    }
}

/// The UTF-16 code unit that is escaped here.
fn unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE_BYTES)?.strip_prefix(br"\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(escaped: &str) -> Option<String> {
        let json = format!(r#"{{"jsonrpc": "2.0", "method": "m", "params": {{"text": "{escaped}"}}}}"#);
        match parse(json.into_bytes())? {
            Message::Notification(notification) => Some(notification.params["text"].as_str()?.to_owned()),
            Message::Request(_) | Message::Response(_) => None,
        }
    }

    #[test]
    fn half_a_surrogate_pair_becomes_one_character_of_the_same_length() {
        let cases = [
            (r"a\ud83d", "a\u{fffd}"),
            (r"\uDE00b", "\u{fffd}b"),
            (r"\ud83d\ud83d\ude00\ude00", "\u{fffd}😀\u{fffd}"),
            (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
            (r"\ud83d\n", "\u{fffd}\n"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\\ud83d \\\\ud83d", r"\ud83d \\ud83d"),
            (r"\ud83d\ude00 \u00e9", "😀 é"),
        ];
        for (escaped, expected) in cases {
            assert_eq!(text(escaped).as_deref(), Some(expected), "{escaped}");
        }
    }

    #[test]
    fn what_is_malformed_stays_so() {
        for escaped in [r"\ud8", r"\ud83", r"\ux83d", r"\", "\n", r"\ud83d\"] {
            assert_eq!(text(escaped), None, "{escaped}");
        }
        assert!(parse(vec![0xff]).is_none() && parse(Vec::new()).is_none());
        assert!(parse(br#"{"jsonrpc": "2.0"}"#.to_vec()).is_none());
    }
}
