//! The keys, tables and words that fit at an offset of a `cxvars.toml`.

use super::hover::{about_key, joined};
use super::shapes::{is_for_headers, key_at, keys, shape_at, table_of, words};
use super::statements::{Kind, Statement, parts, statements};
use crate::base::span::Span;
use crate::editor::Facts;
use crate::editor::completion::{Completion, CompletionKind};
use crate::editor::place::touches;
use crate::options::ignore::UNREADABLE;
use crate::options::section::{About, Key, Shape};
use crate::rules::ALL;

/// The name of a table, for the user to replace.
const NAME: &str = "NAME";

/// What can be written at an offset. `root` declares the file.
pub fn completion(text: &str, offset: usize, root: &'static About, facts: &Facts<'_>) -> Vec<Completion> {
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
            if offset > value.end() {
                return Vec::new();
            }
            let value = Span::new(value.start().min(offset), value.end());
            Values { text, path: &path, root, facts }.at(value, offset)
        }
        Some((statement, _)) if offset > statement.key.end() => Vec::new(),
        at => {
            let own = at.map(|(statement, _)| statement);
            let typed = own.map_or(Span::point(offset), |statement| statement.key);
            let present = present(&all, own, offset);
            let is_assigned = own.is_some_and(|statement| matches!(statement.kind, Kind::Key(Some(_))));
            let (parents, typed) = last_part(text, typed, offset);
            let path = [table, parents].concat();
            let keys = in_table(&path, typed, &present, if is_assigned { "" } else { " = " }, root, facts);
            match own.is_none() {
                true if is_before_text(text, Span::point(offset)) => Vec::new(),
                true => keys.into_iter().chain(whole_headers(&all, offset, root)).collect(),
                false => keys,
            }
        }
    }
}

/// Whether nothing is typed yet, and something follows in the line that would go with it.
fn is_before_text(text: &str, typed: Span) -> bool {
    let after = text.get(typed.end()..).and_then(|after| after.split('\n').next()).unwrap_or_default().trim();
    typed.start() == typed.end() && !after.is_empty() && !after.starts_with(['#', ',', ']', '}'])
}

/// The headers of the tables that the file does not have yet, with their brackets.
fn whole_headers(all: &[Statement], offset: usize, root: &'static About) -> Vec<Completion> {
    let has = |name: &str| {
        all.iter().any(|other| other.kind == Kind::Header && other.path.first().is_some_and(|first| first == name))
    };
    let header = |key: &'static Key| match key.shape {
        Shape::List(_) if is_for_headers(key.shape) => Some(format!("[[{}]]", key.name)),
        Shape::Table(_) | Shape::Again(..) if !has(key.name) => Some(format!("[{}]", key.name)),
        Shape::Entries(_) if !is_for_headers(key.shape) && !has(key.name) => Some(format!("[{}]", key.name)),
        _ => None,
    };
    let named = keys(root).into_iter().filter_map(|key| Some((header(key)?, key)));
    named.map(|(header, key)| about(key, item(&header, CompletionKind::Key, Span::point(offset)))).collect()
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
        Shape::Entries(_) | Shape::Table(_) | Shape::Again(..) => !is_list,
        _ => false,
    };
    let closing = if is_list { "]]" } else { "]" };
    let is_closed = text.get(header.key.end()..).is_some_and(|after| after.trim_start().starts_with(']'));
    let closing = if is_closed { "" } else { closing };
    let fitting = keys(about).into_iter().filter(fits);
    let item = |key: &'static Key| {
        let item = item(key.name, CompletionKind::Key, span);
        match key.shape {
            Shape::Entries(_) if is_for_headers(key.shape) => {
                let name = Span::new(key.name.len() + 1, key.name.len() + 1 + NAME.len());
                let insert = format!("{}.{NAME}{closing}", key.name);
                self::about(key, Completion { insert, stops: vec![name], ..item })
            }
            _ => self::about(key, Completion { insert: format!("{}{closing}", key.name), ..item }),
        }
    };
    fitting.map(item).collect()
}

/// The keys of the table at a path.
fn in_table(
    path: &[String],
    span: Span,
    present: &[String],
    sign: &str,
    root: &'static About,
    facts: &Facts<'_>,
) -> Vec<Completion> {
    let assigned = |item: Completion| Completion { insert: format!("{}{sign}", item.label), ..item };
    if path == ["validate", "severity"] {
        return codes(span, present, facts).into_iter().map(assigned).collect();
    }
    if path == ["contracts"] {
        return variables(span, present, facts).into_iter().map(assigned).collect();
    }
    let Some(section) = shape_at(root, path).and_then(table_of) else { return Vec::new() };
    // A key without an example is a table that is documented, and written, under its own header.
    let is_key = |key: &Key| !is_for_headers(key.shape) && !key.example.is_empty();
    let fits = |key: &&Key| is_key(key) && !present.iter().any(|other| other == key.name);
    let fitting = keys(section).into_iter().filter(fits);
    fitting.map(|key| about(key, assigned(item(key.name, CompletionKind::Key, span)))).collect()
}

