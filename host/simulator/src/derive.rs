//! Derives everything that looks random from the seed: salts, tokens, ETags and correlation ids.
//!
//! Each derivation is HMAC-SHA-256 over length-prefixed parts, so that `("ab", "c")` and `("a", "bc")` differ. The same
//! seed and the same requests give the same answers, so a failed run can be repeated.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A derivation key of 32 bytes. No `Debug`, because every token can be computed from the seed.
#[derive(Clone)]
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// 64 lower-case hexadecimal digits.
    pub(super) fn to_hex(&self) -> String {
        hex(&self.0)
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Derives the key for one purpose.
    pub(super) fn child(&self, purpose: &str) -> Self {
        Self(self.mac(&[purpose.as_bytes()]))
    }

    /// The salted digest of a value: 64 hexadecimal digits.
    pub(super) fn value_digest(&self, value: &str) -> String {
        hex(&self.mac(&[b"value", value.as_bytes()]))
    }

    /// The strong ETag of a revision of an action, including its quotes (RFC 9110 section 8.8.3).
    pub(super) fn etag(&self, action: &str, revision: u64) -> String {
        let mac = self.mac(&[b"etag", action.as_bytes(), &revision.to_be_bytes()]);
        format!("\"{}\"", hex(&mac[..8]))
    }

    /// The text of the `n`th access token.
    pub(super) fn token(&self, n: u64) -> String {
        let mac = self.mac(&[b"token", &n.to_be_bytes()]);
        format!("sbx-{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// The correlation id of the `n`th request, in the form of a UUID.
    pub(super) fn correlation_id(&self, n: u64) -> String {
        let digits = hex(&self.mac(&[b"correlation", &n.to_be_bytes()])[..16]);
        format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_derives_the_same_and_another_seed_does_not() {
        let (a, b) = (Key::new([1; 32]), Key::new([2; 32]));
        assert_eq!(a.token(1), Key::new([1; 32]).token(1));
        assert_ne!(a.token(1), a.token(2));
        assert_ne!(a.token(1), b.token(1));
        assert_ne!(a.value_digest("x"), b.value_digest("x"));
    }

    #[test]
    fn parts_cannot_be_moved_from_one_to_the_next() {
        let key = Key::new([0; 32]);
        assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(&[b"a", b"bc"]));
    }

    #[test]
    fn a_key_survives_its_hexadecimal_form() {
        let key = Key::new([7; 32]).child("salt");
        let back = Key::from_hex(&key.to_hex()).unwrap();
        assert_eq!(back.value_digest("x"), key.value_digest("x"));
        assert!(Key::from_hex("zz").is_none());
        assert!(Key::from_hex(&"+f".repeat(32)).is_none());
    }

    #[test]
    fn a_correlation_id_has_the_shape_of_a_uuid() {
        let id = Key::new([0; 32]).correlation_id(1);
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
