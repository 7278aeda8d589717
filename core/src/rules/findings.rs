//! Collects the findings of the rules.

use std::borrow::Cow;

use crate::base::small_map::SmallMap;
use crate::base::span::Span;
use crate::diagnostic::rule::{InForce, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Related, Severity};
use crate::rules::ALL;
use crate::rules::context::Context;

/// Collects the findings of one rule, and gives each of them the rule's code and severity.
pub(crate) struct Findings {
    rule: &'static Rule,
    in_force: InForce,
    list: Vec<Diagnostic>,
}

impl Findings {
    /// Adds a finding. The returned builder adds help, fixes and other details to it.
    #[inline(always)]
    pub(crate) fn report(
        &mut self,
        span: Span,
        pointer: String,
        message: impl Into<Cow<'static, str>>,
    ) -> FindingBuilder<'_> {
        let is_severity_fixed = self.in_force.is_configured;
        FindingBuilder { finding: self.push(span, pointer, message.into()), is_severity_fixed }
    }

    #[inline(never)]
    fn push(&mut self, span: Span, pointer: String, message: Cow<'static, str>) -> &mut Diagnostic {
        self.list.push_mut(Diagnostic {
            code: Cow::Borrowed(self.rule.code),
            name: Cow::Borrowed(self.rule.name),
            severity: self.in_force.severity,
            message: message.into_owned(),
            label: None,
            help: None,
            pointer,
            variable: None,
            span,
            related: Vec::new(),
            fixes: Vec::new(),
            params: SmallMap::new(),
            policy: None,
        })
    }
}

/// The collectors of all rules, in the order of [`ALL`]; `None` for a rule that is off.
pub(crate) struct AllFindings([Option<Findings>; ALL.len()]);

impl AllFindings {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        Self(std::array::from_fn(|at| {
            let rule = ALL.get(at)?;
            Some(Findings { rule, in_force: context.severity_of(rule)?, list: Vec::new() })
        }))
    }

    /// The collector of a rule, by its place.
    #[inline(always)]
    pub(crate) fn of(&mut self, at: usize) -> Option<&mut Findings> {
        self.0.get_mut(at)?.as_mut()
    }

    /// The findings of all rules.
    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        let mut list = Vec::new();
        for mut findings in self.0.into_iter().flatten() {
            list.append(&mut findings.list);
        }
        list
    }
}

/// Adds details to a finding that is already on the list.
pub(crate) struct FindingBuilder<'f> {
    finding: &'f mut Diagnostic,
    is_severity_fixed: bool,
}

// Rules call these a hundred times, and a page has to load every call. So what they do is in functions of their own,
// one for each detail.
impl FindingBuilder<'_> {
    /// Makes the finding a warning, unless the caller has chosen a severity for the rule.
    pub(crate) fn only_a_warning(self) -> Self {
        self.of_severity(Severity::Warning)
    }

    /// Makes the finding an error, unless the caller has chosen a severity for the rule.
    pub(crate) fn an_error(self) -> Self {
        self.of_severity(Severity::Error)
    }

    #[inline(always)]
    fn of_severity(self, severity: Severity) -> Self {
        if !self.is_severity_fixed {
            self.finding.severity = severity;
        }
        self
    }

    #[inline(always)]
    pub(crate) fn help(self, help: impl Into<Cow<'static, str>>) -> Self {
        set_help(self.finding, help.into());
        self
    }

    #[inline(always)]
    pub(crate) fn label(self, label: impl Into<Cow<'static, str>>) -> Self {
        set_label(self.finding, label.into());
        self
    }

    #[inline(always)]
    pub(crate) fn related(self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        add_related(self.finding, Related { span, message: message.into() });
        self
    }

    #[inline(always)]
    pub(crate) fn param(self, key: &'static str, value: impl ToString) -> Self {
        set_param(self.finding, key, value.to_string());
        self
    }

    #[inline(always)]
    pub(crate) fn fix(
        self,
        message: impl Into<Cow<'static, str>>,
        applicability: Applicability,
        edits: Vec<Edit>,
    ) -> Self {
        add_fix(self.finding, message.into(), applicability, edits);
        self
    }
}

#[inline(never)]
fn set_help(finding: &mut Diagnostic, help: Cow<'static, str>) {
    finding.help = Some(help.into_owned());
}

#[inline(never)]
fn set_label(finding: &mut Diagnostic, label: Cow<'static, str>) {
    finding.label = Some(label);
}

#[inline(never)]
fn add_related(finding: &mut Diagnostic, related: Related) {
    finding.related.push(related);
}

#[inline(never)]
fn set_param(finding: &mut Diagnostic, key: &'static str, value: String) {
    finding.params.insert(key, value);
}

#[inline(never)]
fn add_fix(finding: &mut Diagnostic, message: Cow<'static, str>, applicability: Applicability, edits: Vec<Edit>) {
    finding.fixes.push(Fix { message: message.into_owned(), applicability, edits });
}
