//! Ways to ignore a finding.

use std::cell::OnceCell;

use zeroize::Zeroizing;

use super::{Action, ActionKind, REASON};
use crate::base::display;
use crate::base::span::Span;
use crate::check::{Checked, Report, check};
use crate::diagnostic::{Diagnostic, Edit};
use crate::options::ignore::check_code;
use crate::reader::format::DocumentFormat;
use crate::rules::ALL;
use crate::rules::context::Context;

/// The ways to ignore the findings of one check.
pub(super) struct Ignores<'s> {
    checked: &'s Checked<'s>,
    context: OnceCell<Context<'s>>,
    before: OnceCell<Report>,
}

impl<'s> Ignores<'s> {
    pub(super) fn new(checked: &'s Checked<'_>) -> Self {
        Self { checked, context: OnceCell::new(), before: OnceCell::new() }
    }

    /// A comment that silences this finding and nothing else. Where a comment may be depends on the text around it, so
    /// each place is tried: the line above, then the end of the line.
    pub(super) fn here(&self, index: usize, finding: &Diagnostic) -> Option<Action> {
        let mark = mark(self.checked.options.format)?;
        if !self.may_be_ignored(finding) {
            return None;
        }
        let comment = format!("{mark} cxvars: ignore[{}] {REASON}", finding.code);
        let edit = places(self.checked.text, finding.span.start(), &comment)
            .into_iter()
            .find(|edit| self.silences_only(finding, edit))?;
        let title = format!("ignore {} here", finding.code);
        Some(Action { title, kind: ActionKind::IgnoreHere(vec![edit]), finding: Some(index), is_preferred: false })
    }

    /// An `[[ignore]]` for the variable of this finding.
    pub(super) fn in_configuration(&self, index: usize, finding: &Diagnostic) -> Option<Action> {
        if !self.may_be_ignored(finding) {
            return None;
        }
        let of =
            finding.variable.as_ref().map_or("of this file".to_owned(), |name| format!("of {}", display::quote(name)));
        let kind =
            ActionKind::IgnoreInConfiguration { code: finding.code.to_string(), variable: finding.variable.clone() };
        let title = format!("ignore {} {of} in cxvars.toml", finding.code);
        Some(Action { title, kind, finding: Some(index), is_preferred: false })
    }

    /// Whether findings of this code can be silenced.
    fn may_be_ignored(&self, finding: &Diagnostic) -> bool {
        let context = || self.context.get_or_init(|| Context::new(&self.checked.document, self.checked.options));
        let is_rule =
            check_code(ALL, &finding.code).is_ok() && self.checked.options.check_reference(&finding.code).is_ok();
        is_rule && !context().is_binding(&finding.code)
    }

    /// Whether the only effect of an edit is that a comment silences this finding.
    fn silences_only(&self, finding: &Diagnostic, edit: &Edit) -> bool {
        let (text, options) = (self.checked.text, self.checked.options);
        let before = self.before.get_or_init(|| check(text.as_bytes(), options));
        let Some(edited) = inserted(text, edit) else { return false };
        let after = check(edited.as_bytes(), options);
        let mut expected: Vec<_> = before.diagnostics().iter().map(identity).collect();
        let Some(at) = expected.iter().position(|other| *other == identity(finding)) else { return false };
        expected.remove(at);
        let mut left: Vec<_> = after.diagnostics().iter().map(identity).collect();
        expected.sort_unstable();
        left.sort_unstable();
        expected == left && after.silenced().len() == before.silenced().len() + 1
    }
}

/// What two findings have in common if they are the same one, at whichever offset.
fn identity(finding: &Diagnostic) -> (&str, &str, &str) {
    (&finding.code, &finding.pointer, &finding.message)
}

/// What opens a comment in a format, if it has comments.
fn mark(format: DocumentFormat) -> Option<&'static str> {
    match format {
        DocumentFormat::Json => None,
        DocumentFormat::Jsonc => Some("//"),
        DocumentFormat::Yaml | DocumentFormat::Env => Some("#"),
    }
}

/// The places of a comment about a line: on a line of its own above it, and at its end.
fn places(text: &str, offset: usize, comment: &str) -> Vec<Edit> {
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
    let (line, line_break) = line.strip_suffix('\r').map_or((line, "\n"), |line| (line, "\r\n"));
    let indent = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default();
    let mark = usize::from(start == 0 && after.len() + before.len() > 0 && text.starts_with('\u{feff}'))
        * '\u{feff}'.len_utf8();
    let above = Edit { span: Span::point(start + mark), text: format!("{indent}{comment}{line_break}") };
    let end = start + line.trim_end().len();
    let at_end = Edit { span: Span::new(end, end), text: format!(" {comment}") };
    vec![above, at_end]
}

fn inserted(text: &str, edit: &Edit) -> Option<Zeroizing<String>> {
    let mut edited = Zeroizing::new(String::with_capacity(text.len() + edit.text.len()));
    edited.push_str(text.get(..edit.span.start())?);
    edited.push_str(&edit.text);
    edited.push_str(text.get(edit.span.end()..)?);
    Some(edited)
}
