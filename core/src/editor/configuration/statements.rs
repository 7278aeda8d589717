//! The statements of a TOML text, also while it is typed: where tables, keys and values are. The values are not read.

use crate::base::span::Span;

/// A table header or a key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// The whole of it, without the comment at its end.
    pub(super) span: Span,
    /// The header without its brackets, or the key.
    pub(super) key: Span,
    /// The parts of the header or key.
    pub(super) path: Vec<String>,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `[a.b]` or `[[a]]`
    Header,
    /// `a.b = …`; the span of the value, or none if there is no equals sign yet.
    Key(Option<Span>),
}

/// The statements of a text, in its order.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let content = line.trim_start();
        let start = at + line.len() - content.len();
        let next = match content.chars().next() {
            None | Some('#') => at + line.len(),
            Some('[') => {
                found.push(header(text, start, content));
                at + line.len()
            }
            Some(_) => {
                let statement = key(text, start, content);
                let end = statement.span.end();
                found.push(statement);
                end + line_at(text, end).len()
            }
        };
        at = after_line_break(text, next);
    }
    found
}

fn header(text: &str, start: usize, content: &str) -> Statement {
    let opening = content.len() - content.trim_start_matches('[').len();
    let inside = content.get(opening..).unwrap_or_default();
    let end = unquoted(inside, &[']', '#']).unwrap_or(inside.len());
    let key = Span::new(start + opening, start + opening + inside.get(..end).unwrap_or_default().trim_end().len());
    let closing = inside.get(end..).unwrap_or_default();
    let closing = closing.len() - closing.trim_start_matches(']').len();
    let span = Span::new(start, start + opening + end + closing);
    Statement { span, key, path: parts(key.of(text)), kind: Kind::Header }
}

fn key(text: &str, start: usize, content: &str) -> Statement {
    let end = unquoted(content, &['=', '#']).unwrap_or(content.len());
    let written = content.get(..end).unwrap_or_default().trim_end();
    let key = Span::new(start, start + written.len());
    let path = parts(written);
    if !content.get(end..).is_some_and(|rest| rest.starts_with('=')) {
        return Statement { span: key, key, path, kind: Kind::Key(None) };
    }
    let after = content.get(end + 1..).unwrap_or_default();
    let from = start + end + 1 + (after.len() - after.trim_start_matches([' ', '\t']).len());
    let value = Span::new(from, from + value_length(text.get(from..).unwrap_or_default()));
    Statement { span: Span::new(start, value.end()), key, path, kind: Kind::Key(Some(value)) }
}

/// The length of the value at the start of a text. Brackets that are not closed end before the next table header.
fn value_length(text: &str) -> usize {
    let (mut depth, mut at, mut end) = (0_usize, 0, 0);
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        match letter {
            '\n' if depth == 0 || begins_with_header(rest.get(1..).unwrap_or_default()) => break,
            '#' => {
                at += line_at(text, at).len();
                continue;
            }
            '"' | '\'' => {
                at += string_length(rest, letter);
                end = at;
                continue;
            }
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += letter.len_utf8();
        if !letter.is_whitespace() {
            end = at;
        }
    }
    end
}

/// Whether a text begins with the header of a table, which no array contains.
fn begins_with_header(text: &str) -> bool {
    let line = line_at(text, 0).trim();
    let Some(inside) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) else { return false };
    let inside = inside.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(inside);
    inside.starts_with(|first: char| first.is_ascii_alphabetic())
        && inside.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.\"' ".contains(letter))
        && !matches!(inside, "true" | "false" | "inf" | "nan")
}

/// The length of the string at the start of a text. One on a single line ends with the line if it is not closed.
fn string_length(text: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    let is_long = text.starts_with(&triple);
    let opening = if is_long { 3 } else { 1 };
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(opening) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            '\n' if !is_long => return at,
            _ if letter == quote && !is_long => return at + 1,
            _ if is_long && text.get(at..).is_some_and(|rest| rest.starts_with(&triple)) => return at + 3,
            _ => {}
        }
    }
    text.len()
}

/// The offset of the first of these characters that is not in quotes.
fn unquoted(line: &str, wanted: &[char]) -> Option<usize> {
    let mut open = None;
    line.char_indices().find_map(|(at, letter)| match open {
        Some(quote) => {
            if letter == quote {
                open = None;
            }
            None
        }
        None if matches!(letter, '"' | '\'') => {
            open = Some(letter);
            None
        }
        None => wanted.contains(&letter).then_some(at),
    })
}

/// The parts of a dotted key, without quotes.
pub(super) fn parts(key: &str) -> Vec<String> {
    let mut rest = key;
    let mut parts = Vec::new();
    loop {
        let end = unquoted(rest, &['.']).unwrap_or(rest.len());
        let part = rest.get(..end).unwrap_or_default().trim();
        let inside = ['"', '\''].iter().find_map(|quote| part.strip_prefix(*quote)?.strip_suffix(*quote));
        parts.push(inside.unwrap_or(part).to_owned());
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => return parts,
        }
    }
}

/// The rest of the line at an offset, without its line break.
fn line_at(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default().split('\n').next().unwrap_or_default()
}

fn after_line_break(text: &str, at: usize) -> usize {
    at + usize::from(text.get(at..).is_some_and(|rest| rest.starts_with('\n')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_found_in_a_text_that_is_half_typed() {
        let text = "max = 3 # x\n[a.\"b.c\"]\nlist = [\n  \"x] # y\", # z\n]\n'k' = \"\"\"\n[no]\n\"\"\"\nopen = [\n[[ignore]]\ncode\n[en";
        let found = statements(text);
        let shown: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|statement| match statement.kind {
                Kind::Header => (statement.span.of(text), None),
                Kind::Key(value) => (statement.key.of(text), value.map(|value| value.of(text))),
            })
            .collect();
        let expected = [
            ("max", Some("3")),
            ("[a.\"b.c\"]", None),
            ("list", Some("[\n  \"x] # y\", # z\n]")),
            ("'k'", Some("\"\"\"\n[no]\n\"\"\"")),
            ("open", Some("[")),
            ("[[ignore]]", None),
            ("code", None),
            ("[en", None),
        ];
        assert_eq!(shown, expected);
        assert_eq!(found[1].path, ["a", "b.c"]);
        assert_eq!(found[3].path, ["k"]);
    }
}
