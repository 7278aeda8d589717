//! The tree of a document, each member with its comments.

use zeroize::Zeroizing;

use crate::base::span::Span;
use crate::base::vocabulary::VARIABLE_FIELDS;
use crate::convert::comment::Comment;
use crate::document::Document;
use crate::reader::format::DocumentFormat;
use crate::reader::{Entry, Shape, Value};

/// A document with its comments.
pub(super) struct Model<'t> {
    /// The value of the whole document. The comments before it are those at the head of the text.
    pub(super) root: Member<'t>,
    /// The comments after it.
    pub(super) foot: Vec<Comment>,
    /// Span of the list of variables.
    pub(super) list: Option<Span>,
    /// Length of the source, in bytes.
    source_bytes: usize,
}

/// An entry of an object, an item of an array, or the root.
pub(super) struct Member<'t> {
    pub(super) key: Option<&'t str>,
    /// From the key, or from the value of an item, to the end of the value.
    pub(super) span: Span,
    pub(super) value: Value<'t>,
    /// The members of a container.
    pub(super) members: Vec<Member<'t>>,
    /// Comments on lines of their own above it.
    pub(super) before: Vec<Comment>,
    /// Comments at the end of its line.
    pub(super) after: Vec<Comment>,
    /// Comments after the bracket that opens a container, or after the colon before its lines.
    pub(super) opener: Vec<Comment>,
    /// Comments after the last member of a container.
    pub(super) end: Vec<Comment>,
    /// Whether an empty line is above it.
    pub(super) is_apart: bool,
}

impl<'t> Model<'t> {
    /// The model of a document, without comments.
    pub(super) fn of(root: Value<'t>, document: &Document<'t>) -> Self {
        let mut root = Member::of(None, root.span(), root);
        if document.tree.format != DocumentFormat::Env {
            root.note_gaps(document.tree.source());
        }
        Self {
            root,
            foot: Vec::new(),
            list: document.list.map(|list| list.span),
            source_bytes: document.tree.source().len(),
        }
    }

    /// A buffer for the text. It is nearly always large enough; one that grows would leave an unwiped copy of values in
    /// memory.
    pub(super) fn buffer(&self) -> Zeroizing<String> {
        const LEAST: usize = 1024;
        Zeroizing::new(String::with_capacity(LEAST + 4 * self.source_bytes))
    }

    /// Puts the fields of lines of `.env`, whose order has no meaning, in the usual one.
    pub(super) fn order_fields(&mut self) {
        let place = |field: &Member<'_>| VARIABLE_FIELDS.iter().position(|known| Some(*known) == field.key);
        for variable in &mut self.root.members {
            variable.members.sort_by_key(|field| place(field).unwrap_or(VARIABLE_FIELDS.len()));
        }
    }

    /// Whether the items of this member are variables.
    pub(super) fn is_list(&self, member: &Member<'_>) -> bool {
        member.value.shape() == Shape::Array && self.list == Some(member.value.span())
    }
}

impl<'t> Member<'t> {
    /// The depth limit of the reader bounds the recursion.
    fn of(key: Option<&'t str>, span: Span, value: Value<'t>) -> Self {
        let entry = |entry: Entry<'t>| {
            let span = Span::new(entry.key_span().start(), entry.value.span().end());
            Member::of(Some(entry.key()), span, entry.value)
        };
        let items = value.items().map(|item| Member::of(None, item.span(), item));
        let members = items.chain(value.entries().map(entry)).collect();
        let (before, after, opener, end) = <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
        Self { key, span, value, members, before, after, opener, end, is_apart: false }
    }

    /// Notes which members have an empty line between them and the one before.
    fn note_gaps(&mut self, source: &str) {
        let mut end = None;
        for member in &mut self.members {
            let gap = end.map_or("", |end| Span::new(end, member.span.start()).of(source));
            let is_empty = |(at, _): (usize, &str)| {
                gap.get(at + 1..).is_some_and(|rest| rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n'))
            };
            member.is_apart = gap.match_indices('\n').any(is_empty);
            end = Some(member.span.end());
            member.note_gaps(source);
        }
    }

    /// Whether it has members.
    pub(super) fn is_container(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether a comment is anywhere inside of it.
    pub(super) fn has_comments_inside(&self) -> bool {
        let has_any =
            |member: &Member<'_>| !member.before.is_empty() || !member.after.is_empty() || member.has_comments_inside();
        !self.opener.is_empty() || !self.end.is_empty() || self.members.iter().any(has_any)
    }

    /// Whether it is written on one line in every format: a reference without comments.
    pub(super) fn is_reference(&self) -> bool {
        self.key == Some("value_from") && !self.has_comments_inside()
    }

    /// All comments in it, in the order of the text.
    pub(super) fn all_comments(&self) -> Vec<&Comment> {
        let inside = self.members.iter().flat_map(Member::all_comments);
        let own = self.before.iter().chain(&self.opener);
        let mut all: Vec<&Comment> = own.chain(inside).chain(&self.end).chain(&self.after).collect();
        all.sort_by_key(|comment| comment.span);
        all
    }
}
