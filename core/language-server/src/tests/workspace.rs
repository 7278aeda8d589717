//! Findings of files that are not open.

use serde_json::{Value, json};

use super::client::{Client, modern, pulling, shown, text};

const GOOD: &str = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"}]\n";
const BAD: &str = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]\n";

fn finding() -> Vec<String> {
    vec!["0:10-0:14 CX102".to_owned()]
}

#[test]
fn all_files_of_a_folder_are_published() {
    let files = [("/p/a.json", BAD), ("/p/b/c.json", BAD), ("/p/.hidden/d.json", BAD), ("/q/e.json", BAD)];
    let mut client = Client::start(&files, modern());
    let mut published = client.published();
    published.sort();
    assert_eq!(published, [("file:///p/a.json".into(), finding()), ("file:///p/b/c.json".into(), finding())]);
    client.write("/p/a.json", GOOD);
    assert_eq!(client.published(), [("file:///p/a.json".into(), vec![])]);
    client.write("/p/new.json", BAD);
    assert_eq!(client.published(), [("file:///p/new.json".into(), finding())]);
    client.delete("/p/b/c.json");
    assert_eq!(client.published(), [("file:///p/b/c.json".into(), vec![])]);
}

#[test]
fn an_open_document_counts_in_place_of_its_file() {
    let mut client = Client::start(&[("/p/a.json", BAD)], modern());
    client.published();
    client.open("file:///p/a.json", "json", GOOD);
    assert_eq!(client.published(), [("file:///p/a.json".into(), vec![])]);
    client.write("/p/a.json", BAD);
    assert!(client.published().is_empty(), "the open text counts");
    client.close("file:///p/a.json");
    assert_eq!(client.published(), [("file:///p/a.json".into(), finding())]);
}

#[test]
fn folders_come_and_go() {
    let files = [("/p/a.json", BAD), ("/q/b.json", BAD)];
    let mut client = Client::start(&files, modern());
    client.published();
    let change = |added: &[&str], removed: &[&str]| {
        let folders = |uris: &[&str]| uris.iter().map(|uri| json!({"uri": uri, "name": "n"})).collect::<Vec<Value>>();
        json!({"event": {"added": folders(added), "removed": folders(removed)}})
    };
    client.notify("workspace/didChangeWorkspaceFolders", change(&["file:///q"], &[]));
    client.settle();
    assert_eq!(client.published(), [("file:///q/b.json".into(), finding())]);
    client.notify("workspace/didChangeWorkspaceFolders", change(&[], &["file:///p", "file:///q"]));
    client.settle();
    let mut published = client.published();
    published.sort();
    assert_eq!(published, [("file:///p/a.json".into(), vec![]), ("file:///q/b.json".into(), vec![])]);
}

#[test]
fn a_request_for_all_findings_waits_for_a_change() {
    let mut client = Client::start(&[("/p/a.json", BAD), ("/p/b.json", GOOD)], pulling());
    let ask = |client: &mut Client, known: &Value| {
        let id = client.ask("workspace/diagnostic", json!({"previousResultIds": known, "partialResultToken": "t"}));
        client.settle();
        id
    };
    let first = ask(&mut client, &json!([]));
    let answer = client.answer(&first).unwrap().unwrap();
    assert_eq!(answer["items"].as_array().unwrap().len(), 1);
    let item = &answer["items"][0];
    assert_eq!((text(&item["uri"]).as_str(), shown(&item["items"])), ("file:///p/a.json", finding()));
    let known = json!([{"uri": item["uri"], "value": item["resultId"]}]);
    let second = ask(&mut client, &known);
    assert_eq!(client.answer(&second), None);
    client.write("/p/b.json", BAD);
    let answer = client.answer(&second).unwrap().unwrap();
    assert_eq!(text(&answer["items"][0]["uri"]), "file:///p/b.json");
    assert!(client.published().is_empty());
    let third =
        ask(&mut client, &json!([known[0], {"uri": "file:///p/b.json", "value": answer["items"][0]["resultId"]}]));
    client.delete("/p/a.json");
    let answer = client.answer(&third).unwrap().unwrap();
    assert_eq!(
        (text(&answer["items"][0]["uri"]).as_str(), &answer["items"][0]["items"]),
        ("file:///p/a.json", &json!([]))
    );
    let last = ask(&mut client, &json!([{"uri": "file:///p/b.json", "value": text(&item["resultId"])}]));
    client.notify("$/cancelRequest", json!({"id": 999}));
    assert_eq!(client.answer(&last), None);
    let number: i32 = last.to_string().parse().unwrap();
    client.notify("$/cancelRequest", json!({"id": number}));
    assert_eq!(client.answer(&last), Some(Err(-32800)));
}

