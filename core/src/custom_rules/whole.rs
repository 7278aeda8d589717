//! Rules about a document as a whole.

use std::collections::BTreeMap;

use super::facts::{DocumentFacts, Facts};
use super::marks::Mark;
use super::run::Active;
use crate::base::display;
use crate::base::span::Span;
use crate::diagnostic::{Diagnostic, Related};
use crate::document::Variable;
use crate::options::rule::WrittenDocumentRule;
use crate::options::rule::set::Ask;
use crate::rules::context::Context;

/// Adds the findings of a rule about the document as a whole.
pub(super) fn run(
    active: &Active<'_>,
    context: &Context<'_>,
    document: &DocumentFacts<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let Ask::Document(asked) = &active.rule.ask else { return };
    let counts = |variable: &Variable<'_>| active.applies_to(&Facts::new(document, variable));
    missing_names(active, asked, context, counts, found);
    too_many(active, asked, context, counts, found);
    if asked.unique_values() {
        equal_values(active, context, counts, found);
    }
}

fn missing_names(
    active: &Active<'_>,
    asked: &WrittenDocumentRule,
    context: &Context<'_>,
    counts: impl Fn(&Variable<'_>) -> Option<bool>,
    found: &mut Vec<Diagnostic>,
) {
    // One that may count, for all that is known, is there.
    let is = |variable: &Variable<'_>, wanted: &str| {
        variable.name().is_some_and(|(name, _)| name == wanted) && counts(variable) != Some(false)
    };
    let is_there = |wanted: &str| context.document.variables().any(|variable| is(&variable, wanted));
    for wanted in asked.require_names.iter().flatten().filter(|wanted| !is_there(wanted)) {
        let wanted = display::quote(wanted);
        let message = format!("{}: {wanted} is missing", active.rule.message);
        let mut finding = active.finding(Mark::list(context.document), message);
        finding.params.insert("missing", wanted);
        found.push(finding);
    }
}

fn too_many(
    active: &Active<'_>,
    asked: &WrittenDocumentRule,
    context: &Context<'_>,
    counts: impl Fn(&Variable<'_>) -> Option<bool>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(most) = asked.max_variables.filter(|most| context.document.len() > *most) else { return };
    let count = context.document.variables().filter(|variable| counts(variable) == Some(true)).count();
    if count <= most {
        return;
    }
    let message = format!("{}: {count} variables, and at most {most} are allowed", active.rule.message);
    let mut finding = active.finding(Mark::list(context.document), message);
    finding.params.insert("count", count.to_string());
    finding.params.insert("maximum", most.to_string());
    found.push(finding);
}

/// Reports each variable that has the same value as an earlier one. The finding says nothing else about the value.
fn equal_values(
    active: &Active<'_>,
    context: &Context<'_>,
    counts: impl Fn(&Variable<'_>) -> Option<bool>,
    found: &mut Vec<Diagnostic>,
) {
    let mut first: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for variable in context.document.variables().filter(|variable| counts(variable) == Some(true)) {
        let Some(((value, span), (name, _))) = variable.value().zip(variable.name()) else { continue };
        if value.text.is_empty() {
            continue;
        }
        let Some((earlier, place)) = first.get(value.text) else {
            first.insert(value.text, (name, span));
            continue;
        };
        let earlier = display::quote(earlier);
        let message = format!("{}: its value is that of {earlier}", active.rule.message);
        let mut finding = active.finding(Mark::value(&variable), message);
        finding.related.push(Related { span: *place, message: "the same value".into() });
        finding.params.insert("other", earlier);
        found.push(finding);
    }
}
