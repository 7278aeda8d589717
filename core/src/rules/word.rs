//! Words of the vocabulary, shared by the rules on types, scopes and keys.

use crate::base::span::Span;
use crate::diagnostic::{Applicability, Edit};
use crate::rules::context::Context;
use crate::rules::findings::Findings;

/// Reports the word at `span`. It is never shown, because it may be a value in the wrong place; what is meant is. A word
/// that differs from it only by the case of its letters leaves no doubt.
pub(super) fn report(
    context: &Context<'_>,
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
            let edit = rewrite(context, span, meant);
            finding.help(format!("did you mean `{meant}`?")).param("suggestion", meant).fix(
                format!("write `{meant}`"),
                if word.eq_ignore_ascii_case(meant) { Applicability::Safe } else { Applicability::Unsafe },
                vec![edit],
            );
        }
        None => drop(finding.help(format!("use {known}"))),
    }
}

/// Writes another word at `span`, in the quotes that stand there now.
pub(super) fn rewrite(context: &Context<'_>, span: Span, word: &str) -> Edit {
    let text = match context.document.tree.written(span).chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{word}{quote}"),
        _ => word.to_owned(),
    };
    Edit { span, text }
}
