//! Plugins on the command line and in the configuration.

use cxvars_host::policy::digest;
use cxvars_tests::document::{document, plain, secret, secret_from};
use cxvars_tests::lsp::LspClient;
use cxvars_tests::plugin::{FINDING, FREE, FindingAt, NO_FINDING, ONE_FINDING, Policy, finding, words};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

/// The message of the default policy's finding.
const SAYS: &str = "It is there. (policy policy)";

/// A project with a document without mistakes, and a plugin.
fn workspace(policy: &Policy) -> Workspace {
    let workspace = Workspace::new();
    prepare(&workspace, policy);
    workspace
}

fn prepare(workspace: &Workspace, policy: &Policy) {
    workspace.write("vars.json", document(&[plain("region", "eu"), secret("token", "hunter2-hunter2")]));
    workspace.write("policy.wasm", policy.component());
}

/// Pins a plugin in the project's configuration.
fn pin(workspace: &Workspace, file: &str, policy: &Policy, more: &str) {
    let sha256 = digest(&policy.component());
    let before = std::fs::read_to_string(workspace.project().join("cxvars.toml")).unwrap_or_default();
    workspace.write("cxvars.toml", format!("{before}\n[[plugin]]\npath = \"{file}\"\nsha256 = \"{sha256}\"\n{more}\n"));
}

fn validate(workspace: &Workspace, more: &[&str]) -> Output {
    workspace.run(&[&["validate", "vars.json"], more].concat())
}

/// A policy without findings.
fn content() -> Policy {
    Policy::checking(format!("(i32.const {NO_FINDING})"))
}

/// A policy that reports PX001 if the word `canary` occurs anywhere in its memory.
fn spy() -> Policy {
    let is = |load: &str, offset: u32, word: u32| {
        format!("(i32.eq ({load} offset={offset} (local.get $at)) (i32.const {word}))")
    };
    // The word is split, so that the policy's own code does not contain it.
    let (cana, ry) = (u32::from_le_bytes(*b"cana"), u32::from(u16::from_le_bytes(*b"ry")));
    Policy::checking(format!(
        "(local $at i32)
         (loop $next
            (if (i32.and {} {}) (then (return (i32.const {ONE_FINDING}))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $at) (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 8)))))
         (i32.const {NO_FINDING})",
        is("i32.load", 0, cana),
        is("i32.load16_u", 4, ry),
    ))
}

#[test]
fn findings_join_every_format_with_the_name_of_the_policy() {
    let workspace = workspace(&Policy::default());
    for format in ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"] {
        let output = validate(&workspace, &["--plugin", "policy.wasm", "--format", format]);
        output.exits(1).prints(&["PX001", SAYS]);
    }
    let report = validate(&workspace, &["--plugin", "policy.wasm", "--format", "json"]).json();
    let finding = &report["files"][0]["diagnostics"][0];
    assert_eq!((&finding["code"], &finding["name"]), (&json!("PX001"), &json!("policy-rule")));
    assert_eq!((&finding["severity"], &finding["pointer"]), (&json!("error"), &json!("/variables/0")));
    assert_eq!(finding.as_object().unwrap().len(), 11, "the keys of every finding: {finding}");
    assert_eq!(report["summary"]["errors"], 1);
    // The text does not suggest `cxvars explain`: only the policy explains its rules.
    let text = validate(&workspace, &["--plugin", "policy.wasm"]).stdout();
    assert!(!text.contains("explain PX001"), "{text}");
    let log = validate(&workspace, &["--plugin", "policy.wasm", "--format", "sarif"]).json();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "PX001").unwrap();
    assert_eq!((&rule["name"], &rule["shortDescription"]["text"]), (&json!("PolicyRule"), &json!("It is there.")));
    validate(&workspace, &["--plugin", "policy.wasm", "--exit-zero"]).exits(0);
    validate(&workspace, &[]).exits(0);
}

/// A client of `cxvars lsp` that has the document open, and what is published for it.
fn opened(workspace: &Workspace) -> (LspClient, String, Vec<Value>) {
    let folder = format!("file://{}", workspace.project().display());
    let uri = format!("{folder}/vars.json");
    let text = std::fs::read_to_string(workspace.project().join("vars.json")).unwrap();
    let mut client = LspClient::start(workspace.command(&["lsp"]));
    client.initialize(&folder, json!({}));
    client.open(&uri, "json", &text);
    let published = client.diagnostics(&uri);
    (client, uri, published)
}

