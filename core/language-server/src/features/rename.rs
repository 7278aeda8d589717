//! `textDocument/prepareRename` and `textDocument/rename`.

use cxvars_core::diagnostic::Edit;
use cxvars_core::editor::configuration::places::rename_variable;
use cxvars_core::editor::rename as editor;
use lsp_server::ErrorCode;
use lsp_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, WorkspaceEdit};

use super::{Asked, configuration_text, text_edits};
use crate::edits::FileEdits;
use crate::outbox::Answer;
use crate::outbox::refused;
use crate::view::View;

pub(crate) fn prepare(view: &View<'_>, at: TextDocumentPositionParams) -> Answer<Option<PrepareRenameResponse>> {
    Ok(Asked::about(view, &at.text_document.uri).and_then(|asked| {
        let offset = asked.offset(at.position);
        let found = asked.with_checked(|checked| editor::prepare(checked, offset)).flatten()?;
        let range = asked.text().range(found.span, asked.encoding);
        Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: found.name })
    }))
}

pub(crate) fn rename(view: &View<'_>, params: RenameParams) -> Answer<Option<WorkspaceEdit>> {
    let at = params.text_document_position;
    let Some(asked) = Asked::about(view, &at.text_document.uri) else { return Ok(None) };
    let offset = asked.offset(at.position);
    let renamed = asked.with_checked(|checked| editor::rename(checked, offset, &params.new_name));
    let Some(renamed) = renamed else { return Ok(None) };
    let renamed = renamed.map_err(|reason| refused(ErrorCode::RequestFailed, reason))?;
    let document = FileEdits {
        uri: asked.document.uri.clone(),
        version: Some(asked.document.version),
        edits: text_edits(&renamed.edits, asked.text(), asked.encoding),
        is_new: false,
    };
    let configured = renamed.is_only.then(|| in_configuration(view, &asked, &renamed.old, &params.new_name));
    let files = [Some(document), configured.flatten()].into_iter().flatten().collect();
    Ok(crate::edits::workspace_edit(files, view.client))
}

/// The edits of the configuration, whose ignores and contracts name the variable.
fn in_configuration(view: &View<'_>, asked: &Asked<'_>, old: &str, new: &str) -> Option<FileEdits> {
    let path = asked.loaded.key.configuration.as_deref()?;
    let text = configuration_text(view, path)?;
    let edits: Vec<Edit> =
        rename_variable(text.content(), old, new, asked.path_in_project().as_deref()).unwrap_or_default();
    let edits = text_edits(&edits, &text, asked.encoding);
    (!edits.is_empty()).then_some(FileEdits {
        uri: view.uri_of(path)?,
        version: view.version_of(path),
        edits,
        is_new: false,
    })
}
