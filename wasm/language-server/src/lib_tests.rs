//! The server with an editor around it, as the extension drives it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;

/// Most steps until the server has nothing to do. Each test needs far fewer.
const MOST_STEPS: usize = 500;

/// An editor with files, and what it shows of them.
struct TestEditor {
    server: LanguageServer,
    files: BTreeMap<String, String>,
    shown: BTreeMap<String, Vec<String>>,
    /// How often the diagnostics of a file were set.
    published: BTreeMap<String, usize>,
    statuses: BTreeMap<String, String>,
    /// The documents about which policies were asked.
    asked: Vec<String>,
}

impl TestEditor {
    fn start(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let server = LanguageServer::new("2027-01-31");
        let (shown, published, statuses, asked) = Default::default();
        let mut editor = Self { server, files, shown, published, statuses, asked };
        let watching = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
        let folders = json!([{"uri": "file:///0/p", "name": "p"}]);
        editor.send(json!({"id": 1, "method": "initialize", "params": {
            "processId": null, "capabilities": watching, "workspaceFolders": folders,
            "initializationOptions": {"diagnostics": "push", "status": true},
        }}));
        editor.send(json!({"method": "initialized", "params": {}}));
        editor.settle();
        editor
    }

    fn send(&mut self, message: Value) {
        let Ok(answers) = self.server.handle(&message.to_string()) else { panic!("no answer") };
        self.take(&answers);
    }

    fn open(&mut self, path: &str, text: &str) {
        self.begin_to_open(path, text);
        self.settle();
    }

    /// Opens a document before the files have arrived that the server needs for it.
    fn begin_to_open(&mut self, path: &str, text: &str) {
        let document = json!({"uri": format!("file://{path}"), "languageId": "x", "version": 1, "text": text});
        self.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
        self.work();
    }

    /// Lets the server do one step, and returns what is next.
    fn work(&mut self) -> Value {
        let Ok(worked) = self.server.work() else { panic!("nothing was done") };
        let worked: Value = serde_json::from_str(&worked).unwrap();
        self.take(&worked["messages"].to_string());
        worked["next"].clone()
    }

    fn write(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
        self.server.changed(vec![path.to_owned()]);
        self.settle();
    }

    /// Deletes a file, or a folder with its files; the server hears of the one path.
    fn delete(&mut self, path: &str) {
        self.files.retain(|file, _| !Path::new(file).starts_with(path));
        self.server.changed(vec![path.to_owned()]);
        self.settle();
    }

    /// Gives the server what it wants, until it has nothing to do.
    fn settle(&mut self) {
        for _ in 0..MOST_STEPS {
            let Ok(wanted) = self.server.wanted() else { panic!("nothing is wanted") };
            let wanted: Vec<Value> = serde_json::from_str(&wanted).unwrap();
            wanted.iter().for_each(|want| self.give(want));
            if self.work() == "nothing" {
                return;
            }
        }
        panic!("the server does not come to rest");
    }

    fn give(&mut self, want: &Value) {
        let id = || usize::try_from(want["id"].as_u64().unwrap()).unwrap();
        match want["kind"].as_str().unwrap() {
            "policies" => return self.server.answer(id(), &policies(&want["plugins"])),
            "verdicts" => {
                self.asked.push(want["facts"]["target"]["path"].to_string());
                return self.server.answer(id(), &verdicts(&want["facts"]));
            }
            _ => {}
        }
        let path = want["path"].as_str().unwrap();
        let below: Vec<&String> = self.files.keys().filter(|file| Path::new(file).starts_with(path)).collect();
        match (want["kind"].as_str().unwrap(), self.files.get(path)) {
            ("exists", _) => self.server.exists(path, !below.is_empty()),
            ("list", _) => self.list(path, &below),
            (_, Some(text)) => self.server.supply(path, text.clone().into_bytes()),
            (_, None) if below.is_empty() => self.server.refuse(path, "missing"),
            (_, None) => self.server.refuse(path, "folder"),
        }
    }