#[test]
fn an_editor_shows_and_explains_what_a_pinned_plugin_finds() {
    let workspace = workspace(&Policy::default());
    pin(&workspace, "policy.wasm", &Policy::default(), "");
    let (mut client, uri, published) = opened(&workspace);
    let [finding] = &published[..] else { panic!("{published:?}") };
    assert_eq!((&finding["code"], &finding["message"]), (&json!("PX001"), &json!(SAYS)));
    assert_eq!(finding["codeDescription"], Value::Null, "only the policy explains its rules");
    let position = finding["range"]["start"].clone();
    let hover = client.request("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position}));
    let shown = hover["result"]["contents"]["value"].as_str().unwrap_or_default();
    assert!(shown.contains("**PX001 policy-rule**") && shown.contains("It is there."), "{hover}");
    client.end();
}

#[test]
fn an_editor_shows_that_a_plugin_is_not_the_pinned_one() {
    let workspace = workspace(&Policy::default());
    pin(&workspace, "policy.wasm", &content(), "");
    let folder = format!("file://{}", workspace.project().display());
    let mut client = LspClient::start(workspace.command(&["lsp"]));
    client.initialize(&folder, json!({}));
    let said = client.wait(|message| message["method"] == "window/showMessage");
    let message = said["params"]["message"].as_str().unwrap();
    assert!(message.contains("policy.wasm") && message.contains("sha256"), "{message}");
    let mistakes = client.diagnostics(&format!("{folder}/cxvars.toml"));
    assert!(mistakes.iter().any(|mistake| message.contains(mistake["message"].as_str().unwrap())), "{mistakes:?}");
    client.end();
}

#[test]
fn a_pinned_plugin_is_in_force_wherever_a_document_is_checked() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    prepare(&workspace, &Policy::default());
    pin(&workspace, "policy.wasm", &Policy::default(), "");
    validate(&workspace, &[]).exits(1).prints(&["PX001"]);
    workspace.run(&["plan", ACTION, "-f", "vars.json"]).exits(1).prints(&["PX001"]);
    let output = workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"]);
    let report = output.exits(1).json();
    assert_eq!(report["results"][0]["outcome"], "invalid");
    assert_eq!(report["results"][0]["diagnostics"][0]["code"], "PX001");
    assert!(service.requests().is_empty(), "nothing is sent, not even a login");
    let record = workspace.audit().pop().unwrap();
    let expected = json!([{"name": "policy", "sha256": digest(&Policy::default().component())}]);
    assert_eq!((&record["outcome"], &record["plugins"]), (&json!("invalid"), &expected));
    workspace.run(&["audit", "verify"]).exits(0);
}

#[test]
fn an_update_that_the_policies_let_pass_names_them_in_the_audit_log() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    prepare(&workspace, &content());
    pin(&workspace, "policy.wasm", &content(), "fuel = 100000\nmemory_mib = 4");
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
    assert_eq!(service.commits().len(), 1);
    let records = workspace.audit();
    assert_eq!(records.len(), 2, "an intent and an outcome");
    for record in &records {
        assert_eq!(record["plugins"], json!([{"name": "policy", "sha256": digest(&content().component())}]));
    }
    workspace.run(&["audit", "verify"]).exits(0);
}

#[test]
fn a_policy_that_fails_closes() {
    for (policy, why) in [
        (Policy::checking("(loop $l (br $l)) unreachable"), "it used up its fuel of 1000"),
        (
            Policy::checking("(loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable"),
            "of memory",
        ),
        (Policy::checking("unreachable"), "it broke off"),
    ] {
        let service = Sandbox::start(&json!([]));
        let workspace = Workspace::for_service(&service);
        prepare(&workspace, &policy);
        pin(&workspace, "policy.wasm", &policy, "fuel = 1000\nmemory_mib = 1");
        let output = validate(&workspace, &[]);
        output.exits(1).prints(&["PX000", "the policy policy gave no verdict", why]);
        workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(1).prints(&["PX000", why]);
        assert!(service.requests().is_empty());
        assert_eq!(workspace.audit()[0]["outcome"], "invalid");
    }
}

