//! The keys, words and names that fit at an offset.
//!
//! To know what fits, the text is read once more with a word in place of what is typed: as a key, as a value, and as an
//! item of a list. What gives the fewest mistakes is what can be written there. So a text that is half typed is read by
//! the same reader as one that is complete.

mod begun;
mod env;
mod ignore_comment;
mod items;
mod next;
mod site;
mod skeleton;
mod typed;
mod writer;

use super::Facts;
use crate::base::span::Span;
use crate::check::Source;
use crate::diagnostic::Edit;
use crate::reader::format::DocumentFormat;
pub use begun::is_begun;
use typed::Typed;

/// Something that can be written at an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown in the list.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// What it means, on one short line.
    pub detail: String,
    /// More about it, in Markdown; empty if there is no more.
    pub documentation: String,
    /// The part of the text that it replaces; empty if nothing is typed yet.
    pub span: Span,
    /// The text that it is replaced by.
    pub insert: String,
    /// The parts of [`Self::insert`] that are for the user to fill in, in their order.
    pub stops: Vec<Span>,
    /// Whether a value and a comma have to follow, because another key does.
    pub needs_comma: bool,
    /// An edit before it that it needs: the comma that is missing.
    pub also: Option<Edit>,
    /// What the text of the span is compared with: the label, with the quotes that are typed.
    pub filter: String,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key.
    Key,
    /// A word that a key takes, or the code of a rule.
    Word,
    /// The name of a parameter, an environment variable or a variable.
    Name,
    /// A whole variable.
    Variable,
}

impl Completion {
    /// A completion that inserts its label.
    pub(super) fn new(label: &str, kind: CompletionKind, detail: String, span: Span) -> Self {
        Self {
            label: label.to_owned(),
            kind,
            detail,
            documentation: String::new(),
            span,
            insert: label.to_owned(),
            stops: Vec::new(),
            needs_comma: false,
            also: None,
            filter: label.to_owned(),
        }
    }
}

/// What can be written at an offset. It contains no value and no Vault path.
pub fn completion(source: &Source<'_>, offset: usize, facts: &Facts<'_>) -> Vec<Completion> {
    let tree = source.tree();
    let text = tree.source();
    let offset = text.floor_char_boundary(offset);
    let of_comment =
        (tree.format != DocumentFormat::Json).then(|| ignore_comment::completion(text, offset, facts)).flatten();
    if tree.format == DocumentFormat::Env {
        return env::completion(text, offset).into_iter().chain(of_comment.unwrap_or_default()).collect();
    }
    if let Some(found) = of_comment {
        return found;
    }
    if tree.comments.iter().any(|comment| is_within(text, *comment, offset)) {
        return Vec::new();
    }
    let typed = Typed::at(text, offset, tree.format);
    site::sites(text, &typed, tree.format, tree.syntax.len(), |site| {
        items::items(site, &typed, text, tree.format, facts)
    })
}

/// Whether an offset is in a comment, or at the end of one that ends with its line.
fn is_within(text: &str, comment: Span, offset: usize) -> bool {
    let is_closed = comment.of(text).ends_with("*/");
    comment.start() < offset && (offset < comment.end() || offset == comment.end() && !is_closed)
}

#[cfg(test)]
#[path = "completion_tests.rs"]
mod tests;
