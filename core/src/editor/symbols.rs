//! The variables of a document, for its outline.

use super::place;
use crate::base::span::Span;
use crate::base::vocabulary::{Scope, VARIABLE_FIELDS, VariableType};
use crate::check::Source;
use crate::document::{Document, Variable, first_of_each};

/// A variable, or one of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name; for a variable without a readable name, `variable 3`.
    pub name: String,
    /// Of a variable, its type, scope and whether it is encrypted. Never a value.
    pub detail: String,
    /// The whole of it.
    pub span: Span,
    /// Its name, within [`Self::span`].
    pub name_span: Span,
    /// The fields of a variable.
    pub children: Vec<Symbol>,
}

/// The variables, in the order of the text.
pub fn symbols(source: &Source<'_>) -> Vec<Symbol> {
    let document = Document::decode(source.tree(), None);
    document.variables().enumerate().map(|(index, variable)| symbol(&document, index, &variable)).collect()
}

/// The names of the variables, in the order of the text.
pub fn names(source: &Source<'_>) -> Vec<String> {
    let document = Document::decode(source.tree(), None);
    let names = document.variables().filter_map(|variable| place::name_of(&document, &variable));
    names.map(|(name, _)| name.to_owned()).collect()
}

fn symbol<'t>(document: &'t Document<'t>, index: usize, variable: &Variable<'t>) -> Symbol {
    let span = variable.span();
    let first_line = span.of(document.tree.source()).split(['\n', '\r']).next().unwrap_or_default();
    let (name, name_span) = match place::name_of(document, variable).filter(|(name, _)| !name.trim().is_empty()) {
        Some((name, span)) => (name.to_owned(), span),
        None => (format!("variable {}", index + 1), Span::new(span.start(), span.start() + first_line.len())),
    };
    Symbol { name, detail: detail(variable), span, name_span, children: fields(variable) }
}

/// The known keys of a variable that are written in the text.
fn fields(variable: &Variable<'_>) -> Vec<Symbol> {
    let is_written = |span: Span| span.start() < span.end();
    let known = first_of_each(variable.object())
        .filter(|entry| VARIABLE_FIELDS.contains(&entry.key()) && is_written(entry.key_span()));
    let field = known.map(|entry| {
        let (name_span, value) = (entry.key_span(), entry.value.span());
        let span = Span::new(name_span.start(), value.end().max(name_span.end()));
        Symbol { name: entry.key().to_owned(), detail: String::new(), span, name_span, children: Vec::new() }
    });
    field.collect()
}

/// Type, scope and whether it is encrypted, as far as they are known: `integer, action, encrypted`.
pub(super) fn detail(variable: &Variable<'_>) -> String {
    if variable.is_to_be_absent() {
        return "to be removed".to_owned();
    }
    let words = [
        variable.variable_type().map(VariableType::as_str),
        variable.scope().map(Scope::as_str),
        variable.is_encrypted().filter(|encrypted| *encrypted).map(|_| "encrypted"),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
