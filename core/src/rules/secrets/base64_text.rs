//! Decodes base64 as far as it takes to see what is in it.

/// The first bytes that a text of base64 or base64url stands for, at most `most`. None if it is not base64 as a whole.
pub(super) fn decode(text: &str, most: usize) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    if text.len() - body.len() > 2 || body.len() % 4 == 1 || body.is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(most.min(body.len()));
    let (mut bits, mut count) = (0_u32, 0);
    for byte in body.bytes() {
        bits = bits << 6 | u32::from(value(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            if bytes.len() < most {
                bytes.push((bits >> count & 0xff) as u8);
            }
        }
        bits &= 0xfff;
    }
    Some(bytes)
}

fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// The plain text that base64 stands for. None if it is not base64, or not of a text.
pub(super) fn plain_text(text: &str) -> Option<String> {
    const MOST: usize = 4096;
    /// Shorter texts are valid base64 of something printable by accident.
    const LEAST: usize = 12;
    let mut bytes = decode(text, MOST).filter(|bytes| bytes.len() >= LEAST)?;
    if bytes.len() == MOST {
        // The end may have cut a character in two.
        let valid = std::str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to(), str::len);
        bytes.truncate(if valid + 4 > MOST { valid } else { MOST });
    }
    let plain = String::from_utf8(bytes).ok()?;
    plain.chars().all(|character| !character.is_control() || character.is_whitespace()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_base64_of_a_text_is_one() {
        assert_eq!(plain_text("Y3VzdG9tZXIgZmVlZGJhY2s="), Some("customer feedback".to_owned()));
        assert_eq!(plain_text("R3LDvMOfZSBhdXMgV2llbiwgYmlzIG1vcmdlbg"), Some("Grüße aus Wien, bis morgen".to_owned()));
        for text in
            ["", "=", "customer feedback", "callback_queue_number_2024", "9f86d081884c7d659a2feaa0c55ad015", "YQ=="]
        {
            assert_eq!(plain_text(text), None, "{text}");
        }
        assert_eq!(decode("QUJD", 2), Some(b"AB".to_vec()));
    }
}
