//! The life of a language server: waits for something to happen, and lets the server answer.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use cxvars_language_server::{Search, SearchResult, Server};
use lsp_server::Message;

use super::watching::Watching;
use super::{searching, stdio};

/// Time between two looks at whether the client still runs.
const ALIVE_EVERY: Duration = Duration::from_secs(5);

/// What can happen.
pub(super) enum Event {
    Message(Message),
    /// A message that is not one of the protocol.
    Malformed,
    /// Standard input has ended.
    End,
    Progress {
        number: u64,
        done: usize,
        count: usize,
    },
    Found(Box<SearchResult>),
    /// Files were created, changed or deleted.
    Changed(Vec<PathBuf>),
    /// Files may have changed without an event.
    Lost,
}

/// The server and what works for it.
pub(super) struct Session {
    server: Server,
    searches: Sender<Search>,
    watching: Watching,
    output: Box<dyn Write>,
    is_output_open: bool,
}

impl Session {
    pub(super) fn new(server: Server, events: Sender<Event>, output: Box<dyn Write>) -> Self {
        let searches = searching::start(events.clone());
        Self { server, searches, watching: Watching::new(events), output, is_output_open: true }
    }

    /// Serves until the client ends the server, is gone, or closes a stream. Returns whether the client ended it as the
    /// protocol says.
    pub(super) fn run(mut self, events: &Receiver<Event>) -> bool {
        loop {
            let first = match events.recv_timeout(ALIVE_EVERY) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) if self.server.client_process().is_none_or(is_running) => continue,
                Err(_) => return false,
            };
            // Everything that waits is taken together, so that fast typing is checked once.
            let waiting: Vec<Event> = std::iter::once(first).chain(events.try_iter()).collect();
            if let Some(is_orderly) = self.take(waiting) {
                return is_orderly;
            }
        }
    }

    /// Takes what waits. Returns how the server ended, if it did.
    fn take(&mut self, waiting: Vec<Event>) -> Option<bool> {
        self.server.announce(waiting.iter().filter_map(message));
        let mut changed: Vec<PathBuf> = Vec::new();
        for event in waiting {
            match event {
                Event::Message(message) => self.answer(message),
                Event::Malformed => self.is_output_open &= stdio::refuse_malformed(&mut self.output),
                Event::End => return Some(self.server.exit_code() == Some(0)),
                Event::Progress { number, done, count } => {
                    let messages = self.server.progress(number, done, count);
                    self.send(&messages);
                }
                Event::Found(result) => self.server.finish(*result),
                Event::Changed(paths) => changed.extend(paths),
                Event::Lost => self.server.anything_changed(),
            }
            if let Some(code) = self.server.exit_code() {
                return Some(code == 0);
            }
        }
        changed.sort();
        changed.dedup();
        self.guarded(|server| {
            if !changed.is_empty() {
                server.files_changed(&changed);
            }
            server.flush()
        });
        // Before the search, so that it misses no change.
        self.watching.follow(&self.server);
        if let Some(search) = self.server.next_search() {
            // A search that nobody takes is one less result.
            let _ = self.searches.send(search);
        }
        (!self.is_output_open).then_some(false)
    }

    /// Lets the server answer a message. If it panics, the request fails and the session goes on.
    fn answer(&mut self, message: Message) {
        let id = match &message {
            Message::Request(request) => Some(request.id.clone()),
            Message::Response(_) | Message::Notification(_) => None,
        };
        let is_answered = self.guarded(|server| server.handle([message]));
        if let (false, Some(id)) = (is_answered, id) {
            self.send(&[Server::failed(id)]);
        }
    }

    /// Sends what `work` returns. Returns false if it panicked.
    fn guarded(&mut self, work: impl FnOnce(&mut Server) -> Vec<Message>) -> bool {
        let server = &mut self.server;
        let messages = catch_unwind(AssertUnwindSafe(|| work(server)));
        let is_done = messages.is_ok();
        self.send(&messages.unwrap_or_default());
        is_done
    }

    fn send(&mut self, messages: &[Message]) {
        self.is_output_open &= messages.is_empty() || stdio::write(&mut self.output, messages);
    }
}

fn message(event: &Event) -> Option<&Message> {
    match event {
        Event::Message(message) => Some(message),
        _ => None,
    }
}

/// Whether a process runs.
#[cfg(unix)]
fn is_running(process: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    id.is_none_or(|id| test_kill_process(id) != Err(rustix::io::Errno::SRCH))
}

/// Elsewhere, the end of standard input says that the client is gone.
#[cfg(not(unix))]
fn is_running(_: u32) -> bool {
    true
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
