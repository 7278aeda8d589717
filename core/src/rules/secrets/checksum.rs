//! The checksum at the end of tokens of GitHub and npm (GitHub blog, "Behind GitHub's new authentication token
//! formats"): CRC-32 of the characters before it, in six digits of base62.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Length of the checksum in characters.
const LENGTH: usize = 6;

/// Whether the last six characters of a body are the checksum of the others.
pub(super) fn holds(body: &str) -> bool {
    let parts = body.len().checked_sub(LENGTH).and_then(|end| body.split_at_checked(end));
    parts.is_some_and(|(random, checksum)| of(random) == checksum)
}

/// The checksum of a text.
pub(super) fn of(text: &str) -> String {
    let mut left = crc32(text.as_bytes());
    let mut digits: Vec<char> = (0..LENGTH)
        .map(|_| {
            let digit = DIGITS.get((left % 62) as usize).copied().unwrap_or_default();
            left /= 62;
            char::from(digit)
        })
        .collect();
    digits.reverse();
    digits.into_iter().collect()
}

/// CRC-32 (ISO 3309, the polynomial of zlib), bit by bit: it runs only for what looks like a token already.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..u8::BITS).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_standard_holds() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(of("123456789").len(), 6);
        assert!(holds(&format!("123456789{}", of("123456789"))) && !holds("123456789000000") && !holds("1"));
    }
}
