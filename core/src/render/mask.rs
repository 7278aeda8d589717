//! The parts of a document that a snippet must not show.

use crate::base::span::Span;
use crate::document::Document;

/// The spans of a document's values.
pub(crate) struct Masks {
    /// Sorted and not overlapping.
    hidden: Vec<Span>,
}

impl Masks {
    /// Hides every scalar, except variable names and vocabulary words in the places where they belong.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let (mut hidden, shown) = (document.private_spans(), document.public_spans());
        hidden.retain(|span| shown.binary_search(span).is_err());
        Self { hidden }
    }

    /// The hidden spans that overlap `span`, in the order of the text.
    pub(crate) fn within(&self, span: Span) -> impl Iterator<Item = Span> {
        let first = self.hidden.partition_point(|hidden| hidden.end() <= span.start());
        self.hidden.iter().copied().skip(first).take_while(move |hidden| hidden.start() < span.end())
    }
}
