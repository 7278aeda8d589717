//! What the client asks about open documents.

use serde_json::{Value, json};

use super::client::{Client, modern, text};

const BAD: &str = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]\n";
const URI: &str = "file:///p/v.json";
const CONFIG: &str = "file:///p/cxvars.toml";

fn at(line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}})
}

fn started(files: &[(&str, &str)], document: &str) -> Client {
    let mut client = Client::start(files, modern());
    client.open(URI, "json", document);
    client
}

fn actions(client: &mut Client, context: Value) -> Vec<Value> {
    let range = json!({"start": {"line": 0, "character": 12}, "end": {"line": 0, "character": 12}});
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
    client.request("textDocument/codeAction", params).unwrap().as_array().unwrap().clone()
}

#[test]
fn a_finding_can_be_fixed_or_ignored() {
    let mut client = started(&[("/p/cxvars.toml", "# ours\n")], BAD);
    let shown = client.take("textDocument/publishDiagnostics").remove(0)["diagnostics"].clone();
    let found = actions(&mut client, json!({"diagnostics": shown}));
    assert!(found.iter().all(|action| action["kind"] == "quickfix"), "{found:?}");
    let ignoring = found.last().unwrap();
    assert_eq!(ignoring["diagnostics"][0]["code"], "CX102");
    let change = &ignoring["edit"]["documentChanges"][0];
    assert_eq!((&change["textDocument"]["uri"], &change["textDocument"]["version"]), (&json!(CONFIG), &Value::Null));
    assert!(text(&change["edits"][0]["newText"]).contains("path = \"v.json\""), "{change}");
    assert!(actions(&mut client, json!({"diagnostics": [], "only": ["refactor"]})).is_empty());
}

