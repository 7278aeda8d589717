//! Hexadecimal text of 32-byte digests and keys.

/// The digits, in lower case.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Writes each byte as two lower-case digits. The text has its full capacity from the start: if it grew, copies of a
/// secret key would stay in memory.
pub fn encode(bytes: &[u8]) -> String {
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0x0f));
    }
    text
}

/// Whether a text could come from [`encode`] of 32 bytes: exactly 64 digits, in lower case.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Decodes 64 digits of either case into `bytes`. Returns false for any other text; `bytes` may then be partly written.
pub(crate) fn decode_into(text: &str, bytes: &mut [u8; 32]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return false;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
            return false;
        };
        *byte = high << 4 | low;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_survive_the_way_through_text() {
        let bytes: [u8; 32] = std::array::from_fn(|i| (i * 37) as u8);
        let text = encode(&bytes);
        assert!(is_digest(&text));
        for text in [text.to_ascii_uppercase(), text] {
            let mut back = [0; 32];
            assert!(decode_into(&text, &mut back));
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let mut bytes = [0; 32];
        let long = "0".repeat(65);
        let signed = format!("+{}", "0".repeat(63));
        let upper = "A".repeat(64);
        for text in ["", "00", &long, &signed, &"ü".repeat(32)] {
            assert!(!decode_into(text, &mut bytes), "{text}");
            assert!(!is_digest(text), "{text}");
        }
        assert!(!is_digest(&upper));
    }
}