    fn list(&self, folder: &str, below: &[&String]) {
        let parent = |file: &&&String| Path::new(file).parent().unwrap().to_string_lossy().into_owned();
        let folders: BTreeSet<String> = below.iter().map(|file| parent(&file)).collect();
        let marks = below.iter().filter(|file| file.ends_with("/cxvars.toml"));
        let all = below.iter().map(|file| (*file).clone()).collect();
        self.server.list(folder, all, folders.into_iter().collect(), marks.map(|file| (*file).clone()).collect());
    }

    fn take(&mut self, messages: &str) {
        let messages: Vec<Value> = serde_json::from_str(messages).unwrap();
        for message in messages {
            assert_eq!(message["jsonrpc"], "2.0");
            let params = message.get("params").cloned().unwrap_or_default();
            match message.get("method").and_then(Value::as_str) {
                Some("textDocument/publishDiagnostics") => self.show(&params),
                Some("cxvars/status") => drop(self.statuses.insert(path_of(&params), params["state"].to_string())),
                Some("client/registerCapability") => panic!("the extension watches files by itself"),
                _ => {}
            }
        }
    }

    fn show(&mut self, params: &Value) {
        let path = path_of(params);
        let found = params["diagnostics"].as_array().unwrap().iter();
        let codes = found.map(|found| found["code"].as_str().unwrap_or("none").to_owned()).collect();
        *self.published.entry(path.clone()).or_default() += 1;
        self.shown.insert(path, codes);
    }

    fn codes(&self, path: &str) -> Vec<&str> {
        self.shown.get(path).into_iter().flatten().map(String::as_str).collect()
    }

    fn holds(&self, path: &str) -> bool {
        self.server.editor.files.is_there(Path::new(path))
    }
}

fn path_of(params: &Value) -> String {
    params["uri"].as_str().unwrap().trim_start_matches("file://").to_owned()
}

fn description() -> Value {
    let rule = json!({"code": "PX001", "name": "no-forbidden", "severity": "error", "summary": "There is one."});
    json!({"name": "acme", "version": "1", "rules": [rule]})
}

/// What becomes of policies that are to be opened: those of a file `bad.wasm` cannot be used.
fn policies(plugins: &Value) -> String {
    match plugins[0]["shown"].as_str() {
        Some("bad.wasm") => json!({"problem": "the plugin `bad.wasm` is malformed"}).to_string(),
        _ => json!({"descriptions": [description()]}).to_string(),
    }
}

/// The verdict of a policy that wants no variable to be called `forbidden`.
fn verdicts(facts: &Value) -> String {
    let variables = facts["variables"].as_array().unwrap().iter().enumerate();
    let finding = |at| json!({"code": "PX001", "place": {"tag": "variable", "val": at}, "message": "x", "help": null});
    let found = variables.filter(|(_, variable)| variable["name"] == "forbidden").map(|(at, _)| finding(at));
    json!([{"description": description(), "findings": found.collect::<Vec<_>>()}]).to_string()
}

const FORBIDDEN: &str = r#"{"variables": [{"name": "forbidden", "type": "string", "value": "x"}]}"#;

fn with_policy(file: &str) -> String {
    format!("[[plugin]]\npath = \"{file}\"\nsha256 = \"{}\"\n", "0".repeat(64))
}

#[test]
fn the_verdicts_of_policies_join_the_findings_when_they_arrive() {
    let configuration = with_policy("acme.wasm");
    let mut editor =
        TestEditor::start(&[("/0/p/cxvars.toml", &configuration), ("/0/p/a.json", FORBIDDEN), ("/0/p/b.json", CLEAN)]);
    assert_eq!((editor.codes("/0/p/a.json"), editor.codes("/0/p/b.json")), (vec!["PX001"], vec![]));
    let asked = editor.asked.len();
    editor.open("/0/p/a.json", CLEAN);
    assert!(editor.codes("/0/p/a.json").is_empty());
    editor.open("/0/p/b.json", &FORBIDDEN.replace("\"x\"", "\"y\""));
    assert_eq!(editor.codes("/0/p/b.json"), ["PX001"]);
    // Each document is asked about once for the same facts, whatever its values are.
    assert_eq!(editor.asked.len(), asked + 2, "{:?}", editor.asked);
}

