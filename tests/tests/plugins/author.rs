//! What helps the author of a policy: `plugin test`, `plugin inspect --document`, the function that broke off.

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::plugin::{ACCEPTED, FINDING, FREE, FindingAt, ONE_FINDING, Policy, Setup, finding, words};
use cxvars_tests::process::{Output, Workspace};
use serde_json::{Value, json};

/// A workspace with a policy, and a folder of tests with one document.
fn workspace(policy: &Policy) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("policy.wasm", policy.component());
    workspace.write("cases/sales/vars.json", document(&[plain("region", "eu"), secret("token", "canary-4711")]));
    workspace
}

fn test(workspace: &Workspace, more: &[&str]) -> Output {
    workspace.run(&[&["plugin", "test", "policy.wasm", "cases"], more].concat())
}

fn expected(workspace: &Workspace) -> Value {
    serde_json::from_str(&workspace.read("cases/sales/vars.json.expected.json")).unwrap()
}

/// A policy whose finding has the string of its last setting as its message.
fn echo() -> Policy {
    let last = |offset: u32| {
        format!(
            "(i32.load offset={offset} (i32.add (local.get $at) (i32.mul (i32.sub (local.get $count) (i32.const 1)) (i32.const 24))))"
        )
    };
    let [message, length] = [FINDING + 20, FINDING + 24];
    Policy::configured(format!(
        "(if (local.get $count) (then (i32.store (i32.const {message}) {}) (i32.store (i32.const {length}) {})))
         (i32.const {ACCEPTED})",
        last(16),
        last(20)
    ))
}

#[test]
fn a_test_is_written_then_passes_then_fails_with_the_difference() {
    let workspace = workspace(&Policy::default());
    test(&workspace, &[]).exits(1).prints(&[
        "failed   sales/vars.json\n  there is no file of expected findings beside it; write it with --update\n",
        "1 document: 0 passed, 1 failed\n",
    ]);
    test(&workspace, &["--update"]).exits(0).prints(&["updated  sales/vars.json\n", "0 failed, 1 updated"]);
    let finding = json!({
        "code": "PX001", "severity": "error", "variable": "region", "pointer": "/variables/0", "message": "It is there.",
    });
    assert_eq!(expected(&workspace), json!({"findings": [finding]}));
    test(&workspace, &[]).exits(0).prints(&["passed   sales/vars.json\n", "1 document: 1 passed, 0 failed\n"]);
    // Another policy finds something else.
    workspace.write("policy.wasm", Policy::default().with(1072, *b"It was there").component());
    let output = test(&workspace, &[]);
    output.exits(1).prints(&[
        "  missing    error[PX001] at /variables/0 of region: It is there.\n",
        "  unexpected error[PX001] at /variables/0 of region: It was there\n",
    ]);
    assert!(!output.stdout().contains("canary"), "no value is shown");
}

#[test]
fn an_expected_finding_is_compared_by_the_keys_that_it_has() {
    let workspace = workspace(&Policy::default());
    for (findings, passes) in [
        (json!([{"code": "PX001"}]), true),
        (json!([{"code": "PX001", "variable": "region"}]), true),
        (json!([{"code": "PX001", "variable": "token"}]), false),
        (json!([{"code": "PX001"}, {"code": "PX001", "variable": "region"}]), false),
        (json!([]), false),
    ] {
        let text = json!({"environment": "prod", "findings": findings}).to_string();
        workspace.write("cases/sales/vars.json.expected.json", &text);
        test(&workspace, &[]).exits(i32::from(!passes));
        test(&workspace, &["--update"]).exits(0);
        let after = workspace.read("cases/sales/vars.json.expected.json");
        assert_eq!(after == text, passes, "what passes is left as it is written");
        assert_eq!(expected(&workspace)["environment"], "prod", "what the policy is told stays");
    }
    for (text, why) in [
        ("{", "EOF"),
        ("{\"findings\": [], \"enviroment\": \"\"}", "unknown field `enviroment`"),
        ("{}", "missing field `findings`"),
    ] {
        workspace.write("cases/sales/vars.json.expected.json", text);
        test(&workspace, &[])
            .exits(2)
            .says(&["cases/sales/vars.json.expected.json` is not a file of expected findings", why]);
    }
}

#[test]
fn the_report_of_a_test_is_also_json() {
    let workspace = workspace(&Policy::default());
    let text = json!({"findings": [{"code": "PX002"}]}).to_string();
    workspace.write("cases/sales/vars.json.expected.json", text);
    workspace.write("cases/.env", "A=1\n");
    workspace.write("cases/broken.yaml", "variables: [");
    let report = test(&workspace, &["--format", "json"]).exits(1).json();
    assert_eq!([&report["passed"], &report["failed"], &report["version"]], [0, 3, 1]);
    let outcomes: Vec<_> = report["documents"].as_array().unwrap().iter().map(|one| &one["path"]).collect();
    assert_eq!(outcomes, [".env", "broken.yaml", "sales/vars.json"]);
    assert!(report["documents"][1]["problem"].as_str().unwrap().contains("cannot be read to its end"));
    assert_eq!(report["documents"][2]["missing"], json!([{"code": "PX002"}]));
    assert_eq!(report["documents"][2]["unexpected"][0]["code"], "PX001");
    assert_eq!(report["untested_rules"], json!([]));
}

