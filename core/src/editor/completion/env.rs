//! Completion in `.env` files: the words of notes, `# cxvars: type=integer encrypted`, and whole variables.

use super::writer::line_break;
use super::{Completion, CompletionKind};
use crate::base::span::Span;
use crate::editor::level::Level;
use crate::rules::directive::MARK;

/// The keys that a note may have. The line has the others.
const KEYS: [&str; 5] = ["type", "encrypted", "scope", "secret_version", "state"];

/// What can be written at an offset.
pub(super) fn completion(text: &str, offset: usize) -> Vec<Completion> {
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = after.split(['\n', '\r']).next().unwrap_or_default();
    match note(line) {
        Some(words) => in_note(words, rest, offset),
        None if rest.trim().is_empty()
            && line.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') =>
        {
            vec![variable(text, Span::new(offset - line.len(), offset))]
        }
        None if rest.trim().is_empty() => mark(line, offset).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The words of the note at the end of a line, as far as they are typed.
fn note(line: &str) -> Option<&str> {
    let (before, words) = line.rsplit_once(MARK)?;
    before.trim_end_matches([' ', '\t']).ends_with('#').then_some(words)
}

fn in_note(words: &str, rest: &str, offset: usize) -> Vec<Completion> {
    let separators = [' ', '\t', ','];
    // A note begins with a blank. What is in brackets is a list of codes.
    if !words.starts_with(separators) || words.contains('[') {
        return Vec::new();
    }
    let typed = words.rsplit(separators).next().unwrap_or_default();
    let more = rest.find(separators).unwrap_or(rest.len());
    let key_of = |word: &'_ str| word.split('=').next().unwrap_or_default().to_owned();
    let earlier = words.get(..words.len() - typed.len()).unwrap_or_default().split(separators);
    let later = rest.get(more..).unwrap_or_default().split(separators);
    let present: Vec<String> = earlier.chain(later).map(key_of).collect();
    match typed.split_once('=') {
        Some((key, value)) if KEYS.contains(&key) => {
            let span = Span::new(offset - value.len(), offset + more);
            let detail = Level::Variable.describe(key).unwrap_or_default();
            Level::Variable
                .words(key)
                .iter()
                .map(|word| item(word, CompletionKind::Word, &detail, word, span))
                .collect()
        }
        Some(_) => Vec::new(),
        None => {
            let span = Span::new(offset - typed.len(), offset + rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len()));
            let is_assigned = rest.get(span.end() - offset..).is_some_and(|rest| rest.starts_with('='));
            let fitting = KEYS.into_iter().filter(|key| !present.iter().any(|other| other == key));
            let key = fitting.map(|key| {
                let detail = Level::Variable.describe(key).unwrap_or_default();
                let sign = if is_assigned || key == "encrypted" { "" } else { "=" };
                item(key, CompletionKind::Key, &detail, &format!("{key}{sign}"), span)
            });
            key.collect()
        }
    }
}

fn variable(text: &str, span: Span) -> Completion {
    let insert = format!("# cxvars: type=string{}NAME=", line_break(text));
    let stops = vec![part(&insert, "string"), part(&insert, "NAME"), Span::point(insert.len())];
    Completion { stops, ..item("variable", CompletionKind::Variable, "a whole variable", &insert, span) }
}

fn part(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap_or_default();
    Span::new(start, start + part.len())
}

/// The mark of a note, in a comment that has just been begun.
fn mark(line: &str, offset: usize) -> Option<Completion> {
    let typed = line.trim_start().strip_prefix('#')?.trim_start();
    let detail = "a note about the variable below: its type, its scope, whether it is encrypted";
    let item = || item(MARK, CompletionKind::Key, detail, &format!("{MARK} "), Span::new(offset - typed.len(), offset));
    MARK.starts_with(typed).then(item)
}

fn item(label: &str, kind: CompletionKind, detail: &str, insert: &str, span: Span) -> Completion {
    Completion { insert: insert.to_owned(), ..Completion::new(label, kind, detail.to_owned(), span) }
}