#[test]
fn policies_that_cannot_be_used_are_a_mistake_of_the_configuration_until_their_file_changes() {
    let mut editor = TestEditor::start(&[("/0/p/cxvars.toml", &with_policy("bad.wasm")), ("/0/p/a.json", FORBIDDEN)]);
    assert_eq!(editor.codes("/0/p/cxvars.toml").len(), 1);
    editor.write("/0/p/cxvars.toml", &with_policy("acme.wasm"));
    assert_eq!((editor.codes("/0/p/cxvars.toml").len(), editor.codes("/0/p/a.json")), (0, vec!["PX001"]));
    assert!(!editor.server.editor.policies.is_waiting());
    editor.server.changed(vec!["/0/p/acme.wasm".to_owned()]);
    editor.settle();
    assert_eq!(editor.codes("/0/p/a.json"), ["PX001"]);
}

const STRAY: &str = r#"{"variables": [{"name": "a", "type": "string", "value": " x"}]}"#;
const CLEAN: &str = r#"{"variables": [{"name": "a", "type": "string", "value": "x"}]}"#;

#[test]
fn files_that_are_not_open_are_checked_and_their_texts_forgotten() {
    let editor = TestEditor::start(&[("/0/p/a.json", STRAY), ("/0/p/x/b.json", CLEAN), ("/0/p/c.json", "{}")]);
    assert_eq!(editor.codes("/0/p/a.json"), ["CX206"]);
    assert!(editor.codes("/0/p/x/b.json").is_empty());
    assert!(!["/0/p/a.json", "/0/p/x/b.json", "/0/p/c.json"].iter().any(|path| editor.holds(path)));
}

#[test]
fn a_configuration_counts_before_and_after_it_changes() {
    let off = "[validate.severity]\nCX206 = \"off\"\n";
    let mut editor = TestEditor::start(&[("/0/p/a.json", STRAY), ("/0/p/cxvars.toml", off)]);
    assert!(editor.codes("/0/p/a.json").is_empty());
    editor.write("/0/p/cxvars.toml", "[validate]\n");
    assert_eq!(editor.codes("/0/p/a.json"), ["CX206"]);
    editor.write("/0/p/cxvars.toml", "[validate]\nexclude = [\"a.json\"]\n");
    assert!(editor.codes("/0/p/a.json").is_empty());
    editor.delete("/0/p/cxvars.toml");
    assert_eq!(editor.codes("/0/p/a.json"), ["CX206"]);
}

#[test]
fn what_a_configuration_refers_to_is_fetched_as_well() {
    let contracts = "[contracts]\na = \"a.schema.json\"\n";
    let document = r#"{"variables": [{"name": "a", "type": "object", "value": "{\"x\": 1}"}]}"#;
    let schema = r#"{"properties": {"x": {"type": "string"}}}"#;
    let files = [("/0/p/cxvars.toml", contracts), ("/0/p/a.schema.json", schema), ("/0/p/d.json", document)];
    let mut editor = TestEditor::start(&files);
    assert_eq!(editor.codes("/0/p/d.json"), ["CX205"]);
    // A schema that has not arrived yet is no mistake.
    assert!(!editor.published.contains_key("/0/p/cxvars.toml"));
    editor.write("/0/p/a.schema.json", "{}");
    assert!(editor.codes("/0/p/d.json").is_empty());
}

#[test]
fn a_configuration_in_a_folder_beside_the_project_is_extended() {
    let files = [
        ("/0/p/x/cxvars.toml", "extends = \"../shared/cxvars.toml\"\n"),
        ("/0/p/shared/cxvars.toml", "[validate.severity]\nCX206 = \"off\"\n"),
        ("/0/p/x/a.json", &STRAY.replace("\"a\"", "\"_a\"")),
    ];
    let mut editor = TestEditor::start(&files);
    assert_eq!(editor.codes("/0/p/x/a.json"), ["CX102"]);
    editor.write("/0/p/shared/cxvars.toml", "[validate]\n");
    assert_eq!(editor.codes("/0/p/x/a.json"), ["CX102", "CX206"]);
}

