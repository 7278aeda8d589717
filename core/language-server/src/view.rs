//! What is open, for code that answers and changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::Uri;

use crate::client::Client;
use crate::documents::{Document, Documents};
use crate::overlay::Overlay;
use crate::projects::{Loaded, Projects};
use crate::uri;
use crate::workspace::Workspace;

/// The open documents, their projects, the files of the last search, and what the client can do.
#[derive(Clone, Copy)]
pub(crate) struct View<'s> {
    pub(crate) client: &'s Client,
    pub(crate) documents: &'s Documents,
    pub(crate) projects: &'s Projects,
    pub(crate) workspace: &'s Workspace,
}

impl<'s> View<'s> {
    /// The files as the editor shows them.
    pub(crate) fn overlay(&self) -> &'s Overlay {
        self.projects.overlay()
    }

    /// The URI of a file, as the client names it if it is open.
    pub(crate) fn uri_of(&self, path: &Path) -> Option<Uri> {
        self.documents.at(path).map(|document| document.uri.clone()).or_else(|| uri::uri_of(path))
    }

    /// The version of a file, if it is open.
    pub(crate) fn version_of(&self, path: &Path) -> Option<i32> {
        self.documents.at(path).map(|document| document.version)
    }

    /// The project of a document. An unsaved document belongs to the project of the first folder.
    pub(crate) fn project_of(&self, document: &Document) -> Arc<Loaded> {
        self.projects.of(&self.path_of(document))
    }

    /// The path of a document; an unsaved one gets a path in the first folder that shows its format.
    pub(crate) fn path_of(&self, document: &Document) -> PathBuf {
        let named = document.path.clone().unwrap_or_else(|| {
            let folder = self.projects.folders().first().cloned().unwrap_or_else(|| PathBuf::from("/"));
            folder.join(document.name())
        });
        match document.extension() {
            Some(extension) => named.with_extension(extension),
            None => named,
        }
    }
}
