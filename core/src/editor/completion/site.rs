//! What can be written at a place of a JSON or YAML document.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::Completion;
use super::typed::Typed;
use crate::base::span::Span;
use crate::base::vocabulary::VariableType;
use crate::document::Document;
use crate::editor::level::Level;
use crate::options::CheckOptions;
use crate::reader::format::{DocumentFormat, Reading};
use crate::reader::{Entry, Shape, Tree, Value, read};

/// What can be written at a place.
pub(super) enum Site<'t> {
    /// A key of this object.
    Key {
        /// The level of the object.
        level: Level,
        /// The other keys of the object.
        present: Vec<&'t str>,
        /// Whether a dash has to be written before it.
        is_item: bool,
    },
    /// The value of a key.
    Value {
        /// The level of the object.
        level: Level,
        /// The key.
        key: &'t str,
        /// The names of the document's variables.
        names: Vec<&'t str>,
        /// Whether the variable that it is in is a boolean.
        is_boolean: bool,
    },
    /// A variable in the list.
    Item {
        /// Whether the list is written in brackets.
        in_brackets: bool,
    },
}

/// A way to write something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Key,
    Value,
    Item,
}

impl Form {
    fn all(format: DocumentFormat, is_key: bool) -> &'static [Self] {
        match (is_key, format) {
            (true, _) => &[Self::Key],
            (false, DocumentFormat::Yaml) => &[Self::Key, Self::Value, Self::Item],
            (false, _) => &[Self::Key, Self::Value],
        }
    }

    /// A stand-in for what is written, and the offset in it of a byte that belongs to the key or value.
    fn stand_in(self, format: DocumentFormat, typed: &Typed) -> (Cow<'static, str>, usize) {
        let blank = usize::from(typed.needs_blank);
        let text = match (self, format) {
            (Self::Key, DocumentFormat::Yaml) if typed.is_key => "x",
            (Self::Key, DocumentFormat::Yaml) => "x: 0",
            (Self::Value, DocumentFormat::Yaml) => "x",
            (Self::Item, _) => "- x: 0",
            (Self::Key, _) if typed.is_key => "\"x\"",
            (Self::Key, _) => "\"x\": 0",
            (Self::Value, _) => "\"x\"",
        };
        let inset = if self == Self::Item { 2 } else { 0 };
        (if blank > 0 { format!(" {text}").into() } else { text.into() }, blank + inset)
    }
}

