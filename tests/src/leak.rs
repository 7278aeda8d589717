//! Searches output and files for secrets, in every encoding in which they might appear.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Minimum length of a searched form, in bytes. Shorter ones would be found by chance.
const MIN_NEEDLE_BYTES: usize = 8;

/// One encoded form of one secret.
struct Needle {
    secret: usize,
    form: &'static str,
    bytes: Vec<u8>,
}

/// Searches for all forms of the secrets of a test.
pub struct Searcher {
    needles: Vec<Needle>,
    automaton: AhoCorasick,
}

impl Searcher {
    /// Prepares a search for these secrets.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        let mut needles = Vec::new();
        for (at, secret) in secrets.into_iter().enumerate() {
            assert!(secret.len() >= MIN_NEEDLE_BYTES, "a canary has at least {MIN_NEEDLE_BYTES} bytes");
            let needle =
                |(form, text): (&'static str, String)| Needle { secret: at + 1, form, bytes: text.into_bytes() };
            needles.extend(forms(secret).into_iter().map(needle));
        }
        let automaton = AhoCorasick::new(needles.iter().map(|needle| &needle.bytes)).expect("the needles fit");
        Self { needles, automaton }
    }

    /// Returns what was found in `bytes`, such as `secret 2 as base64`, never the secret itself.
    pub fn search(&self, bytes: &[u8]) -> Vec<String> {
        // An escaped secret inside a JSON string is escaped twice.
        let unescaped = String::from_utf8_lossy(bytes).replace("\\\\", "\\").replace("\\\"", "\"");
        let found: BTreeSet<usize> = [bytes, unescaped.as_bytes()]
            .into_iter()
            .flat_map(|text| self.automaton.find_overlapping_iter(text))
            .map(|found| found.pattern().as_usize())
            .collect();
        let needles = found.into_iter().filter_map(|at| self.needles.get(at));
        needles.map(|needle| format!("secret {} as {}", needle.secret, needle.form)).collect()
    }

    /// Returns what was found in the files below `folder`, including their names. The content of `inputs` is not
    /// searched.
    pub fn search_files(&self, folder: &Path, inputs: &[PathBuf]) -> Vec<String> {
        let mut found = Vec::new();
        for path in files(folder) {
            let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
            if !inputs.contains(&path) {
                bytes.extend(fs::read(&path).unwrap_or_default());
            }
            found.extend(self.search(&bytes).into_iter().map(|what| format!("{what} in {}", path.display())));
        }
        found
    }
}

/// Every form in which a secret might appear, with the name of the form.
pub fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let inside = |quoted: String| quoted[1..quoted.len() - 1].to_owned();
    let json = inside(Value::from(secret).to_string());
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let unreserved = percent.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_").replace("%7E", "~");
    let mut forms = vec![
        ("raw", secret.to_owned()),
        ("JSON with \\/", json.replace('/', "\\/")),
        ("JSON in ASCII", json_ascii(&json)),
        ("JSON", json),
        ("Rust debug", inside(format!("{secret:?}"))),
        ("upper-case hex", hex.to_uppercase()),
        ("hex", hex),
        ("form", unreserved.replace("%20", "+").replace('~', "%7E")),
        ("percent, RFC 3986", unreserved),
        ("percent", percent),
    ];
    forms.extend(secret.lines().map(|line| ("a line", line.trim().to_owned())));
    // In base64 a secret can begin at three positions of a group. Take only the characters that its own bytes
    // determine.
    for lead in 0..3 {
        let padded = [vec![0; lead], secret.as_bytes().to_vec()].concat();
        let own = (lead * 8).div_ceil(6)..padded.len() * 8 / 6;
        forms.push(("base64", STANDARD_NO_PAD.encode(&padded)[own.clone()].to_owned()));
        forms.push(("base64url", URL_SAFE_NO_PAD.encode(&padded)[own].to_owned()));
    }
    forms.retain(|(_, text)| text.len() >= MIN_NEEDLE_BYTES);
    forms.sort_by(|(_, a), (_, b)| a.cmp(b));
    forms.dedup_by(|(_, a), (_, b)| a == b);
    forms
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// The content of a JSON string with all non-ASCII characters escaped, as many libraries write it.
fn json_ascii(json: &str) -> String {
    let mut escaped = String::new();
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            character.encode_utf16(&mut units).iter().for_each(|unit| escaped += &format!("\\u{unit:04x}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "canary \"ä\"/ one\nline two 😀";

    #[test]
    fn a_planted_secret_is_found_in_every_form() {
        let searcher = Searcher::new(["another secret", SECRET]);
        for (form, text) in forms(SECRET) {
            let found = searcher.search(format!("x{text}x").as_bytes());
            assert!(found.contains(&format!("secret 2 as {form}")), "{form}: {found:?}");
            let in_json = Value::from(text).to_string();
            assert!(!searcher.search(in_json.as_bytes()).is_empty(), "{form} within JSON");
        }
        for text in [
            "line two 😀".to_owned(),
            "canary \\\"\\u00e4\\\"/ one\\nline two \\ud83d\\ude00".to_owned(),
            STANDARD_NO_PAD.encode(format!("u{SECRET}p")),
            URL_SAFE_NO_PAD.encode(format!("us{SECRET}p")),
        ] {
            assert!(!searcher.search(text.as_bytes()).is_empty(), "{text}");
        }
        assert_eq!(searcher.search(b"canary"), Vec::<String>::new());
    }

    #[test]
    fn a_planted_file_is_found_and_an_input_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (leak, input) = (folder.path().join("deep"), folder.path().join("input"));
        fs::create_dir(&leak).unwrap();
        fs::write(leak.join("leak"), format!("\0{SECRET}\0")).unwrap();
        fs::write(&input, SECRET).unwrap();
        let searcher = Searcher::new([SECRET]);
        let found = searcher.search_files(folder.path(), &[input]);
        assert!(!found.is_empty() && found.iter().all(|what| what.ends_with("deep/leak")), "{found:?}");
    }
}
