//! Tells generated keys from words, by likelihood.
//!
//! Each character of a text is judged by the one before it: how much less likely is it in names, paths and sentences
//! than in a text that was drawn at random from the same alphabet? The logarithms of these ratios add up. A text is
//! random if they add up to enough anywhere in it, so a key is found at the end of a name as well. What is enough
//! depends on neither digits nor length alone: longer texts and larger alphabets reach it with less effort.
//!
//! The tables come from 120,000 names, paths, addresses and sentences in published configuration files and API
//! descriptions. All figures are in half bits.

/// Fewest characters of a generated key. 20 characters of base64 are 120 bits; nobody would generate a shorter key.
const MIN_CHARS: usize = 20;
/// How unlikely a part has to be as words, for letters, digits and what separates words. Of the texts that the tables
/// come from, one in a thousand goes below it; of random ones with 24 characters, 97 of 100 do.
const LIMIT: i32 = -38;
/// The same for texts with other punctuation, in which each character says less.
const LIMIT_OF_PUNCTUATED: i32 = -26;
/// What no text of words goes below, if it is as short as the body of a token.
const LIMIT_OF_WORDS: i32 = -16;
/// Shortest part that can be a key. A shorter one that is as unlikely is an abbreviation or a serial number.
const MIN_PART_CHARS: usize = 12;

/// The class of a character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    /// Separates words in names, paths and addresses.
    Separator,
    /// Other punctuation.
    Other,
}

impl Class {
    fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Self::Lower,
            b'A'..=b'Z' => Self::Upper,
            b'0'..=b'9' => Self::Digit,
            b'-' | b'_' | b'.' | b'/' | b':' | b',' | b';' | b'=' | b'@' | b'&' | b'+' | b'?' => Self::Separator,
            _ => Self::Other,
        }
    }

    /// How likely a certain character of the class `next` is after one of this class.
    fn before(self, next: Self) -> i32 {
        /// How likely the class (column) is after another one (row).
        const FOLLOWS: [[i32; 5]; 5] = [
            [-1, -9, -10, -8, -11],
            [-2, -2, -10, -7, -11],
            [-7, -9, -1, -5, -8],
            [-2, -4, -4, -7, -8],
            [-3, -5, -6, -5, -5],
        ];
        /// One of 26 letters, 10 digits, 8 separators in use, 22 other characters.
        const WHICH: [i32; 5] = [-9, -9, -7, -6, -9];
        let follows = FOLLOWS.get(self as usize).and_then(|row| row.get(next as usize));
        follows.copied().unwrap_or_default() + WHICH.get(next as usize).copied().unwrap_or_default()
    }
}

/// How much likelier a letter (column) is after another one (row) than any letter: `i` says as likely, and each step of
/// the alphabet is half a bit more or less.
const AFTER_LETTER: [&[u8; 26]; 26] = [
    b"dikiceiaiaelilaialjnhedbfb",
    b"lghhmgaclfamffldaijflcaaga",
    b"ldiemdaljajjdandajgliaaafa",
    b"lhghofgcnbdgfejeahjdidcbea",
    b"ieklgggbdaaiilchdmmjbgehca",
    b"kfgglkdanackddlcbjghibabha",
    b"kcednciiladhgjiedmjejcdada",
    b"mdedobbbmaaggemdaigjiaaahc",
    b"igkiihiaaaajinlhagkkahacag",
    b"keegndegjdeefemgdglfkehdge",
    b"jggfohgdlcchhhhgaflfiedcec",
    b"mddhndaanaclccldabihidaaja",
    b"nhdcnabalaafibklbcieibcafa",
    b"kbkklgmajaeddgidadlmfgaada",
    b"ffiibfgafbfjjohiamiikhicca",
    b"lafemccgjablebljamikiaaafa",
    b"fffgdddeceeleffeeghgpdgfgf",
    b"lchhodgalagehgleagjjhgbaha",
    b"iajdmeajlaeffejjcclnjcdafa",
    b"lbgbncbjnaafdbkeakkhhaeaha",
    b"ijiijefaiabkjmdjalllaaacaa",
    b"mceapacbnaabedkgabedecabaa",
    b"necbmebklbciajmdbileabecbc",
    b"ldkdledelceghdgndehmdfdihd",
    b"hhigjdfejecijljmdgmjfdgdgi",
    b"nebfpgebkdaffflfeeffgaebfi",
];
/// The same for the first letter of a word.
const FIRST_LETTER: &[u8; 26] = b"kikkjihgjeehjghkdkljhghccc";

/// The judgement of a text.
struct Judgement {
    /// Sum over the part that is least likely as words.
    lowest: i32,
    /// Length of that part.
    part: usize,
    /// The alphabet.
    alphabet: Alphabet,
}

