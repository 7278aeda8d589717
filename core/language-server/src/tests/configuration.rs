//! Projects: which one applies, and what happens when one changes or breaks.

use serde_json::json;

use super::client::{Client, modern, pulling, text};

const BAD: &str = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]\n";
const URI: &str = "file:///p/v.json";
const CONFIG: &str = "file:///p/cxvars.toml";
const IGNORE: &str = "[[ignore]]\ncode = \"CX102\"\nreason = \"r\"\n";

fn finding() -> Vec<String> {
    vec!["0:10-0:14 CX102".to_owned()]
}

#[test]
fn the_unsaved_configuration_counts() {
    let mut client = Client::start(&[("/p/cxvars.toml", "")], modern());
    client.open(URI, "json", BAD);
    assert_eq!(client.published(), [(URI.to_owned(), finding())]);
    client.open(CONFIG, "toml", "");
    assert_eq!(client.published(), [(CONFIG.to_owned(), vec![])]);
    client.replace(CONFIG, 2, IGNORE);
    assert_eq!(client.published(), [(URI.to_owned(), vec![])]);
    client.close(CONFIG);
    assert!(client.published().contains(&(URI.to_owned(), finding())), "the file counts again");
}

#[test]
fn the_nearest_configuration_applies() {
    let files = [("/p/cxvars.toml", IGNORE), ("/p/a.json", BAD), ("/p/sub/cxvars.toml", ""), ("/p/sub/b.json", BAD)];
    let mut client = Client::start(&files, modern());
    assert_eq!(client.published(), [("file:///p/sub/b.json".into(), finding())]);
    client.delete("/p/sub/cxvars.toml");
    assert!(client.published().contains(&("file:///p/sub/b.json".into(), vec![])));
}

#[test]
fn a_broken_configuration_leaves_the_last_valid_one_in_force() {
    let mut client = Client::start(&[("/p/cxvars.toml", IGNORE), ("/p/v.json", BAD)], modern());
    assert!(client.published().is_empty());
    client.open(CONFIG, "toml", IGNORE);
    client.published();
    client.replace(CONFIG, 2, &format!("{IGNORE}nonsense = 1\n"));
    let published = client.published();
    assert_eq!(published, [(CONFIG.to_owned(), vec!["3:0-3:12 -".to_owned()])], "the ignore still applies");
    let shown = client.take("window/showMessage");
    assert_eq!((shown.len(), &shown[0]["type"]), (1, &json!(1)));
    client.replace(CONFIG, 3, &format!("{IGNORE}nonsens = 1\n"));
    assert!(client.take("window/showMessage").is_empty(), "the user knows");
    client.replace(CONFIG, 4, IGNORE);
    assert_eq!(client.published().last(), Some(&(CONFIG.to_owned(), vec![])));
    assert!(text(&client.take("window/logMessage")[0]["message"]).ends_with("is valid again"));
}

#[test]
fn nothing_is_checked_until_the_configuration_is_valid_for_the_first_time() {
    let mut client = Client::start(&[("/p/cxvars.toml", "nonsense"), ("/p/v.json", BAD)], modern());
    client.open(URI, "json", BAD);
    let published = client.published();
    assert!(published.iter().all(|(uri, found)| uri == CONFIG && !found.is_empty()), "{published:?}");
    let status = client.take("cxvars/status").pop().unwrap();
    assert_eq!((&status["state"], &status["reason"]), (&json!("notChecked"), &json!("the configuration has mistakes")));
    client.write("/p/cxvars.toml", "");
    assert!(client.published().contains(&(URI.to_owned(), finding())));
}

#[test]
fn ignores_that_silence_nothing_are_marked_in_the_configuration() {
    let idle = "\n[[ignore]]\ncode = \"CX104\"\nreason = \"r\"\n";
    let mut client = Client::start(&[("/p/cxvars.toml", &format!("{IGNORE}{idle}")), ("/p/v.json", BAD)], modern());
    let published = client.take("textDocument/publishDiagnostics");
    assert_eq!((published.len(), text(&published[0]["uri"]).as_str()), (1, CONFIG));
    let diagnostics = published[0]["diagnostics"].as_array().unwrap();
    assert_eq!((diagnostics.len(), &diagnostics[0]["severity"]), (1, &json!(2)));
    assert_eq!(diagnostics[0]["range"]["start"]["line"], 4);
    assert!(text(&diagnostics[0]["message"]).contains("silences nothing"), "{}", diagnostics[0]["message"]);
    client.write("/p/cxvars.toml", IGNORE);
    assert_eq!(client.published().last(), Some(&(CONFIG.to_owned(), vec![])));
}

