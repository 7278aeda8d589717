//! The decoded document: typed fields, each with its span.
//!
//! Decoding never stops at a mistake: it records a [`Fault`] for each part that has the wrong shape, and decodes the
//! rest. The rules turn faults into findings and check the decoded variables.

mod decode;
mod fault;
mod keys;
pub(crate) mod name;
pub(crate) mod reference;
pub(crate) mod rename;
mod variable;

use std::collections::BTreeMap;

use crate::base::secret::Secret;
use crate::base::span::Span;
use crate::base::vocabulary::Scope;
use crate::document::name::Repetition;
use crate::reader::Tree;
use crate::reader::format::DocumentFormat;

pub(crate) use fault::{Fault, WrongShape};
pub(crate) use keys::{first_of_each, repeated};
use reference::Kind;
use variable::{Fields, Slot};
pub(crate) use variable::{Text, Variable, escape_pointer};

/// Where the list of variables is.
#[derive(Clone, Copy)]
pub(crate) struct List {
    /// Span of the array.
    pub(crate) span: Span,
    /// JSON Pointer to the array.
    pub(crate) pointer: &'static str,
}

/// Fetched values, by variable name. They take the place of `value`.
pub type Resolved = BTreeMap<String, Secret>;

/// A decoded document. It has no `Debug`, because it holds values.
pub(crate) struct Document<'t> {
    pub(crate) tree: &'t Tree<'t>,
    pub(crate) list: Option<List>,
    variables: Vec<Fields>,
    resolved: Option<&'t Resolved>,
    parent_scope: Slot,
    data_action: Slot,
    pub(crate) faults: Vec<Fault<'t>>,
    /// Whether its format is not JSON, or it has a key that only a manifest has.
    pub(crate) is_manifest: bool,
}

impl<'t> Document<'t> {
    /// Decodes a tree.
    pub(crate) fn decode(tree: &'t Tree<'t>, resolved: Option<&'t Resolved>) -> Self {
        let mut document = Self {
            tree,
            list: None,
            variables: Vec::new(),
            resolved,
            parent_scope: Slot::ABSENT,
            data_action: Slot::ABSENT,
            faults: Vec::new(),
            is_manifest: tree.format != DocumentFormat::Json,
        };
        if let Some(root) = tree.root() {
            document.root(root);
        }
        document
    }

    /// Number of variables in the list.
    pub(crate) fn len(&self) -> usize {
        self.variables.len()
    }

