//! Recognises texts that are likely to be generated keys, by their entropy and their mix of characters.

/// The verdict on a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is as random as a generated key.
    Random,
    /// It is not as random as a generated key.
    Ordinary,
    /// It cannot be a key, because no key contains the byte at this offset.
    NoToken(usize),
}

/// Fewest characters of a generated key. 20 characters of base64 are 120 bits; nobody would generate a shorter key.
const MIN_CHARS: usize = 20;
/// Least entropy of a key in letters and digits, in bits per character: the limit of detect-secrets (plugin
/// `Base64HighEntropyString`).
const MIN_BITS_PER_CHAR: f64 = 4.5;
/// Least entropy of a key in hexadecimal, in bits per digit: the limit of detect-secrets (plugin
/// `HexHighEntropyString`).
const MIN_BITS_PER_HEX_DIGIT: f64 = 3.0;
/// Fewest digits of a key in hexadecimal: 32 digits are 128 bits. Shorter texts are more often identifiers than keys.
const MIN_HEX_DIGITS: usize = 32;
/// Fewest letters and digits that a key has in a row. A UUID has 12; the words in names and paths are shorter.
const MIN_RUN_CHARS: usize = 16;

/// Judges a text in one pass, which ends at the first byte that no key contains.
pub(super) fn look(text: &str) -> Look {
    let mut shape = Shape::default();
    for (at, byte) in text.bytes().enumerate() {
        match Class::of(byte) {
            Some(class) => shape.add(class, byte),
            None => return Look::NoToken(at),
        }
    }
    if shape.is_token(text.len()) && bits(text) >= shape.min_bits() { Look::Random } else { Look::Ordinary }
}

/// Whether a text is as random as a generated key. White space around it is ignored.
pub(crate) fn is_random(text: &str) -> bool {
    look(text.trim_ascii()) == Look::Random
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    /// Occurs between words, and seldom in a key.
    Separator,
}

impl Class {
    /// The class of a byte. `None` if no key contains it.
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b'a'..=b'z' => Some(Self::Lower),
            b'A'..=b'Z' => Some(Self::Upper),
            b'0'..=b'9' => Some(Self::Digit),
            b'+' | b'/' | b'=' | b'_' | b'-' | b'.' => Some(Self::Separator),
            _ => None,
        }
    }
}

/// Counts of one pass over a text.
#[derive(Default)]
struct Shape {
    digits: usize,
    letters: usize,
    /// Characters that are not hexadecimal digits, including separators.
    not_hex: usize,
    /// Number of places where a letter or digit follows one of another class.
    changes: usize,
    run: usize,
    longest_run: usize,
    last: Option<Class>,
}

impl Shape {
    fn add(&mut self, class: Class, byte: u8) {
        self.not_hex += usize::from(!byte.is_ascii_hexdigit());
        if class == Class::Separator {
            (self.run, self.last) = (0, None);
            return;
        }
        self.digits += usize::from(class == Class::Digit);
        self.letters += usize::from(class != Class::Digit);
        self.changes += usize::from(self.last.is_some_and(|last| last != class));
        self.last = Some(class);
        self.run += 1;
        self.longest_run = self.longest_run.max(self.run);
    }

    fn is_hex(&self) -> bool {
        self.not_hex == 0
    }

    /// Whether the text has the mix of characters of a key.
    ///
    /// In a random text of 62 different letters and digits, the class changes at 62 % of the places; with 36 different
    /// ones, at 40 %. In words of seven letters that each begin with a capital, it changes at 28 %.
    fn is_token(&self, length: usize) -> bool {
        if self.is_hex() {
            return length >= MIN_HEX_DIGITS && self.digits > 0 && self.letters > 0;
        }
        length >= MIN_CHARS
            && self.longest_run >= MIN_RUN_CHARS
            && self.digits > 0
            && self.letters > 0
            && self.changes * 3 >= self.digits + self.letters
    }

