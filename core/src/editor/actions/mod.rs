//! What can be done about the findings in a span: their fixes, and ways to ignore them.

mod change;
mod ignore;

use super::place::touches;
use crate::base::span::Span;
use crate::check::{Checked, fix};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, in the imperative.
    pub title: String,
    /// What it is, and what it changes.
    pub kind: ActionKind,
    /// The finding that it is about, by its index in the report; none if it is about several.
    pub finding: Option<usize>,
    /// Whether an editor may choose it without asking which one is meant.
    pub is_preferred: bool,
}

/// What an action is, and what it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// A fix of a finding.
    Fix(Vec<Edit>),
    /// All safe fixes of the document together.
    FixAll(Vec<Edit>),
    /// A comment in the document that silences a finding. Its last word, `reason`, is for the user to replace.
    IgnoreHere(Vec<Edit>),
    /// An `[[ignore]]` in `cxvars.toml`; see `configuration::add_ignore`.
    IgnoreInConfiguration {
        /// The code of the rule.
        code: String,
        /// The variable; none for a finding about the whole document.
        variable: Option<String>,
    },
}

/// The reason that an ignore has until the user writes a better one.
pub const REASON: &str = "reason";

/// The most findings for which a comment is looked for. Each takes up to two checks of the document.
const MAX_TRIED: usize = 8;

/// What can be done about the findings in a span. Edits are in the order of the text and do not overlap.
pub fn actions(checked: &Checked<'_>, span: Span) -> Vec<Action> {
    let all = checked.report.diagnostics();
    let here: Vec<(usize, &Diagnostic)> =
        all.iter().enumerate().filter(|(_, finding)| meets(finding.span, span)).collect();
    let mut found: Vec<Action> = here.iter().flat_map(|(index, finding)| fixes(*index, finding)).collect();
    let ignores = ignore::Ignores::new(checked);
    let tried = here.iter().take(MAX_TRIED);
    found.extend(tried.filter_map(|(index, finding)| ignores.here(*index, finding)));
    found.extend(here.iter().filter_map(|(index, finding)| ignores.in_configuration(*index, finding)));
    found
}

/// All safe fixes of the document together; none if there is nothing to fix.
pub fn fix_all(checked: &Checked<'_>) -> Option<Action> {
    let all = checked.report.diagnostics();
    if !all.iter().flat_map(|finding| &finding.fixes).any(is_safe) {
        return None;
    }
    // Findings of policies have no fixes, and the fixed text is checked without them.
    let fixed = fix::apply(checked.text, checked.options, Applicability::Safe);
    let edits = change::edits(checked.text, fixed.text().expose());
    let title = "apply all safe fixes".to_owned();
    (!edits.is_empty()).then_some(Action { title, kind: ActionKind::FixAll(edits), finding: None, is_preferred: false })
}

fn fixes(index: usize, finding: &Diagnostic) -> impl Iterator<Item = Action> {
    let applicable = finding.fixes.iter().filter(|fix| fix.applicability != Applicability::DisplayOnly);
    applicable.map(move |fix| Action {
        title: fix.message.clone(),
        kind: ActionKind::Fix(fix.edits.clone()),
        finding: Some(index),
        is_preferred: is_safe(fix),
    })
}

fn is_safe(fix: &Fix) -> bool {
    fix.applicability == Applicability::Safe
}

/// Whether a finding is in a span, which may be the empty one of a cursor.
fn meets(finding: Span, span: Span) -> bool {
    finding.overlaps(span)
        || finding.start() == span.start()
        || touches(finding, span.start())
        || (span.start()..=span.end()).contains(&finding.start())
}
