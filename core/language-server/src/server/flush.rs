//! What is sent when changes have come to rest: diagnostics and statuses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic, MessageType, PublishDiagnosticsParams, Uri};
use serde::Serialize;

use super::Server;
use crate::check::{self, Outcome, Reason, Subject};
use crate::configuration;
use crate::documents::Document;
use crate::findings::Findings;
use crate::outbox::Asked;
use crate::projects::Loaded;
use crate::uri;

/// What the client shows for a document.
pub(super) struct Seen {
    result_id: String,
    version: i32,
}

/// How an open document is checked: the parameters of `cxvars/status`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Status {
    uri: Uri,
    state: State,
    /// Why it is not checked.
    reason: Option<&'static str>,
    errors: usize,
    warnings: usize,
    /// The configuration that applies.
    project: Option<Uri>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    Checked,
    NotChecked,
}

impl Server {
    pub(super) fn send_changes(&mut self) {
        self.follow_calendar();
        self.note_configurations();
        self.has_news |= !self.changed_files.is_empty();
        match self.client.pulls {
            true => {
                self.changed.clear();
                self.changed_files.clear();
            }
            false => self.publish_changes(),
        }
        if std::mem::take(&mut self.must_refresh) && self.client.pulls && self.client.refreshes {
            self.outbox.ask("workspace/diagnostic/refresh", (), Asked::Told);
        }
        self.answer_held_requests();
        self.watch_sources();
    }

    /// Publishes what changed. A document that makes the check panic is gone from the list by then, and the others are
    /// still in it.
    fn publish_changes(&mut self) {
        let mut changed: Vec<Uri> = self.changed.iter().cloned().collect();
        changed.sort();
        for uri in changed {
            self.changed.remove(&uri);
            self.publish_document(&uri);
        }
        let mut files: Vec<PathBuf> = self.changed_files.drain().collect();
        files.sort();
        files.iter().for_each(|path| self.publish_file(path));
    }

    /// On a new day, other ignores have expired.
    fn follow_calendar(&mut self) {
        let today = self.overlay.host().today();
        if std::mem::replace(&mut self.today, today) != today {
            self.reload_all();
        }
    }

    /// The findings of an open document. A client that asks for it learns how the document is checked.
    pub(super) fn check_open(&mut self, uri: &Uri) -> Option<(Findings, State)> {
        let (findings, status) = self.check_document(self.documents.get(uri)?);
        let state = status.state;
        if let Some(document) = self.documents.get_mut(uri) {
            document.was_checked = state == State::Checked;
        }
        if self.client.shows_status && self.statuses.get(uri) != Some(&status) {
            self.outbox.notify("cxvars/status", &status);
            self.statuses.insert(uri.clone(), status);
        }
        Some((findings, state))
    }

    /// The findings of a file that is not open.
    pub(super) fn file_findings(&self, path: &Path) -> Findings {
        let found = self.workspace.get(path).cloned().unwrap_or_default();
        found.with(self.about_configuration(path))
    }

    /// Tells the client that there are no findings.
    pub(super) fn publish_none(&mut self, uri: Uri) {
        if !self.client.pulls {
            self.publish(uri, Vec::new(), None);
        }
    }

    pub(super) fn check_document(&self, document: &Document) -> (Findings, Status) {
        let path = self.view().path_of(document);
        let loaded = self.projects.of(&path);
        let outcome = match document.is_configuration() {
            true => Outcome::Checked(Findings::default()),
            false if document.format().is_none() => Outcome::NotChecked(Reason::NoFormat),
            false => check::document(&Subject::of(document, &path), &loaded, &self.shape()),
        };
        let (found, reason) = match outcome {
            Outcome::Checked(findings) => (findings, None),
            Outcome::NotChecked(reason) => (Findings::default(), Some(reason)),
        };
        let findings = found.with(self.about_configuration(&path));
        let status = Status {
            uri: document.uri.clone(),
            state: if reason.is_some() { State::NotChecked } else { State::Checked },
            reason: reason.map(Reason::describe),
            errors: findings.errors,
            warnings: findings.warnings,
            project: loaded.key.configuration.as_deref().and_then(uri::uri_of),
        };
        (findings, status)
    }