#[test]
fn the_mistakes_of_a_configuration_are_shown_at_it_until_they_are_mended() {
    let mut editor = TestEditor::start(&[("/0/p/a.json", STRAY), ("/0/p/cxvars.toml", "[validate\n")]);
    assert_eq!((editor.codes("/0/p/cxvars.toml"), editor.codes("/0/p/a.json").len()), (vec!["none"], 0));
    editor.write("/0/p/cxvars.toml", "[validate]\n");
    assert_eq!((editor.codes("/0/p/cxvars.toml").len(), editor.codes("/0/p/a.json")), (0, vec!["CX206"]));
    let broken = "[contracts]\na = \"none.json\"\n";
    editor.write("/0/p/cxvars.toml", broken);
    assert_eq!((editor.codes("/0/p/cxvars.toml"), editor.codes("/0/p/a.json")), (vec!["none"], vec!["CX206"]));
}

#[test]
fn a_file_that_changes_has_its_new_findings_at_once() {
    let mut editor = TestEditor::start(&[("/0/p/a.json", STRAY)]);
    editor.write("/0/p/a.json", &STRAY.replace("\"a\"", "\"_a\""));
    assert_eq!(editor.codes("/0/p/a.json"), ["CX102", "CX206"]);
    // Its findings did not go away in between.
    assert_eq!(editor.published["/0/p/a.json"], 2);
    assert!(!editor.holds("/0/p/a.json"));
    editor.write("/0/p/new.json", STRAY);
    assert_eq!(editor.codes("/0/p/new.json"), ["CX206"]);
}

#[test]
fn the_findings_of_files_go_with_their_folder() {
    let mut editor = TestEditor::start(&[("/0/p/x/a.json", STRAY), ("/0/p/b.json", STRAY)]);
    assert_eq!(editor.codes("/0/p/x/a.json"), ["CX206"]);
    editor.delete("/0/p/x");
    assert_eq!((editor.codes("/0/p/x/a.json").len(), editor.codes("/0/p/b.json")), (0, vec!["CX206"]));
}

#[test]
fn an_open_document_is_checked_by_a_configuration_that_arrives_later() {
    let mut editor = TestEditor::start(&[("/0/cxvars.toml", "[validate]\n"), ("/0/.git/HEAD", "")]);
    editor.open("/0/p/a.json", STRAY);
    assert_eq!(editor.codes("/0/p/a.json"), ["CX206"]);
    assert_eq!(editor.statuses["/0/p/a.json"], "\"checked\"");
    editor.open("/0/q/outside.json", STRAY);
    assert_eq!(editor.codes("/0/q/outside.json"), ["CX206"]);
}

#[test]
fn a_document_is_checked_even_if_a_broken_configuration_arrives_with_its_own() {
    let broken = "[validate\n";
    let mut editor = TestEditor::start(&[("/0/p/cxvars.toml", broken)]);
    editor.begin_to_open("/0/q/outside.json", STRAY);
    editor.write("/0/p/cxvars.toml", broken);
    assert_eq!(editor.codes("/0/q/outside.json"), ["CX206"]);
}

#[test]
fn half_a_surrogate_pair_is_taken() {
    let mut editor = TestEditor::start(&[("/0/p/a.json", "[]")]);
    let document = r#"{"uri": "file:///0/p/a.json", "languageId": "json", "version": 1, "text": "\ud83d"}"#;
    let params = format!(r#"{{"textDocument": {document}}}"#);
    let message = format!(r#"{{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {params}}}"#);
    assert!(editor.server.handle(&message).is_ok());
    editor.settle();
    assert!(editor.statuses.contains_key("/0/p/a.json"));
}