#[test]
fn a_plugin_that_cannot_be_used_ends_the_run_before_anything_is_sent() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    prepare(&workspace, &Policy::default());
    workspace.write("module.wasm", Policy::default().module());
    let another = digest(&content().component());
    for (file, sha256, why) in [
        ("policy.wasm", another.as_str(), "is not the one that is pinned"),
        ("none.wasm", another.as_str(), "the plugin `none.wasm` cannot be used: no such file or folder"),
        ("vars.json", &digest(workspace.read("vars.json").as_bytes()), "is not a WebAssembly component"),
        ("module.wasm", &digest(&Policy::default().module()), "is a core WebAssembly module"),
    ] {
        let profile = Workspace::new().read("cxvars.toml");
        workspace.write("cxvars.toml", format!("{profile}\n[[plugin]]\npath = \"{file}\"\nsha256 = \"{sha256}\"\n"));
        validate(&workspace, &[]).exits(3).says(&["error: the plugin `", why]);
        validate(&workspace, &["--exit-zero"]).exits(3).says(&[why]);
        workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(3).says(&[why]);
        validate(&workspace, &["--no-config"]).exits(0);
    }
    assert!(service.requests().is_empty());
    // The error names the file's actual digest.
    pin_wrong(&workspace);
    validate(&workspace, &[]).says(&[&digest(&Policy::default().component())]);
}

