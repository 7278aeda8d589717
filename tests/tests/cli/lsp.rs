//! `cxvars lsp`: the process, its streams and its files. What the server answers is tested in core/language-server.

use std::process::Stdio;

use cxvars_tests::lsp::LspClient;
use cxvars_tests::process::Workspace;
use serde_json::{Value, json};

const BAD: &str = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"hunter2\"}]\n";
const GOOD: &str = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \"hunter2\"}]\n";

fn uri(workspace: &Workspace, name: &str) -> String {
    let uri = format!("file://{}", workspace.project().display());
    if name.is_empty() { uri } else { format!("{uri}/{name}") }
}

fn started(workspace: &Workspace, args: &[&str], capabilities: Value) -> LspClient {
    let mut client = LspClient::start(workspace.command(&[&["lsp"], args].concat()));
    client.initialize(&uri(workspace, ""), capabilities);
    client
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|diagnostic| diagnostic["code"].as_str()).collect()
}

#[test]
fn the_flag_that_many_clients_add_changes_nothing() {
    let workspace = Workspace::new();
    let mut client = started(&workspace, &["--stdio"], json!({}));
    client.open(&uri(&workspace, "a.json"), "json", BAD);
    assert_eq!(codes(&client.diagnostics(&uri(&workspace, "a.json"))), ["CX102"]);
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn an_editor_sees_what_validate_reports() {
    let workspace = Workspace::new();
    workspace.write(
        "cxvars.toml",
        "[validate]\nseverity = { CX104 = \"error\" }\n[[ignore]]\ncode = \"CX207\"\nreason = \"r\"\n",
    );
    let text = include_str!("../../../examples/every-mistake.json");
    workspace.write("vars.json", text);
    let reported = workspace.run(&["validate", "vars.json", "--format", "json"]).json();
    let at = |place: &Value| (place["line"].as_u64().unwrap(), place["column"].as_u64().unwrap());
    let reported: Vec<_> = reported["files"][0]["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (found["code"].clone(), found["severity"].clone(), at(&found["range"]["start"]), found["message"].clone())
        })
        .collect();
    let mut client = started(&workspace, &[], json!({"general": {"positionEncodings": ["utf-32"]}}));
    client.open(&uri(&workspace, "vars.json"), "json", text);
    let shown = client.diagnostics(&uri(&workspace, "vars.json"));
    let severity = |number: &Value| json!(if *number == 1 { "error" } else { "warning" });
    let at = |place: &Value| (place["line"].as_u64().unwrap() + 1, place["character"].as_u64().unwrap() + 1);
    let message = |text: &Value| json!(text.as_str().unwrap().lines().next());
    let shown: Vec<_> = shown
        .iter()
        .map(|found| {
            let start = at(&found["range"]["start"]);
            (found["code"].clone(), severity(&found["severity"]), start, message(&found["message"]))
        })
        .collect();
    assert!(reported.len() > 10);
    assert_eq!(shown, reported);
    assert!(client.end().success());
}

#[test]
fn files_and_the_configuration_are_followed() {
    let workspace = Workspace::new();
    workspace.write("sub/vars.json", BAD);
    workspace.write(".gitignore", "made/\n");
    workspace.write("made/other.json", BAD);
    // This client does not watch files, so the program does.
    let mut client = started(&workspace, &[], json!({}));
    let document = uri(&workspace, "sub/vars.json");
    assert_eq!(codes(&client.diagnostics(&document)), ["CX102"]);
    workspace.write("cxvars.toml", "[[ignore]]\ncode = \"CX102\"\nreason = \"r\"\n");
    assert!(client.diagnostics(&document).is_empty());
    workspace.write("cxvars.toml", "nonsense");
    assert_eq!(client.diagnostics(&uri(&workspace, "cxvars.toml")).len(), 1);
    client.open(&document, "json", BAD);
    let edit =
        json!({"range": {"start": {"line": 0, "character": 10}, "end": {"line": 0, "character": 10}}, "text": "?"});
    let change = json!({"textDocument": {"uri": document, "version": 2}, "contentChanges": [edit]});
    client.notify("textDocument/didChange", change);
    let published = client.wait(|message| message["params"]["version"] == 2);
    assert_ne!(published["params"]["diagnostics"], json!([]), "documents are checked as it was last valid");
    assert!(client.end().success());
}

#[test]
fn flags_choose_the_configuration() {
    let workspace = Workspace::new();
    workspace.write("cxvars.toml", "[[ignore]]\ncode = \"CX102\"\nreason = \"r\"\n");
    workspace.write("vars.json", BAD);
    let mut client = started(&workspace, &["--no-config"], json!({}));
    assert_eq!(codes(&client.diagnostics(&uri(&workspace, "vars.json"))), ["CX102"]);
    let mut client = started(&workspace, &["--env", "nowhere"], json!({}));
    let shown = client.wait(|message| message["method"] == "window/showMessage");
    assert!(shown.to_string().contains("nowhere"), "{shown}");
}

#[test]
fn what_is_malformed_ends_nothing_and_is_not_quoted() {
    let workspace = Workspace::new();
    let mut command = workspace.command(&["lsp", "-vv"]);
    command.stderr(Stdio::null());
    let mut client = LspClient::start(command);
    client.send("{\"method\": hunter2}");
    let answer = client.wait(|message| message["error"]["code"] == -32700);
    assert!(!answer.to_string().contains("hunter2"), "{answer}");
    client.initialize(&uri(&workspace, ""), json!({}));
    client.open(&uri(&workspace, "vars.json"), "json", GOOD);
    let hover = client.request("textDocument/hover", json!({"textDocument": "hunter2"}));
    assert_eq!(hover["error"]["code"], -32602);
    assert!(!hover.to_string().contains("hunter2"), "{hover}");
    assert!(client.end().success());
}

#[test]
fn the_server_ends_with_its_client() {
    let workspace = Workspace::new();
    let client = started(&workspace, &[], json!({}));
    assert_eq!(client.hang_up().code(), Some(1), "the client did not say `shutdown`");
    let client = LspClient::start(workspace.command(&["lsp"]));
    assert_eq!(client.hang_up().code(), Some(1));
}
