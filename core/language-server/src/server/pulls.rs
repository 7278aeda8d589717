//! Diagnostics for clients that ask for them.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use lsp_server::RequestId;
use lsp_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, FullDocumentDiagnosticReport, ProgressToken,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport,
};
use serde_json::{Value, json};

use super::Server;
use super::dispatch::read;
use crate::findings::Findings;
use crate::outbox::Answer;
use crate::uri;

/// A request for the diagnostics of the workspace that is answered when there are other ones.
pub(super) struct Held {
    pub(super) id: RequestId,
    /// What the client knows, by file.
    known: HashMap<PathBuf, String>,
    /// What the parts of a long answer are sent with, if the client takes parts.
    token: Option<ProgressToken>,
}

/// Number of files in one part of an answer.
const PART: usize = 200;

impl Server {
    pub(super) fn document_diagnostics(
        &mut self,
        params: DocumentDiagnosticParams,
    ) -> Answer<DocumentDiagnosticReport> {
        let uri = params.text_document.uri;
        self.note_configurations();
        self.changed.remove(&uri);
        let findings = match self.check_open(&uri) {
            Some((findings, _)) => findings,
            None => uri::path_of(&uri).map(|path| self.file_findings(&path)).unwrap_or_default(),
        };
        Ok(match params.previous_result_id {
            Some(known) if known == findings.result_id() => {
                let unchanged = UnchangedDocumentDiagnosticReport { result_id: known };
                RelatedUnchangedDocumentDiagnosticReport {
                    related_documents: None,
                    unchanged_document_diagnostic_report: unchanged,
                }
                .into()
            }
            _ => RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: full(findings),
            }
            .into(),
        })
    }

    pub(super) fn workspace_diagnostics(&mut self, id: RequestId, method: &str, params: Value) {
        let params: WorkspaceDiagnosticParams = match read(method, params) {
            Ok(params) => params,
            Err(refusal) => return self.outbox.answer(id, Err(refusal)),
        };
        let token = params.partial_result_params.partial_result_token;
        let known = params.previous_result_ids.into_iter();
        let known = known.filter_map(|known| Some((uri::path_of(&known.uri)?, known.value))).collect();
        self.held.push(Held { id, known, token });
        self.has_news = true;
    }

    /// Answers the held requests for which there is something new.
    pub(super) fn answer_held_requests(&mut self) {
        let is_complete = self.workspace.is_complete() || self.projects.folders().is_empty();
        if self.held.is_empty() || !self.has_news || !is_complete {
            return;
        }
        self.has_news = false;
        for held in std::mem::take(&mut self.held) {
            let items = self.news(&held);
            // The first one learns at once that there is nothing, and the next ones wait for something.
            match items.is_empty() && self.has_reported {
                true => self.held.push(held),
                false => self.report(held, items),
            }
        }
    }

    /// Answers a held request. Of a long answer, the client can show the first part while it reads the others.
    fn report(&mut self, held: Held, items: Vec<WorkspaceDocumentDiagnosticReport>) {
        self.has_reported = true;
        let Some(token) = held.token.filter(|_| items.len() > PART) else {
            return self.answer_held(held.id, WorkspaceDiagnosticReport { items });
        };
        for part in items.chunks(PART) {
            self.outbox.notify("$/progress", json!({"token": token, "value": {"items": part}}));
        }
        self.answer_held(held.id, WorkspaceDiagnosticReport::default());
    }

    pub(super) fn cancel_held(&mut self, id: &RequestId) {
        let count = self.held.len();
        self.held.retain(|held| held.id != *id);
        if self.held.len() < count {
            self.refuse_cancelled(id.clone());
        }
    }

    /// The files whose findings are not those that the client knows. An open document is among them with its version; its
    /// changes alone answer no request, because it has requests of its own.
    fn news(&self, held: &Held) -> Vec<WorkspaceDocumentDiagnosticReport> {
        let found = self.workspace.all().map(|(path, _)| path).chain(self.configuration.keys());
        let open = self.documents.all().filter_map(|document| document.path.as_ref());
        let paths: BTreeSet<&PathBuf> = found.chain(open).chain(held.known.keys()).collect();
        let news = paths.into_iter().filter_map(|path| {
            let (findings, version) = match self.documents.at(path) {
                Some(document) => (self.check_document(document).0, Some(document.version.into())),
                None => (self.file_findings(path), None),
            };
            let is_known = match held.known.get(path) {
                Some(known) => *known == findings.result_id(),
                None => findings.is_empty(),
            };
            let uri = self.view().uri_of(path).filter(|_| !is_known)?;
            Some(WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report: full(findings),
            }))
        });
        news.collect()
    }
}

fn full(findings: Findings) -> FullDocumentDiagnosticReport {
    FullDocumentDiagnosticReport { result_id: Some(findings.result_id()), items: findings.items }
}
