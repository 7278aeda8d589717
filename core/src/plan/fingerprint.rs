//! Recognises a secret that the service masks, without storing the secret.
//!
//! After a verified apply the host stores a keyed fingerprint of each encrypted value. A later value with the same
//! fingerprint is the same value. Without the key, a fingerprint reveals nothing, not even to an attacker who can guess
//! the value.

use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::base::hex;

type HmacSha256 = Hmac<Sha256>;

/// The secret key of all fingerprints: 32 random bytes, wiped when dropped.
///
/// Like a value, it has no `Debug`, `Display` or `Serialize`.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// Copies 32 random bytes. The caller must wipe its own copy.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// Reads 64 hexadecimal digits of either case; `None` for any other text.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut key = Self(Zeroizing::new([0; 32]));
        hex::decode_into(text, &mut key.0).then_some(key)
    }

    /// The bytes, for the only file that stores them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// HMAC-SHA-256 of one variable's value. Two fingerprints are compared in constant time.
///
/// It has no `Debug` and no `Display`. The state file, the only place that stores it, uses [`Fingerprint::to_hex`].
#[derive(Clone)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }

    /// Reads what [`Fingerprint::to_hex`] wrote; `None` for any other text.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        (hex::is_digest(text) && hex::decode_into(text, &mut bytes)).then_some(Self(bytes))
    }
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        CtOutput::<HmacSha256>::new(self.0.into()) == CtOutput::new(other.0.into())
    }
}

impl Eq for Fingerprint {}

/// The fingerprint of `value`, the value of the variable `name` of the Data Action `action`.
///
/// The input is these three parts, each after its length in bytes as a 64-bit big-endian integer. So different triples
/// always have different inputs, and the same value under two names has two fingerprints.
pub fn fingerprint(key: &Key, action: &str, name: &str, value: &str) -> Fingerprint {
    // HMAC pads a key with zeros to the block size (RFC 2104, section 2). Padding it here wipes the padded copy, too.
    let mut block = Zeroizing::new([0; 64]);
    for (byte, key) in block.iter_mut().zip(key.expose()) {
        *byte = *key;
    }
    let mut mac = HmacSha256::new((&*block).into());
    for part in [action, name, value] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Fingerprint(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_hmac_over_length_prefixed_parts() {
        // Python: hmac.new(bytes(range(32)), b"".join(len(p).to_bytes(8, "big") + p for p in parts), "sha256")
        // with parts = [b"action-1", b"auth_token", "pässword".encode()].
        let key = Key::new(&std::array::from_fn(|i| i as u8));
        let hex = fingerprint(&key, "action-1", "auth_token", "pässword").to_hex();
        assert_eq!(hex, "b675b753087471a46386f4022aa306c1db457378f4586d0fea956ff33408758d");
    }

    #[test]
    fn differs_by_each_part_and_by_where_parts_end() {
        let key = Key::new(&[7; 32]);
        let base = fingerprint(&key, "a", "bc", "d");
        assert!(base == fingerprint(&key, "a", "bc", "d"));
        for (action, name, value) in
            [("x", "bc", "d"), ("a", "xx", "d"), ("a", "bc", "x"), ("ab", "c", "d"), ("a", "b", "cd")]
        {
            assert!(base != fingerprint(&key, action, name, value));
        }
        assert!(base != fingerprint(&Key::new(&[8; 32]), "a", "bc", "d"));
    }

    #[test]
    fn text_forms_round_trip_and_refuse_anything_else() {
        let key = Key::from_hex(&"0A".repeat(32)).unwrap();
        assert_eq!(key.expose(), &[10; 32]);
        assert!(Key::from_hex("0a").is_none());
        let print = fingerprint(&key, "a", "b", "c");
        assert!(Fingerprint::from_hex(&print.to_hex()).unwrap() == print);
        assert!(
            Fingerprint::from_hex(&print.to_hex().to_uppercase()).is_none()
                || print.to_hex().chars().all(|c| c.is_ascii_digit())
        );
    }
}
