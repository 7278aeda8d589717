//! A host with files in memory, and a client that keeps what the server says.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use cxvars_core::diagnostic::rule::Rule;
use cxvars_core::options::ignore::Date;
use cxvars_project::files::{Files, Memory, Unreadable};
use cxvars_project::paths::clean;
use cxvars_project::{NoPolicies, Project};
use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use crate::{Flags, Host, Kind, Policies, Server, Wanted};

/// Files in memory.
pub(super) struct InMemory(pub(super) RwLock<Memory>, pub(super) RwLock<Date>);

impl Files for InMemory {
    /// A file named `panic.json` makes it panic.
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        assert!(!path.ends_with("panic.json"));
        self.0.read().unwrap().read(&clean(path), max_bytes)
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        self.0.read().unwrap().exists(&clean(path))
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }
}

impl Host for InMemory {
    fn today(&self) -> Option<Date> {
        Some(*self.1.read().unwrap())
    }

    fn environment_names(&self) -> Vec<String> {
        vec!["HOME".to_owned()]
    }

    fn user_file(&self) -> Option<PathBuf> {
        None
    }

    fn policies(&self, _: &Project) -> Result<Policies, String> {
        Ok(Arc::new(NoPolicies))
    }

    fn rule_page(&self, rule: &Rule) -> Option<PathBuf> {
        (rule.code == "CX102").then(|| PathBuf::from("/cache/CX102.md"))
    }

    fn is_hidden(&self, folder: &Path, file: &Path) -> bool {
        let ignored = self.read(&folder.join(".gitignore"), 1_000).unwrap_or_default();
        let ignored = String::from_utf8(ignored).unwrap();
        ignored.lines().any(|name| file.file_name().is_some_and(|file| file == name))
    }

    fn walk(&self, folder: &Path, wanted: Wanted) -> Vec<PathBuf> {
        let files = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_reached = |path: &&Path| {
            let below = path.parent().into_iter().flat_map(Path::ancestors);
            below.take_while(|parent| *parent != folder).all(|parent| wanted(parent, Kind::Folder))
        };
        let below = files.paths().filter(|path| path.starts_with(folder));
        let is_shown = |path: &&Path| !self.is_hidden(folder, path);
        let wanted_file = |path: &&Path| wanted(path, Kind::File);
        below.filter(is_reached).filter(wanted_file).filter(is_shown).map(Path::to_owned).collect()
    }
}

/// A client of a server.
pub(super) struct Client {
    pub(super) server: Server,
    pub(super) files: Arc<InMemory>,
    pub(super) received: Vec<Message>,
    last_id: i32,
}

/// What most clients can do.
pub(super) fn modern() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "rename": {"prepareSupport": true},
        },
        "workspace": {
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]},
            "didChangeWatchedFiles": {"dynamicRegistration": true, "relativePatternSupport": true},
            "diagnostics": {"refreshSupport": true},
        },
    })
}

/// The same, for a client that asks for diagnostics.
pub(super) fn pulling() -> Value {
    let mut capabilities = modern();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities
}

