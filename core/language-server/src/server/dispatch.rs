//! Which function answers which message.

use lsp_server::{ErrorCode, Notification, Request, RequestId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Server, id_of};
use crate::features;
use crate::outbox::{Answer, refused, value};
use crate::view::View;

impl Server {
    pub(super) fn dispatch(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let answer = match method.as_str() {
            "textDocument/diagnostic" => self.answer(&method, params, Self::document_diagnostics),
            "workspace/diagnostic" => return self.workspace_diagnostics(id, &method, params),
            "textDocument/hover" => self.look(&method, params, features::hover),
            "textDocument/completion" => self.look(&method, params, features::completion),
            "textDocument/definition" => self.look(&method, params, features::definition),
            "textDocument/documentSymbol" => self.look(&method, params, features::symbols),
            "textDocument/foldingRange" => self.look(&method, params, features::folding),
            "textDocument/codeAction" => self.look(&method, params, features::actions),
            "textDocument/prepareRename" => self.look(&method, params, features::prepare_rename),
            "textDocument/rename" => self.look(&method, params, features::rename),
            "cxvars/leftOut" => self.look(&method, params, features::left_out),
            "cxvars/checkFile" => self.answer(&method, params, Self::check_file),
            _ => Err(refused(ErrorCode::MethodNotFound, format!("{} is not supported", quoted(&method)))),
        };
        self.outbox.answer(id, answer);
    }

    pub(super) fn dispatch_notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" => self.initialized(),
            "textDocument/didOpen" => self.take(params, Self::open),
            "textDocument/didChange" => self.take(params, Self::change),
            "textDocument/didClose" => self.take(params, Self::close),
            "workspace/didChangeWatchedFiles" => self.take(params, Self::watched_files_changed),
            "workspace/didChangeWorkspaceFolders" => {
                self.take(params, |server, params: lsp_types::DidChangeWorkspaceFoldersParams| {
                    server.change_folders(&params.event);
                });
            }
            "$/cancelRequest" => self.take(params, |server, params| server.cancel_held(&id_of(params))),
            // Nothing follows from other notifications.
            _ => {}
        }
    }

    /// Answers a request by `work`, if its parameters have the right form.
    pub(super) fn answer<P: DeserializeOwned, R: Serialize>(
        &mut self,
        method: &str,
        params: Value,
        work: impl FnOnce(&mut Self, P) -> Answer<R>,
    ) -> Answer<Value> {
        let params = read(method, params)?;
        work(self, params).map(value)
    }

    /// Answers a request by a function that changes nothing.
    fn look<P: DeserializeOwned, R: Serialize>(
        &mut self,
        method: &str,
        params: Value,
        work: impl FnOnce(&View<'_>, P) -> Answer<R>,
    ) -> Answer<Value> {
        self.answer(method, params, |server, params| work(&server.view(), params))
    }

    /// Takes a notification; one that has another form counts for nothing.
    fn take<P: DeserializeOwned>(&mut self, params: Value, work: impl FnOnce(&mut Self, P)) {
        if let Ok(params) = serde_json::from_value(params) {
            work(self, params);
        }
    }

    /// Answers a held request.
    pub(super) fn answer_held(&mut self, id: RequestId, result: impl Serialize) {
        self.outbox.answer(id, Ok(value(result)));
    }
}

/// Reads parameters. The message does not quote them: they may hold a text.
pub(super) fn read<P: DeserializeOwned>(method: &str, params: Value) -> Answer<P> {
    let message = || format!("the parameters of {} do not have the form that the protocol says", quoted(method));
    serde_json::from_value(params).map_err(|_| refused(ErrorCode::InvalidParams, message()))
}

fn quoted(method: &str) -> String {
    cxvars_core::base::display::quote(method)
}
