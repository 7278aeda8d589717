//! `cxvars/leftOut`: the safe fixes that [`super::actions()`] does not apply together with the others, and why.

use cxvars_core::check::fix;
use cxvars_core::diagnostic::Applicability;
use lsp_types::TextDocumentIdentifier;
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::outbox::Answer;
use crate::view::View;

/// The parameters of the request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    text_document: TextDocumentIdentifier,
}

/// A fix that is left out.
#[derive(Serialize)]
pub(crate) struct LeftOut {
    /// From 1, in the text with all other safe fixes.
    line: usize,
    /// What it would do.
    message: String,
    /// Completes the sentence "left out, because …".
    reason: String,
}

pub(crate) fn left_out(view: &View<'_>, params: Params) -> Answer<Vec<LeftOut>> {
    let Some(asked) = Asked::about(view, &params.text_document.uri) else { return Ok(Vec::new()) };
    let Some(in_force) = asked.checked_by() else { return Ok(Vec::new()) };
    let options = in_force.project.options_for(Some(&asked.path));
    let fixed = fix::apply(asked.text().content(), &options, Applicability::Safe);
    let shown =
        |fix: &fix::LeftOut| LeftOut { line: fix.line, message: fix.message.clone(), reason: fix.reason.to_string() };
    Ok(fixed.left_out().iter().map(shown).collect())
}
