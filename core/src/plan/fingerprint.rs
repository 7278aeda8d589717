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

    /// A name of the key that may be public: 16 hexadecimal digits, which reveal nothing of the key.
    pub fn id(&self) -> String {
        // Every input of a fingerprint begins with a length, and none is as long as these eight bytes would say.
        let id = mac(self).chain_update(b"cxvars fingerprint key id").finalize().into_bytes();
        hex::encode(id.get(..8).unwrap_or_default())
    }
}

/// Whether two texts of [`Fingerprint::to_text`] are of the same value. `None` if that cannot be known, because they were
/// made with different keys, or one does not name its key and differs.
pub fn are_same(a: &str, b: &str) -> Option<bool> {
    let digest = |text| key_id(text).map_or(text, |id| text.get(id.len() + 1..).unwrap_or_default());
    match (key_id(a).zip(key_id(b)).map(|(a, b)| a == b), digest(a) == digest(b)) {
        (Some(true), same) => Some(same),
        // Only one key and one value make this digest.
        (None, true) => Some(true),
        (Some(false), _) | (None, false) => None,
    }
}

/// The id of the key of a text of [`Fingerprint::to_text`]; `None` if it does not name its key, as earlier versions did.
pub fn key_id(text: &str) -> Option<&str> {
    text.split_once(':').map(|(id, _)| id)
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

    /// [`Key::id`] of its key, a colon, and [`Fingerprint::to_hex`].
    pub fn to_text(&self, key: &Key) -> String {
        format!("{}:{}", key.id(), self.to_hex())
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
    let mut mac = mac(key);
    for part in [action, name, value] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Fingerprint(mac.finalize().into_bytes().into())
}

fn mac(key: &Key) -> HmacSha256 {
    // HMAC pads a key with zeros to the block size (RFC 2104, section 2). Padding it here wipes the padded copy, too.
    let mut block = Zeroizing::new([0; 64]);
    for (byte, key) in block.iter_mut().zip(key.expose()) {
        *byte = *key;
    }
    HmacSha256::new((&*block).into())
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
    fn fingerprints_of_another_key_are_not_comparable() {
        let keys = [7, 8].map(|byte| Key::new(&[byte; 32]));
        let text = |key: &Key, value: &str| fingerprint(key, "a", "b", value).to_text(key);
        let [first, second] = &keys;
        assert_eq!(are_same(&text(first, "v"), &text(first, "v")), Some(true));
        assert_eq!(are_same(&text(first, "v"), &text(first, "w")), Some(false));
        assert_eq!(are_same(&text(first, "v"), &text(second, "v")), None);
        let unnamed = |value: &str| fingerprint(first, "a", "b", value).to_hex();
        assert_eq!(are_same(&unnamed("v"), &text(first, "v")), Some(true));
        assert_eq!(are_same(&unnamed("w"), &text(first, "v")), None);
        assert_eq!(are_same(&unnamed("w"), &unnamed("v")), None);
    }

    #[test]
    fn a_key_is_named_without_revealing_it() {
        // Python: hmac.new(bytes(range(32)), b"cxvars fingerprint key id", "sha256").hexdigest()[:16]
        let key = Key::new(&std::array::from_fn(|i| i as u8));
        assert_eq!(key.id(), "5eb256d4c3cfbdb9");
        assert_eq!(key_id(&fingerprint(&key, "a", "b", "c").to_text(&key)), Some(key.id().as_str()));
        assert_eq!(key_id(&fingerprint(&key, "a", "b", "c").to_hex()), None);
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
