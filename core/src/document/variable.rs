//! One variable of a document, with the spans of its fields.

use std::num::NonZeroU32;

use super::Document;
use super::reference::read_reference;
use crate::base::span::Span;
use crate::base::vocabulary::{Scope, VariableType};
use crate::reader::{Tree, Value};

/// A string and where it came from. It has no `Debug`, because it may be the value of a variable.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    pub(crate) text: &'t str,
    pub(super) origin: Option<Value<'t>>,
    pub(super) span: Span,
}

impl<'t> Text<'t> {
    /// Whether the text is part of the document, so that an edit of the document can change it.
    pub(crate) fn is_literal(self) -> bool {
        self.origin.is_some()
    }

    /// Converts a byte range of the text to a span of the document. None if the text was fetched from elsewhere, or if
    /// it was decoded by rules other than JSON escapes.
    pub(crate) fn place_of(self, start: usize, end: usize) -> Option<Span> {
        let origin = self.origin?;
        Some(Span::new(origin.source_offset(start)?, origin.source_offset(end)?))
    }

    /// The place of the character at an offset of the text, also if the text was decoded: in the order of the text, the
    /// same characters stand in the source, unless some of them are written as escapes.
    pub(crate) fn place_of_character(self, offset: usize, character: char) -> Option<Span> {
        if let Some(place) = self.place_of(offset, offset + character.len_utf8()) {
            return Some(place);
        }
        let written = self.origin?.written();
        let wanted = |(_, other): &(usize, char)| *other == character;
        let count = |text: &str| text.chars().filter(|other| *other == character).count();
        let before = count(self.text.get(..offset)?);
        let (at, _) =
            written.char_indices().filter(wanted).nth(before).filter(|_| count(written) == count(self.text))?;
        let start = self.span.start() + at;
        Some(Span::new(start, start + character.len_utf8()))
    }

    /// As [`Self::place_of`], but falls back to the span of the whole value.
    pub(crate) fn span_within(self, start: usize, end: usize) -> Span {
        self.place_of(start, end).unwrap_or(self.span)
    }
}

/// One variable of a document.
#[derive(Clone, Copy)]
pub(crate) struct Variable<'t> {
    pub(super) document: &'t Document<'t>,
    pub(super) fields: &'t Fields,
    pub(super) value: Option<(Text<'t>, Span)>,
}

impl<'t> Variable<'t> {
    /// The span of the whole object.
    pub(crate) fn span(&self) -> Span {
        self.document.tree.at(self.fields.object).span()
    }

    /// Its node in the tree.
    pub(crate) fn object(&self) -> Value<'t> {
        self.document.tree.at(self.fields.object)
    }

    /// JSON Pointer to the variable.
    pub(crate) fn pointer(&self) -> Pointer {
        Pointer { base: self.document.list.map_or("", |list| list.pointer), index: self.fields.index as usize }
    }

    pub(crate) fn name(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.name)
    }

    /// Whether the service accepts the name.
    pub(crate) fn has_valid_name(&self) -> bool {
        self.fields.name_hash.is_some()
    }

    /// The value, from the document or fetched from elsewhere; none for a variable that is to be removed.
    pub(crate) fn value(&self) -> Option<(Text<'t>, Span)> {
        self.value
    }

    pub(crate) fn type_word(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.type_word)
    }

    pub(crate) fn scope_word(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.scope_word)
    }

    pub(crate) fn secret_version(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.secret_version)
    }

    /// Whether it has a `secret_version`: none if the field is wrong.
    #[cfg(feature = "config")]
    pub(crate) fn has_secret_version(&self) -> Option<bool> {
        let slot = self.fields.secret_version;
        (slot != Slot::WRONG).then_some(slot != Slot::ABSENT)
    }

    pub(crate) fn state(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.state)
    }

    pub(crate) fn value_from(&self) -> Option<(Value<'t>, Span)> {
        let value = self.fields.value_from.get(self.document.tree)?;
        Some((value, value.span()))
    }

    pub(crate) fn encrypted(&self) -> Option<(bool, Span)> {
        let value = self.fields.encrypted.get(self.document.tree)?;
        Some((value.as_bool()?, value.span()))
    }

    /// The type; none if the word is not a type.
    pub(crate) fn variable_type(&self) -> Option<VariableType> {
        self.fields.variable_type
    }

    /// The scope: `action` if the field is absent, none if it is wrong.
    pub(crate) fn scope(&self) -> Option<Scope> {
        self.fields.scope
    }

    /// Whether the variable is to be encrypted: false if the field is absent, none if it is wrong.
    pub(crate) fn is_encrypted(&self) -> Option<bool> {
        self.fields.is_encrypted
    }

    /// Whether it has all that the service needs, as far as its parts could be read.
    pub(crate) fn is_whole(&self) -> bool {
        let is_absent = self.is_to_be_absent();
        let has_value = match self.value_from() {
            Some((reference, _)) => read_reference(reference).is_some(),
            None => self.value().is_some(),
        };
        self.name().is_some()
            && self.scope().is_some()
            && self.is_encrypted().is_some()
            && (is_absent || self.variable_type().is_some() && has_value)
    }

    /// Whether the value is part of the document, not fetched from elsewhere.
    pub(crate) fn value_is_literal(&self) -> bool {
        self.value.is_some_and(|(value, _)| value.is_literal())
    }

    /// Whether the variable is to be removed, so that it needs no value.
    pub(crate) fn is_to_be_absent(&self) -> bool {
        self.fields.state.get(self.document.tree).is_some()
    }

    /// The value, if it is of this type.
    pub(crate) fn value_of_type(&self, wanted: VariableType) -> Option<(Text<'t>, Span)> {
        self.value.filter(|_| self.fields.variable_type == Some(wanted))
    }

    #[inline(always)]
    fn word(&self, slot: Slot) -> Option<(&'t str, Span)> {
        let value = slot.get(self.document.tree)?;
        Some((value.as_str()?, value.span()))
    }
}

