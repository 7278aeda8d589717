//! The keys, words and names that fit at an offset.
//!
//! To know what fits, the text is read once more with a word in place of what is typed: as a key, as a value, and as an
//! item of a list. What gives the fewest mistakes is what can be written there. So a text that is half typed is read by
//! the same reader as one that is complete.

mod env;
mod ignore_comment;
mod items;
mod site;
mod typed;

use super::Facts;
use crate::base::span::Span;
use crate::check::Source;
use crate::reader::format::DocumentFormat;
use typed::Typed;

/// Something that can be written at an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown in the list.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// What it means, on one line.
    pub detail: String,
    /// The part of the text that it replaces; empty if nothing is typed yet.
    pub span: Span,
    /// The text that it is replaced by.
    pub insert: String,
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

/// What can be written at an offset. It contains no value and no Vault path.
pub fn completion(source: &Source<'_>, offset: usize, facts: &Facts<'_>) -> Vec<Completion> {
    let tree = source.tree();
    let text = tree.source();
    let offset = text.floor_char_boundary(offset);
    if tree.format != DocumentFormat::Json
        && let Some(codes) = ignore_comment::completion(text, offset)
    {
        return codes;
    }
    if tree.format == DocumentFormat::Env {
        return env::completion(text, offset);
    }
    let typed = Typed::at(text, offset, tree.format);
    site::sites(text, &typed, tree.format, |site| items::items(site, &typed, text, tree.format, facts))
}

#[cfg(test)]
#[path = "completion_tests.rs"]
mod tests;
