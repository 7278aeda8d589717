//! The keys, tables and words that fit at an offset of a `cxvars.toml`.

use super::hover::joined;
use super::shapes::{is_for_headers, keys, shape_at, table_of, words};
use super::statements::{Kind, Statement, parts, statements};
use crate::base::span::Span;
use crate::editor::completion::{Completion, CompletionKind};
use crate::editor::place::touches;
use crate::options::ignore::UNREADABLE;
use crate::options::section::{About, Key, Shape};
use crate::rules::ALL;

/// What can be written at an offset. `root` declares the file.
pub fn completion(text: &str, offset: usize, root: &'static About) -> Vec<Completion> {
    let offset = text.floor_char_boundary(offset);
    let all = statements(text);
    let is_before = |statement: &&Statement| statement.span.start() < offset;
    let at = all.iter().rfind(is_before).filter(|statement| holds(text, statement, offset));
    let header = all.iter().rfind(|other| is_before(other) && other.kind == Kind::Header && Some(*other) != at);
    let table = header.map(|header| header.path.clone()).unwrap_or_default();
    if is_in_comment(text, at, offset) {
        return Vec::new();
    }
    match at.map(|statement| (statement, statement.kind)) {
        Some((header, Kind::Header)) => headers(text, header, offset, root),
        Some((statement, Kind::Key(Some(value)))) if offset > statement.key.end() => {
            let path = [table, statement.path.clone()].concat();
            if offset < value.start() && !value.of(text).is_empty() {
                return Vec::new();
            }
            in_value(text, &path, Span::new(value.start().min(offset), value.end()), offset, root)
        }
        Some((statement, _)) if offset > statement.key.end() => Vec::new(),
        at => {
            let own = at.map(|(statement, _)| statement);
            let typed = own.map_or(Span::point(offset), |statement| statement.key);
            let present = present(&all, own, offset);
            let is_assigned = own.is_some_and(|statement| matches!(statement.kind, Kind::Key(Some(_))));
            let (parents, typed) = last_part(text, typed, offset);
            let path = [table, parents].concat();
            in_table(&path, typed, &present, if is_assigned { "" } else { " = " }, root)
        }
    }
}

/// Whether an offset is in a statement, or after it in its line.
fn holds(text: &str, statement: &Statement, offset: usize) -> bool {
    let after = text.get(statement.span.end()..offset);
    offset <= statement.span.end() || after.is_some_and(|after| !after.contains('\n'))
}

fn is_in_comment(text: &str, at: Option<&Statement>, offset: usize) -> bool {
    let line = text.get(..offset).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let end = at.map_or(offset - line.len(), |statement| statement.span.end());
    text.get(end..offset).is_some_and(|after| after.contains('#'))
}

/// The keys that the table at an offset has already, besides the statement at the offset.
fn present(all: &[Statement], own: Option<&Statement>, offset: usize) -> Vec<String> {
    let is_header = |statement: &&Statement| statement.kind == Kind::Header;
    let start = all.iter().rposition(|statement| is_header(&statement) && statement.span.start() < offset);
    let rest = all.iter().skip(start.map_or(0, |start| start + 1)).take_while(|statement| !is_header(statement));
    rest.filter(|statement| Some(*statement) != own).filter_map(|statement| statement.path.first().cloned()).collect()
}

/// The parts of a dotted key before the one at an offset, and the span of that one.
fn last_part(text: &str, key: Span, offset: usize) -> (Vec<String>, Span) {
    let before = Span::new(key.start(), offset.max(key.start())).of(text);
    let Some(dot) = before.rfind('.') else { return (Vec::new(), key) };
    (parts(before.get(..dot).unwrap_or_default()), Span::new(key.start() + dot + 1, key.end()))
}

/// The headers of tables that fit at an offset in a header.
fn headers(text: &str, header: &Statement, offset: usize, root: &'static About) -> Vec<Completion> {
    if !touches(header.key, offset) && offset != header.key.start() {
        return Vec::new();
    }
    let (parents, span) = last_part(text, header.key, offset);
    let Some(about) = shape_at(root, &parents).and_then(table_of) else { return Vec::new() };
    let is_list = text.get(..header.key.start()).is_some_and(|before| before.ends_with("[["));
    let fits = |key: &&Key| match key.shape {
        Shape::List(_) => is_list && is_for_headers(key.shape),
        Shape::Entries(_) | Shape::Table(_) => !is_list,
        _ => false,
    };
    let fitting = keys(about).into_iter().filter(fits);
    fitting.map(|key| item(key.name, CompletionKind::Key, joined(key.doc), span, key.name.to_owned())).collect()
}