    fn publish_document(&mut self, uri: &Uri) {
        let Some((findings, state)) = self.check_open(uri) else { return };
        let Some(version) = self.documents.get(uri).map(|document| document.version) else { return };
        let result_id = findings.result_id();
        let is_seen = match self.published.get(uri) {
            // Where nothing is marked, no mark has moved.
            Some(seen) => seen.result_id == result_id && (seen.version == version || findings.is_empty()),
            // Clients wait for the first findings of a document that is checked, also if there are none.
            None => state == State::NotChecked && findings.is_empty() && !self.is_marked(uri),
        };
        if !is_seen {
            self.publish(uri.clone(), findings.items, Some(version));
            self.published.insert(uri.clone(), Seen { result_id, version });
        }
    }

    /// Whether the client shows findings that a document had before it was opened.
    fn is_marked(&self, uri: &Uri) -> bool {
        uri::path_of(uri).is_some_and(|path| self.workspace.get(&path).is_some())
    }

    fn publish_file(&mut self, path: &Path) {
        if self.documents.at(path).is_some() {
            return;
        }
        let items = self.file_findings(path).items;
        if let Some(uri) = uri::uri_of(path) {
            self.publish(uri, items, None);
        }
    }

    fn publish(&mut self, uri: Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.outbox.notify("textDocument/publishDiagnostics", PublishDiagnosticsParams { uri, diagnostics, version });
    }

    /// Loads the projects of the changed documents, and tells the user once when one breaks and when it is good again.
    pub(super) fn note_configurations(&mut self) {
        for document in self.changed.iter().filter_map(|uri| self.documents.get(uri)) {
            self.view().project_of(document);
        }
        let found = self.configuration_diagnostics();
        let before = std::mem::replace(&mut self.configuration, found);
        let all: BTreeSet<&PathBuf> = before.keys().chain(self.configuration.keys()).collect();
        for path in all.into_iter().filter(|path| before.get(*path) != self.configuration.get(*path)) {
            match self.documents.at(path) {
                Some(document) => drop(self.changed.insert(document.uri.clone())),
                None => drop(self.changed_files.insert(path.clone())),
            }
        }
        for loaded in self.projects.all() {
            self.note_configuration(&loaded);
        }
    }

    fn note_configuration(&mut self, loaded: &Loaded) {
        let path = loaded.key.configuration.clone().unwrap_or_else(|| loaded.key.folder.clone());
        let shown = path.display();
        match (loaded.first_mistake(), self.broken.contains(&path)) {
            (Some(mistake), false) => {
                let effect = match loaded.in_force {
                    Some(_) => "documents are checked as it said when it was last valid",
                    None => "its documents are not checked until it is valid",
                };
                self.outbox.show(MessageType::ERROR, format!("cxvars: {mistake}; {effect}"));
                self.broken.insert(path);
            }
            (None, true) if !loaded.is_pending => {
                self.outbox.log(format!("cxvars: {shown} is valid again"));
                self.broken.remove(&path);
            }
            _ => {}
        }
    }

    fn configuration_diagnostics(&self) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
        let mut all: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        for loaded in self.projects.all() {
            for (path, diagnostics) in configuration::diagnostics(&loaded, &self.overlay, self.client.encoding) {
                let known = all.entry(path).or_default();
                // Projects may share a file.
                known.extend(diagnostics.into_iter().filter(|new| !known.contains(new)).collect::<Vec<_>>());
            }
        }
        for (path, remarks) in self.workspace.remarks() {
            all.entry(path.clone()).or_default().extend(remarks.iter().cloned());
        }
        all
    }

    fn about_configuration(&self, path: &Path) -> Vec<Diagnostic> {
        self.configuration.get(path).cloned().unwrap_or_default()
    }
}
