//! Collects the findings of the rules.

use std::borrow::Cow;
use std::cell::{RefCell, RefMut};

use crate::base::small_map::SmallMap;
use crate::base::span::Span;
use crate::diagnostic::rule::{InForce, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Related, Severity};

/// Collects the findings of one rule, and gives each of them the rule's code and severity.
///
/// The list is shared, so that the collectors of all rules can be made once and not for each variable.
pub(crate) struct Findings<'f> {
    rule: &'static Rule,
    in_force: InForce,
    list: &'f RefCell<Vec<Diagnostic>>,
}

impl<'f> Findings<'f> {
    pub(crate) fn new(rule: &'static Rule, in_force: InForce, list: &'f RefCell<Vec<Diagnostic>>) -> Self {
        Self { rule, in_force, list }
    }

    /// Adds a finding. The returned builder adds help, fixes and other details to it.
    pub(crate) fn report(&mut self, span: Span, pointer: String, message: impl Into<String>) -> FindingBuilder<'_> {
        self.push(span, pointer, message.into())
    }

    #[inline(never)]
    fn push(&mut self, span: Span, pointer: String, message: String) -> FindingBuilder<'_> {
        let finding = Diagnostic {
            code: Cow::Borrowed(self.rule.code),
            name: Cow::Borrowed(self.rule.name),
            severity: self.in_force.severity,
            message,
            label: None,
            help: None,
            pointer,
            variable: None,
            span,
            related: Vec::new(),
            fixes: Vec::new(),
            params: SmallMap::new(),
        };
        // No other finding is under construction: its builder would hold the only collector that a rule has.
        let finding = RefMut::map(self.list.borrow_mut(), |list| list.push_mut(finding));
        FindingBuilder { finding, is_severity_fixed: self.in_force.is_configured }
    }
}

/// Adds details to a finding that is already on the list.
pub(crate) struct FindingBuilder<'f> {
    finding: RefMut<'f, Diagnostic>,
    is_severity_fixed: bool,
}

impl FindingBuilder<'_> {
    /// Makes the finding a warning, unless the caller has chosen a severity for the rule.
    pub(crate) fn only_a_warning(mut self) -> Self {
        if !self.is_severity_fixed {
            self.finding.severity = Severity::Warning;
        }
        self
    }

    /// Makes the finding an error, unless the caller has chosen a severity for the rule.
    pub(crate) fn an_error(mut self) -> Self {
        if !self.is_severity_fixed {
            self.finding.severity = Severity::Error;
        }
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    pub(crate) fn label(mut self, label: impl Into<Cow<'static, str>>) -> Self {
        self.finding.label = Some(label.into());
        self
    }

    pub(crate) fn related(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.finding.related.push(Related { span, message: message.into() });
        self
    }

    pub(crate) fn param(mut self, key: &'static str, value: impl ToString) -> Self {
        self.finding.params.insert(key, value.to_string());
        self
    }

    pub(crate) fn fix(mut self, message: impl Into<String>, applicability: Applicability, edits: Vec<Edit>) -> Self {
        self.finding.fixes.push(Fix { message: message.into(), applicability, edits });
        self
    }
}