    fn min_bits(&self) -> f64 {
        if self.is_hex() { MIN_BITS_PER_HEX_DIGIT } else { MIN_BITS_PER_CHAR }
    }
}

/// Shannon entropy of a text, in bits per byte.
fn bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = text.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A random key. The generator is a seeded xorshift, so that every run sees the same keys.
    fn random(alphabet: &str, length: usize, seed: u64) -> String {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let letters: Vec<char> = alphabet.chars().collect();
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            letters[(state >> 33) as usize % letters.len()]
        };
        (0..length).map(|_| next()).collect()
    }

    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    fn share_found(alphabet: &str, length: usize) -> f64 {
        let found = (1..=1000).filter(|seed| look(&random(alphabet, length, *seed)) == Look::Random).count();
        found as f64 / 1000.0
    }

    #[test]
    fn nearly_all_generated_keys_are_found() {
        for (alphabet, length, least) in [
            (BASE64, 40, 0.9),
            (BASE64, 64, 0.97),
            (&BASE64[..62], 40, 0.9),
            (&BASE64[..62], 48, 0.98),
            ("0123456789abcdef", 32, 0.98),
            ("0123456789ABCDEF", 64, 0.99),
        ] {
            let share = share_found(alphabet, length);
            assert!(share >= least, "{length} of {}: {share}", alphabet.len());
        }
    }

    #[test]
    fn what_stands_in_configurations_is_no_key() {
        for text in [
            "https://api.us-east-1.example.com/v2/Customers/8f14e45f-ceea-467f-a0e6-53f0d8f3c1b2?expand=All",
            "crm-lookup-7.internal.eu-central-1.compute.example.com",
            "8f14e45f-ceea-467f-a0e6-53f0d8f3c1b2",
            "8F14E45F-CEEA-467F-A0E6-53F0D8F3C1B2",
            "arn:aws:iam::123456789012:role/CrmLookupRole",
            "1.14.0-beta.3+build.20240131.8f14e45",
            "Jane.Doe+Support2024@Example.com",
            "+4915112345678901234567",
            "00491511234567890123456789012345",
            "customer_feedback_survey_callback_queue_number_2024_v3",
            "CUSTOMER_FEEDBACK_SURVEY_CALLBACK_QUEUE_NUMBER_2024_V3",
            "CustomerFeedbackSurveyCallbackQueueNumber2024ForJuxtaposedWizards",
            "thequickbrownfoxjumpsoverthelazydog0123456789",
            "0 3 * * 1-5",
            "2024-01-31T23:59:59.999999999+02:00",
            "20240131T235959Z20240201T000000Z",
            "Support-Tier2-DE/Backup-Tier3-AT/Overflow-Tier1-CH",
            "/var/lib/crm/Exports2024/Quarter3/Report_Final_V2.csv",
            "s3.Bucket-Name.2024/Exports/Year=2024/Month=01/Day=31/part-00001.parquet",
            "#1a2b3c",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
            "0000000000000000000000000000000000000001",
            "123456789012345678901234567890123456789",
            "deadbeef0123",
            "507f1f77bcf86cd799439011",
            "en-US,de-DE;q=0.9,*;q=0.5",
            "Europe/Berlin",
            "${CRM_TOKEN_8f14e45fceea467fa0e653f0d8f3c1b2}",
            "subnet-0bb1c79de3EXAMPLE",
            "gpt-4o-mini-2024-07-18",
            "text/html;charset=UTF-8",
            "Mon-Fri_08:00-18:00",
            "",
        ] {
            assert_ne!(look(text), Look::Random, "{text}");
        }
    }

    #[test]
    fn the_place_of_the_byte_that_no_key_has_is_told() {
        assert_eq!(look("https://example.com"), Look::NoToken(5));
        assert_eq!(look("größe"), Look::NoToken(2));
    }

    #[test]
    fn entropy_is_that_of_the_textbook() {
        assert_eq!((bits("aaaa"), bits("abab"), bits("abcd")), (0.0, 1.0, 2.0));
    }
}
