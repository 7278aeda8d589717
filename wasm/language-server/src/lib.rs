//! The language server for editors in a browser: the editor passes messages in and out, reads the files that the server
//! wants, and lets it work in slices.

mod files;
mod host;
mod policies;
mod searching;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::policy::Description;
use cxvars_language_server::{Flags, Server, message};
use cxvars_project::files::Unreadable;
use lsp_server::Message;
use serde::Serialize;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use self::host::Editor;
use self::searching::Searching;

/// A language server, whose files come from an editor.
#[wasm_bindgen]
pub struct LanguageServer {
    editor: Arc<Editor>,
    server: Server,
    searching: Option<Searching>,
    /// Whether a search has checked files before the policies had answered.
    must_search_again: bool,
}

/// What a step of the work came to.
#[derive(Serialize)]
struct Worked {
    messages: Vec<Sent>,
    next: Next,
}

/// What is to be done next.
#[derive(PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Next {
    /// Another step.
    Work,
    /// The editor hands over the files that are wanted.
    Files,
    /// Nothing, before a message arrives or a file changes.
    Nothing,
}

/// Something that the extension is asked for.
#[derive(Serialize)]
#[serde(untagged)]
enum Wanted {
    Files(files::Want),
    Policies(policies::Want),
}

/// A message as it is sent.
#[derive(Serialize)]
struct Sent {
    jsonrpc: &'static str,
    #[serde(flatten)]
    message: Message,
}

#[wasm_bindgen]
impl LanguageServer {
    /// A server that waits for `initialize`. `today` is the day in UTC, such as `2027-01-31`.
    #[wasm_bindgen(constructor)]
    pub fn new(today: &str) -> Self {
        let editor = Arc::new(Editor::new(today));
        Self {
            server: Server::new(Arc::clone(&editor) as _, Flags::default()),
            editor,
            searching: None,
            must_search_again: false,
        }
    }

    /// Takes a message of the client, and returns the messages to it, as a JSON array.
    ///
    /// # Errors
    /// It is not a message.
    pub fn handle(&mut self, message: &str) -> Result<String, JsError> {
        let malformed = || JsError::new("this is not a message of the protocol");
        let mut message = message::parse(message.as_bytes().to_vec()).ok_or_else(malformed)?;
        without_watching(&mut message);
        json(&sent(self.server.handle([message])))
    }

    /// Does one step of what waits: takes in the files that have arrived, checks what was typed, or checks one file of
    /// the workspace. Returns `{"messages": […], "next": "work" | "files" | "nothing"}`.
    ///
    /// # Errors
    /// Never; a message is always JSON.
    pub fn work(&mut self) -> Result<String, JsError> {
        self.take_in_arrivals();
        if self.editor.policies.take_news() {
            self.server.policies_answered(std::mem::take(&mut self.must_search_again));
        }
        self.search();
        let messages = self.server.flush();
        let next = self.next();
        if next == Next::Nothing {
            self.editor.files.forget_bytes_but(&self.server.sources());
            self.editor.policies.forget_many();
        }
        json(&Worked { messages: sent(messages), next })
    }

    /// What the server wants of the file system: a JSON array of `{"kind": "bytes", "path": …, "max_bytes": …}`,
    /// `{"kind": "exists", "path": …}` and `{"kind": "list", "path": …}`. And of policies:
    /// `{"kind": "policies", "id": …, "plugins": […]}` opens the policies of a configuration, and
    /// `{"kind": "verdicts", "id": …, "policies": …, "facts": …}` asks them about a document.
    ///
    /// # Errors
    /// A path is not Unicode.
    pub fn wanted(&self) -> Result<String, JsError> {
        let Editor { files, policies, .. } = &*self.editor;
        let of_policies = policies.take_wanted().into_iter().map(Wanted::Policies);
        json(&files.take_wanted().into_iter().map(Wanted::Files).chain(of_policies).collect::<Vec<_>>())
    }

