//! The key or value of a document at an offset.

use super::level::Level;
use crate::base::span::Span;
use crate::document::{Document, Variable};
use crate::reader::{Entry, Shape, Value};

/// The key or value at an offset.
pub(super) struct Place<'t> {
    /// The level of the object that it is in.
    pub(super) level: Level,
    /// The key with its value.
    pub(super) entry: Entry<'t>,
    /// Whether the offset is at the key.
    pub(super) is_key: bool,
    /// The variable that it is in; none at the top level.
    pub(super) variable: Option<Variable<'t>>,
    /// The `value_from` that it is in.
    pub(super) reference: Option<Value<'t>>,
}

impl Place<'_> {
    /// The span of the key or value at the offset.
    pub(super) fn span(&self) -> Span {
        if self.is_key { self.entry.key_span() } else { self.entry.value.span() }
    }

    /// Whether it is the value of this key of a variable.
    pub(super) fn is_value_of(&self, key: &str) -> bool {
        !self.is_key && matches!(self.level, Level::Variable) && self.entry.key() == key
    }
}

/// The key or value at an offset; none if there is nothing, or something that has no place in a document.
pub(super) fn at<'t>(document: &'t Document<'t>, offset: usize) -> Option<Place<'t>> {
    let root = document.tree.root()?;
    let touched = |variable: &Variable<'_>| touches(variable.span(), offset);
    match document.variables().find(touched) {
        Some(variable) => {
            let place = within(variable.object(), Level::Variable, offset)?;
            Some(Place { variable: Some(variable), ..place })
        }
        None if root.shape() == Shape::Object => within(root, Level::Document, offset),
        None => None,
    }
}

fn within(object: Value<'_>, level: Level, offset: usize) -> Option<Place<'_>> {
    let at_key = object.entries().find(|entry| touches(entry.key_span(), offset));
    let place = |entry, is_key| Place { level, entry, is_key, variable: None, reference: None };
    if let Some(entry) = at_key {
        return Some(place(entry, true));
    }
    let entry = object.entries().find(|entry| touches(entry.value.span(), offset))?;
    let below = level.below(entry.key()).filter(|_| entry.shape() == Shape::Object);
    let inner = below.and_then(|below| within(entry.value, below, offset));
    let is_reference = matches!(below, Some(Level::Reference));
    let reference = is_reference.then_some(entry.value);
    let place = inner.unwrap_or_else(|| place(entry, false));
    Some(Place { reference: reference.or(place.reference), ..place })
}

/// Whether an offset is in a span or at its end. Nothing touches an empty span.
pub(super) fn touches(span: Span, offset: usize) -> bool {
    span.start() < span.end() && (span.start()..=span.end()).contains(&offset)
}

/// The name of a variable, if the text there is certainly a name. After a syntax mistake it may be a value.
pub(super) fn name_of<'t>(document: &'t Document<'t>, variable: &Variable<'t>) -> Option<(&'t str, Span)> {
    let first_mistake = document.tree.syntax.iter().map(|fault| fault.span.start()).min();
    let is_before = |span: Span| first_mistake.is_none_or(|mistake| span.end() <= mistake);
    let is_intact = !variable.object().is_damaged() && variable.has_valid_name();
    variable.name().filter(|(_, span)| is_before(*span) || is_intact)
}