#[test]
fn a_new_configuration_cancels_the_search() {
    let mut client = Client::start(&[("/p/a.json", BAD), ("/p/cxvars.toml", "")], modern());
    client.published();
    client.write("/p/.gitignore", "");
    client.server.files_changed(&["/p/.gitignore".into()]);
    let search = client.server.next_search().unwrap();
    assert!(!search.is_cancelled());
    client.write("/p/cxvars.toml", "[validate]\nexclude = [\"a.json\"]\n");
    assert!(search.is_cancelled() && search.run(|_, _| ()).is_none());
    assert_eq!(client.published(), [("file:///p/a.json".into(), vec![])]);
}

#[test]
fn what_is_hidden_or_elsewhere_causes_no_search() {
    let files = [("/p/.gitignore", "made.json\n"), ("/p/a.json", BAD), ("/p/made.json", BAD)];
    let mut client = Client::start(&files, modern());
    assert_eq!(client.published(), [("file:///p/a.json".into(), finding())]);
    for path in ["/p/made.json", "/p/notes.txt", "/p/.git/x.json", "/q/b.json"] {
        client.files.0.write().unwrap().insert(path, BAD);
        client.server.files_changed(&[path.into()]);
        assert!(client.server.next_search().is_none(), "{path}");
    }
    client.settle();
    assert!(client.published().is_empty());
    client.files.0.write().unwrap().insert("/p/new/b.json", BAD);
    client.server.files_changed(&["/p/new".into()]);
    client.settle();
    assert_eq!(client.published(), [("file:///p/new/b.json".into(), finding())]);
    client.files.0.write().unwrap().remove(std::path::Path::new("/p/new/b.json"));
    client.server.files_changed(&["/p/new".into()]);
    client.settle();
    assert_eq!(client.published(), [("file:///p/new/b.json".into(), vec![])]);
}

#[test]
fn the_progress_of_a_long_first_search_is_shown() {
    let mut capabilities = modern();
    capabilities["window"] = json!({"workDoneProgress": true});
    let mut client = Client::new(&[("/p/a.json", BAD)]);
    client.request("initialize", json!({"capabilities": capabilities, "rootUri": "file:///p"})).unwrap();
    let search = client.server.next_search().unwrap();
    assert!(client.server.progress(search.number(), 100, 499).is_empty());
    let asked = client.server.progress(search.number(), 100, 1_000);
    let Some(lsp_server::Message::Request(request)) = asked.first() else { panic!("{}", asked.len()) };
    assert_eq!(request.method, "window/workDoneProgress/create");
    client.send(lsp_server::Response::new_ok(request.id.clone(), Value::Null).into());
    let reported = client.server.progress(search.number(), 500, 1_000);
    client.received.extend(reported);
    client.server.finish(search.run(|_, _| ()).unwrap());
    client.settle();
    let kinds: Vec<String> = client.take("$/progress").iter().map(|shown| text(&shown["value"]["kind"])).collect();
    assert_eq!(kinds, ["begin", "report", "end"]);
}

#[test]
fn a_file_that_changes_during_a_search_is_seen_as_it_is() {
    let mut client = Client::start(&[("/p/a.json", BAD), ("/p/.gitignore", "")], modern());
    client.published();
    client.server.files_changed(&["/p/.gitignore".into()]);
    let search = client.server.next_search().unwrap();
    let result = search.run(|_, _| ()).unwrap();
    client.write("/p/a.json", GOOD);
    assert_eq!(client.published(), [("file:///p/a.json".into(), vec![])]);
    client.server.finish(result);
    client.settle();
    assert!(client.published().iter().all(|(_, found)| found.is_empty()));
}

#[test]
fn a_file_that_makes_the_check_panic_leaves_the_others() {
    let mut client = Client::start(&[("/p/a.json", BAD), ("/p/panic.json", BAD), ("/p/z.json", BAD)], modern());
    let paths: Vec<String> = client.published().into_iter().map(|(uri, _)| uri).collect();
    assert_eq!(paths, ["file:///p/a.json", "file:///p/z.json"]);
}