fn judge(text: &str) -> Judgement {
    let alphabet = Alphabet::of(text);
    let choice = alphabet.half_bits();
    let (mut sum, mut length) = (0, 0);
    let mut judgement = Judgement { lowest: 0, part: 0, alphabet };
    let (mut last, mut last_class) = (b'.', Class::Separator);
    for byte in text.bytes() {
        let class = Class::of(byte);
        // The sum over the part that ends here and is the least likely one of those.
        (sum, length) = if sum < 0 { (sum, length) } else { (0, 0) };
        sum += last_class.before(class) + choice + letter(last, last_class, byte, class);
        length += 1;
        if sum < judgement.lowest {
            (judgement.lowest, judgement.part) = (sum, length);
        }
        (last, last_class) = (byte, class);
    }
    judgement
}

/// What a letter adds, given the byte before it.
fn letter(last: u8, last_class: Class, byte: u8, class: Class) -> i32 {
    use Class::{Lower, Upper};
    let column = |byte: u8| usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
    let row = match (last_class, class) {
        (_, Class::Digit | Class::Separator | Class::Other) => return 0,
        (Lower, Lower) | (Upper, Lower | Upper) => AFTER_LETTER.get(column(last)).copied(),
        _ => None,
    };
    let step = row.unwrap_or(FIRST_LETTER).get(column(byte)).copied().unwrap_or(b'i');
    i32::from(step) - i32::from(b'i')
}

/// The characters that a text could have been drawn from.
#[derive(Default)]
struct Alphabet {
    has_lower: bool,
    has_upper: bool,
    has_digit: bool,
    has_separator: bool,
    has_other: bool,
    is_not_hex: bool,
}

impl Alphabet {
    fn of(text: &str) -> Self {
        let mut alphabet = Self::default();
        for byte in text.bytes() {
            match Class::of(byte) {
                Class::Lower => alphabet.has_lower = true,
                Class::Upper => alphabet.has_upper = true,
                Class::Digit => alphabet.has_digit = true,
                Class::Separator => alphabet.has_separator = true,
                Class::Other => alphabet.has_other = true,
            }
            alphabet.is_not_hex |= !byte.is_ascii_hexdigit();
        }
        alphabet
    }

    /// Whether it has digits and what separates them, as dates, versions and addresses have.
    fn is_of_numbers(&self) -> bool {
        !(self.has_lower || self.has_upper || self.has_other)
    }

    /// Twice the logarithm of the number of characters.
    fn half_bits(&self) -> i32 {
        let has_one_case = !(self.has_lower && self.has_upper);
        if has_one_case && !self.is_not_hex {
            return 8;
        }
        let number = 26 * (u32::from(self.has_lower) + u32::from(self.has_upper))
            + 10 * u32::from(self.has_digit)
            + u32::from(self.has_separator) * if self.has_other { 11 } else { 4 }
            + 22 * u32::from(self.has_other);
        let limits = [14, 20, 27, 39, 54, 77];
        7 + limits.iter().filter(|limit| number >= **limit).count() as i32
    }
}

/// Whether a text without white space is as random as a generated key.
pub(super) fn is_random(text: &str) -> bool {
    text.len() >= MIN_CHARS && is_unlikely(text, 0)
}

/// Whether a part of a text is as random as a generated key, where it is known that a key may be here: what a parameter
/// `code` of a URL holds, for instance.
pub(super) fn is_random_where_a_key_may_be(text: &str) -> bool {
    text.len() >= MIN_PART_CHARS && is_unlikely(text, -LIMIT / 2)
}

fn is_unlikely(text: &str, allowance: i32) -> bool {
    let Judgement { lowest, part, alphabet } = judge(text);
    let limit = if alphabet.has_other { LIMIT_OF_PUNCTUATED } else { LIMIT };
    lowest <= limit + allowance && part >= MIN_PART_CHARS.min(text.len() / 2) && !alphabet.is_of_numbers()
}

/// Whether the letters of a text read like words, so that it is no body of a token.
pub(super) fn reads_like_words(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    letters * 2 > text.len() && judge(text).lowest > LIMIT_OF_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_likely_and_keys_are_not() {
        for text in ["customer_feedback_survey", "CUSTOMER_FEEDBACK_SURVEY", "crm-lookup.internal.example.com"] {
            assert!(!is_random(text) && reads_like_words(text), "{text}");
        }
        for text in ["qzxkvjwqpfbgmzxtrkwq", "9f86d081884c7d659a2feaa0", "Zk3vQ9xT7mB2nR8wL5pY", "$4t!kQ;m)9@Zx}2&hV<7"]
        {
            assert!(is_random(text) && !reads_like_words(text), "{text}");
            assert!(is_random(&format!("customer_feedback_survey:{text}")), "{text}");
        }
        assert!(!is_random("9f86d081884c"));
    }
}