impl Client {
    /// A client that has not initialized the server.
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let mut memory = Memory::new();
        files.iter().for_each(|(path, text)| memory.insert(*path, *text));
        let files = Arc::new(InMemory(RwLock::new(memory), RwLock::new(Date::new(2026, 11, 2))));
        let server = Server::new(Arc::clone(&files) as Arc<dyn Host>, Flags::default());
        Self { server, files, received: Vec::new(), last_id: 0 }
    }

    /// A client with the folder `/p`, after the first search.
    pub(super) fn start(files: &[(&str, &str)], capabilities: Value) -> Self {
        Self::start_in(files, &["file:///p"], capabilities)
    }

    pub(super) fn start_in(files: &[(&str, &str)], folders: &[&str], capabilities: Value) -> Self {
        let mut client = Self::new(files);
        let folders: Vec<Value> = folders.iter().map(|uri| json!({"uri": uri, "name": "n"})).collect();
        let options = json!({"status": true});
        let params =
            json!({"capabilities": capabilities, "workspaceFolders": folders, "initializationOptions": options});
        client.request("initialize", params).unwrap();
        client.notify("initialized", json!({}));
        client.settle();
        client
    }

    pub(super) fn send(&mut self, message: Message) {
        let answers = self.server.handle([message]);
        self.received.extend(answers);
    }

    pub(super) fn notify(&mut self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params }.into());
    }

    /// Sends a request. Returns its identifier.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.last_id += 1;
        let id = RequestId::from(self.last_id);
        self.send(Request { id: id.clone(), method: method.to_owned(), params }.into());
        id
    }

    /// The answer to a request, once there is one.
    pub(super) fn answer(&mut self, id: &RequestId) -> Option<Result<Value, i32>> {
        let is_it = |message: &Message| matches!(message, Message::Response(response) if response.id == *id);
        let at = self.received.iter().position(is_it)?;
        let Message::Response(Response { response_result, .. }) = self.received.remove(at) else { return None };
        Some(response_result.map_err(|error| error.code))
    }

    /// Sends a request. Returns its answer.
    pub(super) fn request(&mut self, method: &str, params: Value) -> Result<Value, i32> {
        let id = self.ask(method, params);
        self.answer(&id).expect("the request is answered at once")
    }

    /// Lets the server do all that waits.
    pub(super) fn settle(&mut self) {
        self.received.extend(self.server.flush());
        while let Some(search) = self.server.next_search() {
            if let Some(result) = search.run(|_, _| ()) {
                self.server.finish(result);
            }
            self.received.extend(self.server.flush());
        }
    }

    pub(super) fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
        self.settle();
    }

    /// Replaces a range `[start line, start character, end line, end character]`.
    pub(super) fn edit(&mut self, uri: &str, version: i32, range: [u32; 4], text: &str) {
        let [line, character, end_line, end_character] = range;
        let range = json!({
            "start": {"line": line, "character": character},
            "end": {"line": end_line, "character": end_character},
        });
        self.change(uri, version, json!({"range": range, "text": text}));
    }

    pub(super) fn replace(&mut self, uri: &str, version: i32, text: &str) {
        self.change(uri, version, json!({"text": text}));
    }

    fn change(&mut self, uri: &str, version: i32, change: Value) {
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        self.settle();
    }

    pub(super) fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
        self.settle();
    }

    /// Writes a file, and lets the client's watcher say so.
    pub(super) fn write(&mut self, path: &str, text: &str) {
        self.files.0.write().unwrap().insert(path, text);
        self.changed(path, 2);
    }

    /// Deletes a file, and lets the client's watcher say so.
    pub(super) fn delete(&mut self, path: &str) {
        self.files.0.write().unwrap().remove(Path::new(path));
        self.changed(path, 3);
    }

    fn changed(&mut self, path: &str, kind: u32) {
        let change = json!({"uri": format!("file://{path}"), "type": kind});
        self.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
        self.settle();
    }

    /// The parameters of the notifications and requests of a method, in their order. They count as read then.
    pub(super) fn take(&mut self, wanted: &str) -> Vec<Value> {
        let (taken, left) = std::mem::take(&mut self.received).into_iter().partition(|message| match message {
            Message::Notification(notification) => notification.method == wanted,
            Message::Request(request) => request.method == wanted,
            Message::Response(_) => false,
        });
        self.received = left;
        let params = |message: Message| match message {
            Message::Notification(Notification { params, .. }) | Message::Request(Request { params, .. }) => params,
            Message::Response(_) => Value::Null,
        };
        let taken: Vec<Message> = taken;
        taken.into_iter().map(params).collect()
    }

    /// What was published since the last call: the URI, and each finding as `line:character-line:character code`.
    pub(super) fn published(&mut self) -> Vec<(String, Vec<String>)> {
        let all = self.take("textDocument/publishDiagnostics");
        all.iter().map(|params| (text(&params["uri"]), shown(&params["diagnostics"]))).collect()
    }
}

/// A string.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Findings as `line:character-line:character code`.
pub(super) fn shown(diagnostics: &Value) -> Vec<String> {
    let at = |place: &Value| format!("{}:{}", place["line"], place["character"]);
    let one = |item: &Value| {
        let (range, code) = (&item["range"], item["code"].as_str().unwrap_or("-"));
        format!("{}-{} {code}", at(&range["start"]), at(&range["end"]))
    };
    diagnostics.as_array().into_iter().flatten().map(one).collect()
}
