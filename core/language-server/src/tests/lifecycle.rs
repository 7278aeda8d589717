//! The beginning and the end, and requests at the wrong time.

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

use super::client::{Client, modern, pulling};

#[test]
fn requests_before_initialize_and_after_shutdown_are_refused() {
    let mut client = Client::new(&[]);
    assert_eq!(client.request("textDocument/hover", json!({})), Err(-32002));
    client.notify("textDocument/didOpen", json!({}));
    let answer = client.request("initialize", json!({"capabilities": {}, "processId": 7, "rootUri": null})).unwrap();
    assert_eq!(answer["serverInfo"]["name"], "cxvars");
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(client.server.client_process(), Some(7));
    assert_eq!(client.request("initialize", json!({"capabilities": {}})), Err(-32600));
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.request("textDocument/hover", json!({})), Err(-32600));
    assert_eq!(client.server.exit_code(), None);
    client.notify("exit", Value::Null);
    assert_eq!(client.server.exit_code(), Some(0));
}

#[test]
fn an_exit_without_shutdown_is_a_failure() {
    let mut client = Client::start(&[], modern());
    client.notify("exit", Value::Null);
    assert_eq!(client.server.exit_code(), Some(1));
}

#[test]
fn what_the_server_does_not_know_is_refused_and_what_is_malformed_is_not_quoted() {
    let mut client = Client::start(&[], modern());
    assert_eq!(client.request("textDocument/whatever", json!({})), Err(-32601));
    client.notify("textDocument/whatever", json!({}));
    client.notify("textDocument/didChange", json!({"textDocument": "hunter2"}));
    let request = Request::new(RequestId::from(99), "cxvars/checkFile".to_owned(), json!({"textDocument": "hunter2"}));
    let answers = client.server.handle([Message::from(request)]);
    let Some(Message::Response(response)) = answers.first() else { panic!("{}", answers.len()) };
    let error = response.response_result.clone().unwrap_err();
    assert_eq!(error.code, -32602);
    assert_eq!(error.message, "the parameters of `cxvars/checkFile` do not have the form that the protocol says");
    assert_eq!(client.request("initialize", json!(3)), Err(-32600));
    assert_eq!(Client::new(&[]).request("initialize", json!({"capabilities": 3})), Err(-32602));
}

#[test]
fn a_request_whose_cancellation_waits_is_not_carried_out() {
    let mut client = Client::start(&[], modern());
    let request = |id: i32| Message::from(Request::new(RequestId::from(id), "x/y".to_owned(), json!({})));
    let cancel = Notification::new("$/cancelRequest".to_owned(), json!({"id": 1}));
    let messages = [request(1), request(2), cancel.into()];
    client.server.announce(&messages);
    let answers = client.server.handle(messages);
    let codes: Vec<i32> = answers
        .into_iter()
        .map(|answer| match answer {
            Message::Response(response) => response.response_result.unwrap_err().code,
            _ => 0,
        })
        .collect();
    assert_eq!(codes, [-32800, -32601]);
}

#[test]
fn a_client_gets_what_it_can_use() {
    let capabilities = |client: Value| {
        let answer = Client::new(&[]).request("initialize", json!({"capabilities": client})).unwrap();
        answer["capabilities"].clone()
    };
    let least = capabilities(json!({}));
    assert_eq!((&least["diagnosticProvider"], &least["codeActionProvider"]), (&Value::Null, &Value::Null));
    assert_eq!(least["renameProvider"], true);
    let most = capabilities(pulling());
    assert_eq!(most["diagnosticProvider"]["workspaceDiagnostics"], true);
    assert_eq!(most["renameProvider"]["prepareProvider"], true);
    let utf_8 = capabilities(json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}}));
    assert_eq!(utf_8["positionEncoding"], "utf-8");
}

#[test]
fn files_are_watched_by_a_client_that_can() {
    let mut client = Client::start(&[], modern());
    let registered = client.take("client/registerCapability");
    assert_eq!(registered[0]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    assert!(!client.server.needs_watching());
    let mut client = Client::start(&[], json!({}));
    assert!(client.take("client/registerCapability").is_empty());
    assert!(client.server.needs_watching());
    assert_eq!(client.server.watched_folders(), [std::path::PathBuf::from("/p")]);
}

#[test]
fn the_program_watches_files_if_the_client_refuses_to() {
    let mut client = Client::new(&[]);
    client.request("initialize", json!({"capabilities": modern(), "rootUri": "file:///p"})).unwrap();
    client.notify("initialized", json!({}));
    client.settle();
    let is_registration = |message: &Message| match message {
        Message::Request(request) => (request.method == "client/registerCapability").then(|| request.id.clone()),
        _ => None,
    };
    let id = client.received.iter().find_map(is_registration).unwrap();
    assert!(!client.server.needs_watching());
    client.send(lsp_server::Response::new_err(id, -32601, "not here".to_owned()).into());
    assert!(client.server.needs_watching());
    assert!(client.server.next_search().is_some(), "a file may have changed before it is watched");
}

#[test]
fn a_client_that_asks_for_it_learns_how_documents_are_checked() {
    for (options, count) in [(json!(null), 0), (json!({"status": false}), 0), (json!({"status": true}), 1)] {
        let mut client = Client::new(&[]);
        let params = json!({"capabilities": modern(), "rootUri": "file:///p", "initializationOptions": options});
        client.request("initialize", params).unwrap();
        client.open("file:///p/a.json", "json", "[]");
        assert_eq!(client.take("cxvars/status").len(), count, "{options}");
    }
}