#[test]
fn a_client_that_pulls_is_asked_to_ask_again() {
    let mut client = Client::start(&[("/p/cxvars.toml", ""), ("/p/v.json", BAD)], pulling());
    client.open(URI, "json", BAD);
    client.take("workspace/diagnostic/refresh");
    client.write("/p/cxvars.toml", IGNORE);
    assert_eq!(client.take("workspace/diagnostic/refresh").len(), 1);
    let answer = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": URI}})).unwrap();
    assert_eq!(answer["items"], json!([]));
}

#[test]
fn files_of_a_configuration_elsewhere_are_watched() {
    let files =
        [("/p/cxvars.toml", "extends = \"../shared/team.toml\"\n"), ("/shared/team.toml", IGNORE), ("/p/v.json", BAD)];
    let mut client = Client::start(&files, modern());
    let registered = client.take("client/registerCapability");
    let last = &registered.last().unwrap()["registrations"][0]["registerOptions"]["watchers"];
    assert!(last.to_string().contains("file:///shared"), "{last}");
    assert!(client.published().is_empty());
    client.write("/shared/team.toml", "");
    assert_eq!(client.published(), [(URI.to_owned(), finding())]);
}

#[test]
fn a_configuration_of_the_editor_comes_before_the_nearest_one() {
    let mut client = Client::new(&[("/p/cxvars.toml", ""), ("/q/other.toml", IGNORE), ("/p/v.json", BAD)]);
    let options = json!({"config": "../q/other.toml"});
    let params = json!({"capabilities": {}, "rootUri": "file:///p", "initializationOptions": options});
    client.request("initialize", params).unwrap();
    client.settle();
    assert!(client.published().is_empty());
}

#[test]
fn what_is_known_of_the_configuration_is_not_said_again() {
    let idle = "[[ignore]]\ncode = \"CX104\"\nreason = \"r\"\n";
    let mut client = Client::start(&[("/p/cxvars.toml", idle), ("/p/v.json", BAD)], modern());
    client.open(URI, "json", BAD);
    client.published();
    client.edit(URI, 2, [0, 0, 0, 0], " ");
    assert_eq!(client.published(), [(URI.to_owned(), vec!["0:11-0:15 CX102".to_owned()])]);
}

#[test]
fn ignores_expire_while_the_server_runs() {
    let config = format!("{IGNORE}expires = 2026-11-02\n");
    let mut client = Client::start(&[("/p/cxvars.toml", &config), ("/p/v.json", BAD)], modern());
    client.open(URI, "json", BAD);
    assert_eq!(client.published(), [(URI.to_owned(), vec![])]);
    *client.files.1.write().unwrap() = cxvars_core::options::ignore::Date::new(2026, 11, 3);
    client.settle();
    let published = client.published();
    assert!(published.contains(&(URI.to_owned(), finding())), "{published:?}");
    assert!(published.iter().any(|(uri, found)| uri == CONFIG && found.len() == 1), "{published:?}");
}

#[test]
fn a_single_file_belongs_to_the_project_above_it() {
    let files = [("/r/.git/HEAD", ""), ("/r/cxvars.toml", IGNORE), ("/r/sub/v.json", BAD), ("/s/cxvars.toml", IGNORE)];
    let mut client = Client::start_in(&files, &[], modern());
    client.open("file:///r/sub/v.json", "json", BAD);
    assert_eq!(client.published(), [("file:///r/sub/v.json".into(), vec![])]);
    let status = client.take("cxvars/status").pop().unwrap();
    assert_eq!((&status["project"], &status["errors"]), (&json!("file:///r/cxvars.toml"), &json!(0)));
    assert!(client.server.next_search().is_none(), "no folder is open");
    client.open("file:///elsewhere/v.json", "json", BAD);
    assert_eq!(client.published(), [("file:///elsewhere/v.json".into(), finding())]);
}

#[test]
fn an_ignore_that_may_be_for_the_documents_of_a_nested_project_is_not_called_unused() {
    let good = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"}]";
    let bad = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]";
    let is_unused = |path: &str, more: &[(&str, &str)]| {
        let outer = format!("[[ignore]]\ncode = \"CX102\"\nreason = \"r\"\n{path}\n");
        let files = [&[("/p/cxvars.toml", outer.as_str()), ("/p/a.json", good)], more].concat();
        let mut client = Client::start(&files, modern());
        client.published().iter().any(|(uri, found)| uri == "file:///p/cxvars.toml" && !found.is_empty())
    };
    assert!(is_unused("", &[("/p/sub/a.json", good)]));
    assert!(!is_unused("", &[("/p/sub/a.json", bad)]));
    let nested = [("/p/sub/a.json", bad), ("/p/sub/cxvars.toml", "")];
    assert!(!is_unused("", &nested), "`validate` in the outer folder comes to the file as well");
    assert!(is_unused("path = \"*.json\"", &nested), "the file of the nested project is not meant");
    let excluding = [("/p/sub/a.json", bad), ("/p/sub/cxvars.toml", "[validate]\nexclude = [\"*\"]\n")];
    assert!(!is_unused("", &excluding), "the outer project excludes nothing");
}
