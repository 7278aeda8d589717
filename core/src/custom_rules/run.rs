//! Runs the rules on a document.

use std::borrow::Cow;

use super::facts::{DocumentFacts, Facts};
use super::marks::Mark;
use super::whole;
use crate::base::small_map::SmallMap;
use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::document::{Variable, rename};
use crate::options::CheckOptions;
use crate::options::rule::condition::Condition;
use crate::options::rule::index::{Block, Kind};
use crate::options::rule::set::{Ask, CustomRule, NAME};
use crate::rules::context::Context;

/// A rule in force, for one document.
pub(super) struct Active<'r> {
    pub(super) rule: &'r CustomRule,
    severity: Severity,
    /// Whether the tests of `require` that the whole document shares are known not to hold.
    is_refuted: bool,
}

/// The findings of all rules. A document that could not be read to its end is not judged; that is an error by itself.
pub(crate) fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let rules = &context.options.custom_rules;
    let mut found = Vec::new();
    if rules.is_empty() || !context.document.is_read() {
        return found;
    }
    let document = DocumentFacts::new(context.options, context.document.data_action());
    for (rules, index) in rules.blocks() {
        let active: Vec<Option<Active<'_>>> =
            rules.iter().map(|rule| Active::new(rule, context.options, &document)).collect();
        for active in active.iter().flatten().filter(|active| active.is_of_document()) {
            whole::run(active, context, &document, &mut found);
        }
        let of_variables = active.iter().enumerate().fold(0, |set: u64, (at, active)| {
            set | u64::from(active.as_ref().is_some_and(|active| !active.is_of_document())) << at
        });
        if of_variables != 0 {
            over_variables(&active, of_variables, index, context, &document, &mut found);
        }
    }
    found
}

/// Runs those rules of a block on each variable that are in the set `active`.
fn over_variables(
    rules: &[Option<Active<'_>>],
    active: u64,
    index: &Block,
    context: &Context<'_>,
    document: &DocumentFacts<'_>,
    found: &mut Vec<Diagnostic>,
) {
    for variable in context.document.variables() {
        let name = variable.name().map(|(name, _)| name);
        let kind = Kind {
            variable_type: variable.variable_type(),
            scope: variable.scope(),
            encrypted: variable.is_encrypted(),
        };
        let mut left = active & index.candidates(name, kind);
        if left == 0 {
            continue;
        }
        let facts = Facts::new(document, &variable);
        while left != 0 {
            let rule = rules.get(left.trailing_zeros() as usize).and_then(Option::as_ref);
            if let Some(rule) = rule.filter(|rule| rule.fires(&facts)) {
                found.push(rule.about(context, &variable, &facts));
            }
            left &= left - 1;
        }
    }
}

impl<'r> Active<'r> {
    /// The rule, if it can find anything in the document.
    fn new(rule: &'r CustomRule, options: &CheckOptions, document: &DocumentFacts<'_>) -> Option<Self> {
        let severity = severity_of(rule, options)?;
        if rule.when.as_ref().is_some_and(|when| when.judge_document(document) != Some(true)) {
            return None;
        }
        let shared = rule.ask.condition().map(|condition| condition.judge_document(document));
        let is_possible = !matches!(rule.ask, Ask::Forbid(_)) || shared == Some(Some(true));
        is_possible.then_some(Self { rule, severity, is_refuted: shared == Some(Some(false)) })
    }

    fn is_of_document(&self) -> bool {
        matches!(self.rule.ask, Ask::Document(_))
    }

    /// Whether the rule applies to a variable: none if a fact that decides it is unknown.
    pub(super) fn applies_to(&self, facts: &Facts<'_, '_>) -> Option<bool> {
        if !self.rule.judges_absent && facts.is_to_be_absent() {
            return Some(false);
        }
        self.rule.when.as_ref().map_or(Some(true), |when| when.judge_variable(facts))
    }

    fn fires(&self, facts: &Facts<'_, '_>) -> bool {
        let is_broken = |condition: &Condition, wanted| condition.judge_variable(facts) == Some(wanted);
        self.applies_to(facts) == Some(true)
            && match &self.rule.ask {
                Ask::Require(condition) => self.is_refuted || is_broken(condition, false),
                Ask::Forbid(condition) => is_broken(condition, true),
                Ask::Document(_) => false,
            }
    }

    fn about(&self, context: &Context<'_>, variable: &Variable<'_>, facts: &Facts<'_, '_>) -> Diagnostic {
        let mark = match &self.rule.ask {
            _ if self.rule.rename_to.is_some() => Mark::name(variable),
            Ask::Require(condition) => Mark::of_required(variable, facts, condition),
            Ask::Forbid(condition) => Mark::of_forbidden(variable, condition),
            Ask::Document(_) => Mark::value(variable),
        };
        let mut finding = self.finding(mark, self.rule.message.clone());
        finding.fixes.extend(self.renaming(context, variable));
        finding
    }

    /// A finding of the rule.
    pub(super) fn finding(&self, mark: Mark, message: String) -> Diagnostic {
        Diagnostic {
            code: Cow::Owned(self.rule.code.clone()),
            name: Cow::Borrowed(NAME),
            severity: self.severity,
            message,
            label: None,
            help: self.rule.help.clone(),
            pointer: mark.pointer,
            variable: None,
            span: mark.span,
            related: Vec::new(),
            fixes: Vec::new(),
            params: SmallMap::new(),
            policy: None,
        }
    }

    /// The fix that gives a variable the name that replaces its own, unless another variable has that name.
    fn renaming(&self, context: &Context<'_>, variable: &Variable<'_>) -> Option<Fix> {
        let new_name = self.rule.rename_to.as_deref()?;
        let (name, span) = variable.name()?;
        let mut others = context.document.variables().filter_map(|other| other.name());
        if others.any(|(other, _)| other == new_name) {
            return None;
        }
        let content = rename::content(context.document, name, span)?;
        Some(Fix {
            message: format!("rename it to `{new_name}`"),
            applicability: Applicability::Unsafe,
            edits: vec![rename::edit(context.document, content, new_name)],
        })
    }
}

/// The severity in force; none if the rule is off. Nobody but the rule itself weighs an enforced one.
fn severity_of(rule: &CustomRule, options: &CheckOptions) -> Option<Severity> {
    let configured = options.validate.severity.as_ref().and_then(|severity| severity.get(&rule.code));
    configured.filter(|_| rule.enforced_by.is_none()).map_or(Some(rule.severity), |severity| *severity)
}
