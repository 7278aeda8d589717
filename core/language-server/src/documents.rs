//! The documents that are open in the editor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::reader::format::DocumentFormat;
use lsp_types::{DidChangeTextDocumentParams, TextDocumentItem, Uri};

use crate::text::{Encoding, MARK, Text};
use crate::uri;

/// An open document. It has no `Debug`, because it holds values.
pub(crate) struct Document {
    /// As the client names it.
    pub(crate) uri: Uri,
    /// Where it is saved; none if it is not.
    pub(crate) path: Option<PathBuf>,
    pub(crate) language: String,
    pub(crate) version: i32,
    pub(crate) text: Arc<Text>,
    /// The user asked for it to be checked, whatever it is.
    pub(crate) is_wanted: bool,
    /// It was checked when it was last looked at.
    pub(crate) was_checked: bool,
}

impl Document {
    fn new(item: TextDocumentItem) -> Self {
        Self {
            path: uri::path_of(&item.uri),
            uri: item.uri,
            language: item.language_id,
            version: item.version,
            text: Arc::new(Text::new(item.text)),
            is_wanted: false,
            was_checked: false,
        }
    }

    /// Takes note of whether its file begins with a byte order mark. Returns whether that has changed.
    pub(crate) fn mark(&mut self, is_marked: bool) -> bool {
        let has_changed = self.text.is_marked() != is_marked && !(is_marked && self.text.content().starts_with(MARK));
        if has_changed {
            self.text = Arc::new(Arc::unwrap_or_clone(Arc::clone(&self.text)).marked(is_marked));
        }
        has_changed
    }

    /// The name of its file, or of the unsaved document.
    pub(crate) fn name(&self) -> String {
        uri::file_name(&self.uri)
    }

    /// Whether this is a configuration file.
    pub(crate) fn is_configuration(&self) -> bool {
        self.path.as_deref().is_some_and(is_configuration)
    }

    /// The ending that shows its format, if its own name does not.
    pub(crate) fn extension(&self) -> Option<&'static str> {
        if DocumentFormat::of_file_name(&self.name()).is_some() || self.is_configuration() {
            return None;
        }
        self.format().map(|format| match format {
            DocumentFormat::Json => "json",
            DocumentFormat::Jsonc => "jsonc",
            DocumentFormat::Yaml => "yaml",
            DocumentFormat::Env => "env",
        })
    }

    /// The format by its name, else by the language of the editor; none if it has neither.
    pub(crate) fn format(&self) -> Option<DocumentFormat> {
        DocumentFormat::of_file_name(&self.name()).or_else(|| format_of_language(&self.language))
    }
}

/// Whether a path is that of a project's configuration.
pub(crate) fn is_configuration(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "cxvars.toml")
}

fn format_of_language(language: &str) -> Option<DocumentFormat> {
    match language {
        "json" => Some(DocumentFormat::Json),
        "jsonc" => Some(DocumentFormat::Jsonc),
        "yaml" => Some(DocumentFormat::Yaml),
        "dotenv" | "env" => Some(DocumentFormat::Env),
        _ => None,
    }
}

/// All open documents.
#[derive(Default)]
pub(crate) struct Documents {
    open: HashMap<Uri, Document>,
}

impl Documents {
    /// Opens a document, in place of one that was not closed.
    pub(crate) fn open(&mut self, item: TextDocumentItem) {
        self.open.insert(item.uri.clone(), Document::new(item));
    }

    pub(crate) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.open.remove(uri)
    }

    /// Applies edits; those of a document that is not open count for nothing.
    pub(crate) fn change(&mut self, params: DidChangeTextDocumentParams, encoding: Encoding) -> Option<&Document> {
        let document = self.open.get_mut(&params.text_document.uri)?;
        let text = Arc::make_mut(&mut document.text);
        params.content_changes.into_iter().for_each(|change| text.change(change, encoding));
        document.version = params.text_document.version;
        Some(document)
    }

    pub(crate) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri)
    }

    pub(crate) fn get_mut(&mut self, uri: &Uri) -> Option<&mut Document> {
        self.open.get_mut(uri)
    }

    /// The open document of a file.
    pub(crate) fn at(&self, path: &Path) -> Option<&Document> {
        self.all().find(|document| document.path.as_deref() == Some(path))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }
}