    /// The variables, in the order of the list.
    pub(crate) fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        self.variables.iter().map(|fields| self.variable(fields))
    }

    /// The valid names that repeat an earlier one.
    pub(crate) fn repeated_names(&self) -> Vec<Repetition> {
        let name_at = |position: usize| self.variables.get(position).and_then(|fields| self.text(fields.name));
        let hashes = self.variables.iter().map(|fields| fields.name_hash);
        name::repetitions(hashes, |position| name_at(position).unwrap_or_default())
    }

    /// Whether the text was read to its end.
    pub(crate) fn is_read(&self) -> bool {
        self.tree.syntax.is_empty() && self.tree.cap.is_none()
    }

    /// Whether all of it could be read and every variable has what the service needs. If not, it is never sent.
    pub(crate) fn is_whole(&self) -> bool {
        let is_misread = self.faults.iter().any(|fault| matches!(fault, Fault::WrongShape(_)));
        self.is_read() && !is_misread && self.list.is_some() && self.variables().all(|variable| variable.is_whole())
    }

    /// Number of variables that are to be encrypted.
    pub(crate) fn encrypted_count(&self) -> usize {
        self.variables.iter().filter(|fields| fields.is_encrypted == Some(true)).count()
    }

    /// The variable at an index of the list. Elements that are not objects count, but are not variables.
    pub(crate) fn variable_in_list(&self, index: usize) -> Option<Variable<'_>> {
        let index = u32::try_from(index).ok()?;
        self.variable_at(self.variables.binary_search_by_key(&index, |fields| fields.index).ok()?)
    }

    /// The variable at a position of [`Self::variables`].
    pub(crate) fn variable_at(&self, position: usize) -> Option<Variable<'_>> {
        self.variables.get(position).map(|fields| self.variable(fields))
    }

    fn variable<'d>(&'d self, fields: &'d Fields) -> Variable<'d> {
        let value = match self.resolved {
            // A variable that is to be removed needs no value, so a value that it has is not checked.
            _ if fields.state.get(self.tree).is_some() => None,
            Some(_) => self.fetched(fields).or_else(|| self.written(fields)),
            None => self.written(fields),
        };
        Variable { document: self, fields, value }
    }

    #[inline(always)]
    fn written(&self, fields: &Fields) -> Option<(Text<'_>, Span)> {
        let origin = fields.value.get(self.tree)?;
        let span = origin.span();
        Some((Text { text: origin.as_str()?, origin: Some(origin), span }, span))
    }

    fn fetched(&self, fields: &Fields) -> Option<(Text<'_>, Span)> {
        let text = self.resolved?.get(self.text(fields.name)?)?.expose();
        let span = fields.value_from.get(self.tree).unwrap_or_else(|| self.tree.at(fields.object)).span();
        Some((Text { text, origin: None, span }, span))
    }

    #[inline(always)]
    fn text(&self, slot: Slot) -> Option<&'t str> {
        slot.get(self.tree)?.as_str()
    }

    pub(crate) fn parent_scope(&self) -> Option<(&'t str, Span)> {
        let value = self.parent_scope.get(self.tree)?;
        Some((value.as_str()?, value.span()))
    }

    pub(crate) fn data_action(&self) -> Option<&'t str> {
        self.data_action.get(self.tree)?.as_str()
    }

    /// The parent scope; none if the field is absent or wrong.
    pub(crate) fn declared_parent_scope(&self) -> Option<Scope> {
        Scope::parse(self.parent_scope()?.0)
    }

    /// The scalars that a snippet may show: names, and valid words in the fields where they belong. Sorted.
    pub(crate) fn public_spans(&self) -> Vec<Span> {
        let public = |variable: Variable<'_>| {
            [
                variable.name().map(|(_, span)| span),
                variable.type_word().filter(|_| variable.variable_type().is_some()).map(|(_, span)| span),
                variable.scope_word().filter(|_| variable.scope().is_some()).map(|(_, span)| span),
                variable.state().map(|(_, span)| span),
                variable.encrypted().map(|(_, span)| span),
            ]
        };
        let mut spans: Vec<Span> = self.variables().flat_map(public).flatten().collect();
        spans.extend(self.parent_scope().filter(|_| self.declared_parent_scope().is_some()).map(|(_, span)| span));
        // The header of a block scalar may end with a comment, which may contain anything.
        spans.retain(|span| !self.tree.written(*span).starts_with(['|', '>']));
        spans.sort_unstable();
        spans
    }

    /// What a snippet must hide unless it is among [`Self::public_spans`]: scalars, comments, and containers where a
    /// string belongs, because their keys may be part of a value. Sorted, without overlaps.
    pub(crate) fn private_spans(&self) -> Vec<Span> {
        let comments = self.tree.comments.iter().copied();
        let all = self.tree.scalar_spans().chain(self.tree.containers_below(is_text_field)).chain(comments);
        merge_overlapping(all.filter(|span| span.start() < span.end()).collect())
    }
}

/// Whether a container below this key is misplaced, so that it may be a value that was meant to be a string.
pub(crate) fn is_text_field(key: &str) -> bool {
    !matches!(key, "variables" | "value_from") && !Kind::has_members(key)
}

/// Sorts the spans and merges those that overlap.
fn merge_overlapping(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut().filter(|last| span.overlaps(**last)) {
            Some(last) => *last = Span::new(last.start(), last.end().max(span.end())),
            None => apart.push(span),
        }
    }
    apart
}
