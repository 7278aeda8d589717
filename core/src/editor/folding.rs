//! The parts of a document that can be folded.

use crate::base::span::Span;
use crate::check::Source;
use crate::document::Document;
use crate::reader::{Shape, Value};

/// A part that can be folded. It has several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The part.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// The list of variables, a variable, or a value.
    Region,
    /// A comment, or comments on consecutive lines.
    Comment,
}

/// The list, the variables, the values and the comments of several lines, in the order of the text. At most one begins in
/// each line.
pub fn folding(source: &Source<'_>) -> Vec<Fold> {
    let tree = source.tree();
    let text = tree.source();
    let document = Document::decode(tree, None);
    let variables =
        document.variables().flat_map(|variable| [vec![variable.span()], fields(variable.object())].concat());
    let regions = tree.root().map(top_level).into_iter().flatten().chain(variables);
    let region = |span| Fold { span: trimmed(text, span), kind: FoldKind::Region };
    let comment = |span| Fold { span, kind: FoldKind::Comment };
    let mut folds: Vec<Fold> =
        regions.map(region).chain(comments(text, &tree.comments).into_iter().map(comment)).collect();
    folds.retain(|fold| fold.span.of(text).contains('\n'));
    folds.sort_by_key(|fold| (fold.span.start(), std::cmp::Reverse(fold.span.end())));
    // Of two that begin in a line, the first one has the other one in it.
    folds.dedup_by(|next, first| !Span::new(first.span.start(), next.span.start()).of(text).contains('\n'));
    folds
}

/// The list of variables, and what else is at the top level. A list without a key begins where its first variable does,
/// unless it has brackets.
fn top_level(root: Value<'_>) -> Vec<Span> {
    match root.shape() {
        Shape::Array if root.written().starts_with('[') => vec![root.span()],
        _ => fields(root),
    }
}

/// The keys of an object with their values.
fn fields(object: Value<'_>) -> Vec<Span> {
    object.entries().map(|entry| Span::new(entry.key_span().start(), entry.value.span().end())).collect()
}

/// Joins comments on consecutive lines.
fn comments(text: &str, comments: &[Span]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for comment in comments {
        let is_next = |last: &&mut Span| {
            let between = Span::new(last.end(), comment.start()).of(text);
            between.trim().is_empty() && between.matches('\n').count() == 1 && begins_line(text, last.start())
        };
        match joined.last_mut().filter(is_next) {
            Some(last) => *last = Span::new(last.start(), comment.end()),
            None => joined.push(*comment),
        }
    }
    joined
}

/// Whether there are only blanks before an offset in its line.
fn begins_line(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or_default();
    before.rsplit('\n').next().is_some_and(|blanks| blanks.trim().is_empty())
}

/// A span without the white space at its end.
fn trimmed(text: &str, span: Span) -> Span {
    Span::new(span.start(), span.start() + span.of(text).trim_end().len())
}
