//! What a conversion could not keep, and why a text is refused.

use thiserror::Error;

use crate::base::display::quote;
use crate::base::span::{LineIndex, Span};
use crate::check::ignore_comments::content;
use crate::reader::Tree;
use crate::reader::format::DocumentFormat;
use crate::rules::directive;

/// Something that was left out or changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Note {
    /// Line of it in the source, from 1.
    pub line: usize,
    /// What happened to it, in one sentence that names the line and holds no value.
    pub message: String,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// The text was not read to its end.
    #[error("the text has a syntax mistake in line {line}; correct it first")]
    Unread {
        /// Line of the first mistake, from 1.
        line: usize,
    },
    /// The text is longer, or nested deeper, than the options allow.
    #[error("the text is larger than the limits allow; raise `max_bytes` or `max_depth`")]
    TooLarge,
    /// A part of the document has a form that the format does not have.
    #[error("line {line} has a mistake that {format} cannot hold; correct it first")]
    Mistake {
        /// Its line, from 1.
        line: usize,
        /// The format.
        format: &'static str,
    },
    /// No variable has a form in `.env`, and a text without variables is no document.
    #[error("the document has no variable that .env can hold")]
    NothingLeft,
    /// The result would not be read as the same document.
    #[error("the document cannot be written as {format} without a change to its values")]
    CannotHold {
        /// The format.
        format: &'static str,
    },
}

/// The name of a format in a sentence.
pub(super) fn name_of(format: DocumentFormat) -> &'static str {
    match format {
        DocumentFormat::Json => "JSON",
        DocumentFormat::Jsonc => "JSONC",
        DocumentFormat::Yaml => "YAML",
        DocumentFormat::Env => ".env",
    }
}

/// Refuses a text that was not read to its end.
pub(super) fn refuse_unread(tree: &Tree<'_>) -> Result<(), Refused> {
    if let Some(first) = tree.syntax.iter().map(|fault| fault.span.start()).min() {
        return Err(Refused::Unread { line: LineIndex::new(tree.source()).position(first).line });
    }
    if tree.cap.is_some() { Err(Refused::TooLarge) } else { Ok(()) }
}

/// Collects notes.
pub(super) struct Notes<'t> {
    lines: LineIndex<'t>,
    notes: Vec<Note>,
}

impl<'t> Notes<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Self { lines: LineIndex::new(source), notes: Vec::new() }
    }

    pub(super) fn line_of(&self, span: Span) -> usize {
        self.lines.position(span.start()).line
    }

    /// Adds a note. `message` gets the line.
    pub(super) fn add(&mut self, span: Span, message: impl FnOnce(usize) -> String) {
        let line = self.line_of(span);
        self.notes.push(Note { line, message: message(line) });
    }

    /// A comment that JSON cannot hold.
    pub(super) fn lost_comment(&mut self, span: Span, written: &str) {
        let is_ignore = directive::parse(content(written)).is_some();
        self.add(span, |line| match is_ignore {
            true => format!(
                "the ignore comment in line {line} was left out: JSON has no comments, so what it silenced counts \
                 again; use `[[ignore]]` in cxvars.toml"
            ),
            false => format!("the comment in line {line} was left out: JSON has no comments"),
        });
    }

    /// A part with a name that was left out.
    pub(super) fn left_out(&mut self, span: Span, name: &str, why: &str) {
        self.add(span, |line| format!("{} in line {line} was left out: {why}", quote(name)));
    }

    pub(super) fn sorted(mut self) -> Vec<Note> {
        self.notes.sort();
        self.notes
    }
}
