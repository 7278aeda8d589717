//! The beginning and the end of the server.

use std::path::PathBuf;
use std::sync::Arc;

use cxvars_project::paths::clean;
use lsp_server::{ErrorCode, Request, RequestId};
use lsp_types::{InitializeParams, InitializeResult, ServerInfo, WorkspaceFoldersChangeEvent};
use serde_json::Value;

use super::{Phase, Server};
use crate::client::{Client, Wishes, folders, refreshes};
use crate::links::Links;
use crate::outbox::{refused, value};
use crate::projects::Projects;
use crate::{capabilities, uri};

impl Server {
    pub(super) fn initialize(&mut self, request: Request) {
        let can_refresh = refreshes(&request.params);
        let Ok(params) = serde_json::from_value::<InitializeParams>(request.params) else {
            let message = "the parameters of `initialize` do not have the form that the protocol says";
            return self.outbox.answer(request.id, Err(refused(ErrorCode::InvalidParams, message)));
        };
        let wishes = Wishes::of(&params);
        self.client = Client::of(&params.capabilities, &wishes, can_refresh);
        self.links = Arc::new(Links::new(Arc::clone(self.overlay.host()), wishes.rule_links));
        self.process_id = params.process_id;
        // The command line names the configuration for everything that the process does.
        let folders = folders(&params);
        if self.flags.config.is_none() && !self.flags.no_config {
            let first = folders.first().cloned().unwrap_or_default();
            self.flags.config = wishes.config.map(|path| clean(&first.join(path)));
        }
        if self.flags.environment.is_none() && wishes.environment.is_some() {
            self.flags.environment = wishes.environment;
            self.flags.environment_named_by = "`env` of the editor's settings";
        }
        self.open_folders(folders);
        self.phase = Phase::Running;
        let server_info = ServerInfo { name: "cxvars".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        let result = InitializeResult { capabilities: capabilities::of(&self.client), server_info: Some(server_info) };
        self.outbox.answer(request.id, Ok(value(result)));
    }

    pub(super) fn initialized(&mut self) {
        self.watch_files();
    }

    pub(super) fn shut_down(&mut self, id: RequestId) {
        self.workspace.cancel();
        for held in std::mem::take(&mut self.held) {
            self.refuse_cancelled(held.id);
        }
        self.phase = Phase::ShutDown;
        self.outbox.answer(id, Ok(Value::Null));
    }

    pub(super) fn change_folders(&mut self, event: &WorkspaceFoldersChangeEvent) {
        let removed: Vec<PathBuf> = event.removed.iter().filter_map(|folder| uri::path_of(&folder.uri)).collect();
        let added = event.added.iter().filter_map(|folder| uri::path_of(&folder.uri));
        let kept = self.projects.folders().iter().filter(|folder| !removed.contains(folder)).cloned();
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in kept.chain(added) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        self.open_folders(folders);
        self.must_refresh = true;
    }

    fn open_folders(&mut self, folders: Vec<PathBuf>) {
        let has_folders = !folders.is_empty();
        self.projects = Arc::new(Projects::new(Arc::clone(&self.overlay), self.flags.clone(), folders));
        self.changed.extend(self.documents.all().map(|document| document.uri.clone()));
        match has_folders {
            true => self.workspace.want_search(),
            false => {
                self.end_progress();
                let gone = self.workspace.clear();
                self.changed_files.extend(gone);
            }
        }
    }
}
