//! Judges a well-formed text by its structure: the keys at the top, and the fields of the entries below `variables`.

use super::MANIFEST_KEYS;
use super::field::{COMMON, Sign, Start, is_identifier, is_like, sign};
use crate::reader::format::DocumentFormat;
use crate::reader::{Entry, KeyWord, Shape, Value};

/// Number of entries of a list that are looked at.
const ENTRIES: usize = 64;
/// Number of keys at the top among which slips are looked for.
const KEYS: usize = 256;
/// Number of containers around a document that are looked through.
const WRAPPERS: usize = 3;

/// Whether a text is meant to be a document.
pub(super) fn is_ours(root: Value<'_>, format: DocumentFormat) -> bool {
    let is_empty_list = root.shape() == Shape::Array && root.items().next().is_none();
    is_empty_list || Judge { is_yaml: format.is_yaml() }.is_document(root, 0)
}

struct Judge {
    is_yaml: bool,
}

impl Judge {
    /// Whether a value is a document. One within `wrappers` other containers must have no other mistake.
    fn is_document(&self, value: Value<'_>, wrappers: usize) -> bool {
        match value.shape() {
            Shape::Object => self.is_object_document(value, wrappers),
            Shape::Array => {
                let fields = self.fields_of(value.items());
                let is_one_variable = || fields.objects == 1 && fields.count() >= 2 && fields.others.is_empty();
                fields.are_ours() || wrappers == 0 && is_one_variable() || self.is_wrapped(value.items(), wrappers)
            }
            _ => false,
        }
    }

    fn is_object_document(&self, object: Value<'_>, wrappers: usize) -> bool {
        let top = self.top(object);
        if top.is_certain {
            return true;
        }
        let Some(list) = top.list else {
            let is_one_variable = top.fields.are_ours() && top.others == 0;
            let mut others = object.entries().filter(|entry| entry.word() != KeyWord::Description);
            return match (others.next(), others.next()) {
                // A `description` alone.
                (None, None) => object.entries().next().is_some() && wrappers == 0,
                (Some(only), None) => self.is_wrapped([only.value].into_iter(), wrappers),
                _ => is_one_variable,
            };
        };
        let mut fields = self.fields_below(list);
        fields.join(&top.fields);
        let is_alone = top.others == 0 && top.fields.count() == 0 && wrappers == 0;
        fields.are_ours() && (top.others == 0 || wrappers == 0)
            || is_alone && self.may_be_ours(list, &fields, top.is_exact)
    }

    fn is_wrapped<'t>(&self, inner: impl Iterator<Item = Value<'t>>, wrappers: usize) -> bool {
        wrappers < WRAPPERS && inner.take(ENTRIES).any(|value| self.is_document(value, wrappers + 1))
    }

    fn top<'t>(&self, object: Value<'t>) -> Top<'t> {
        let mut top = Top::default();
        for entry in object.entries() {
            match entry.word() {
                KeyWord::ParentScope | KeyWord::DataAction => top.is_certain = true,
                KeyWord::Variables => (top.list, top.is_exact) = (Some(entry.value), true),
                KeyWord::Description => {}
                // What a colon too many makes.
                KeyWord::Other if entry.key().is_empty() => {}
                // A foreign file may have very many keys.
                KeyWord::Other if top.others < KEYS && is_like(entry.key(), "variables", 2) => {
                    top.list = top.list.or(Some(entry.value));
                }
                KeyWord::Other if top.others < KEYS && MANIFEST_KEYS.iter().any(|key| is_like(entry.key(), key, 2)) => {
                    top.is_certain = true;
                }
                KeyWord::Other => top.others += 1,
                _ => {
                    if !top.fields.note(sign(entry.key(), self.start(entry.value)), entry.key()) {
                        top.others += 1;
                    }
                }
            }
        }
        top
    }

    /// The fields of the entries of a list; of an object in its place, those of the only variable, or of variables by
    /// their names.
    fn fields_below<'t>(&self, list: Value<'t>) -> Fields<'t> {
        if list.shape() != Shape::Object {
            return self.fields_of(list.items());
        }
        if let Some(inner) = list.entries().find(|entry| entry.word() == KeyWord::Variables) {
            return self.fields_of(inner.value.items());
        }
        let one = self.fields_of([list].into_iter());
        if one.are_ours() { one } else { self.fields_of(list.entries().map(|entry| entry.value)) }
    }

    fn fields_of<'t>(&self, items: impl Iterator<Item = Value<'t>>) -> Fields<'t> {
        let mut fields = Fields::default();
        for item in items.take(ENTRIES).filter(|item| item.shape() == Shape::Object) {
            fields.objects += 1;
            for entry in item.entries().take(ENTRIES) {
                fields.note(sign(entry.key(), self.start(entry.value)), entry.key());
            }
            if fields.are_ours() {
                break;
            }
        }
        fields
    }

    /// Whether the value of a `variables` that is the only key may be meant as a list of variables, although no entry
    /// is a whole variable.
    fn may_be_ours(&self, list: Value<'_>, fields: &Fields<'_>, is_exact: bool) -> bool {
        if fields.objects == 0 {
            // Names with their values. In YAML they are variables of a pipeline.
            let is_text = |entry: Entry<'_>| entry.shape() == Shape::String && is_identifier(entry.key());
            return list.entries().next().is_none() || is_exact && !self.is_yaml && list.entries().all(is_text);
        }
        let is_untyped = fields.ours & !COMMON == 0;
        let is_other = match list.shape() {
            // Variables of Azure Pipelines, in a file of their own.
            Shape::Array => self.is_yaml && fields.objects > 1 && is_untyped,
            _ => is_untyped || fields.count() < 2,
        };
        fields.count() > fields.others.len() && !is_other
    }

    fn start<'t>(&self, value: Value<'t>) -> Start<'t> {
        match value.shape() {
            Shape::String => Start::Text(value.as_str().unwrap_or_default()),
            Shape::Array | Shape::Object => Start::Container,
            Shape::Unreadable => Start::Elsewhere,
            // Without quotes, YAML reads many a text as something else.
            _ if self.is_yaml => Start::Text(value.written()),
            _ => Start::Bare(value.written()),
        }
    }
}

/// The keys at the top of an object.
#[derive(Default)]
struct Top<'t> {
    /// Whether it has a key that only a document has.
    is_certain: bool,
    list: Option<Value<'t>>,
    /// Whether the key of the list has no slip.
    is_exact: bool,
    /// Fields of a variable that are here, because an indentation is wrong.
    fields: Fields<'t>,
    /// Number of other keys.
    others: usize,
}

/// The fields of several objects together.
#[derive(Default)]
struct Fields<'t> {
    objects: usize,
    /// A bit for each of `VARIABLE_FIELDS`.
    ours: u8,
    /// The keys that no variable has.
    others: Vec<&'t str>,
}

impl<'t> Fields<'t> {
    /// Notes a key. Returns whether it is a field of a variable.
    fn note(&mut self, sign: Sign, key: &'t str) -> bool {
        match sign {
            Sign::Ours(field) => self.ours |= 1 << field,
            Sign::Other if self.others.len() < ENTRIES && !self.others.contains(&key) => self.others.push(key),
            Sign::Other | Sign::Neutral => {}
        }
        matches!(sign, Sign::Ours(_))
    }

    fn join(&mut self, other: &Self) {
        self.ours |= other.ours;
    }

    fn count(&self) -> usize {
        self.ours.count_ones() as usize
    }

    /// Whether most of the fields of a variable are there.
    fn are_ours(&self) -> bool {
        self.count() >= 3 && self.count() > self.others.len()
    }
}
