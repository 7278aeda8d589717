//! Messages that no good client sends.

use std::collections::BTreeMap;

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

use super::client::{Client, modern, pulling};
use super::random::Random;
use crate::message;

const URI: &str = "file:///p/kept.json";

const REQUESTS: [&str; 14] = [
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/codeAction",
    "textDocument/prepareRename",
    "textDocument/rename",
    "cxvars/checkFile",
    "textDocument/unknown",
    "initialize",
    "$/unknown",
];

const NOTIFICATIONS: [&str; 8] = [
    "initialized",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didClose",
    "workspace/didChangeWatchedFiles",
    "workspace/didChangeWorkspaceFolders",
    "$/cancelRequest",
    "$/setTrace",
];

const URIS: [&str; 13] = [
    "file:///p/a.json",
    "file:///p/b.env",
    "file:///p/sub/cxvars.toml",
    "file:///p/%FF.json",
    "file:///",
    "file://host/p/a.yaml",
    "untitled:Untitled-1",
    "vscode-vfs://github/a/b.json",
    "a/relative.json",
    "",
    "file:///p/../../a.json",
    "file:///q/%00.json",
    "http://[::1",
];

impl Random {
    /// A value of any type.
    fn junk(&mut self) -> Value {
        self.of(&[
            json!(null),
            json!(-1),
            json!(1e300),
            json!(true),
            json!(""),
            json!([]),
            json!({}),
            json!([[3], null]),
        ])
    }

    fn number(&mut self) -> Value {
        self.of(&[json!(0), json!(1), json!(7), json!(99_999), json!(u32::MAX), json!(i32::MAX)])
    }

    fn position(&mut self) -> Value {
        json!({"line": self.number(), "character": self.number()})
    }

    fn range(&mut self) -> Value {
        json!({"start": self.position(), "end": self.position()})
    }

    fn text(&mut self) -> Value {
        let parts = [
            "[{\"name\": ",
            "\"a\"",
            "}]",
            "\n",
            "😀",
            "\u{0}",
            "a=b\n",
            "# cxvars: ignore[",
            "[[ignore]]\n",
            "- ",
            "&a *a",
        ];
        json!((0..self.below(9)).map(|_| self.of(&parts)).collect::<String>())
    }

    /// Parameters that have what any method reads, each member as it should be or nearly so.
    fn params(&mut self) -> Value {
        let document = json!({"uri": self.of(&URIS), "languageId": self.of(&["json", "yaml", "dotenv", "x", ""]),
            "version": self.of(&[json!(1), json!(-5), json!(i32::MIN), json!(i32::MAX)]), "text": self.text()});
        let change = match self.below(2) {
            0 => json!({"text": self.text()}),
            _ => json!({"range": self.range(), "rangeLength": self.number(), "text": self.text()}),
        };
        let folder = || json!({"uri": format!("file:///{}", "pqr"), "name": "n"});
        let mut params = json!({
            "textDocument": document, "contentChanges": [change], "position": self.position(), "range": self.range(),
            "context": {"diagnostics": [], "only": ["quickfix"]}, "newName": self.of(&["b", "", "\u{0}", "a b"]),
            "previousResultIds": [{"uri": self.of(&URIS), "value": "x"}], "previousResultId": "0",
            "changes": [{"uri": self.of(&URIS), "type": 1 + self.below(4)}],
            "event": {"added": [folder(), folder()], "removed": [folder()]},
            "id": self.of(&[json!(1), json!("1"), json!(-1)]), "capabilities": {},
        });
        for _ in 0..self.below(3) {
            self.mutate(&mut params);
        }
        params
    }

    /// Puts junk somewhere, or leaves something out.
    fn mutate(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) if !members.is_empty() && self.below(5) > 0 => {
                let key = self.of(&members.keys().cloned().collect::<Vec<_>>());
                match self.below(6) {
                    0 => drop(members.remove(&key)),
                    _ => self.mutate(&mut members[&key]),
                }
            }
            Value::Array(items) if !items.is_empty() && self.below(5) > 0 => {
                let index = self.below(items.len());
                self.mutate(&mut items[index]);
            }
            value => *value = self.junk(),
        }
    }
}

/// A document that nothing hostile names must not change.
fn with_kept_document(capabilities: Value) -> (Client, String) {
    let files = [("/p/cxvars.toml", "[[ignore]]\ncode = \"CX104\"\nreason = \"r\"\n"), ("/p/a.json", "[]")];
    let mut client = Client::start(&files, capabilities);
    let text = "[{\"name\": \"kept\", \"type\": \"string\", \"value\": \"x\"}]\n".to_owned();
    client.open(URI, "json", &text);
    (client, text)
}

/// How often each request was answered.
fn count_answers(client: &mut Client, counts: &mut BTreeMap<RequestId, usize>) {
    for message in std::mem::take(&mut client.received) {
        if let Message::Response(response) = message {
            *counts.entry(response.id).or_default() += 1;
        }
    }
}

