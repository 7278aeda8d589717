//! Why the service refuses a name, shared by the rules on names.

pub(in crate::rules) mod confusable;

use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::findings::Findings;

/// Why a name is refused. The rules CX101, CX102 and CX105 report one variant each, so a name gives one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameProblem {
    /// It contains a character that is invisible or looks like another character.
    Confusable,
    /// It begins with `_`.
    LeadingUnderscore,
    /// It does not match [`crate::document::name::NAME_PATTERN`].
    Invalid,
}

impl NameProblem {
    /// What is wrong with a name. If several variants apply, returns the first one.
    pub(super) fn of(name: &str) -> Option<Self> {
        if name.chars().any(confusable::is_confusable) {
            return Some(Self::Confusable);
        }
        if name.starts_with('_') {
            return Some(Self::LeadingUnderscore);
        }
        let valid = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (!valid).then_some(Self::Invalid)
    }
}

/// Reports the variable's name if it has this problem. `explain` gives the message and the help for a name.
pub(super) fn report(
    context: &Context<'_>,
    variable: &Variable<'_>,
    problem: NameProblem,
    findings: &mut Findings,
    explain: impl Fn(&str) -> (String, &'static str),
) {
    if variable.has_valid_name() {
        return;
    }
    let Some((name, span)) = variable.name().filter(|(name, _)| NameProblem::of(name) == Some(problem)) else { return };
    let (message, help) = explain(name);
    let quoted = context.quote(name, span, "a name");
    let message = if name.is_empty() { message } else { format!("{quoted} is not a valid name: {message}") };
    findings.report(span, variable.pointer().to_field("name"), message).help(help).param("variable", quoted);
}
