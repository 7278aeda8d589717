//! Where a finding is marked: the field that the deciding test is about, else the variable.

use super::facts::Facts;
use crate::base::span::Span;
use crate::document::{Document, Variable};
use crate::options::rule::condition::{Condition, Test};

/// A span and the JSON Pointer to it.
pub(super) struct Mark {
    pub(super) span: Span,
    pub(super) pointer: String,
}

impl Mark {
    /// The list of variables: its opening bracket only, because a mark below every line would hide the list.
    pub(super) fn list(document: &Document<'_>) -> Self {
        match document.list {
            Some(list) => {
                let span = Span::new(list.span.start(), list.span.end().min(list.span.start() + 1));
                Self { span, pointer: list.pointer.to_owned() }
            }
            None => Self { span: Span::point(0), pointer: String::new() },
        }
    }

    /// The value of a variable, or the reference to it.
    pub(super) fn value(variable: &Variable<'_>) -> Self {
        Self::field(variable, "value")
    }

    /// The name of a variable.
    pub(super) fn name(variable: &Variable<'_>) -> Self {
        Self::field(variable, "name")
    }

    /// The first of the required tests that does not hold.
    pub(super) fn of_required(variable: &Variable<'_>, facts: &Facts<'_, '_>, condition: &Condition) -> Self {
        let failing = condition.tests().find(|test| test.judge(facts) == Some(false));
        Self::field(variable, failing.and_then(field_of).unwrap_or_default())
    }

    /// The most telling of the forbidden tests: names mostly choose the variables that the others are about.
    pub(super) fn of_forbidden(variable: &Variable<'_>, condition: &Condition) -> Self {
        let fields = condition.tests().filter_map(field_of);
        let telling = fields.min_by_key(|field| FIELDS.iter().position(|other| other == field));
        Self::field(variable, telling.unwrap_or_default())
    }

    fn field(variable: &Variable<'_>, field: &'static str) -> Self {
        let span = match field {
            "value" => match variable.value_from() {
                Some((_, span)) => return Self::at(variable, "value_from", Some(span)),
                None => variable.value().map(|(_, span)| span),
            },
            "encrypted" => variable.encrypted().map(|(_, span)| span),
            "scope" => variable.scope_word().map(|(_, span)| span),
            "type" => variable.type_word().map(|(_, span)| span),
            "secret_version" => variable.secret_version().map(|(_, span)| span),
            "state" => variable.state().map(|(_, span)| span),
            "name" => variable.name().map(|(_, span)| span),
            _ => None,
        };
        Self::at(variable, field, span)
    }

    fn at(variable: &Variable<'_>, field: &str, span: Option<Span>) -> Self {
        let pointer = variable.pointer();
        match span {
            Some(span) => Self { span, pointer: pointer.to_field(field) },
            None => Self { span: variable.span(), pointer: pointer.to_variable() },
        }
    }
}

/// The fields that tests are about, the most telling first.
const FIELDS: [&str; 7] = ["value", "encrypted", "scope", "type", "secret_version", "state", "name"];

/// The field that a test is about; none for the surroundings of the document.
fn field_of(test: &Test) -> Option<&'static str> {
    match test {
        Test::Environment(_) | Test::Action(_) | Test::Path(_) => None,
        Test::Value(_) | Test::Source(_) | Test::MinLength(_) | Test::MaxLength(_) => Some("value"),
        // A schema is for the value.
        Test::Contract(_) => Some("value"),
        Test::Encrypted(_) => Some("encrypted"),
        Test::Scope(_) => Some("scope"),
        Test::Type(_) => Some("type"),
        Test::SecretVersion(_) => Some("secret_version"),
        Test::State(_) => Some("state"),
        Test::Name(_) | Test::NamePattern(_) => Some("name"),
        Test::Not(condition) => condition.tests().find_map(field_of),
    }
}
