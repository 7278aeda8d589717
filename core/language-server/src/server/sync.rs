//! What the client says about documents and files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_project::files::{Files as _, Unreadable};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    TextDocumentIdentifier,
};
use serde::Deserialize;

use super::Server;
use crate::check::{self, Outcome};
use crate::findings::Findings;
use crate::outbox::Answer;
use crate::workspace::{SearchResult, finds};
use crate::{configuration, outbox, uri};

/// Number of changed files from which a search is cheaper than a look at each.
const MANY: usize = 32;

/// The parameters of `cxvars/checkFile`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckFile {
    text_document: TextDocumentIdentifier,
}

impl Server {
    pub(super) fn open(&mut self, params: DidOpenTextDocumentParams) {
        let uri = params.text_document.uri.clone();
        self.documents.open(params.text_document);
        self.follow_mark(&uri);
        self.text_changed(&uri);
    }

    /// Takes note of whether the file of an open document begins with a byte order mark. Returns whether that has changed.
    fn follow_mark(&mut self, uri: &lsp_types::Uri) -> bool {
        let Some(document) = self.documents.get_mut(uri) else { return false };
        let is_marked = document.path.as_deref().is_some_and(|path| self.overlay.is_marked(path));
        document.mark(is_marked)
    }

    pub(super) fn change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.uri.clone();
        if self.documents.change(params, self.client.encoding).is_some() {
            self.text_changed(&uri);
        }
    }

    pub(super) fn close(&mut self, params: DidCloseTextDocumentParams) {
        let Some(document) = self.documents.close(&params.text_document.uri) else { return };
        self.changed.remove(&document.uri);
        self.published.remove(&document.uri);
        self.statuses.remove(&document.uri);
        let Some(path) = document.path else {
            return self.publish_none(document.uri);
        };
        self.overlay.remove(&path);
        self.source_changed(&path);
        self.workspace.touch(&path);
        match self.workspace.has(&path) {
            true => self.check_closed(&path),
            false => drop(self.workspace.forget(&path)),
        }
        if self.overlay.text(&path).is_none_or(|saved| saved.content() != document.text.content()) {
            self.judge_ignores();
        }
        // The client shows what the document had when it was open.
        self.changed_files.insert(path);
    }

    /// Checks an open document whatever it is, until it is closed.
    pub(super) fn check_file(&mut self, params: CheckFile) -> Answer<()> {
        let uri = params.text_document.uri;
        let document = self.documents.get_mut(&uri).ok_or_else(|| {
            outbox::refused(lsp_server::ErrorCode::RequestFailed, "the file is not open; open it first")
        })?;
        document.is_wanted = true;
        self.changed.insert(uri);
        self.must_refresh = true;
        Ok(())
    }

    pub(super) fn watched_files_changed(&mut self, params: DidChangeWatchedFilesParams) {
        let paths: Vec<PathBuf> = params.changes.iter().filter_map(|change| uri::path_of(&change.uri)).collect();
        self.take_changed_files(&paths);
    }

    /// Takes note of files that changed.
    pub(super) fn take_changed_files(&mut self, paths: &[PathBuf]) {
        self.sources_changed(paths);
        for path in paths {
            let open = self.documents.at(path).map(|document| document.uri.clone());
            if let Some(uri) = open.filter(|uri| self.follow_mark(uri)) {
                self.text_changed(&uri);
            }
        }
        let relevant: Vec<&PathBuf> = paths.iter().filter(|path| self.is_relevant(path)).take(MANY + 1).collect();
        let has_documents = !relevant.is_empty() || paths.iter().any(|path| self.documents.at(path).is_some());
        let must_search = relevant.len() > MANY || relevant.iter().any(|path| self.is_for_search(path));
        match must_search {
            true => self.workspace.want_search(),
            false => relevant.into_iter().for_each(|path| self.file_changed(path)),
        }
        if has_documents {
            self.judge_ignores();
        }
    }

    /// Whether an ignore silences nothing is known after a search of all documents.
    fn judge_ignores(&mut self) {
        if self.projects.have_ignores() {
            self.workspace.want_search();
        }
    }

    /// Takes the result of a search.
    pub(super) fn take_result(&mut self, result: SearchResult) {
        let remarks = match result.is_pending {
            true => BTreeMap::new(),
            false => configuration::remarks(&result, &self.projects, self.client.encoding),
        };
        if let Some(changed) = self.workspace.finish(result, remarks) {
            self.end_progress();
            self.has_news = true;
            self.workspace.take_touched().iter().for_each(|path| self.file_changed(path));
            self.changed_files.extend(changed);
        }
    }

    /// Whether a search comes to this path, or came to it or to something below it.
    fn is_relevant(&self, path: &Path) -> bool {
        if self.documents.at(path).is_some() {
            return false;
        }
        let is_known = self.workspace.has(path) || self.workspace.has_below(path) || path.ends_with(".gitignore");
        is_known || finds(&self.projects, path)
    }

    /// Whether a search has to find out what the change of this path means: that of a folder or of a `.gitignore`.
    fn is_for_search(&self, path: &Path) -> bool {
        let is_folder = || self.overlay.read(path, 0) == Err(Unreadable::Folder);
        path.ends_with(".gitignore") || self.workspace.has_below(path) || (!self.workspace.has(path) && is_folder())
    }

    fn file_changed(&mut self, path: &Path) {
        self.workspace.touch(path);
        match self.overlay.exists(path) {
            Ok(false) if self.workspace.forget(path) => drop(self.changed_files.insert(path.to_owned())),
            Ok(false) => {}
            _ => {
                self.workspace.add(path);
                self.check_closed(path);
            }
        }
    }

    /// Checks a file that is not open.
    fn check_closed(&mut self, path: &Path) {
        let Some(uri) = uri::uri_of(path) else { return };
        let loaded = self.projects.of(path);
        let findings = match check::file(path, &uri, &loaded, &self.overlay, &self.shape(), |_| ()) {
            Outcome::Checked(findings) => findings,
            Outcome::NotChecked(_) => Findings::default(),
        };
        if self.workspace.set(path, findings) {
            self.changed_files.insert(path.to_owned());
        }
    }

    /// Takes note of the new text of an open document.
    fn text_changed(&mut self, uri: &lsp_types::Uri) {
        self.changed.insert(uri.clone());
        let Some(document) = self.documents.get(uri) else { return };
        let Some(path) = document.path.clone() else { return };
        self.overlay.put(path.clone(), Arc::clone(&document.text));
        self.source_changed(&path);
    }

    fn source_changed(&mut self, path: &Path) {
        if self.projects.has_source(path) {
            self.sources_changed(&[path.to_owned()]);
        }
    }

    /// Reads all configurations again.
    pub(super) fn reload_all(&mut self) {
        let sources = self.sources();
        self.sources_changed(&sources);
    }

    /// Reads configurations again. If they judge otherwise now, everything is checked again.
    fn sources_changed(&mut self, paths: &[PathBuf]) {
        if self.projects.reload(paths) {
            self.changed.extend(self.documents.all().map(|document| document.uri.clone()));
            self.workspace.want_search();
            self.must_refresh = true;
        }
    }
}
