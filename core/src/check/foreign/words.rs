//! Judges a text that cannot be read by the keys that it shows, whatever their format: how many of them are ours.
//!
//! A key is a word before a colon. Where it is nested is not looked at, because after a mistake nobody can say.

use super::MANIFEST_KEYS;
use super::field::{COMMON, Sign, Start, is_like, sign};

/// Characters that a quote may be, also one that a word processor made of it.
const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];
/// What a line of a template begins with, and what ends there.
const TEMPLATES: [(&str, &str); 4] = [("{{", "}}"), ("${{", "}}"), ("{%", "%}"), ("<%", "%>")];

/// Keys that other programs have at the top of their files.
const OTHER_PROGRAMS: [&str; 14] = [
    "apiVersion",
    "hosts",
    "jobs",
    "kind",
    "metadata",
    "paths",
    "pool",
    "query",
    "resources",
    "services",
    "stages",
    "steps",
    "tasks",
    "trigger",
];
/// The number of keys that such a key and a line of a template count for: no document has one.
const STRONG: usize = 4;
/// The number of keys that `value_from` counts for, because below it are keys that other programs have too.
const REFERENCE: usize = 5;

/// Whether the keys of a text are those of a document.
pub(super) fn are_ours(text: &str) -> bool {
    let mut words = Words::default();
    for line in text.split(['\n', '\r']) {
        words.line(line);
    }
    words.are_ours()
}

/// Number of keys of each kind.
#[derive(Default)]
struct Words {
    /// Keys that are a field of a variable.
    ours: usize,
    /// Other keys, and lines of a template.
    others: usize,
    /// The fields that are there, a bit for each of `VARIABLE_FIELDS`.
    fields: u8,
    /// Whether `variables` is there.
    variables: bool,
    /// Whether a key is there that only a document has.
    is_certain: bool,
    /// The column of the key whose value is a block of text. What is indented further belongs to the block.
    block: Option<usize>,
}

impl Words {
    fn line(&mut self, line: &str) {
        let text = line.trim_start_matches([' ', '\t', '-', '\u{feff}']);
        let column = line.len() - text.len();
        if self.block.is_some_and(|block| text.is_empty() || column > block) {
            return;
        }
        self.block = None;
        if text.starts_with('#') || text.starts_with("//") {
            return;
        }
        if TEMPLATES.iter().any(|(start, end)| text.starts_with(start) && text.contains(end)) {
            self.others += STRONG;
            return;
        }
        let mut from = 0;
        for (at, _) in line.match_indices(':') {
            let (before, after) = line.split_at_checked(at).unwrap_or_default();
            let after = after.get(1..).unwrap_or_default();
            if let Some(key) = key_at_end(before, after).filter(|_| at >= from) {
                self.key(key, start(after, before.trim_end().ends_with('"')));
                // What is in the quotes of a value is no key.
                from = line.len() - after.len() + quoted_len(after);
                if after.trim_start().starts_with(['|', '>']) {
                    self.block = Some(column);
                }
            }
        }
    }

    fn key(&mut self, key: &str, value: Start<'_>) {
        if is_like(key, "variables", 2) {
            self.variables = true;
            return;
        }
        if MANIFEST_KEYS.iter().any(|known| is_like(key, known, 2)) {
            self.is_certain = true;
            return;
        }
        match sign(key, value) {
            Sign::Ours(field) => {
                self.ours += if key.eq_ignore_ascii_case("value_from") { REFERENCE } else { 1 };
                self.fields |= 1 << field;
            }
            Sign::Other => self.others += if OTHER_PROGRAMS.contains(&key) { STRONG } else { 1 },
            Sign::Neutral => {}
        }
    }

    fn are_ours(&self) -> bool {
        let is_typed = self.fields & !COMMON != 0;
        let is_common = self.fields & COMMON != 0;
        // What is cut off after the first fields has nothing that is not ours.
        let is_start = self.others == 0 && self.ours <= 2 && (self.variables || is_typed && is_common);
        let is_pure = self.others == 0 && self.variables && is_typed;
        let is_complete = self.fields.count_ones() >= 3;
        let most = if self.variables && is_complete { self.others } else { self.others * 2 };
        let is_mostly_ours = (self.variables || is_complete) && self.ours > most;
        self.is_certain || is_start || is_pure || is_typed && is_common && is_mostly_ours
    }
}

/// The key at the end of what is before a colon; none if there is no key.
fn key_at_end<'t>(before: &'t str, after: &str) -> Option<&'t str> {
    let before = before.trim_end();
    if let Some(inner) = before.strip_suffix(QUOTES) {
        let start = inner.rfind(QUOTES).map_or(0, |at| at + inner.get(at..).map_or(0, first_len));
        // A quote that is missing leaves more than the key.
        let key = inner.get(start..)?.rsplit([',', '{', '[']).next()?.trim_start_matches([' ', '\t', '-']);
        // After an escape, it is a key of an object within a string.
        return Some(key).filter(|key| !key.is_empty() && !key.contains('\\'));
    }
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_$.-/".contains(letter);
    let key = before.get(before.trim_end_matches(is_letter).len()..)?;
    let ahead = before.get(..before.len() - key.len())?.trim_end();
    let begins = ahead.is_empty() || ahead.ends_with(['-', '{', ',', '[', ':', '\u{feff}']);
    (begins && !key.is_empty() && (after.is_empty() || after.starts_with([' ', '\t']))).then_some(key)
}

/// Number of bytes up to the end of a value in quotes; 0 if there is none, or its end is on another line.
fn quoted_len(after: &str) -> usize {
    let value = after.trim_start();
    let Some(quote) = value.chars().next().filter(|first| QUOTES.contains(first)) else { return 0 };
    let inner = value.get(quote.len_utf8()..).unwrap_or_default();
    let mut is_escaped = false;
    let end = inner.char_indices().find(|(_, letter)| {
        let ends = *letter == quote && !is_escaped;
        is_escaped = *letter == '\\' && !is_escaped && quote != '\'';
        ends
    });
    end.map_or(0, |(at, _)| after.len() - inner.len() + at + quote.len_utf8())
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// The start of the value after a colon. After a key in double quotes, as in JSON, a string is in quotes too.
fn start(after: &str, is_json: bool) -> Start<'_> {
    let text = after.trim_start();
    let Some(first) = text.chars().next() else { return Start::Elsewhere };
    let bare = text.trim_start_matches(QUOTES);
    let end = bare.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    let word = bare.get(..end.unwrap_or(bare.len())).unwrap_or_default();
    match first {
        '|' | '>' | '#' => Start::Elsewhere,
        '{' | '[' => Start::Container,
        _ if is_json && !QUOTES.contains(&first) => Start::Bare(word),
        _ => Start::Text(word),
    }
}
