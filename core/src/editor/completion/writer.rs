//! Writes completions in the format of the document, in place of what is typed.

use super::skeleton::Skeleton;
use super::typed::Typed;
use super::{Completion, CompletionKind};
use crate::base::span::Span;
use crate::diagnostic::Edit;
use crate::document::rename::is_plain;
use crate::editor::level::Level;
use crate::reader::format::DocumentFormat;

/// Writes completions in the format of the document, in place of what is typed.
pub(super) struct Writer<'d> {
    pub(super) typed: &'d Typed,
    pub(super) text: &'d str,
    pub(super) format: DocumentFormat,
    /// Whether something follows that needs a comma before it.
    pub(super) is_followed: bool,
}

impl Writer<'_> {
    pub(super) fn key(&self, key: &str, detail: Option<String>) -> Completion {
        let colon = if self.typed.is_key { "" } else { ": " };
        let insert = format!("{}{colon}", self.quoted(key));
        let item = self.whole(key, CompletionKind::Key, detail.unwrap_or_default(), Skeleton::of(&insert));
        Completion { needs_comma: self.is_followed && !self.typed.is_key, ..item }
    }

    /// A word. Booleans are never quoted.
    pub(super) fn word(&self, word: &str, detail: &str) -> Completion {
        let insert = if matches!(word, "true" | "false") { word.to_owned() } else { self.quoted(word) };
        self.completion(word, CompletionKind::Word, detail.to_owned(), Skeleton::of(&insert))
    }

    pub(super) fn name(&self, name: &str, detail: String) -> Completion {
        self.completion(name, CompletionKind::Name, detail, Skeleton::of(&self.quoted(name)))
    }

    /// A whole variable: in braces, or as lines of YAML, with their dash if `is_item` is true.
    pub(super) fn variable(&self, in_brackets: bool, is_item: bool) -> Completion {
        let skeleton = match self.format {
            DocumentFormat::Yaml if !in_brackets => {
                Skeleton::lines(if is_item { "- " } else { "" }, self.column(), line_break(self.text))
            }
            _ => Skeleton::object(self.format),
        };
        self.completion("variable", CompletionKind::Variable, "a whole variable".to_owned(), skeleton)
    }

    /// The list of variables, with one.
    pub(super) fn variables(&self) -> Completion {
        let skeleton = match self.format {
            DocumentFormat::Yaml => {
                let line_break = line_break(self.text);
                Skeleton::of(&format!("{line_break}  ")).then(Skeleton::lines("- ", 2, line_break))
            }
            _ => Skeleton::of("[").then(Skeleton::object(self.format)).then(Skeleton::of("]")),
        };
        let detail = "a list with a whole variable".to_owned();
        self.completion("variable", CompletionKind::Variable, detail, skeleton)
    }

    /// The objects that the value of a key may be: one for each kind of reference, or the one with all members.
    pub(super) fn objects(&self, level: Level, key: &str) -> Vec<Completion> {
        let Some(below) = level.below(key) else { return Vec::new() };
        let object = |label: &str, detail, keys: &[&str]| {
            self.completion(label, CompletionKind::Key, detail, Skeleton::members(below, keys, self.format))
        };
        match below {
            Level::Reference => {
                let kinds = below.keys().into_iter();
                kinds.map(|key| object(key, below.describe(key).unwrap_or_default(), &[key])).collect()
            }
            _ => {
                let keys = below.keys();
                vec![object(&keys.join(", "), level.describe(key).unwrap_or_default(), &keys)]
            }
        }
    }

    fn completion(&self, label: &str, kind: CompletionKind, detail: String, skeleton: Skeleton) -> Completion {
        let comma = if self.is_followed { "," } else { "" };
        self.whole(label, kind, detail, skeleton.then(Skeleton::of(comma)))
    }

    /// The same, without a comma.
    fn whole(&self, label: &str, kind: CompletionKind, detail: String, skeleton: Skeleton) -> Completion {
        let blank = if self.typed.needs_blank && !skeleton.text.starts_with(['\n', '\r']) { " " } else { "" };
        let quote = self.typed.quote.map(String::from).unwrap_or_default();
        let written = Skeleton::of(blank).then(skeleton);
        Completion {
            insert: written.text,
            stops: written.stops,
            filter: format!("{quote}{label}"),
            ..Completion::new(label, kind, detail, self.typed.span)
        }
    }

    /// A text with the quotes that the format needs, or that are typed.
    fn quoted(&self, text: &str) -> String {
        match (self.format, self.typed.quote) {
            (DocumentFormat::Yaml, Some('\'')) => format!("'{}'", text.replace('\'', "''")),
            (DocumentFormat::Yaml, None) if is_plain(text) => text.to_owned(),
            _ => serde_json::Value::from(text).to_string(),
        }
    }

    /// Whether what is typed is the first of its line in YAML.
    pub(super) fn begins_line(&self) -> bool {
        self.format == DocumentFormat::Yaml && self.before().trim().is_empty()
    }

    /// Whether a variable of a list of YAML begins with what is typed: there is nothing before it but dashes.
    pub(super) fn begins_item(&self) -> bool {
        self.format != DocumentFormat::Yaml || self.before().trim_matches([' ', '-']).is_empty()
    }

    /// Whether the value of the line's key is on the lines below already.
    pub(super) fn has_block_below(&self) -> bool {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let after = self.text.get(self.typed.span.end()..).unwrap_or_default();
        let mut lines = after.lines().skip(1).filter(|line| !line.trim().is_empty());
        let own = indent(self.before());
        let is_below = |line: &str| indent(line) > own || indent(line) == own && line.trim_start().starts_with("- ");
        self.format == DocumentFormat::Yaml && lines.next().is_some_and(is_below)
    }

    /// The column at which the insertion begins, from 0.
    fn column(&self) -> usize {
        self.before().chars().count() + usize::from(self.typed.needs_blank)
    }

    /// The line before what is typed.
    fn before(&self) -> &str {
        self.text.get(..self.typed.span.start()).unwrap_or_default().rsplit('\n').next().unwrap_or_default()
    }
}

impl Completion {
    /// The same after a comma that is missing at an offset.
    pub(super) fn after_comma(self, at: usize) -> Self {
        if at < self.span.start() {
            return Self { also: Some(Edit { span: Span::point(at), text: ",".to_owned() }), ..self };
        }
        let written = Skeleton::of(", ").then(Skeleton { text: self.insert, stops: self.stops });
        Self { insert: written.text, stops: written.stops, ..self }
    }
}

/// How the lines of a text end.
pub(super) fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