#[test]
fn after_lost_events_everything_is_looked_at_again() {
    let mut client = Client::start(&[("/p/a.json", BAD), ("/p/cxvars.toml", "")], modern());
    client.published();
    client.files.0.write().unwrap().insert("/p/cxvars.toml", "[validate]\nexclude = [\"a.json\"]\n");
    client.files.0.write().unwrap().insert("/p/b.json", BAD);
    client.files.0.write().unwrap().insert("/p/new/cxvars.toml", "[validate]\nexclude = [\"*\"]\n");
    client.files.0.write().unwrap().insert("/p/new/c.json", BAD);
    client.server.anything_changed();
    client.settle();
    assert_eq!(client.published(), [("file:///p/a.json".into(), vec![]), ("file:///p/b.json".into(), finding())]);
}

#[test]
fn a_clean_folder_is_reported_once_and_open_documents_with_their_version() {
    let mut client = Client::start(&[("/p/a.json", GOOD)], pulling());
    let ask = |client: &mut Client| {
        let id = client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
        client.settle();
        id
    };
    let first = ask(&mut client);
    assert_eq!(client.answer(&first).unwrap().unwrap()["items"], json!([]));
    let second = ask(&mut client);
    assert_eq!(client.answer(&second), None);
    client.open("file:///p/a.json", "json", BAD);
    client.write("/p/b.json", BAD);
    let items = client.answer(&second).unwrap().unwrap()["items"].clone();
    let seen = |item: &Value| (text(&item["uri"]), item["version"].clone(), shown(&item["items"]));
    let expected =
        [("file:///p/a.json".into(), json!(1), finding()), ("file:///p/b.json".into(), json!(null), finding())];
    assert_eq!(items.as_array().unwrap().iter().map(seen).collect::<Vec<_>>(), expected);
}

#[test]
fn a_held_request_learns_that_the_last_folder_is_closed() {
    let mut client = Client::start(&[("/p/a.json", BAD)], pulling());
    let first = client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    client.settle();
    let known = client.answer(&first).unwrap().unwrap()["items"][0]["resultId"].clone();
    let known = json!([{"uri": "file:///p/a.json", "value": known}]);
    let held = client.ask("workspace/diagnostic", json!({"previousResultIds": known}));
    client.settle();
    assert_eq!(client.answer(&held), None);
    let removed = json!([{"uri": "file:///p", "name": "n"}]);
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": {"added": [], "removed": removed}}));
    client.settle();
    assert_eq!(client.answer(&held).unwrap().unwrap()["items"][0]["items"], json!([]));
}

#[test]
fn a_long_answer_comes_in_parts_if_the_client_takes_them() {
    let paths: Vec<String> = (0..401).map(|number| format!("/p/{number}.json")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), BAD)).collect();
    let mut client = Client::start(&files, pulling());
    let mut lengths = |params: Value| {
        let id = client.ask("workspace/diagnostic", params);
        client.settle();
        let answered = client.answer(&id).unwrap().unwrap();
        let parts = client.take("$/progress");
        assert!(parts.iter().all(|part| part["token"] == "t"));
        let items = parts.iter().map(|part| &part["value"]["items"]).chain([&answered["items"]]);
        items.map(|items| items.as_array().unwrap().len()).collect::<Vec<_>>()
    };
    assert_eq!(lengths(json!({"previousResultIds": [], "partialResultToken": "t"})), [200, 200, 1, 0]);
    assert_eq!(lengths(json!({"previousResultIds": []})), [401]);
}

#[test]
fn what_happens_during_the_first_search_counts() {
    let mut client = Client::new(&[("/p/a.json", GOOD), ("/p/gone.json", BAD), ("/p/open.json", BAD)]);
    client.request("initialize", json!({"capabilities": modern(), "rootUri": "file:///p"})).unwrap();
    client.notify(
        "textDocument/didOpen",
        json!({"textDocument":
        {"uri": "file:///p/open.json", "languageId": "json", "version": 1, "text": GOOD}}),
    );
    let search = client.server.next_search().unwrap();
    let result = search.run(|_, _| ()).unwrap();
    client.write("/p/new.json", BAD);
    client.write("/p/a.json", BAD);
    client.delete("/p/gone.json");
    client.close("file:///p/open.json");
    client.server.finish(result);
    client.settle();
    let mut shown = std::collections::BTreeMap::new();
    shown.extend(client.published());
    let expected = [("/p/a.json", finding()), ("/p/new.json", finding()), ("/p/open.json", finding())];
    shown.retain(|_, found| !found.is_empty());
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), expected.map(|(path, found)| (format!("file://{path}"), found)));
}
