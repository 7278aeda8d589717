//! Findings of open documents.

use serde_json::json;

use super::client::{Client, modern, pulling, shown, text};

const GOOD: &str = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"}]\n";
const BAD: &str = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]\n";
const URI: &str = "file:///p/v.json";

#[test]
fn a_mistake_is_shown_at_its_place_until_it_is_mended() {
    let mut client = Client::start(&[], modern());
    client.open(URI, "json", GOOD);
    assert_eq!(client.published(), [(URI.to_owned(), vec![])], "clients wait for it");
    client.edit(URI, 2, [0, 11, 0, 11], "_");
    let published = client.take("textDocument/publishDiagnostics");
    assert_eq!((&published[0]["version"], published.len()), (&json!(2), 1));
    let diagnostic = &published[0]["diagnostics"][0];
    assert_eq!(shown(&published[0]["diagnostics"]), ["0:10-0:14 CX102"]);
    assert_eq!((&diagnostic["source"], &diagnostic["severity"]), (&json!("cxvars"), &json!(1)));
    client.edit(URI, 3, [0, 11, 0, 12], "");
    assert_eq!(client.published(), [(URI.to_owned(), vec![])]);
    client.edit(URI, 4, [0, 0, 0, 0], " ");
    assert!(client.published().is_empty(), "nothing is marked, so no mark has moved");
}

#[test]
fn positions_are_counted_as_the_client_counts() {
    let bad = "[{\"name\": \"ä😀\", \"type\": \"string\", \"value\": \"x\"}, {\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]";
    for (encoding, expected) in [("utf-8", "0:62-0:66"), ("utf-16", "0:59-0:63"), ("utf-32", "0:58-0:62")] {
        let mut client = Client::start(&[], json!({"general": {"positionEncodings": [encoding]}}));
        client.open(URI, "json", bad);
        let found = client.published().remove(0).1;
        assert!(found.contains(&format!("{expected} CX102")), "{found:?}");
    }
}

#[test]
fn other_places_are_named_if_the_client_shows_them() {
    let twice = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"},\n {\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"}]";
    let mut client = Client::start(&[], modern());
    client.open(URI, "json", twice);
    let published = client.take("textDocument/publishDiagnostics");
    let related = &published[0]["diagnostics"][0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], URI);
    let mut client = Client::start(&[], json!({}));
    client.open(URI, "json", twice);
    assert!(client.take("textDocument/publishDiagnostics")[0]["diagnostics"][0]["relatedInformation"].is_null());
}

#[test]
fn fast_typing_is_checked_once() {
    let mut client = Client::start(&[], modern());
    client.open(URI, "json", BAD);
    client.published();
    for version in 2..20 {
        let change =
            json!({"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": " "});
        let document = json!({"uri": URI, "version": version});
        client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }
    client.settle();
    assert_eq!(client.published(), [(URI.to_owned(), vec!["0:28-0:32 CX102".to_owned()])]);
}

#[test]
fn a_client_that_pulls_gets_nothing_unasked() {
    let mut client = Client::start(&[], pulling());
    client.open(URI, "json", BAD);
    assert!(client.published().is_empty());
    let ask = |client: &mut Client, known: Option<&str>| {
        let params = json!({"textDocument": {"uri": URI}, "identifier": "cxvars", "previousResultId": known});
        client.request("textDocument/diagnostic", params).unwrap()
    };
    let first = ask(&mut client, None);
    assert_eq!((text(&first["kind"]).as_str(), shown(&first["items"]).len()), ("full", 1));
    let id = text(&first["resultId"]);
    let again = ask(&mut client, Some(&id));
    assert_eq!(again, json!({"kind": "unchanged", "resultId": id}));
    client.edit(URI, 2, [0, 11, 0, 12], "");
    let mended = ask(&mut client, Some(&id));
    assert_eq!((text(&mended["kind"]).as_str(), &mended["items"]), ("full", &json!([])));
}

