//! A team's own rules in an editor.

use serde_json::{Value, json};

use super::client::{Client, modern, text};

const URI: &str = "file:///p/v.json";
const TEXT: &str = "[{\"name\": \"host\", \"type\": \"string\", \"value\": \"x\"}]\n";
const RULES: &str = "[[rule]]\ncode = \"TR001\"\nmessage = \"names begin with crm_\"\nurl = \"https://wiki.example.com/TR001\"\n\
                     when = {env = \"bu07*\", path = \"v.json\"}\nrequire = {name = \"crm_*\"}\n\
                     [[rule]]\ncode = \"TR002\"\nmessage = \"host is gone\"\nforbid = {name = \"host\"}\nrename_to = \"crm_host\"\n\
                     [env.bu07-prod]\n";

fn started(environment: Option<&str>) -> Client {
    let mut client = Client::new(&[("/p/cxvars.toml", RULES)]);
    let folders = json!([{"uri": "file:///p", "name": "p"}]);
    let options = json!({"env": environment});
    let params = json!({"capabilities": modern(), "workspaceFolders": folders, "initializationOptions": options});
    client.request("initialize", params).unwrap();
    client.notify("initialized", json!({}));
    client.settle();
    client.open(URI, "json", TEXT);
    client
}

fn found(client: &mut Client) -> Vec<Value> {
    let published = client.take("textDocument/publishDiagnostics");
    let of_document = published.iter().find(|published| published["uri"] == URI).unwrap();
    of_document["diagnostics"].as_array().unwrap().clone()
}

#[test]
fn the_environment_decides_and_the_page_of_the_rule_is_linked() {
    let codes = |found: &[Value]| found.iter().map(|found| text(&found["code"])).collect::<Vec<_>>();
    assert_eq!(codes(&found(&mut started(None))), ["TR002"]);
    let found = found(&mut started(Some("bu07-prod")));
    assert_eq!(codes(&found), ["TR001", "TR002"]);
    assert_eq!(found[0]["codeDescription"]["href"], "https://wiki.example.com/TR001");
    assert_eq!(found[0]["range"]["start"], json!({"line": 0, "character": 10}));
}

#[test]
fn a_rule_is_explained_where_it_fires_and_where_it_is_named_and_its_fix_renames() {
    let mut client = started(Some("bu07-prod"));
    let place = json!({"textDocument": {"uri": URI}, "position": {"line": 0, "character": 12}});
    let hover = text(&client.request("textDocument/hover", place).unwrap()["contents"]["value"]);
    assert!(hover.contains("**TR001 custom-rule**") && hover.contains("Requires: `name = \"crm_*\"`"), "{hover}");
    let range = json!({"start": {"line": 0, "character": 12}, "end": {"line": 0, "character": 12}});
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": []}});
    let actions = client.request("textDocument/codeAction", params).unwrap().to_string();
    assert!(actions.contains("rename it to `crm_host`") && actions.contains("\"newText\":\"crm_host\""), "{actions}");
}