#[test]
fn an_ignore_creates_the_configuration_if_the_client_can() {
    let mut client = started(&[], BAD);
    let found = actions(&mut client, json!({"diagnostics": []}));
    let changes = &found.last().unwrap()["edit"]["documentChanges"];
    assert_eq!((&changes[0]["kind"], &changes[0]["uri"]), (&json!("create"), &json!(CONFIG)));
    assert_eq!(changes[1]["textDocument"]["uri"], CONFIG);
    let capabilities =
        json!({"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}});
    let mut client = Client::start(&[], capabilities);
    client.open(URI, "json", BAD);
    assert!(!actions(&mut client, json!({"diagnostics": []})).iter().any(|action| action.to_string().contains("toml")));
}

#[test]
fn all_safe_fixes_are_one_action() {
    let mut client = started(&[], "[{\"name\": \"a\", \"type\": \"boolean\", \"value\": \"True\"},]\n");
    let all = actions(&mut client, json!({"diagnostics": [], "only": ["source.fixAll"]}));
    assert_eq!((all.len(), &all[0]["kind"]), (1, &json!("source.fixAll.cxvars")));
    assert_eq!(all[0]["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    assert!(actions(&mut client, json!({"diagnostics": [], "only": ["source.organizeImports"]})).is_empty());
}

#[test]
fn a_safe_fix_that_does_not_help_is_named_with_the_reason() {
    let mut client = started(&[], "{\"variables\": [{\"name\": \"a\", \"type\": \"integer\", \"value\": 3.5}]}\n");
    let left_out = client.request("cxvars/leftOut", json!({"textDocument": {"uri": URI}})).unwrap();
    let reason = "it would lead to the error CX202";
    assert_eq!(left_out, json!([{"line": 1, "message": "quote the value", "reason": reason}]));
}

#[test]
fn a_name_is_explained_and_renamed_with_the_configuration() {
    let config = "[[ignore]]\ncode = \"CX207\"\nvariable = \"a\"\nreason = \"r\"\n";
    let mut client = started(&[("/p/cxvars.toml", config)], &BAD.replace("_a", "a"));
    let hover = client.request("textDocument/hover", at(0, 11)).unwrap();
    assert!(text(&hover["contents"]["value"]).contains("string"), "{hover}");
    let prepared = client.request("textDocument/prepareRename", at(0, 11)).unwrap();
    assert_eq!(prepared["placeholder"], "a");
    let mut params = at(0, 11);
    params["newName"] = json!("b");
    let edit = client.request("textDocument/rename", params.clone()).unwrap();
    let changes = edit["documentChanges"].as_array().unwrap();
    assert_eq!((changes.len(), &changes[0]["edits"][0]["newText"]), (2, &json!("b")));
    assert_eq!(
        (&changes[1]["textDocument"]["uri"], &changes[1]["edits"][0]["newText"]),
        (&json!(CONFIG), &json!("\"b\""))
    );
    params["newName"] = json!("not a name");
    assert_eq!(client.request("textDocument/rename", params), Err(-32803));
}

#[test]
fn what_cxvars_toml_says_of_the_same_name_in_another_document_stays() {
    let config = "[contracts]\na = \"c.json\"\n";
    let of_a = BAD.replace("_a", "a");
    for (other, expected) in [(of_a.as_str(), "b = \"c.json\"\n"), (BAD, "b")] {
        let files = [("/p/cxvars.toml", config), ("/p/c.json", "{}"), ("/p/sub/w.json", other)];
        let mut client = started(&files, &of_a);
        let mut params = at(0, 11);
        params["newName"] = json!("b");
        let edit = client.request("textDocument/rename", params).unwrap();
        assert_eq!(edit["documentChanges"][1]["edits"][0]["newText"], expected, "{edit}");
    }
}

#[test]
fn the_configuration_leads_to_the_files_that_it_names() {
    let mut client = started(&[("/p/schemas/a.json", "{}")], BAD);
    client.open(CONFIG, "toml", "[contracts]\na = \"schemas/a.json\"\nb = \"none.json\"\n");
    let mut at = |line: u32| {
        let place = json!({"textDocument": {"uri": CONFIG}, "position": {"line": line, "character": 7}});
        client.request("textDocument/definition", place).unwrap()
    };
    assert_eq!(at(1)[0]["uri"], "file:///p/schemas/a.json");
    assert_eq!(at(2), Value::Null);
}

#[test]
fn references_lead_to_their_places() {
    let config = "[contracts]\nlimits = \"schemas/limits.json\"\n\n[env.dev]\nparams = { host = \"x\" }\n\n[env.prod]\nparams = { host = \"y\" }\n";
    let document = "{\"variables\": [{\"name\": \"limits\", \"type\": \"object\", \"value\": \"{}\"},\n{\"name\": \"a\", \"type\": \"string\", \"value_from\": {\"param\": \"host\"}},\n{\"name\": \"b\", \"type\": \"string\", \"value_from\": {\"file\": \"key.txt\"}}]}";
    let files = [("/p/cxvars.toml", config), ("/p/schemas/limits.json", "{}"), ("/p/key.txt", "x")];
    let mut client = started(&files, document);
    let mut places = |line: u32, character: u32| -> Vec<String> {
        let found = client.request("textDocument/definition", at(line, character)).unwrap();
        let place = |place: &Value| format!("{}:{}", text(&place["uri"]), place["range"]["start"]["line"]);
        found.as_array().into_iter().flatten().map(place).collect()
    };
    assert_eq!(places(1, 60), ["file:///p/cxvars.toml:4", "file:///p/cxvars.toml:7"]);
    assert_eq!(places(0, 26), ["file:///p/schemas/limits.json:0"]);
    assert_eq!(places(2, 62), ["file:///p/key.txt:0"]);
    assert!(places(1, 12).is_empty());
}

#[test]
fn symbols_are_nested_or_flat_as_the_client_can() {
    let document = "[{\"name\": \"a\",\n \"type\": \"string\",\n \"value\": \"x\"}]";
    let mut client = started(&[], document);
    let params = json!({"textDocument": {"uri": URI}});
    let found = client.request("textDocument/documentSymbol", params.clone()).unwrap();
    assert_eq!((&found[0]["name"], found[0]["children"].as_array().unwrap().len()), (&json!("a"), 3));
    let folds = client.request("textDocument/foldingRange", params.clone()).unwrap();
    assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(0), &json!(2)));
    let mut client = Client::start(&[], json!({}));
    client.open(URI, "json", document);
    let found = client.request("textDocument/documentSymbol", params).unwrap();
    assert_eq!((found.as_array().unwrap().len(), &found[1]["containerName"]), (4, &json!("a")));
}

#[test]
fn keys_and_words_are_completed() {
    let mut client = started(&[], "[{\"name\": \"a\", \"type\": \"\", \"value\": \"x\"}]");
    let found = client.request("textDocument/completion", at(0, 24)).unwrap();
    let labels: Vec<String> = found.as_array().unwrap().iter().map(|item| text(&item["label"])).collect();
    assert!(labels.iter().any(|label| label.contains("integer")), "{labels:?}");
    assert!(found[0]["textEdit"]["range"].is_object());
}

#[test]
fn a_document_that_has_just_been_begun_is_completed() {
    let mut client = started(&[], "[{\"na");
    let found = client.request("textDocument/completion", at(0, 5)).unwrap();
    assert!(found.to_string().contains("name"), "{found}");
    client.replace(URI, 2, r#"{"name": "p", "version": "1.0.0", "dependencies": {}, "na"#);
    assert_eq!(client.request("textDocument/completion", at(0, 57)), Ok(json!([])));
}

#[test]
fn a_half_typed_document_is_completed_whatever_its_length() {
    let mut client = started(&[], r#"{"variables": [{"name": "the_name_of_a_variable", "type": ""}]}"#);
    let found = client.request("textDocument/completion", at(0, 59)).unwrap();
    assert!(found.to_string().contains("integer"), "{found}");
    client.close(URI);
    let mut client = started(&[("/p/cxvars.toml", "[validate]\nexclude = [\"v.json\"]\n")], "[{\"na");
    assert_eq!(client.request("textDocument/completion", at(0, 5)), Ok(json!([])));
}

#[test]
fn a_variable_has_parts_to_fill_in_if_the_client_can() {
    let mut client = started(&[], "[]");
    let plain = client.request("textDocument/completion", at(0, 1)).unwrap();
    assert_eq!(plain[0]["textEdit"]["newText"], r#"{"name": "", "type": "string", "value": ""}"#);
    let snippets = json!({"textDocument": {"completion": {"completionItem": {"snippetSupport": true}}}});
    let mut client = Client::start(&[], snippets);
    client.open("file:///p/v.yaml", "yaml", "variables:\n  -");
    let at_end = json!({"textDocument": {"uri": "file:///p/v.yaml"}, "position": {"line": 1, "character": 3}});
    let found = client.request("textDocument/completion", at_end).unwrap();
    let item = found.as_array().unwrap().iter().find(|item| item["label"] == "variable").unwrap();
    let written = " name: ${1:}\n    type: ${2:string}\n    value: \"${3:}\"";
    assert_eq!((&item["textEdit"]["newText"], &item["insertTextFormat"]), (&json!(written), &json!(2)));
    assert_eq!(item["insertTextMode"], 1, "the lines are indented already");
}

#[test]
fn a_key_before_another_one_has_a_place_for_its_value_and_a_comma() {
    let snippets = json!({"textDocument": {"completion": {"completionItem": {"snippetSupport": true}}}});
    for (capabilities, expected) in [(snippets, "\"type\": $1,"), (json!({}), "\"type\": ")] {
        let mut client = Client::start(&[], capabilities);
        client.open(URI, "json", "[{\n\"name\": \"a\",\n\n\"value\": \"x\"}]");
        let found = client.request("textDocument/completion", at(2, 0)).unwrap();
        assert_eq!(found[0]["textEdit"]["newText"], expected);
    }
}

#[test]
fn a_comma_that_is_missing_is_written_with_the_completion() {
    let mut client = started(&[], "[{\"name\": \"a\"\n \"\"}]");
    let found = client.request("textDocument/completion", at(1, 2)).unwrap();
    let edit = json!([{"range": {"start": {"line": 0, "character": 13}, "end": {"line": 0, "character": 13}}, "newText": ","}]);
    assert_eq!(found[0]["additionalTextEdits"], edit);
}

#[test]
fn variables_of_open_documents_are_completed_in_the_configuration() {
    let mut client = started(&[("/p/cxvars.toml", "")], BAD);
    client.open(CONFIG, "toml", "[[ignore]]\nvariable = \n");
    let place = json!({"textDocument": {"uri": CONFIG}, "position": {"line": 1, "character": 11}});
    let found = client.request("textDocument/completion", place).unwrap();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["label"]), (1, &json!("_a")));
}

#[test]
fn the_configuration_is_completed_explained_and_outlined() {
    let mut client = Client::start(&[], modern());
    client.open(CONFIG, "toml", "[validate]\nmax");
    let place = json!({"textDocument": {"uri": CONFIG}, "position": {"line": 1, "character": 3}});
    let found = client.request("textDocument/completion", place).unwrap();
    assert!(found.to_string().contains("max_variables"), "{found}");
    client.replace(CONFIG, 2, "[validate]\nmax_variables = 3\n");
    let place = json!({"textDocument": {"uri": CONFIG}, "position": {"line": 1, "character": 3}});
    assert!(client.request("textDocument/hover", place).unwrap().to_string().contains("max_variables"));
    let found = client.request("textDocument/documentSymbol", json!({"textDocument": {"uri": CONFIG}})).unwrap();
    assert_eq!(found[0]["name"], "validate");
    let folds = client.request("textDocument/foldingRange", json!({"textDocument": {"uri": CONFIG}})).unwrap();
    assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(0), &json!(1)));
}

#[test]
fn nothing_is_said_of_documents_that_are_not_checked_or_not_open() {
    let mut client = started(&[], r#"{"name": "p", "version": "1.0.0", "dependencies": {}}"#);
    for method in ["hover", "definition", "prepareRename"] {
        assert_eq!(client.request(&format!("textDocument/{method}"), at(0, 3)), Ok(Value::Null), "{method}");
    }
    client.close(URI);
    assert_eq!(client.request("textDocument/hover", at(0, 3)), Ok(Value::Null));
    assert_eq!(client.request("textDocument/completion", at(0, 3)), Ok(Value::Null));
}

#[test]
fn every_place_of_a_damaged_document_has_an_answer_and_shows_no_value() {
    let text =
        include_str!("../../../../examples/every-mistake.json").replace("true", "tru").replace('{', "{ \"hunter2");
    let mut client = Client::start(&[], modern());
    for end in (1..text.len()).step_by(97).filter(|end| text.is_char_boundary(*end)) {
        client.open(URI, "json", &text[..end]);
        let lines = text[..end].lines().count() as u32;
        for method in ["hover", "completion", "definition", "prepareRename"] {
            let answer = client.request(&format!("textDocument/{method}"), at(lines.saturating_sub(1), 9)).unwrap();
            assert!(!answer.to_string().contains("hunter2"), "{method} {end}");
        }
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": lines, "character": 0}});
        let params = json!({"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": []}});
        client.request("textDocument/codeAction", params).unwrap();
        for method in ["documentSymbol", "foldingRange"] {
            client.request(&format!("textDocument/{method}"), json!({"textDocument": {"uri": URI}})).unwrap();
        }
    }
}
