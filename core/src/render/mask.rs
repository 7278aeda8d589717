//! What a snippet of a document must not show.

use crate::base::span::Span;
use crate::check::Report;
use crate::document::Document;
use crate::reader::read;

/// The places of a document's values.
pub(crate) struct Masks {
    /// Sorted, not overlapping.
    hidden: Vec<Span>,
}

impl Masks {
    /// Every scalar but names, and the words of the vocabulary where they belong.
    ///
    /// A check does not keep them: most reports are never shown as snippets, so the text is read once more for those
    /// that are.
    ///
    /// None where only a part of the text could be read: nobody can tell there what is a name and what is a value, so
    /// nothing of it may be shown.
    pub(super) fn of(text: &str, report: &Report) -> Option<Self> {
        if report.is_unread() {
            return None;
        }
        let tree = read(text.as_bytes(), report.reading());
        let document = Document::decode(&tree, None);
        let (mut hidden, shown) = (document.private_spans(), document.public_spans());
        hidden.retain(|span| shown.binary_search(span).is_err());
        Some(Self { hidden })
    }

    /// The hidden places that share a byte with `span`, in the order of the text.
    pub(crate) fn within(&self, span: Span) -> impl Iterator<Item = Span> {
        let first = self.hidden.partition_point(|hidden| hidden.end() <= span.start());
        self.hidden.iter().copied().skip(first).take_while(move |hidden| hidden.start() < span.end())
    }
}
