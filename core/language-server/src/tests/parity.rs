//! What the server says where the command line says it too, found by comparing the two on random projects.

use serde_json::{Value, json};

use super::client::{Client, modern, shown};

const BAD: &str = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]\n";
const BROKEN: &str = "extends = \"nothing.toml\"\n";
const IGNORE: &str = "[[ignore]]\ncode = \"CX207\"\nreason = \"r\"\n";

/// What was published last for each file.
fn published(client: &mut Client) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<_> =
        client.published().into_iter().map(|(uri, found)| (uri.replace("file://", ""), found)).collect();
    all.sort();
    all
}

#[test]
fn a_project_below_one_that_cannot_be_used_is_checked() {
    let files = [("/p/cxvars.toml", BROKEN), ("/p/a.json", BAD), ("/p/b/cxvars.toml", ""), ("/p/b/v.json", BAD)];
    let mut client = Client::start(&files, modern());
    let expected = [
        ("/p/b/v.json".to_owned(), vec!["0:10-0:14 CX102".to_owned()]),
        ("/p/cxvars.toml".to_owned(), vec!["0:0-0:24 -".to_owned()]),
    ];
    assert_eq!(published(&mut client), expected);
}

#[test]
fn a_configuration_without_documents_is_diagnosed() {
    let mut client = Client::start(&[("/p/.gitignore", "cxvars.toml"), ("/p/cxvars.toml", BROKEN)], modern());
    assert_eq!(published(&mut client), [("/p/cxvars.toml".to_owned(), vec!["0:0-0:24 -".to_owned()])]);
}

#[test]
fn a_shared_file_with_a_mistake_is_named_by_its_shortest_path() {
    let extending = "extends = \"../shared.toml\"\n";
    let files =
        [("/p/shared.toml", "nonsense = 1\n"), ("/p/a/cxvars.toml", extending), ("/p/b/cxvars.toml", extending)];
    let mut client = Client::start(&files, modern());
    assert_eq!(published(&mut client), [("/p/shared.toml".to_owned(), vec!["0:0-0:12 -".to_owned()])]);
}

#[test]
fn an_ignore_may_be_for_documents_that_other_projects_judge() {
    let files = [("/p/cxvars.toml", IGNORE), ("/p/a.json", "[]"), ("/p/b/cxvars.toml", BROKEN), ("/p/b/v.json", BAD)];
    let mut client = Client::start(&files, modern());
    assert_eq!(published(&mut client), [("/p/b/cxvars.toml".to_owned(), vec!["0:0-0:24 -".to_owned()])]);
    client.delete("/p/b/v.json");
    client.write("/p/b/cxvars.toml", "");
    let of_ignore = ("/p/cxvars.toml".to_owned(), vec!["0:0-0:10 -".to_owned()]);
    assert!(published(&mut client).contains(&of_ignore));
}

#[test]
fn a_document_that_is_too_large_is_known_by_its_beginning() {
    let long = |text: &str| format!("{text}{}", " ".repeat(1 << 20));
    let (document, other) = (long("{\"variables\": []}"), long("{\"dependencies\": {}}"));
    let mut client = Client::start(&[("/p/a.json", &document), ("/p/package.json", &other)], modern());
    assert_eq!(published(&mut client), [("/p/a.json".to_owned(), vec!["0:0-0:0 CX006".to_owned()])]);
}

#[test]
fn an_open_document_that_is_too_large_is_known_by_the_part_that_is_read() {
    let text = "variables:\n  - name: a\n    value: \"x\"\n  - name: b\n";
    let files = [("/p/cxvars.toml", "[validate]\nmax_bytes = 10\n"), ("/p/v.yaml", text)];
    let mut client = Client::start(&files, modern());
    assert_eq!(published(&mut client), [("/p/v.yaml".to_owned(), vec!["0:0-0:0 CX006".to_owned()])]);
    client.open("file:///p/v.yaml", "yaml", text);
    assert!(client.take("cxvars/status").iter().all(|status| status["state"] == "checked"));
}

