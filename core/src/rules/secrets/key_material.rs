//! Keys as files hold them: PEM, DER, PuTTY.

use super::base64_text::decode;

/// Whether a text holds a private key in PEM form (RFC 7468 sections 10 and 11; OpenPGP adds `BLOCK`) or in the form of
/// PuTTY, whatever is around it. Other PEM texts are public.
pub(super) fn holds_private_key(text: &str) -> bool {
    let label_ends = |rest: &str| {
        let label = rest.split("-----").next().unwrap_or_default();
        label.len() < 100 && (label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK"))
    };
    text.split("-----BEGIN ").skip(1).any(label_ends)
        || (text.starts_with("PuTTY-User-Key-File-") && text.contains("Private-Lines:"))
}

/// What the base64 of a DER structure (ITU-T X.690) holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Der {
    /// PKCS #1, PKCS #8, SEC 1 or PKCS #12: a sequence that begins with a version.
    PrivateKey,
    /// A certificate, a request, a public key: a sequence that begins with another sequence or a name.
    Public,
}

/// What the base64 of a DER sequence holds. None if it is not one.
pub(super) fn der(text: &str) -> Option<Der> {
    const LEAST_CHARS: usize = 40;
    // Such a sequence is `MII…` from 256 bytes on, `MI…` from 128 on, else `M` and a length.
    if !text.starts_with('M') || text.len() < LEAST_CHARS {
        return None;
    }
    let compact: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    let bytes = decode(&compact, compact.len())?;
    let (length, rest) = match bytes.as_slice() {
        [0x30, 0x82, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
        [0x30, 0x81, length, rest @ ..] | [0x30, length @ ..=0x7f, rest @ ..] => (usize::from(*length), rest),
        _ => return None,
    };
    // A certificate may be followed by others; a part of a structure is none.
    if rest.len() < length {
        return None;
    }
    match rest {
        [0x02, 0x01, 0..=3, ..] => Some(Der::PrivateKey),
        [0x30 | 0x06, ..] => Some(Der::Public),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_found_in_the_text_around_it() {
        let (begin, label) = ("-----BEGIN ", "PRIVATE KEY");
        for text in [
            format!("{begin}RSA {label}-----\nMIIB"),
            format!("{begin}{label}-----\\nMIIB"),
            format!("key = \"{begin}EC {label}-----\\n…\""),
            format!("{begin}CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n{begin}ENCRYPTED {label}-----"),
            format!("{begin}PGP {label} BLOCK-----"),
        ] {
            assert!(holds_private_key(&text), "{text}");
        }
        for text in ["-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN PUBLIC KEY-----", "a PRIVATE KEY", "-----BEGIN "] {
            assert!(!holds_private_key(text), "{text}");
        }
    }

    #[test]
    fn a_private_key_begins_with_a_version() {
        // Of each structure, the beginning; the rest is zero.
        let text = |beginning: &str, length: usize| format!("{beginning}{}", "A".repeat(length - beginning.len()));
        for (beginning, length, holds) in [
            ("MIIBVgIBADANBgkqhkiG", 464, Some(Der::PrivateKey)),
            ("MC4CAQAwBQYDK2VwBCIEI", 64, Some(Der::PrivateKey)),
            ("MFwwDQYJKoZIhvcNAQEB", 128, Some(Der::Public)),
            ("MIIBVgIBADANBgkqhkiG", 100, None),
            ("MonthlyReport", 64, None),
        ] {
            assert_eq!(der(&text(beginning, length)), holds, "{beginning}");
        }
    }
}
