//! A word that is none of those which a field may hold, shared by the rules on types and scopes.

use crate::diagnostic::{Applicability, Edit, Findings};
use crate::span::Span;

/// Reports the word at `span`. It is never shown, because it may be a value in the wrong place; what is meant is. A word
/// that differs from it only by the case of its letters leaves no doubt.
pub(super) fn report(
    findings: &mut Findings<'_>,
    (word, span): (&str, Span),
    pointer: String,
    message: &str,
    meant: Option<&'static str>,
    known: &str,
) {
    let finding = findings.report(span, pointer, message);
    match meant {
        Some(meant) => {
            let edit = Edit { span, text: format!("\"{meant}\"") };
            finding.help(format!("did you mean `{meant}`?")).param("suggestion", meant).fix(
                format!("write `{meant}`"),
                if word.eq_ignore_ascii_case(meant) { Applicability::Safe } else { Applicability::Unsafe },
                vec![edit],
            );
        }
        None => drop(finding.help(format!("use {known}"))),
    }
}