/// Index of a field's value in the tree, or one of two markers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// The field is absent.
    pub(super) const ABSENT: Self = Self(u32::MAX);
    /// The field is present, but its value is wrong. The fault is recorded.
    pub(super) const WRONG: Self = Self(u32::MAX - 1);

    pub(super) fn get<'t>(self, tree: &'t Tree<'t>) -> Option<Value<'t>> {
        (self.0 < Self::WRONG.0).then(|| tree.at(self.0))
    }
}

/// The fields of a variable. It is kept for every variable of a document, so it is small.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    /// Index of the variable's object in the tree.
    pub(super) object: u32,
    /// Index of the variable in the list.
    pub(super) index: u32,
    pub(super) name: Slot,
    pub(super) type_word: Slot,
    pub(super) value: Slot,
    pub(super) encrypted: Slot,
    pub(super) scope_word: Slot,
    pub(super) value_from: Slot,
    pub(super) secret_version: Slot,
    pub(super) state: Slot,
    /// Hash of the name; none if the name is not valid.
    pub(super) name_hash: Option<NonZeroU32>,
    pub(super) variable_type: Option<VariableType>,
    pub(super) scope: Option<Scope>,
    /// Whether it is to be encrypted; none if the field is wrong.
    pub(super) is_encrypted: Option<bool>,
    /// Whether the variable has no faults. The fields of the next one with the same layout are then known without
    /// decoding it.
    pub(super) is_model: bool,
}

impl Fields {
    pub(super) fn new(object: Value<'_>, index: usize) -> Self {
        let absent = Slot::ABSENT;
        Self {
            object: object.index(),
            index: index as u32,
            name: absent,
            type_word: absent,
            value: absent,
            encrypted: absent,
            scope_word: absent,
            value_from: absent,
            secret_version: absent,
            state: absent,
            name_hash: None,
            variable_type: None,
            scope: None,
            is_encrypted: None,
            is_model: false,
        }
    }
}

/// A JSON Pointer (RFC 6901) to a variable. Its text is built only when a finding needs it.
#[derive(Clone, Copy)]
pub(crate) struct Pointer {
    pub(super) base: &'static str,
    pub(super) index: usize,
}

impl Pointer {
    pub(crate) fn to_variable(self) -> String {
        format!("{}/{}", self.base, self.index)
    }

    pub(crate) fn to_field(self, field: &str) -> String {
        format!("{}/{}/{}", self.base, self.index, escape_pointer(field))
    }
}

/// Escapes `~` and `/` in a reference token (RFC 6901 section 3).
pub(crate) fn escape_pointer(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}