fn pin_wrong(workspace: &Workspace) {
    let sha256 = "0".repeat(64);
    workspace.write("cxvars.toml", format!("[[plugin]]\npath = \"policy.wasm\"\nsha256 = \"{sha256}\"\n"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let workspace = workspace(&content());
    let pipe = workspace.project().join("pipe.wasm");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    validate(&workspace, &["--plugin", "pipe.wasm"]).exits(3).says(&["is not a regular file"]);
}

#[test]
fn several_policies_are_asked_and_their_codes_are_their_own() {
    let workspace = workspace(&Policy::default());
    let second = Policy::default().with(1024, *b"PX002").with(1040, *b"second");
    workspace.write("second.wasm", second.component());
    let both = ["--plugin", "policy.wasm", "--plugin", "second.wasm"];
    let report = validate(&workspace, &[&both[..], &["--format", "json"]].concat());
    let codes: Vec<Value> =
        report.json()["files"][0]["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert_eq!(codes, ["PX001", "PX002"]);
    report.prints(&["(policy policy)", "(policy second)"]);
    workspace.write("third.wasm", Policy::default().with(1056, *b"2.0.0").component());
    let output = validate(&workspace, &["--plugin", "policy.wasm", "--plugin", "third.wasm"]);
    output.exits(3).says(&["`third.wasm` has the rule PX001, which the policy policy has too"]);
    // A policy that is given twice, for example by project and user, runs once.
    workspace.write("same.wasm", Policy::default().component());
    let report = validate(&workspace, &["--plugin", "policy.wasm", "--plugin", "same.wasm", "--format", "json"]).json();
    assert_eq!(report["files"][0]["diagnostics"].as_array().unwrap().len(), 1);
}

#[test]
fn a_policy_with_very_many_findings_hides_none_of_the_engine_or_of_another_policy() {
    let workspace = workspace(&Policy::default());
    // A thousand times the same finding, on the first variable.
    let findings = finding(FindingAt::default()).repeat(1_000);
    let many = Policy::checking(format!("(i32.const {FREE})")).with(FREE, words(&[8_192, 1_000])).with(8_192, findings);
    workspace.write("policy.wasm", many.component());
    let second = Policy::default().with(1024, *b"PX002").with(1040, *b"second").with(FINDING + 12, words(&[1]));
    workspace.write("second.wasm", second.component());
    workspace.write("vars.json", document(&[plain("region", "eu"), plain("_last", "x")]));
    let both = ["--plugin", "policy.wasm", "--plugin", "second.wasm"];
    for format in ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"] {
        let output = validate(&workspace, &[&both[..], &["--format", format]].concat());
        output.exits(1).prints(&["PX001", "PX002", "CX102"]).says(&["2 more findings; at most 1000"]);
    }
    let file = &validate(&workspace, &[&both[..], &["--format", "json"]].concat()).json()["files"][0];
    assert_eq!((file["diagnostics"].as_array().unwrap().len(), &file["not_shown"]), (1_000, &json!(2)));
    let sandbox = ["--sandbox", "-f", "vars.json"];
    let apply = [&["apply", ACTION][..], &sandbox, &both].concat();
    workspace.run(&apply).exits(1).prints(&["PX002", "CX102", "2 more findings are not shown"]);
    let result = &workspace.run(&[&apply[..], &["--format", "json"]].concat()).exits(1).json()["results"][0];
    assert_eq!((result["diagnostics"].as_array().unwrap().len(), &result["not_shown"]), (1_000, &json!(2)));
}

#[test]
fn a_project_cannot_take_away_what_the_user_has_pinned() {
    let workspace = workspace(&Policy::default());
    let path = workspace.project().join("policy.wasm");
    let user = workspace.home().join("config/cxvars");
    std::fs::create_dir_all(&user).unwrap();
    let sha256 = digest(&Policy::default().component());
    let text = format!("[[plugin]]\npath = {:?}\nsha256 = \"{sha256}\"\n", path.display().to_string());
    std::fs::write(user.join("config.toml"), text).unwrap();
    validate(&workspace, &[]).exits(1).prints(&["PX001"]);
    workspace.write("cxvars.toml", "[validate.severity]\nPX001 = \"off\"\n");
    validate(&workspace, &[]).exits(2).says(&["PX001"]);
    workspace.write("cxvars.toml", "[[ignore]]\ncode = \"PX001\"\nreason = \"r\"\n");
    validate(&workspace, &[]).exits(2).says(&["`PX001` is no rule"]);
}

#[test]
fn a_comment_cannot_silence_a_policy() {
    let workspace = workspace(&Policy::default());
    let text = "variables:\n  # cxvars: ignore[PX001] because\n  - {name: region, type: string, value: eu}\n";
    workspace.write("vars.yaml", text);
    workspace.run(&["validate", "vars.yaml", "--plugin", "policy.wasm"]).exits(1).prints(&["PX001", SAYS]);
}

#[test]
fn warnings_fail_where_warnings_do() {
    let workspace = workspace(&Policy::default().with(1104 + 16, [0]));
    let output = validate(&workspace, &["--plugin", "policy.wasm"]);
    output.exits(0).prints(&["warning[PX001]"]);
    validate(&workspace, &["--plugin", "policy.wasm", "--fail-level", "warning"]).exits(1);
    let apply = ["apply", ACTION, "-f", "vars.json", "--plugin", "policy.wasm", "--sandbox"];
    workspace.run(&apply).exits(0);
    workspace.run(&[&apply[..], &["--fail-level", "warning"]].concat()).exits(1);
}

#[test]
fn every_document_of_a_folder_is_judged_and_one_that_cannot_be_read_is_not_shown() {
    let workspace = workspace(&Policy::default());
    for number in 0..200 {
        workspace.write(&format!("many/{number}.json"), document(&[plain("region", "eu")]));
    }
    workspace.write("many/broken.json", "{\"variables\": [");
    let report = workspace.run(&["validate", "many", "--plugin", "policy.wasm", "--format", "json"]).json();
    let codes = |file: &Value| -> Vec<Value> {
        file["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect()
    };
    let files = report["files"].as_array().unwrap();
    assert_eq!(files.len(), 201);
    for file in files {
        let is_broken = file["path"] == "many/broken.json";
        assert_eq!(codes(file).contains(&json!("PX001")), !is_broken, "{file}");
    }
}

#[test]
fn a_fixed_document_is_judged_as_it_is_afterwards() {
    let workspace = workspace(&spy());
    workspace.write("fix.json", "[{\"name\": \"canary\", \"type\": \"integer\", \"value\": 3}]");
    let output = workspace.run(&["validate", "fix.json", "--fix", "--plugin", "policy.wasm"]);
    output.exits(1).prints(&["PX001"]).says(&["fixed 1 finding"]);
    assert_eq!(workspace.read("fix.json"), "[{\"name\": \"canary\", \"type\": \"integer\", \"value\": \"3\"}]");
}

#[test]
fn no_value_comes_into_the_memory_of_a_policy() {
    let value = "canary-7f3d9ab1c2e84d56";
    let mut workspace = workspace(&spy());
    workspace.env("FROM_ENV", value);
    workspace.write("from.txt", value);
    #[cfg(unix)]
    std::fs::set_permissions(workspace.project().join("from.txt"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .unwrap();
    let variables = [
        plain("plain", &format!("https://example.com/{value}")),
        secret("secret", value),
        secret_from("env", &json!({"env": "FROM_ENV"})),
        secret_from("file", &json!({"file": "from.txt"})),
        json!({"name": "wrong", "type": value, "value": value, "scope": value, "encrypted": value}),
        json!({"name": "nested", "type": "object", "value": {"canary": value}, "secret_version": value}),
        json!({"name": "unknown", "type": "string", "value": value, "canary": value, "state": value}),
    ];
    workspace.write("vars.json", document(&variables));
    let judged = |output: Output| {
        let text = output.stdout() + &output.stderr();
        assert!(!text.contains("PX000"), "{text}");
        text.contains("PX001")
    };
    assert!(!judged(validate(&workspace, &["--plugin", "policy.wasm"])));
    let valid = document(&variables[..4]);
    workspace.write("vars.json", &valid);
    for command in ["apply", "plan"] {
        let resolve: &[&str] = if command == "plan" { &["--resolve"] } else { &[] };
        let arguments =
            [&[command, ACTION, "-f", "vars.json", "--plugin", "policy.wasm", "--sandbox"], resolve].concat();
        let output = workspace.run(&arguments);
        output.exits(0);
        assert!(!judged(output), "{command}");
    }
    // The spy finds a canary in what it may see, so it works.
    for (at, text) in
        [valid.replace("\"plain\"", "\"canary\""), valid.replacen('{', "{\"data_action\": \"canary\", ", 1)]
            .iter()
            .enumerate()
    {
        workspace.write("vars.json", text);
        assert!(judged(validate(&workspace, &["--plugin", "policy.wasm"])), "{at}");
    }
    workspace.write("vars.json", &valid);
    workspace.write("cxvars.toml", "[env.canary.actions.a]\nid = \"1\"\n");
    assert!(judged(validate(&workspace, &["--plugin", "policy.wasm", "--env", "canary"])));
}

#[test]
fn doctor_tries_the_policies() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    prepare(&workspace, &content());
    pin(&workspace, "policy.wasm", &content(), "");
    let sha256 = &digest(&content().component())[..12];
    workspace.run(&["doctor"]).exits(0).prints(&[&format!("ok    plugins  policy ({sha256})")]);
    workspace.write("policy.wasm", Policy::default().component());
    workspace.run(&["doctor"]).exits(3).prints(&["FAIL  plugins", "is not the one that is pinned"]);
}

#[test]
fn a_rule_of_a_policy_is_explained_by_the_policy() {
    let workspace = Workspace::new();
    workspace.run(&["explain", "px001"]).exits(2).says(&["`px001` is a rule of a policy", "cxvars plugin inspect"]);
}

#[test]
fn inspect_says_what_a_plugin_is() {
    let workspace = workspace(&Policy::default());
    let sha256 = digest(&Policy::default().component());
    let output = workspace.run(&["plugin", "inspect", "policy.wasm"]);
    output.exits(0).prints(&[
        "policy 1.0.0",
        &sha256,
        "imports  nothing",
        "exports  cxvars:validator/rules@1.1.0",
        "PX001",
    ]);
    output.prints(&["dry run  1 finding in an example of 3 variables", "[[plugin]]\npath = \"policy.wasm\"\n"]);
    // The printed lines can be used as configuration.
    let text = output.stdout();
    workspace.write("cxvars.toml", &text[text.find("[[plugin]]").unwrap()..]);
    validate(&workspace, &[]).exits(1).prints(&["PX001"]);
    let report = workspace.run(&["plugin", "inspect", "policy.wasm", "--format", "json"]).exits(0).json();
    assert_eq!((&report["version"], &report["sha256"]), (&json!(1), &json!(sha256)));
    assert_eq!((&report["imports"], &report["problem"]), (&json!([]), &Value::Null));
    assert_eq!(report["policy"]["rules"][0]["code"], "PX001");
    assert_eq!(report["dry_run"]["findings"], 1);
    assert!(report["dry_run"]["fuel"].as_u64().unwrap() > 0);
}

#[test]
fn inspect_says_why_a_plugin_cannot_be_used() {
    let workspace = workspace(&Policy::checking("unreachable"));
    let output = workspace.run(&["plugin", "inspect", "policy.wasm"]);
    output
        .exits(3)
        .prints(&["policy 1.0.0", "PX001"])
        .says(&["the plugin `policy.wasm` fails on an example: it broke off"]);
    workspace.write("host.wasm", cxvars_tests::plugin::component_of_text("(component (import \"host\" (func)))"));
    let output = workspace.run(&["plugin", "inspect", "host.wasm", "--format", "json"]);
    let report = output.exits(3).says(&["imports `host`"]).json();
    assert_eq!((&report["imports"], &report["policy"]), (&json!(["host"]), &Value::Null));
    workspace.write("module.wasm", Policy::default().module());
    let output = workspace.run(&["plugin", "inspect", "module.wasm"]);
    output.exits(3).prints(&["sha256   "]).says(&["is a core WebAssembly module"]);
    assert!(!output.stdout().contains("imports"), "what could not be looked through is not said to import nothing");
    workspace
        .run(&["plugin", "inspect", "none.wasm"])
        .exits(3)
        .says(&["the plugin `none.wasm` cannot be used: no such file or folder"]);
}