#[test]
fn what_a_test_says_of_the_target_reaches_the_policy() {
    // The message is the text at two parameters of `set-target`.
    let naming = |at: u32| {
        let [message, length] = [FINDING + 20, FINDING + 24];
        let set_target = format!(
            "(i32.store (i32.const {message}) (local.get {at})) (i32.store (i32.const {length}) (local.get {}))",
            at + 1
        );
        Policy { setup: Some(Setup { set_target, ..Setup::default() }), ..Policy::default() }
    };
    let keys = json!({"action": {"id": "3f2c", "alias": "lookup"}, "path": "x/y.json"});
    for (at, message, default) in [(1, "3f2c", ""), (4, "lookup", ""), (7, "x/y.json", "sales/vars.json")] {
        let workspace = workspace(&naming(at));
        let mut with_keys = keys.clone();
        with_keys["findings"] = json!([{"code": "PX001", "message": message}]);
        workspace.write("cases/sales/vars.json.expected.json", with_keys.to_string());
        test(&workspace, &[]).exits(0);
        let expected = match default {
            // A finding without a message is refused.
            "" => json!({"findings": [{"code": "PX000"}]}),
            default => json!({"findings": [{"code": "PX001", "message": default}]}),
        };
        workspace.write("cases/sales/vars.json.expected.json", expected.to_string());
        test(&workspace, &[]).exits(0);
    }
}

#[test]
fn settings_come_from_flags_or_from_the_nearest_file() {
    let workspace = workspace(&echo());
    let says = |message: &str, more: &[&str]| {
        let text = json!({"findings": [{"code": "PX001", "message": message}]}).to_string();
        workspace.write("cases/sales/vars.json.expected.json", text);
        test(&workspace, more).exits(0);
    };
    says("It is there.", &[]);
    workspace.write("cases/settings.toml", "[prefixes]\nsales = \"crm\"\n");
    says("crm", &[]);
    workspace.write("cases/sales/settings.toml", "a = \"nearer\"\n");
    says("nearer", &[]);
    says("flag", &["--setting", "a = \"first\"", "--setting", "b.c = \"flag\""]);
    workspace.write("other.toml", "a = \"other\"\n");
    says("other", &["--settings", "other.toml"]);
    test(&workspace, &["--setting", "a = 1979-05-27"])
        .exits(2)
        .says(&["--setting:1:5: `settings.a` must not be a date"]);
    test(&workspace, &["--settings", "none.toml"]).exits(3).says(&["cannot read `none.toml`"]);
    workspace.write("large.toml", " ".repeat((1 << 20) + 1));
    test(&workspace, &["--settings", "large.toml"]).exits(2).says(&["`large.toml` is larger than 1 MiB"]);
    workspace.write("bytes.toml", [0xff]);
    test(&workspace, &["--settings", "bytes.toml"]).exits(2).says(&["`bytes.toml` is not UTF-8 text"]);
    let refusing = Policy::configured(format!("(i32.const {FREE})"))
        .with(FREE, words(&[1, FREE + 64, 9]))
        .with(FREE + 64, *b"unknown k");
    workspace.write("policy.wasm", refusing.component());
    test(&workspace, &[]).exits(3).says(&["refuses its settings: unknown k (cases/sales/settings.toml)"]);
}

#[test]
fn a_folder_without_documents_is_no_test() {
    let workspace = workspace(&Policy::default());
    workspace.write("empty/readme.md", "x");
    workspace.run(&["plugin", "test", "policy.wasm", "empty"]).exits(2).says(&["there are no documents in `empty`"]);
    workspace.run(&["plugin", "test", "policy.wasm", "none"]).exits(3).says(&["cannot read `none`"]);
    workspace.run(&["plugin", "test", "none.wasm", "cases"]).exits(3).says(&["the plugin `none.wasm` cannot be used"]);
}

