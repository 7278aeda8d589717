//! The server: takes the messages of the client and gives the messages to it.

mod dispatch;
mod flush;
mod lifecycle;
mod progress;
mod pulls;
mod sync;
mod watching;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use cxvars_core::options::ignore::Date;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use lsp_types::{CancelParams, Diagnostic, NumberOrString, Uri};

use self::flush::{Seen, Status};
use self::progress::Progress;
use self::pulls::Held;
use crate::client::Client;
use crate::documents::Documents;
use crate::findings::Shape;
use crate::host::Host;
use crate::links::Links;
use crate::outbox::{Asked, Outbox, refused};
use crate::overlay::Overlay;
use crate::projects::{Flags, Projects};
use crate::uri;
use crate::view::View;
use crate::workspace::{Search, SearchResult, Workspace};

/// Where the server is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It waits for `initialize`.
    Started,
    Running,
    /// It waits for `exit`.
    ShutDown,
    Ended {
        /// The exit code of the process.
        code: u8,
    },
}

/// The language server. It has no `Debug`, because it holds values.
pub struct Server {
    phase: Phase,
    flags: Flags,
    client: Client,
    /// The process of the client, if it said.
    process_id: Option<u32>,
    outbox: Outbox,
    documents: Documents,
    overlay: Arc<Overlay>,
    projects: Arc<Projects>,
    links: Arc<Links>,
    workspace: Workspace,
    /// Open documents whose findings may be other ones now.
    changed: HashSet<Uri>,
    /// Files that are not open, whose findings are other ones now.
    changed_files: HashSet<PathBuf>,
    /// What the client shows for open documents.
    published: HashMap<Uri, Seen>,
    /// What the client knows of how open documents are checked.
    statuses: HashMap<Uri, Status>,
    /// Requests that wait for a change.
    held: Vec<Held>,
    /// Configurations that the client knows to be broken.
    broken: HashSet<PathBuf>,
    /// What is wrong with configurations, by the file that has it.
    configuration: BTreeMap<PathBuf, Vec<Diagnostic>>,
    /// The day for which ignores were judged.
    today: Option<Date>,
    /// Whether a held request may be answered.
    has_news: bool,
    /// Whether a request for the diagnostics of the workspace was answered.
    has_reported: bool,
    /// Files outside the open folders that the client watches.
    watched: HashSet<PathBuf>,
    must_refresh: bool,
    progress: Progress,
    /// Requests that are cancelled by a message that still waits.
    cancelled: HashSet<RequestId>,
}

impl Server {
    /// A server that waits for `initialize`. `flags` are those of the command line.
    pub fn new(host: Arc<dyn Host>, flags: Flags) -> Self {
        let today = host.today();
        let overlay = Arc::new(Overlay::new(Arc::clone(&host)));
        Self {
            phase: Phase::Started,
            projects: Arc::new(Projects::new(Arc::clone(&overlay), flags.clone(), Vec::new())),
            flags,
            client: Client::default(),
            process_id: None,
            outbox: Outbox::default(),
            documents: Documents::default(),
            overlay,
            links: Arc::new(Links::new(host, None)),
            workspace: Workspace::default(),
            changed: HashSet::new(),
            changed_files: HashSet::new(),
            published: HashMap::new(),
            statuses: HashMap::new(),
            held: Vec::new(),
            broken: HashSet::new(),
            configuration: BTreeMap::new(),
            today,
            has_news: false,
            has_reported: false,
            watched: HashSet::new(),
            must_refresh: false,
            progress: Progress::None,
            cancelled: HashSet::new(),
        }
    }

