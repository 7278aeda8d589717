//! A session with a host that fails.

use std::io;
use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use cxvars_core::diagnostic::rule::Rule;
use cxvars_core::options::ignore::Date;
use cxvars_language_server::{Flags, Host, Policies, Wanted};
use cxvars_project::files::{Files, Unreadable};
use cxvars_project::{NoPolicies, Project};
use lsp_server::{Notification, Request, Response};
use serde_json::{Value, json};

use super::*;

/// A host without files, which panics when it is asked for the names of environment variables.
struct Failing;

impl Files for Failing {
    fn read(&self, _: &Path, _: usize) -> Result<Vec<u8>, Unreadable> {
        Err(Unreadable::Missing)
    }

    fn exists(&self, _: &Path) -> Result<bool, Unreadable> {
        Ok(false)
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }
}

impl Host for Failing {
    fn today(&self) -> Option<Date> {
        None
    }

    fn environment_names(&self) -> Vec<String> {
        panic!("hunter2")
    }

    fn user_file(&self) -> Option<PathBuf> {
        None
    }

    fn policies(&self, _: &Project) -> Result<Policies, String> {
        Ok(Arc::new(NoPolicies))
    }

    fn rule_page(&self, _: &Rule) -> Option<PathBuf> {
        None
    }

    fn is_hidden(&self, _: &Path, _: &Path) -> bool {
        false
    }

    fn walk(&self, _: &Path, _: Wanted) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// What a session wrote.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn request(id: i32, method: &str, params: Value) -> Event {
    Event::Message(Request { id: id.into(), method: method.to_owned(), params }.into())
}

fn notification(method: &str, params: Value) -> Event {
    Event::Message(Notification { method: method.to_owned(), params }.into())
}

/// The answers of a session to these events, and whether it ended as the protocol says.
fn answers(sent: Vec<Event>) -> (Vec<Response>, bool) {
    let (sender, events) = channel();
    let output = Output::default();
    let server = Server::new(Arc::new(Failing), Flags::default());
    let session = Session::new(server, sender.clone(), Box::new(output.clone()));
    sent.into_iter().for_each(|event| sender.send(event).unwrap());
    let is_orderly = session.run(&events);
    let written = output.0.lock().unwrap().clone();
    let mut input = &written[..];
    let messages = std::iter::from_fn(|| Message::read(&mut input).unwrap());
    let answers = messages.filter_map(|message| match message {
        Message::Response(response) => Some(response),
        Message::Request(_) | Message::Notification(_) => None,
    });
    (answers.collect(), is_orderly)
}

#[test]
fn a_request_that_panics_is_answered_and_the_session_goes_on() {
    let text = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"}]";
    let document = json!({"uri": "untitled:a.json", "languageId": "json", "version": 1, "text": text});
    let place = json!({"textDocument": {"uri": "untitled:a.json"}, "position": {"line": 0, "character": 3}});
    let (answers, is_orderly) = answers(vec![
        request(1, "initialize", json!({"capabilities": {}})),
        notification("textDocument/didOpen", json!({"textDocument": document})),
        request(2, "textDocument/hover", place.clone()),
        request(3, "textDocument/documentSymbol", place.clone()),
        request(4, "textDocument/hover", place),
        request(5, "shutdown", Value::Null),
        notification("exit", Value::Null),
    ]);
    assert!(is_orderly);
    let codes: Vec<_> = answers.iter().map(|answer| answer.response_result.as_ref().map_err(|e| e.code)).collect();
    let [Ok(_), Err(-32603), Ok(symbols), Err(-32603), Ok(Value::Null)] = codes[..] else { panic!("{codes:?}") };
    assert_eq!(symbols[0]["name"], "a");
    let failure = answers[1].response_result.as_ref().unwrap_err();
    assert!(!failure.message.contains("hunter2"));
}
