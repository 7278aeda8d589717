//! Findings about unknown words, shared by the rules on types, scopes and keys.

use crate::base::invisible::{describe, is_unnoticed};
use crate::base::span::Span;
use crate::diagnostic::{Applicability, Edit};
use crate::rules::context::Context;
use crate::rules::findings::Findings;

/// Reports the unknown word at `span`. The word itself is never shown, because it may be a value in the wrong place.
/// `meant` is the word that the author probably meant. The fix is safe if the two differ only in letter case.
pub(super) fn report(
    context: &Context<'_>,
    findings: &mut Findings,
    (word, span): (&str, Span),
    pointer: String,
    message: &str,
    meant: Option<&'static str>,
    known: &str,
) {
    let unnoticed = word.chars().zip(1..).find(|(character, _)| is_unnoticed(*character));
    let because =
        unnoticed.map(|(character, nth)| format!(": character {nth} goes unnoticed, it is {}", describe(character)));
    let message = format!("{message}{}; expected {known}", because.unwrap_or_default());
    let finding = findings.report(span, pointer, message);
    if let Some(meant) = meant {
        let edit = rewrite(context, span, meant);
        finding.help(format!("did you mean `{meant}`?")).param("suggestion", meant).fix(
            format!("write `{meant}`"),
            if word.eq_ignore_ascii_case(meant) { Applicability::Safe } else { Applicability::Unsafe },
            vec![edit],
        );
    }
}

/// The edit that replaces the word at `span` and keeps its quotes.
pub(super) fn rewrite(context: &Context<'_>, span: Span, word: &str) -> Edit {
    let text = match context.document.tree.written(span).chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{word}{quote}"),
        _ => word.to_owned(),
    };
    Edit { span, text }
}