    /// Looks at messages that wait. A request that one of them cancels is not carried out.
    pub fn announce<'m>(&mut self, waiting: impl IntoIterator<Item = &'m Message>) {
        self.cancelled = waiting.into_iter().filter_map(cancelled).collect();
    }

    /// Takes messages in their order, and answers requests.
    pub fn handle(&mut self, messages: impl IntoIterator<Item = Message>) -> Vec<Message> {
        for message in messages {
            match message {
                Message::Request(request) if self.cancelled.contains(&request.id) => self.refuse_cancelled(request.id),
                Message::Request(request) => self.request(request),
                Message::Notification(notification) => self.notification(notification),
                Message::Response(response) => match self.outbox.answered(&response) {
                    Some((Asked::Progress, true)) => self.begin_progress(),
                    Some((Asked::Watching, false)) => self.watch_in_place_of_client(),
                    Some((Asked::Told | Asked::Progress | Asked::Watching, _)) | None => {}
                },
            }
        }
        self.outbox.take()
    }

    /// Sends what follows from the changes so far: diagnostics, above all. It is called when no message waits, so that
    /// fast typing is checked once.
    pub fn flush(&mut self) -> Vec<Message> {
        if self.phase == Phase::Running {
            self.send_changes();
        }
        self.outbox.take()
    }

    /// The check of the open folders that is to be carried out now, if there is one. An older one is cancelled.
    pub fn next_search(&mut self) -> Option<Search> {
        if self.phase != Phase::Running {
            return None;
        }
        self.workspace.next_search(&self.projects, self.shape())
    }

    /// Takes the result of a search. [`Self::flush`] sends what follows from it.
    pub fn finish(&mut self, result: SearchResult) {
        self.take_result(result);
    }

    /// Takes note of files that were created, changed or deleted. [`Self::flush`] sends what follows.
    pub fn files_changed(&mut self, paths: &[PathBuf]) {
        self.take_changed_files(paths);
    }

    /// Takes note that policies have answered that had not when documents were checked. `has_searched` is true if files
    /// that are not open were, too. [`Self::flush`] sends what follows.
    pub fn policies_answered(&mut self, has_searched: bool) {
        self.changed.extend(self.documents.all().map(|document| document.uri.clone()));
        self.must_refresh = true;
        if has_searched {
            self.workspace.want_search();
        }
    }

    /// Takes note that events of files were lost. [`Self::flush`] sends what follows.
    pub fn anything_changed(&mut self) {
        self.projects.forget_places();
        self.reload_all();
        self.changed.extend(self.documents.all().map(|document| document.uri.clone()));
        self.workspace.want_search();
    }

    /// The answer for a request whose handling failed in a way that nobody foresaw.
    pub fn failed(id: RequestId) -> Message {
        let message = "the server failed here; it goes on with the next request".to_owned();
        Message::Response(lsp_server::Response::new_err(id, ErrorCode::InternalError as i32, message))
    }

    /// The exit code, once the client has ended the server.
    pub fn exit_code(&self) -> Option<u8> {
        match self.phase {
            Phase::Ended { code } => Some(code),
            Phase::Started | Phase::Running | Phase::ShutDown => None,
        }
    }

    /// The process of the client. The server ends with it.
    pub fn client_process(&self) -> Option<u32> {
        self.process_id
    }

    /// Whether the program has to watch files, because the client does not.
    pub fn needs_watching(&self) -> bool {
        self.phase == Phase::Running && !self.client.watches
    }

    pub(crate) fn view(&self) -> View<'_> {
        let Self { client, documents, projects, workspace, .. } = self;
        View { client, documents, projects, workspace }
    }

    fn shape(&self) -> Shape {
        Shape::of(&self.client, Arc::clone(&self.links))
    }

    fn request(&mut self, mut request: Request) {
        uri::mend(&mut request.params);
        let refusal = match (self.phase, request.method.as_str()) {
            (Phase::Started, "initialize") => return self.initialize(request),
            (Phase::Running, "shutdown") => return self.shut_down(request.id),
            (Phase::Started, _) => refused(ErrorCode::ServerNotInitialized, "the server waits for `initialize`"),
            (Phase::Running, "initialize") => refused(ErrorCode::InvalidRequest, "the server is initialized already"),
            (Phase::Running, _) => return self.dispatch(request),
            (Phase::ShutDown | Phase::Ended { .. }, _) => refused(ErrorCode::InvalidRequest, "the server is shut down"),
        };
        self.outbox.answer(request.id, Err(refusal));
    }

    fn notification(&mut self, mut notification: Notification) {
        uri::mend(&mut notification.params);
        match (self.phase, notification.method.as_str()) {
            (phase, "exit") => self.phase = Phase::Ended { code: u8::from(phase != Phase::ShutDown) },
            (Phase::Running, _) => self.dispatch_notification(notification),
            _ => {}
        }
    }

    fn refuse_cancelled(&mut self, id: RequestId) {
        self.outbox.answer(id, Err(refused(ErrorCode::RequestCanceled, "the client cancelled the request")));
    }
}

/// The request that a message cancels.
fn cancelled(message: &Message) -> Option<RequestId> {
    let Message::Notification(Notification { method, params }) = message else { return None };
    let params = (method == "$/cancelRequest").then(|| serde_json::from_value(params.clone()).ok());
    params.flatten().map(id_of)
}

/// The identifier of the request that is cancelled.
fn id_of(params: CancelParams) -> RequestId {
    match params.id {
        NumberOrString::Number(id) => RequestId::from(id),
        NumberOrString::String(id) => RequestId::from(id),
    }
}