/// A completion with what is declared of its key: the first sentence, and all of it.
fn about(key: &'static Key, item: Completion) -> Completion {
    let doc = joined(key.doc);
    let end = doc.find(". ").unwrap_or(doc.len());
    let detail = doc.get(..end).unwrap_or_default().trim_end_matches('.').to_owned();
    Completion { detail, documentation: about_key(key), ..item }
}

/// What fits in the value of a key.
struct Values<'v> {
    text: &'v str,
    /// The key.
    path: &'v [String],
    root: &'static About,
    facts: &'v Facts<'v>,
}

impl Values<'_> {
    /// What fits at an offset in the value.
    fn at(&self, value: Span, offset: usize) -> Vec<Completion> {
        let before = Span::new(value.start(), offset).of(self.text);
        if let Some((inside, keys_before)) = inline_table(before) {
            let segment = inside.trim_start();
            let start = offset - segment.len();
            return match segment.split_once('=') {
                Some((key, typed)) => {
                    let path = [self.path, &parts(key.trim())].concat();
                    let typed = typed.trim_start();
                    Values { path: &path, ..*self }.words(word_span(self.text, offset - typed.len(), offset), &[])
                }
                None => {
                    let span = word_span(self.text, start, offset);
                    let is_assigned =
                        self.text.get(span.end()..).is_some_and(|after| after.trim_start().starts_with('='));
                    match is_before_text(self.text, span) && !is_assigned {
                        true => Vec::new(),
                        false => {
                            let sign = if is_assigned { "" } else { " = " };
                            in_table(self.path, span, &keys_before, sign, self.root, self.facts)
                        }
                    }
                }
            };
        }
        let item = before.rsplit(['[', ',']).next().unwrap_or_default().trim_start();
        let span = word_span(self.text, offset - item.len(), offset);
        let earlier = before.get(..before.len() - item.len()).unwrap_or_default();
        let later = self.text.get(span.end()..value.end()).unwrap_or_default();
        let in_list = [earlier, later].into_iter().flat_map(|part| part.split(['[', ',', ']']));
        let present: Vec<String> = in_list.map(|item| item.trim().trim_matches(['"', '\'']).to_owned()).collect();
        self.words(span, &present)
    }

    /// The words that the key may have, besides those that its list has already.
    fn words(&self, span: Span, present: &[String]) -> Vec<Completion> {
        if is_before_text(self.text, span) {
            return Vec::new();
        }
        let typed = span.of(self.text);
        let quote = typed.chars().next().filter(|first| matches!(first, '"' | '\'')).unwrap_or('"');
        // `key =|` needs a blank.
        let blank = if self.text.get(..span.start()).is_some_and(|before| before.ends_with('=')) { " " } else { "" };
        let quoted = |item: Completion| {
            let insert = format!("{quote}{}{quote}", item.label);
            Completion { filter: insert.clone(), insert: format!("{blank}{insert}"), ..item }
        };
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["ignore", "code"] => codes(span, &[], self.facts).into_iter().map(quoted).collect(),
            ["ignore", "variable"] => variables(span, &[], self.facts).into_iter().map(quoted).collect(),
            ["validate", "allow_empty"] if self.is_in_list(span) => {
                variables(span, present, self.facts).into_iter().map(quoted).collect()
            }
            _ => {
                let Some(shape) = shape_at(self.root, self.path) else { return Vec::new() };
                let meaning = key_at(self.root, self.path).map(|key| about(key, item("", CompletionKind::Word, span)));
                let detail = meaning.map(|meaning| meaning.detail).unwrap_or_default();
                let word = |word: String| {
                    let item = Completion {
                        detail: detail.clone(),
                        ..item(word.trim_matches('"'), CompletionKind::Word, span)
                    };
                    if word.starts_with('"') {
                        quoted(item)
                    } else {
                        Completion { insert: format!("{blank}{word}"), ..item }
                    }
                };
                words(shape).into_iter().map(word).collect()
            }
        }
    }

    /// Whether a word is in the brackets of a list.
    fn is_in_list(&self, span: Span) -> bool {
        self.text.get(..span.start()).is_some_and(|before| before.trim_end().ends_with(['[', ',']))
    }
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

/// The codes of the rules that may be named.
fn codes(span: Span, present: &[String], facts: &Facts<'_>) -> Vec<Completion> {
    let fits = |code: &str| !UNREADABLE.contains(&code) && !present.iter().any(|other| other == code);
    let built_in = ALL.iter().map(|rule| (rule.code, format!("{}: {}", rule.name, rule.summary())));
    let fitting = built_in.chain(facts.codes_of_team()).filter(|(code, _)| fits(code));
    fitting.map(|(code, detail)| Completion::new(code, CompletionKind::Word, detail, span)).collect()
}

/// The names of the project's variables.
fn variables(span: Span, present: &[String], facts: &Facts<'_>) -> Vec<Completion> {
    let fitting = facts.variables.iter().filter(|name| !present.contains(name));
    let item = |name: &String| Completion {
        detail: "variable of an open document".to_owned(),
        ..item(name, CompletionKind::Name, span)
    };
    fitting.map(item).collect()
}

fn item(label: &str, kind: CompletionKind, span: Span) -> Completion {
    Completion::new(label, kind, String::new(), span)
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
