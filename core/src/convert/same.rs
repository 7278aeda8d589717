//! Compares the result of a conversion, read again, with the document.

use super::note::{Refused, name_of, refuse_unread};
use crate::document::{Document, Variable};
use crate::options::CheckOptions;
use crate::reader::format::{DocumentFormat, Reading};
use crate::reader::{self, Shape, Value};

/// Whether the text of the result is read as the document.
///
/// # Errors
/// It is not, has nothing that can be read, or is longer than the options allow.
pub(super) fn prove(
    text: &str,
    document: &Document<'_>,
    options: &CheckOptions,
    to: DocumentFormat,
) -> Result<(), Refused> {
    let cannot_hold = Refused::CannotHold { format: name_of(to) };
    let tree = reader::read(text.as_bytes(), Reading { format: to, limits: options.limits() });
    match refuse_unread(&tree) {
        Err(Refused::TooLarge) => return Err(Refused::TooLarge),
        Err(_) if tree.root().is_none() && to == DocumentFormat::Env => return Err(Refused::NothingLeft),
        Err(_) => return Err(cannot_hold),
        Ok(()) => {}
    }
    let is_same = match (to, document.tree.format) {
        (DocumentFormat::Env, _) => {
            let read = Document::decode(&tree, None);
            is_subsequence(read.variables(), document.variables())
        }
        (_, from) => match (document.tree.root(), tree.root()) {
            (Some(source), Some(result)) => is_same(source, result, from == DocumentFormat::Env),
            _ => false,
        },
    };
    if is_same { Ok(()) } else { Err(cannot_hold) }
}

/// Whether the variables that were read are some of those of the document, in the same order.
fn is_subsequence<'d>(read: impl Iterator<Item = Variable<'d>>, document: impl Iterator<Item = Variable<'d>>) -> bool {
    let mut document = document;
    let mut read = read;
    read.all(|variable| document.any(|other| is_same_variable(&variable, &other)))
}

fn is_same_variable(one: &Variable<'_>, other: &Variable<'_>) -> bool {
    let name = |variable: &Variable<'_>| variable.name().map(|(name, _)| name.to_owned());
    let value = |one: &Variable<'_>, other: &Variable<'_>| {
        one.value().map(|(value, _)| value.text) == other.value().map(|(value, _)| value.text)
    };
    name(one) == name(other)
        && value(one, other)
        && one.scope() == other.scope()
        && one.is_encrypted() == other.is_encrypted()
        && one.is_to_be_absent() == other.is_to_be_absent()
        && (one.variable_type() == other.variable_type() || one.is_to_be_absent())
}

/// Whether two values have the same keys, types and texts. A scalar without quotes may have become a string. The fields
/// of a line of `.env` are in no order.
fn is_same(source: Value<'_>, result: Value<'_>, is_unordered: bool) -> bool {
    match source.shape() {
        Shape::Array => {
            result.shape() == Shape::Array
                && source.items().count() == result.items().count()
                && source.items().zip(result.items()).all(|(one, other)| is_same(one, other, is_unordered))
        }
        Shape::Object => {
            let (one, other) = (entries(source, is_unordered), entries(result, is_unordered));
            result.shape() == Shape::Object
                && one.len() == other.len()
                && one.iter().zip(&other).all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1, is_unordered))
        }
        Shape::String => source.as_str() == result.as_str(),
        shape @ (Shape::Null | Shape::Boolean(_)) => result.shape() == shape,
        _ => result.as_str().unwrap_or_else(|| result.written()) == source.written(),
    }
}

fn entries(object: Value<'_>, is_unordered: bool) -> Vec<(&str, Value<'_>)> {
    let mut entries: Vec<_> = object.entries().map(|entry| (entry.key(), entry.value)).collect();
    if is_unordered {
        entries.sort_by_key(|(key, _)| *key);
    }
    entries
}
