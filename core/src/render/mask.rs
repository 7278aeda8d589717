//! What a snippet of a document must not show.

use crate::base::span::Span;
use crate::document::Document;

/// The places of a document's values.
pub(crate) struct Masks {
    /// Sorted, not overlapping.
    hidden: Vec<Span>,
}

impl Masks {
    /// Every scalar but names, and the words of the vocabulary where they belong.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let (mut hidden, shown) = (document.private_spans(), document.public_spans());
        hidden.retain(|span| shown.binary_search(span).is_err());
        Self { hidden }
    }

    /// The hidden places that share a byte with `span`, in the order of the text.
    pub(crate) fn within(&self, span: Span) -> impl Iterator<Item = Span> {
        let first = self.hidden.partition_point(|hidden| hidden.end() <= span.start());
        self.hidden.iter().copied().skip(first).take_while(move |hidden| hidden.start() < span.end())
    }
}