    /// Gives the answer about policies: `{"descriptions": […]}` or `{"problem": …}` if they were to be opened, else their
    /// verdicts.
    pub fn answer(&mut self, id: usize, answer: &str) {
        let opened = self.editor.policies.answer(id, answer);
        if !opened.is_empty() {
            self.server.files_changed(&opened);
        }
    }

    /// What is wrong with a policy's description of itself, in JSON; `undefined` if nothing is.
    pub fn refuse_description(&self, described: &str) -> Option<String> {
        serde_json::from_str::<Description>(described).err().map(|error| error.to_string())
    }

    /// Gives the bytes of a file.
    pub fn supply(&self, path: &str, bytes: Vec<u8>) {
        self.editor.files.supply(Path::new(path), Ok(bytes));
    }

    /// Says why a file cannot be read: `missing`, `folder`, `large` or `unreadable`.
    pub fn refuse(&self, path: &str, why: &str) {
        let why = match why {
            "missing" => Unreadable::Missing,
            "folder" => Unreadable::Folder,
            "large" => Unreadable::TooLarge,
            _ => Unreadable::Other("cannot be read"),
        };
        self.editor.files.supply(Path::new(path), Err(why));
    }

    /// Says whether there is something at a path.
    pub fn exists(&self, path: &str, exists: bool) {
        self.editor.files.set_existing(Path::new(path), exists);
    }

    /// Gives what a search of a folder found: the files that may be documents and that git does not ignore, the folders
    /// that it looked into, and the `cxvars.toml` and `.git` in them.
    pub fn list(&self, folder: &str, files: Vec<String>, folders: Vec<String>, marks: Vec<String>) {
        let [files, folders, marks] = [files, folders, marks].map(paths);
        self.editor.files.set_list(Path::new(folder), files, &folders, &marks);
    }

    /// Says that files or folders were changed, created or deleted. They are wanted again.
    pub fn changed(&self, paths: Vec<String>) {
        for path in paths {
            self.editor.files.changed(Path::new(&path));
            self.editor.policies.changed(Path::new(&path));
        }
    }
}

impl LanguageServer {
    fn next(&self) -> Next {
        let Editor { files, policies, .. } = &*self.editor;
        match (files.is_waiting() || policies.is_waiting(), &self.searching) {
            (true, _) => Next::Files,
            (false, Some(_)) => Next::Work,
            (false, None) => Next::Nothing,
        }
    }

    /// Takes note of the files that have arrived since the last step.
    fn take_in_arrivals(&mut self) {
        let arrived = self.editor.files.take_arrived();
        if !arrived.is_empty() {
            self.server.files_changed(&arrived);
        }
    }

    /// Continues the search of the workspace, or begins a new one.
    fn search(&mut self) {
        let wanted = self.server.next_search().map(Searching::new);
        let current = self.searching.take().filter(|searching| !searching.is_cancelled());
        let Some(mut searching) = wanted.or(current) else { return };
        let is_done = searching.advance(&self.editor.files);
        self.must_search_again |= self.editor.policies.is_waiting();
        match is_done {
            true => self.server.finish(searching.into_result()),
            false => self.searching = Some(searching),
        }
    }
}

/// Takes from the client's capabilities that it watches files: the extension does, and says so by `changed`.
fn without_watching(message: &mut Message) {
    if let Message::Request(request) = message
        && request.method == "initialize"
        && let Some(watching) = request.params.pointer_mut("/capabilities/workspace/didChangeWatchedFiles")
    {
        watching.take();
    }
}

fn paths(texts: Vec<String>) -> Vec<PathBuf> {
    texts.into_iter().map(PathBuf::from).collect()
}

fn sent(messages: Vec<Message>) -> Vec<Sent> {
    messages.into_iter().map(|message| Sent { jsonrpc: "2.0", message }).collect()
}

fn json(value: &impl Serialize) -> Result<String, JsError> {
    Ok(serde_json::to_string(value)?)
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
