//! What can be written at a place of a JSON or YAML document.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::Completion;
use super::typed::Typed;
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
    },
    /// A variable in the list.
    Item,
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

/// Calls `items` with what can be written at the place of a word, and returns all that it returns.
pub(super) fn sites(
    text: &str,
    typed: &Typed,
    format: DocumentFormat,
    items: impl Fn(Site<'_>) -> Vec<Completion>,
) -> Vec<Completion> {
    let mut best: Option<(usize, Vec<Completion>)> = None;
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
        let (mistakes, found) = (tree.syntax.len(), items(site));
        match &mut best {
            _ if found.is_empty() => {}
            Some((fewest, _)) if *fewest < mistakes => {}
            Some((fewest, all)) if *fewest == mistakes => all.extend(found),
            _ => best = Some((mistakes, found)),
        }
    }
    best.map(|(_, found)| found).unwrap_or_default()
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
    let list = document.list.filter(|list| (list.span.start()..=list.span.end()).contains(&at));
    let Some(_) = list else { return in_object(document, root, Level::Document, at, is_item) };
    match document.variables().find(|variable| holds(variable.object(), at)) {
        Some(variable) => in_object(document, variable.object(), Level::Variable, at, is_item),
        None => Some(Site::Item),
    }
}

fn in_object<'t>(
    document: &'t Document<'t>,
    object: Value<'t>,
    level: Level,
    at: usize,
    is_item: bool,
) -> Option<Site<'t>> {
    let is_own = |span: crate::base::span::Span| span.start() <= at && at < span.end();
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
    (!entry.shape().is_container()).then_some(Site::Value { level, key: entry.key(), names })
}

fn holds(value: Value<'_>, at: usize) -> bool {
    value.span().start() <= at && at < value.span().end()
}