#[test]
fn a_byte_order_mark_counts_although_editors_do_not_show_it() {
    let uri = "file:///p/.env";
    let mut client = Client::start(&[("/p/.env", "\u{feff}_A=x\n")], modern());
    let (marked, plain) = (vec!["0:0-0:0 CX001", "0:0-0:2 CX102"], vec!["0:0-0:2 CX102"]);
    assert_eq!(client.published(), [(uri.to_owned(), marked.iter().map(ToString::to_string).collect())]);
    client.open(uri, "dotenv", "_A=x\n");
    client.edit(uri, 2, [0, 0, 0, 2], "_B");
    client.replace(uri, 3, "_CD=x\n");
    let last = client.take("textDocument/publishDiagnostics").pop().unwrap();
    assert_eq!(shown(&last["diagnostics"]), ["0:0-0:0 CX001", "0:0-0:3 CX102"]);
    // The editor saves it without the mark.
    client.write("/p/.env", "_A=x\n");
    client.replace(uri, 4, "_A=x\n");
    assert_eq!(client.published().pop().unwrap().1, plain);
}

#[test]
fn a_fix_belongs_to_one_of_two_findings_at_the_same_place() {
    let text = "{\"variables\": [\n]\n\"";
    let mut client = Client::start(&[("/p/a.json", text)], modern());
    client.open("file:///p/a.json", "json", text);
    let found = client.take("textDocument/publishDiagnostics").remove(0)["diagnostics"].clone();
    assert_eq!(found[0]["range"], found[1]["range"]);
    let document = json!({"uri": "file:///p/a.json"});
    let context = json!({"diagnostics": found});
    let params = json!({"textDocument": document, "range": found[0]["range"], "context": context});
    let actions = client.request("textDocument/codeAction", params).unwrap();
    let of = |action: &Value| action["diagnostics"].as_array().map_or(0, Vec::len);
    assert!(actions.as_array().unwrap().iter().all(|action| of(action) <= 1), "{actions}");
}

#[test]
fn a_configuration_that_was_deleted_has_no_mistakes() {
    for (event, path) in [("file:///p/b/cxvars.toml", "/p/b/cxvars.toml"), ("file:///p/b", "/p/b/cxvars.toml")] {
        let mut client = Client::start(&[("/p/b/cxvars.toml", IGNORE), ("/p/b/v.json", BAD)], modern());
        client.published();
        client.files.0.write().unwrap().remove(std::path::Path::new(path));
        let change = json!({"uri": event, "type": 3});
        client.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
        client.settle();
        assert!(client.published().iter().all(|(uri, found)| uri != "file:///p/b/cxvars.toml" || found.is_empty()));
    }
}

#[test]
fn a_contract_in_a_folder_that_was_deleted_is_missed() {
    let config = "contracts = { limits = \"schemas/limits.json\" }\n";
    let files = [("/p/cxvars.toml", config), ("/p/schemas/limits.json", "{}"), ("/p/v.json", BAD)];
    let mut client = Client::start(&files, modern());
    client.published();
    client.files.0.write().unwrap().remove(std::path::Path::new("/p/schemas/limits.json"));
    let change = json!({"uri": "file:///p/schemas", "type": 3});
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    client.settle();
    assert!(client.published().iter().any(|(uri, found)| uri == "file:///p/cxvars.toml" && found.len() == 1));
}

#[test]
fn a_document_that_changes_makes_an_ignore_needless() {
    let empty = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \"\"}]\n";
    let mut client = Client::start(&[("/p/cxvars.toml", IGNORE), ("/p/v.json", empty)], modern());
    assert!(client.published().is_empty());
    let remark = ("file:///p/cxvars.toml".to_owned(), vec!["0:0-0:10 -".to_owned()]);
    client.write("/p/v.json", "[]");
    assert!(client.published().contains(&remark));
    client.write("/p/v.json", empty);
    client.published();
    client.delete("/p/v.json");
    client.write("/p/w.json", "[]");
    assert!(client.published().contains(&remark));
    client.write("/p/v.json", empty);
    client.published();
    // The same in the editor, which saves it.
    client.open("file:///p/v.json", "json", "[]");
    client.write("/p/v.json", "[]");
    assert!(client.published().contains(&remark));
}