/// Calls `items` with what can be written at the place of a word, and returns all that it returns. The text has
/// `mistakes` as it is: what makes more of them is in the wrong place. In JSON, it may only lack a comma.
pub(super) fn sites(
    text: &str,
    typed: &Typed,
    format: DocumentFormat,
    mistakes: usize,
    items: impl Fn(Site<'_>) -> Vec<Completion>,
) -> Vec<Completion> {
    let mut best: Option<(usize, Vec<Completion>)> = None;
    let mut comma = None;
    for form in Form::all(format, typed.is_key) {
        let (stand_in, inset) = form.stand_in(format, typed);
        let Some(attempt) = replaced(text, typed, &stand_in) else { continue };
        let tree = read(attempt.as_bytes(), Reading { format, limits: CheckOptions::default().limits() });
        let document = Document::decode(&tree, None);
        let Some(site) = site(&document, typed.span.start() + inset, *form == Form::Item) else { continue };
        // A key that is read as a value is in the wrong place.
        if matches!(site, Site::Key { .. }) == (*form == Form::Value) {
            continue;
        }
        let most = if format == DocumentFormat::Yaml { mistakes } else { usize::MAX };
        let mistakes = tree.syntax.len();
        if mistakes > most {
            continue;
        }
        let found = items(site);
        match &mut best {
            _ if found.is_empty() => {}
            Some((fewest, _)) if *fewest < mistakes => {}
            Some((fewest, all)) if *fewest == mistakes => all.extend(found),
            _ => {
                best = Some((mistakes, found));
                comma = missing_comma(text, typed, format, &stand_in, mistakes);
            }
        }
    }
    let found = best.map(|(_, found)| found).unwrap_or_default();
    match comma {
        Some(at) => found.into_iter().map(|item| item.after_comma(at)).collect(),
        None => found,
    }
}

/// The offset at which a comma before the word is missing.
fn missing_comma(text: &str, typed: &Typed, format: DocumentFormat, stand_in: &str, mistakes: usize) -> Option<usize> {
    let before = text.get(..typed.span.start())?.trim_end();
    if format == DocumentFormat::Yaml || before.is_empty() || before.ends_with(['{', '[', ',', ':']) {
        return None;
    }
    let with_comma = Typed { span: Span::new(before.len(), typed.span.end()), ..*typed };
    let gap = text.get(before.len()..typed.span.start())?;
    let attempt = replaced(text, &with_comma, &format!(",{gap}{stand_in}"))?;
    let tree = read(attempt.as_bytes(), Reading { format, limits: CheckOptions::default().limits() });
    (tree.syntax.len() < mistakes).then_some(before.len())
}

fn replaced(text: &str, typed: &Typed, stand_in: &str) -> Option<Zeroizing<String>> {
    let mut attempt = Zeroizing::new(String::with_capacity(text.len() + stand_in.len()));
    attempt.push_str(text.get(..typed.span.start())?);
    attempt.push_str(stand_in);
    attempt.push_str(text.get(typed.span.end()..)?);
    Some(attempt)
}

fn site<'t>(document: &'t Document<'t>, at: usize, is_item: bool) -> Option<Site<'t>> {
    let tree: &Tree<'_> = document.tree;
    let root = tree.root()?;
    let begins_with = |span: Span, bracket| span.of(tree.source()).starts_with(bracket);
    let ends = |span: Span| begins_with(span, '[') && span.of(tree.source()).ends_with(']');
    let is_in = |span: Span| span.start() <= at && (at < span.end() || at == span.end() && !ends(span));
    let list = document.list.filter(|list| is_in(list.span));
    let Some(_) = list else { return in_object(document, root, Level::Document, at, is_item) };
    let in_brackets = list.is_some_and(|list| begins_with(list.span, '['));
    match document.variables().find(|variable| holds(variable.object(), at)) {
        // YAML takes `[name: x]` for a list of one variable. Nobody writes that.
        Some(variable) if in_brackets && !begins_with(variable.span(), '{') => None,
        Some(variable) => in_object(document, variable.object(), Level::Variable, at, is_item),
        None => Some(Site::Item { in_brackets }),
    }
}

fn in_object<'t>(
    document: &'t Document<'t>,
    object: Value<'t>,
    level: Level,
    at: usize,
    is_item: bool,
) -> Option<Site<'t>> {
    let is_own = |span: Span| span.start() <= at && at < span.end();
    if object.entries().any(|entry| is_own(entry.key_span())) {
        let others = object.entries().filter(|entry| !is_own(entry.key_span()));
        let present: Vec<&str> = others.map(Entry::key).collect();
        // A dash begins a new variable, so its key is the only one.
        return (!is_item || present.is_empty()).then_some(Site::Key { level, present, is_item });
    }
    let entry = object.entries().find(|entry| holds(entry.value, at))?;
    if entry.shape() == Shape::Object {
        return in_object(document, entry.value, level.below(entry.key())?, at, is_item);
    }
    let names = document.variables().filter_map(|variable| variable.name().map(|(name, _)| name)).collect();
    let word = object.entries().find(|entry| entry.key() == "type").and_then(|entry| entry.value.as_str());
    let is_boolean = word == Some(VariableType::Boolean.as_str());
    // What is typed is the whole value, and not a part of it.
    let is_whole = !entry.shape().is_container() && entry.value.span().start() == at;
    is_whole.then_some(Site::Value { level, key: entry.key(), names, is_boolean })
}

fn holds(value: Value<'_>, at: usize) -> bool {
    value.span().start() <= at && at < value.span().end()
}
