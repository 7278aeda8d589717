//! Edits of several files in the form that the client can apply.

use std::collections::HashMap;

use lsp_types::{
    CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, ResourceOp, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use crate::client::Client;

/// Edits of one file.
pub(crate) struct FileEdits {
    pub(crate) uri: Uri,
    /// The version of the open document that they are for.
    pub(crate) version: Option<i32>,
    pub(crate) edits: Vec<TextEdit>,
    /// Whether the file does not exist yet.
    pub(crate) is_new: bool,
}

/// The edits of all files; none if the client cannot apply them.
pub(crate) fn workspace_edit(files: Vec<FileEdits>, client: &Client) -> Option<WorkspaceEdit> {
    let creates = files.iter().any(|file| file.is_new);
    if creates && !(client.creates_files && client.versions_edits) {
        return None;
    }
    if !client.versions_edits {
        #[expect(clippy::mutable_key_type, reason = "the type of the protocol; nothing changes the keys")]
        let changes: HashMap<Uri, Vec<TextEdit>> = files.into_iter().map(|file| (file.uri, file.edits)).collect();
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let operations = match creates {
        true => DocumentChanges::Operations(files.into_iter().flat_map(operations).collect()),
        false => DocumentChanges::Edits(files.into_iter().map(document_edit).collect()),
    };
    Some(WorkspaceEdit { document_changes: Some(operations), ..WorkspaceEdit::default() })
}

fn operations(file: FileEdits) -> Vec<DocumentChangeOperation> {
    let options = CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) };
    let create = CreateFile { uri: file.uri.clone(), options: Some(options), annotation_id: None };
    let create = file.is_new.then_some(DocumentChangeOperation::Op(ResourceOp::Create(create)));
    create.into_iter().chain([DocumentChangeOperation::Edit(document_edit(file))]).collect()
}

fn document_edit(file: FileEdits) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri: file.uri, version: file.version },
        edits: file.edits.into_iter().map(OneOf::Left).collect(),
    }
}