#[test]
fn random_messages_are_each_answered_once_and_harm_nothing() {
    for (seed, capabilities) in [(1, modern()), (2, pulling()), (3, json!({}))] {
        let (mut client, text) = with_kept_document(capabilities);
        let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ seed);
        let (mut asked, mut counts) = (Vec::new(), BTreeMap::new());
        for number in 0..2_000 {
            let params = if random.below(9) == 0 { random.junk() } else { random.params() };
            if random.below(2) == 0 {
                let id =
                    if random.below(2) == 0 { RequestId::from(-number) } else { RequestId::from(format!("{number}")) };
                asked.push(id.clone());
                client.send(Request { id, method: random.of(&REQUESTS).to_owned(), params }.into());
            } else {
                client.notify(random.of(&NOTIFICATIONS), params);
            }
            if random.below(8) == 0 {
                client.settle();
            }
            count_answers(&mut client, &mut counts);
        }
        let documents = &client.server.view().documents;
        assert!(documents.get(&URI.parse().unwrap()).is_some_and(|document| document.text.content() == text));
        let id = RequestId::from("last".to_owned());
        asked.push(id.clone());
        client.send(Request { id, method: "shutdown".to_owned(), params: Value::Null }.into());
        count_answers(&mut client, &mut counts);
        assert!(asked.iter().all(|id| counts.get(id) == Some(&1)), "seed {seed}");
        assert_eq!(counts.len(), asked.len(), "seed {seed}");
    }
}

#[test]
fn documents_are_opened_changed_and_closed_out_of_turn() {
    let mut client = Client::start(&[], modern());
    let uri = "file:///p/a.json";
    client.replace(uri, 7, "never opened");
    client.close(uri);
    client.open(uri, "json", "first");
    client.open(uri, "yaml", "second");
    client.edit(uri, 1, [u32::MAX, u32::MAX, 0, 3], "");
    let content = |client: &Client| {
        client.server.view().documents.get(&uri.parse().unwrap()).map(|document| document.text.content().to_owned())
    };
    assert_eq!(content(&client).as_deref(), Some("sec"), "the ends of the range are swapped");
    client.edit(uri, -3, [0, 0, 0, 1], "S");
    assert_eq!(content(&client).as_deref(), Some("Sec"), "the version is the client's business");
    let large = "x".repeat((1 << 20) + 1);
    client.replace(uri, 4, &large);
    assert_eq!(content(&client).map(|text| text.len()), Some(large.len()));
    client.close(uri);
    client.close(uri);
    assert_eq!(content(&client), None);
    let position = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.request("textDocument/hover", position), Ok(Value::Null));
}

#[test]
fn folders_are_added_and_removed_again_and_again() {
    let bad = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]\n";
    let names: Vec<String> = (0..10).map(|number| format!("/w/{number}")).collect();
    let paths: Vec<String> = names.iter().map(|folder| format!("{folder}/a.json")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), bad)).collect();
    let mut client = Client::start_in(&files, &[], modern());
    let folders: Vec<Value> = names.iter().map(|path| json!({"uri": format!("file://{path}"), "name": "n"})).collect();
    for _ in 0..3 {
        for (added, removed) in
            [(json!(folders), json!([])), (json!(folders), json!(folders)), (json!([]), json!(folders))]
        {
            client
                .notify("workspace/didChangeWorkspaceFolders", json!({"event": {"added": added, "removed": removed}}));
            client.settle();
        }
        let mut shown: BTreeMap<String, usize> = BTreeMap::new();
        for (uri, found) in client.published() {
            shown.insert(uri, found.len());
        }
        assert!(shown.len() == 10 && shown.values().all(|count| *count == 0), "{shown:?}");
    }
}

#[test]
fn identifiers_of_any_form_are_answered_or_refused() {
    let (mut client, _) = with_kept_document(modern());
    let parsed =
        |id: &str| message::parse(format!("{{\"jsonrpc\": \"2.0\", \"id\": {id}, \"method\": \"x\"}}").into_bytes());
    for id in ["-1", "0", "2147483647", "\"\"", "\"1\""] {
        client.send(parsed(id).unwrap());
        assert!(matches!(client.received.pop(), Some(Message::Response(_))), "{id}");
    }
    for id in ["1.5", "4294967296", "true", "[]", "{}"] {
        assert!(parsed(id).is_none(), "{id}");
    }
    // JSON-RPC: nobody waits for the answer to a request whose identifier is null.
    assert!(matches!(parsed("null"), Some(Message::Notification(Notification { .. }))));
}

#[test]
fn a_server_that_is_shut_down_stays_so() {
    let (mut client, _) = with_kept_document(pulling());
    let held = client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.answer(&held), Some(Err(-32800)));
    assert_eq!(client.request("shutdown", Value::Null), Err(-32600));
    client.received.clear();
    client.open("file:///p/b.json", "json", "[3]");
    client.write("/p/a.json", "[3]");
    assert!(client.received.is_empty() && client.server.next_search().is_none());
}
