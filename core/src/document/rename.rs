//! How the name of a variable is replaced in the text.

use super::Document;
use crate::base::limits::{Limits, MAX_BYTES, MAX_DEPTH};
use crate::base::span::Span;
use crate::diagnostic::Edit;
use crate::reader::format::DocumentFormat;
use crate::reader::{Shape, read_yaml};

/// The span of a name without its quotes; none if it is written with escapes or on several lines.
pub(crate) fn content(document: &Document<'_>, name: &str, span: Span) -> Option<Span> {
    let text = document.tree.source();
    [span, span.inset(1)].into_iter().find(|span| span.of(text) == name && !name.is_empty())
}

/// The edit that writes a valid name in place of `content`, which [`content`] found. Without quotes, YAML reads a few names
/// as something else: `no`.
pub(crate) fn edit(document: &Document<'_>, content: Span, name: &str) -> Edit {
    let before = document.tree.source().get(..content.start()).unwrap_or_default();
    let is_quoted = before.ends_with(['"', '\'']);
    let text = match document.tree.format == DocumentFormat::Yaml && !is_quoted && !is_plain(name) {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    };
    Edit { span: content, text }
}

/// Whether YAML reads a text without quotes as this text.
pub(crate) fn is_plain(text: &str) -> bool {
    let tree = read_yaml(text, Limits { bytes: MAX_BYTES, depth: MAX_DEPTH });
    let is_text = tree.root().is_some_and(|root| root.shape() == Shape::String && root.as_str() == Some(text));
    is_text && tree.syntax.is_empty() && tree.comments.is_empty()
}
