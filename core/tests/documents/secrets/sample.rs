//! Makes samples of the corpora. The generator is seeded, so that every run sees the same ones.

/// The alphabets, by the letter that a template calls them, with their names.
pub(crate) const ALPHABETS: [(char, &str); 20] = [
    ('d', "digits"),
    ('h', "hexadecimal"),
    ('H', "upper-case hexadecimal"),
    ('l', "lower-case letters"),
    ('U', "upper-case letters"),
    ('m', "letters"),
    ('k', "lower-case letters and digits"),
    ('u', "upper-case letters and digits"),
    ('n', "letters and digits"),
    ('c', "base32"),
    ('i', "lower-case base32"),
    ('f', "Crockford's base32"),
    ('a', "bech32"),
    ('e', "base58"),
    ('b', "base64"),
    ('w', "base64url"),
    ('t', "base64url with a dot"),
    ('p', "digits and punctuation"),
    ('q', "letters, digits and the punctuation of passwords"),
    ('g', "visible ASCII"),
];

fn characters(alphabet: char) -> String {
    const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
    const DIGITS: &str = "0123456789";
    const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    let upper = LOWER.to_uppercase();
    match alphabet {
        'd' => DIGITS.to_owned(),
        'h' => format!("{DIGITS}abcdef"),
        'H' => format!("{DIGITS}ABCDEF"),
        'l' => LOWER.to_owned(),
        'U' => upper,
        'm' => format!("{LOWER}{upper}"),
        'k' => format!("{LOWER}{DIGITS}"),
        'u' => format!("{upper}{DIGITS}"),
        'n' => format!("{LOWER}{upper}{DIGITS}"),
        'c' => format!("{upper}234567"),
        'i' => format!("{LOWER}234567"),
        'f' => "0123456789ABCDEFGHJKMNPQRSTVWXYZ".to_owned(),
        'a' => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".to_owned(),
        'e' => "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".to_owned(),
        'b' => format!("{LOWER}{upper}{DIGITS}+/"),
        'w' => format!("{LOWER}{upper}{DIGITS}-_"),
        't' => format!("{LOWER}{upper}{DIGITS}-_."),
        'p' => format!("{DIGITS}{PUNCTUATION}"),
        'q' => format!("{LOWER}{upper}{DIGITS}!@#$%^&*"),
        'g' => format!("{LOWER}{upper}{DIGITS}{PUNCTUATION}"),
        other => panic!("no alphabet {other}"),
    }
}

/// A xorshift generator.
pub(crate) struct Generator {
    state: u64,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    fn next(&mut self, below: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 33) as usize % below
    }

    /// A random text.
    pub(crate) fn text(&mut self, alphabet: char, length: usize) -> String {
        let characters: Vec<char> = characters(alphabet).chars().collect();
        (0..length).map(|_| characters[self.next(characters.len())]).collect()
    }

    /// The value that a template stands for.
    pub(crate) fn fill(&mut self, template: &str) -> String {
        let template = template.replace("\\\\", "\u{1}").replace("\\n", "\n").replace('\u{1}', "\\");
        let mut value = String::new();
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            value += before;
            let made = after.split_once('}').and_then(|(inside, after)| Some((self.part(inside, &value)?, after)));
            match made {
                Some((part, after)) => {
                    value += &part;
                    rest = after;
                }
                None => {
                    value.push('{');
                    rest = after;
                }
            }
        }
        value + rest
    }

    /// What stands for the text between braces. None if it is no part of a template.
    fn part(&mut self, inside: &str, before: &str) -> Option<String> {
        if inside == "crc" {
            return Some(checksum(before.split_once('_')?.1));
        }
        let alphabet = inside.chars().next().filter(|letter| ALPHABETS.iter().any(|(known, _)| known == letter))?;
        let length = inside.get(alphabet.len_utf8()..)?.parse().ok()?;
        Some(self.text(alphabet, length))
    }
}

/// CRC-32 in six digits of base62, as GitHub ends its tokens.
fn checksum(text: &str) -> String {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xedb8_8320 };
        }
    }
    let digits: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let mut left = !crc as usize;
    let mut text = Vec::new();
    for _ in 0..6 {
        text.push(digits[left % 62]);
        left /= 62;
    }
    text.into_iter().rev().collect()
}
