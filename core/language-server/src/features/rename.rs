//! `textDocument/prepareRename` and `textDocument/rename`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cxvars_core::check::Source;
use cxvars_core::editor::configuration::rename::{Renaming, rename_variable};
use cxvars_core::editor::rename as editor;
use cxvars_core::editor::symbols::names;
use cxvars_project::files::Files as _;
use lsp_server::ErrorCode;
use lsp_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, WorkspaceEdit};

use super::{Asked, configuration_text, text_edits};
use crate::documents::is_configuration;
use crate::edits::FileEdits;
use crate::outbox::Answer;
use crate::outbox::refused;
use crate::projects::InForce;
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
    let document = asked.path_in_project();
    let edits = |others: &[String]| {
        let renaming = Renaming { old, new, document: document.as_deref(), others };
        rename_variable(text.content(), &renaming).unwrap_or_default()
    };
    // Files are read only if something is to be said of them.
    if edits(&[]).is_empty() {
        return None;
    }
    let edits = text_edits(&edits(&others_with(view, asked, old)), &text, asked.encoding);
    (!edits.is_empty()).then_some(FileEdits {
        uri: view.uri_of(path)?,
        version: view.version_of(path),
        edits,
        is_new: false,
    })
}

/// The other documents of the project that have a variable of this name, open or not.
fn others_with(view: &View<'_>, asked: &Asked<'_>, name: &str) -> Vec<String> {
    let open = view.documents.all().filter_map(|other| other.path.as_ref());
    let files: BTreeSet<&PathBuf> = open.chain(view.workspace.files()).collect();
    let others = files.into_iter().filter(|path| Some(*path) != asked.document.path.as_ref());
    others.filter(|path| has_variable(view, asked, path, name)).filter_map(|path| asked.in_project(path)).collect()
}

fn has_variable(view: &View<'_>, asked: &Asked<'_>, path: &Path, name: &str) -> bool {
    let Some(InForce { project, .. }) = asked.loaded.in_force.as_ref() else { return false };
    if is_configuration(path) || !project.selection().has_file(path) || view.projects.of(path).key != asked.loaded.key {
        return false;
    }
    let options = project.options_for(Some(path));
    let Ok(bytes) = view.overlay().read(path, options.validate.max_bytes()) else { return false };
    let source = Source::read(&bytes, &options);
    !source.is_foreign() && names(&source).iter().any(|other| other == name)
}