#[test]
fn inspect_shows_the_facts_of_a_document_and_what_is_found() {
    let workspace = workspace(&echo());
    let vars = "cases/sales/vars.json";
    let arguments = [
        "plugin",
        "inspect",
        "policy.wasm",
        "--document",
        vars,
        "--env",
        "prod",
        "--action",
        "3f2c",
        "--alias",
        "lookup",
    ];
    let more = ["--setting", "unit = \"sales\"", "--format", "json"];
    let report = workspace.run(&[&arguments[..], &more].concat()).exits(0).json();
    let of_document = &report["document"];
    let class = |prefix: &str| json!({"length": "under8", "entropy": "ordinary", "prefix": prefix});
    assert_eq!(
        (&of_document["path"], &of_document["settings"]),
        (&json!(vars), &json!([{"key": "unit", "value": "sales"}]))
    );
    let facts = &of_document["facts"];
    let target = json!({"environment": "prod", "action": {"id": "3f2c", "alias": "lookup"}, "path": vars});
    assert_eq!(facts["target"], target);
    assert_eq!((&facts["data_action"], &facts["parent_scope"]), (&Value::Null, &json!("action")));
    let first = json!({
        "name": "region", "type": "string", "scope": "action", "encrypted": false, "absent": false,
        "has_secret_version": false, "source": "inline", "value": class("other"), "contract": null,
    });
    assert_eq!(facts["variables"][0], first);
    assert_eq!(of_document["findings"][0]["message"], "sales");
    let output = workspace.run(&[&arguments[..], &["--setting", "unit = \"sales\""]].concat());
    output.exits(0).prints(&["\"environment\": \"prod\"", "\n  error[PX001] at /variables/0 (region): sales\n"]);
    assert!(!output.stdout().contains("canary"), "no value is shown");
    workspace.write("broken.json", "{\"variables\": [");
    let broken = ["plugin", "inspect", "policy.wasm", "--document", "broken.json"];
    workspace.run(&broken).exits(3).says(&["cannot be tried on `broken.json`, which cannot be read to its end"]);
}

#[test]
fn inspect_says_which_settings_are_missing() {
    let policy = Policy::configured(format!("(i32.const {FREE})"))
        .with(FREE, words(&[1, FREE + 64, 10]))
        .with(FREE + 64, *b"set `unit`");
    let workspace = workspace(&policy);
    let output = workspace.run(&["plugin", "inspect", "policy.wasm"]);
    output
        .exits(3)
        .prints(&["policy 1.0.0", "PX001"])
        .says(&["the plugin `policy.wasm` refuses its settings: set `unit`"]);
}

#[test]
fn inspect_shows_what_the_file_says_of_itself() {
    /// A custom section: its id, its length and the length of its name, each shorter than 128.
    fn section(name: &str, content: &[u8]) -> Vec<u8> {
        let length = [name.len() + 1 + content.len(), name.len()].map(|length| u8::try_from(length).unwrap());
        [&[0, length[0], length[1]], name.as_bytes(), content].concat()
    }
    let workspace = workspace(&Policy::default());
    let sections = [
        section("licenses", b"MIT OR Apache-2.0"),
        section("version", b"1.2.3"),
        section("source", "https://example.com/\u{202e}x".as_bytes()),
        section("authors", b"\xff"),
        section("unknown", b"nothing"),
    ];
    workspace.write("policy.wasm", [&[Policy::default().component()][..], &sections].concat().concat());
    let arguments = ["plugin", "inspect", "policy.wasm"];
    workspace
        .run(&arguments)
        .exits(0)
        .prints(&["licenses MIT OR Apache-2.0\nsource   https://example.com/\\u{202e}x\nversion  1.2.3\n"]);
    let report = workspace.run(&[&arguments[..], &["--format", "json"]].concat()).exits(0).json();
    let expected =
        json!({"version": "1.2.3", "licenses": "MIT OR Apache-2.0", "source": "https://example.com/\u{202e}x"});
    assert_eq!(report["metadata"], expected);
}

#[test]
fn the_log_names_the_function_that_broke_off() {
    let more = "(func $inner (@name \"in\\1b[31mner\") unreachable) (func $outer (call $inner))";
    let policy =
        Policy { more: more.to_owned(), ..Policy::checking(format!("(call $outer) (i32.const {ONE_FINDING})")) };
    let workspace = workspace(&policy);
    let vars = "cases/sales/vars.json";
    let run = |more: &[&str]| workspace.run(&[&["validate", vars, "--plugin", "policy.wasm"], more].concat());
    let named = "policy{name=policy}: the policy ended here function=in\\u{1b}[31mner < outer < ";
    let quiet = run(&[]);
    quiet.exits(1).prints(&["PX000"]);
    assert!(!quiet.stderr().contains("outer"), "{}", quiet.stderr());
    let logged = run(&["-v"]);
    assert!(logged.stderr().contains(named), "{}", logged.stderr());
    let inspected = workspace.run(&["plugin", "inspect", "policy.wasm", "-v"]);
    assert!(inspected.exits(3).stderr().contains("outer"), "{}", inspected.stderr());
    // An endless loop is named as well.
    let policy =
        Policy { more: "(func $spin (loop $l (br $l)))".to_owned(), ..Policy::checking("(call $spin) unreachable") };
    workspace.write("policy.wasm", policy.component());
    let logged = workspace.run(&["plugin", "inspect", "policy.wasm", "-v"]);
    assert!(logged.exits(3).stderr().contains("function=spin"), "{}", logged.stderr());
}

#[test]
fn a_finding_about_the_document_has_no_variable() {
    let policy = Policy::default().with(FINDING, finding(FindingAt { place: (0, 0, 0), ..FindingAt::default() }));
    let workspace = workspace(&policy);
    test(&workspace, &["--update"]).exits(0);
    let finding = &expected(&workspace)["findings"][0];
    assert_eq!((&finding["variable"], &finding["pointer"]), (&Value::Null, &json!("")));
    test(&workspace, &[]).exits(0);
}