/// The keys of the table at a path.
fn in_table(path: &[String], span: Span, present: &[String], sign: &str, root: &'static About) -> Vec<Completion> {
    if path == ["validate", "severity"] {
        return codes(span, present, |code| format!("{code}{sign}"));
    }
    let Some(about) = shape_at(root, path).and_then(table_of) else { return Vec::new() };
    // A key without an example is a table that is documented, and written, under its own header.
    let is_key = |key: &Key| !is_for_headers(key.shape) && !key.example.is_empty();
    let fits = |key: &&Key| is_key(key) && !present.iter().any(|other| other == key.name);
    let fitting = keys(about).into_iter().filter(fits);
    fitting.map(|key| item(key.name, CompletionKind::Key, detail(key), span, format!("{}{sign}", key.name))).collect()
}

fn detail(key: &Key) -> String {
    let example = (!key.example.is_empty()).then(|| format!(" Example: {}", key.example));
    joined(key.doc) + &example.unwrap_or_default()
}

/// What fits in the value of the key at a path.
fn in_value(text: &str, path: &[String], value: Span, offset: usize, root: &'static About) -> Vec<Completion> {
    let before = Span::new(value.start(), offset).of(text);
    if let Some((inside, keys_before)) = inline_table(before) {
        let segment = inside.trim_start();
        let start = offset - segment.len();
        return match segment.split_once('=') {
            Some((key, typed)) => {
                let path = [path, &parts(key.trim())].concat();
                let typed = typed.trim_start();
                choices(text, &path, word_span(text, offset - typed.len(), offset), root)
            }
            None => in_table(path, word_span(text, start, offset), &keys_before, " = ", root),
        };
    }
    let item = before.rsplit(['[', ',']).next().unwrap_or_default().trim_start();
    choices(text, path, word_span(text, offset - item.len(), offset), root)
}

/// The part of an open inline table after its last comma, and its keys before that.
fn inline_table(before: &str) -> Option<(&str, Vec<String>)> {
    let open = before.rfind('{').filter(|open| !before.get(*open..).is_some_and(|inside| inside.contains('}')))?;
    let inside = before.get(open + 1..)?;
    let segment = inside.rsplit(',').next()?;
    let earlier = inside.get(..inside.len() - segment.len())?;
    let names = earlier.split(',').filter_map(|entry| entry.split_once('=')).map(|(key, _)| key.trim().to_owned());
    Some((segment, names.collect()))
}

/// The span of the word at an offset that begins at `start`, with the closing quote if it has an opening one.
fn word_span(text: &str, start: usize, offset: usize) -> Span {
    let rest = text.get(offset..).unwrap_or_default();
    let word = rest.len() - rest.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_').len();
    let quote =
        text.get(start..offset).and_then(|typed| typed.chars().next()).filter(|first| matches!(first, '"' | '\''));
    let closes = quote.is_some_and(|quote| rest.get(word..).is_some_and(|rest| rest.starts_with(quote)));
    let is_closed_before =
        quote.is_some_and(|quote| text.get(start + 1..offset).is_some_and(|typed| typed.contains(quote)));
    Span::new(start, offset + if is_closed_before { 0 } else { word + usize::from(closes) })
}

/// The words that the key at a path may have.
fn choices(text: &str, path: &[String], span: Span, root: &'static About) -> Vec<Completion> {
    if path == ["ignore", "code"] {
        return codes(span, &[], |code| format!("\"{code}\""));
    }
    let Some(shape) = shape_at(root, path) else { return Vec::new() };
    let typed = span.of(text);
    let quote = typed.chars().next().filter(|first| matches!(first, '"' | '\'')).unwrap_or('"');
    let all = words(shape).into_iter();
    all.map(|word| {
        let label = word.trim_matches('"').to_owned();
        let insert = if word.starts_with('"') { word.replace('"', &quote.to_string()) } else { word };
        Completion { filter: insert.clone(), ..item(&label, CompletionKind::Word, String::new(), span, insert) }
    })
    .collect()
}

/// The codes of the rules that may be named.
fn codes(span: Span, present: &[String], insert: impl Fn(&str) -> String) -> Vec<Completion> {
    let fits = |code: &str| !UNREADABLE.contains(&code) && !present.iter().any(|other| other == code);
    let fitting = ALL.iter().filter(|rule| fits(rule.code));
    fitting
        .map(|rule| {
            let detail = format!("{}: {}", rule.name, rule.summary());
            let insert = insert(rule.code);
            let filter = insert.trim_end_matches([' ', '=']).to_owned();
            Completion { filter, ..item(rule.code, CompletionKind::Word, detail, span, insert) }
        })
        .collect()
}

fn item(label: &str, kind: CompletionKind, detail: String, span: Span, insert: String) -> Completion {
    Completion { label: label.to_owned(), kind, detail, span, insert, filter: label.to_owned() }
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