#[test]
fn a_closed_document_shows_what_its_file_has() {
    let mut client = Client::start(&[("/p/v.json", GOOD)], modern());
    client.open(URI, "json", BAD);
    assert_eq!(client.published().remove(0).1, ["0:10-0:14 CX102"]);
    client.close(URI);
    assert_eq!(client.published(), [(URI.to_owned(), vec![])]);
    let elsewhere = "file:///elsewhere/v.json";
    client.open(elsewhere, "json", BAD);
    client.close(elsewhere);
    assert_eq!(client.published().last(), Some(&(elsewhere.to_owned(), vec![])));
}

#[test]
fn unsaved_documents_are_checked_by_their_language() {
    let mut client = Client::start(&[], modern());
    let uri = "untitled:Untitled-1";
    client.open(uri, "yaml", "- name: _a\n  type: string\n  value: x\n");
    assert_eq!(client.published(), [(uri.to_owned(), vec!["0:8-0:10 CX102".to_owned()])]);
    client.close(uri);
    assert_eq!(client.published(), [(uri.to_owned(), vec![])]);
    client.open(uri, "plaintext", BAD);
    assert!(client.published().is_empty());
    assert_eq!(client.take("cxvars/status").last().unwrap()["state"], "notChecked");
}

#[test]
fn other_files_are_checked_only_on_request() {
    let mut client = Client::start(&[], modern());
    let (uri, text) = ("file:///p/package.json", r#"{"name": "p", "version": "1.0.0", "dependencies": {}}"#);
    client.open(uri, "json", text);
    assert!(client.published().is_empty());
    let status = client.take("cxvars/status").pop().unwrap();
    assert_eq!((&status["state"], &status["uri"]), (&json!("notChecked"), &json!(uri)));
    client.request("cxvars/checkFile", json!({"textDocument": {"uri": uri}})).unwrap();
    client.settle();
    assert!(!client.published().remove(0).1.is_empty());
    assert_eq!(client.take("cxvars/status").pop().unwrap()["state"], "checked");
    assert_eq!(client.request("cxvars/checkFile", json!({"textDocument": {"uri": URI}})), Err(-32803));
}

#[test]
fn no_value_comes_out() {
    let mut client = Client::start(&[], modern());
    client.open(URI, "json", r#"[{"name": "a", "type": "integer", "value": "hunter2", "hunter3": 1}, {hunter2"#);
    let all = serde_json::to_string(&client.received).unwrap();
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn the_code_of_a_finding_leads_to_the_page_of_its_rule() {
    let two = "[{\"name\": \"_a\", \"type\": \"strng\", \"value\": \"x\"}]";
    let links = |options: serde_json::Value| {
        let mut client = Client::new(&[]);
        let params = json!({"capabilities": {}, "rootUri": "file:///p", "initializationOptions": options});
        client.request("initialize", params).unwrap();
        client.open(URI, "json", two);
        let published = client.take("textDocument/publishDiagnostics").pop().unwrap();
        let found = published["diagnostics"].as_array().unwrap().clone();
        found.iter().map(|item| text(&item["codeDescription"]["href"])).collect::<Vec<_>>()
    };
    assert_eq!(links(json!(null)), ["file:///cache/CX102.md", ""], "only one of the rules has a page");
    assert_eq!(links(json!({"ruleLinks": "x-rule:/{code}.md"})), ["x-rule:/CX102.md", "x-rule:/CX201.md"]);
    assert_eq!(links(json!({"ruleLinks": "{code} %"})), ["", ""]);
}

#[test]
fn a_document_stays_one_while_a_mistake_keeps_it_from_being_read() {
    let mut client = Client::start(&[], modern());
    client.open(URI, "json", GOOD);
    client.published();
    // By itself, this shows no sign of a document.
    client.edit(URI, 2, [0, 6, 0, 6], "\"");
    let found = client.published().remove(0).1;
    assert!(found.iter().any(|finding| finding.contains("CX001")), "{found:?}");
    client.open("file:///p/w.json", "json", "[{\"nam\"e\": \"a\", \"type\": \"string\", \"value\": \"x\"}]\n");
    assert!(client.published().is_empty());
    // What can be read and is something else is left alone.
    client.edit(URI, 3, [0, 0, 1, 0], "{\"name\": \"package\"}");
    assert_eq!(client.published(), [(URI.to_owned(), vec![])]);
}
