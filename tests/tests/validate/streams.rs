//! Standard output and standard error, of `validate` and of all commands.

use std::process::Stdio;

use cxvars_core::render::Format;
use cxvars_tests::document::{EXAMPLE, broken, document, plain, secret};
use cxvars_tests::process::{Running, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn the_report_has_exactly_the_promised_keys() {
    let workspace = Workspace::new();
    workspace.write("clean.json", document(&[plain("a", "1")]));
    workspace.write("bad.json", document(&[plain("a", "1"), plain("a", "2")]));
    let report = workspace.run(&["validate", "bad.json", "clean.json", "--format", "json"]).exits(1).json();
    assert_eq!(keys(&report), ["errors", "files", "summary", "version"]);
    assert_eq!(report["summary"], json!({"files": 2, "skipped": 0, "errors": 1, "warnings": 0}));
    assert_eq!(report["files"][1], json!({"path": "clean.json", "diagnostics": []}));
    let finding = &report["files"][0]["diagnostics"][0];
    let expected = ["code", "fixes", "help", "message", "name", "pointer", "range", "related", "severity"];
    assert!(expected.iter().all(|key| keys(finding).contains(key)), "{finding:#}");
    assert_eq!((&finding["code"], &finding["pointer"]), (&json!("CX103"), &json!("/variables/1/name")));
    assert_eq!(keys(&finding["range"]["start"]), ["column", "line", "offset"]);
    assert!(finding["related"][0]["range"].is_object() && finding["fixes"].is_array());
}

#[test]
fn every_mistake_of_the_example_is_found_at_once() {
    let workspace = Workspace::new();
    workspace.write("bad.json", include_str!("../../../examples/every-mistake.json"));
    let report = workspace.run(&["validate", "bad.json", "--format", "json"]).exits(1).json();
    let findings = report["files"][0]["diagnostics"].as_array().unwrap();
    let codes: Vec<_> = findings.iter().filter_map(|each| each["code"].as_str()).collect();
    for code in
        ["CX002", "CX003", "CX004", "CX005", "CX101", "CX102", "CX103", "CX201", "CX202", "CX203", "CX204", "CX301"]
    {
        assert!(codes.contains(&code), "{code} is not in {codes:?}");
    }
    let concise = workspace.run(&["validate", "bad.json", "--format", "concise"]);
    concise.exits(1).prints(&["bad.json:3:57: error[CX002] "]);
    workspace.run(&["validate", "bad.json"]).exits(1).prints(&["error[CX103] key-collision", "nothing was sent"]);
}

#[test]
fn the_configuration_says_what_may_be_empty_and_which_parameters_there_are() {
    let workspace = Workspace::new();
    workspace.profile("[validate]\nallow_empty = [\"a\"]\n[env.dev]\nparams = {region = \"x\"}\n[env.prod]\n");
    let variables = json!([
        {"name": "a", "type": "string", "value": ""},
        {"name": "b", "type": "string", "value": ""},
        {"name": "c", "type": "string", "value_from": {"param": "region"}},
    ]);
    workspace.write("vars.json", variables.to_string());
    let concise = |args: &[&str]| workspace.run(&[&["validate", "vars.json", "--format", "concise"], args].concat());
    concise(&[]).exits(1).prints(&["warning[CX207]", "error[CX602]", "in the environment `prod`"]);
    let dev = concise(&["--env", "dev"]).exits(0).stdout();
    assert!(!dev.contains("CX602") && dev.matches("CX207").count() == 1, "{dev}");
    concise(&["--env", "prod"]).exits(1).prints(&["CX602"]);
}

#[test]
fn the_format_is_that_of_the_file_name() {
    let workspace = Workspace::new();
    let yaml = "variables:\n- name: a # not JSON\n  type: integer\n  value: 3\n";
    workspace.write("vars.yaml", yaml);
    workspace.write(".env", "A=1 # cxvars: type=intger\n");
    let found = workspace.run(&["validate", "vars.yaml", ".env", "--format", "concise"]);
    found.exits(1).prints(&["vars.yaml:4:10: error[CX007] ", ".env:1:20: error[CX201] "]);
    let piped = workspace.run_with(&["validate", "-", "--stdin-filename", "x.yml"], yaml.as_bytes());
    piped.exits(1).prints(&["error[CX007]", "value: \u{2026}"]);
    workspace.run_with(&["validate", "-"], yaml.as_bytes()).exits(1).prints(&[
        "error[CX001]",
        "begins like YAML",
        "--stdin-filename",
    ]);
    let applied = workspace.run(&["apply", ACTION, "-f", "vars.yaml", "--sandbox", "--yes"]);
    applied.exits(1).prints(&["error[CX007]"]);
    workspace.write("vars.yaml", yaml.replace("value: 3", "value: \"3\""));
    let applied = workspace.run(&["apply", ACTION, "-f", "vars.yaml", "--sandbox", "--yes"]);
    applied.exits(0).prints(&["created a"]);
}

#[test]
fn broken_documents_are_findings_and_never_a_panic() {
    let workspace = Workspace::new();
    for text in broken() {
        let output = workspace.run_with(&["validate", "-", "--format", "json"], &text);
        let findings = output.exits(1).json()["files"][0]["diagnostics"].as_array().map(Vec::len);
        assert!(findings > Some(0), "{output:?}");
        workspace.run_with(&["validate", "-", "--format", "concise"], &text).exits(1);
    }
}

#[test]
fn thousands_of_findings_on_one_line_are_all_counted() {
    let workspace = Workspace::new();
    workspace.write("bad.json", format!("[{}3]", "3,".repeat(4_999)));
    workspace.run(&["validate", "bad.json"]).exits(1).prints(&["5000 errors"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_beats_findings() {
    let workspace = Workspace::new();
    workspace.write("bad.json", "[");
    let report = workspace.run(&["validate", "bad.json", "missing.json", "--format", "json"]).exits(3).json();
    assert_eq!(report["errors"][0]["path"], "missing.json");
    assert_eq!(report["files"][0]["diagnostics"][0]["code"], "CX001");
    workspace.run(&["validate", "missing.json", "--exit-zero"]).exits(3).says(&["missing.json"]);
    workspace.run(&["validate"]).exits(2);
}

#[test]
fn the_exit_code_depends_on_the_level_and_never_on_the_format() {
    let workspace = Workspace::new();
    workspace.write("vars.json", document(&[secret("_a", "x")]));
    for format in Format::all().map(Format::name) {
        workspace.run(&["validate", "vars.json", "--format", format]).exits(1);
        workspace.run(&["validate", "vars.json", "--format", format, "--exit-zero"]).exits(0);
    }
    workspace.profile("[validate.severity]\nCX102 = \"warning\"");
    for format in Format::all().map(Format::name) {
        workspace.run(&["validate", "vars.json", "--format", format]).exits(0);
        workspace.run(&["validate", "vars.json", "--format", format, "--fail-level", "warning"]).exits(1);
    }
    workspace.profile("[validate.severity]\nCX102 = \"off\"");
    workspace.run(&["validate", "vars.json", "--fail-level", "warning"]).exits(0);
}

#[test]
fn the_parent_scope_is_the_flags_then_the_documents_then_the_configurations() {
    let workspace = Workspace::new();
    let mut variable = plain("a", "x");
    variable["scope"] = json!("template");
    workspace.write("vars.json", document(&[variable.clone()]));
    workspace.run(&["validate", "vars.json"]).exits(1).prints(&["CX302"]);
    workspace.run(&["validate", "vars.json", "--parent-scope", "template"]).exits(0);
    workspace.profile("[validate]\nparent_scope = \"global\"");
    workspace.run(&["validate", "vars.json"]).exits(0);
    workspace.run(&["validate", "vars.json", "--parent-scope", "action"]).exits(1);
    workspace.write("vars.json", json!({"parent_scope": "action", "variables": [variable]}).to_string());
    workspace.run(&["validate", "vars.json"]).exits(1);
}

#[test]
fn standard_output_holds_the_result_and_nothing_else() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    let sandbox = ["--sandbox", "--format", "json", "-vv"];
    for command in
        [&["apply", ACTION, "-f", "vars.json"][..], &["plan", ACTION, "-f", "vars.json"], &["rotation", ACTION]]
    {
        let output = workspace.run(&[command, &sandbox].concat());
        output.exits(0).says(&["SANDBOX: "]).json();
        let quiet = workspace.run(&[command, &["--sandbox", "-q"]].concat());
        quiet.exits(0);
        assert!(quiet.stderr.is_empty() && !quiet.stdout().contains("SANDBOX"), "{quiet:?}");
    }
    for command in [&["validate", "vars.json"][..], &["metrics"], &["audit", "verify"], &["audit", "show"]] {
        workspace.run(&[command, &sandbox].concat()).exits(0).json();
    }
    workspace.run(&["schema"]).exits(0).json();
}

#[test]
fn a_plan_of_a_document_with_findings_is_json_where_that_is_asked() {
    let workspace = Workspace::new();
    workspace.write("bad.json", document(&[plain("_a", "x")]));
    let report = workspace.run(&["plan", ACTION, "-f", "bad.json", "--sandbox", "--format", "json"]).exits(1).json();
    assert_eq!(report["files"][0]["diagnostics"][0]["code"], "CX102");
}

#[test]
fn colour_follows_the_flag_then_no_color_then_force_color() {
    let mut workspace = Workspace::new();
    workspace.write("bad.json", "[3]");
    let colored = |workspace: &Workspace, flags: &[&str]| {
        workspace.run(&[&["validate", "bad.json"], flags].concat()).exits(1).stdout().contains('\u{1b}')
    };
    assert!(!colored(&workspace, &[]), "no terminal, no colour");
    assert!(colored(&workspace, &["--color", "always"]));
    workspace.env("FORCE_COLOR", "1");
    assert!(colored(&workspace, &[]));
    assert!(!colored(&workspace, &["--color", "never"]));
    assert!(!workspace.run(&["validate", "bad.json", "--format", "json"]).stdout().contains('\u{1b}'));
    workspace.env("NO_COLOR", "1");
    assert!(!colored(&workspace, &[]));
    assert!(colored(&workspace, &["--color", "always"]));
    // An empty variable counts as unset.
    workspace.env("NO_COLOR", "");
    assert!(colored(&workspace, &[]));
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_no_panic() {
    let workspace = Workspace::new();
    workspace.write("bad.json", format!("[{}3]", "3,".repeat(300)));
    for args in [&["explain"][..], &["--help"], &["schema"], &["completions", "bash"], &["validate", "bad.json"]] {
        let mut child = workspace.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.is_empty() && output.status.code().is_some(), "{args:?}: {:?} {stderr}", output.status);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_cut_short_does_not_panic() {
    let workspace = Workspace::new();
    let binary = cxvars_tests::process::binary().display().to_string();
    let pipeline = ["explain", "--help", "schema"].map(|command| format!("'{binary}' {command} | head -c 1"));
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &pipeline.join("; ")]).current_dir(workspace.project());
    let output = Running::start(command, b"").wait();
    output.exits(0);
    assert_eq!((output.stdout.len(), output.stderr.len()), (3, 0), "{output:?}");
}

#[test]
fn every_command_helps_itself_and_every_rule_is_explained() {
    let workspace = Workspace::new();
    for command in ["validate", "plan", "apply", "rotation", "sandbox"] {
        workspace.run(&[command, "--help"]).exits(0).prints(&["Examples:"]);
    }
    let explained = workspace.run(&["explain", "cx103"]);
    explained.exits(0).prints(&["CX103", "key-collision"]);
    assert_eq!(workspace.run(&["explain", "key-collision"]).stdout(), explained.stdout());
    let list = workspace.run(&["explain"]).exits(0).stdout();
    for line in list.lines().filter(|line| line.starts_with("CX")) {
        workspace.run(&["explain", &line[..5]]).exits(0);
    }
    workspace.run(&["explain", "CX999"]).exits(2).says(&["CX999"]);
}

#[test]
fn the_schema_is_printed_in_both_drafts() {
    let workspace = Workspace::new();
    let schema = |args: &[&str]| workspace.run(&[&["schema"], args].concat()).exits(0).json();
    assert_eq!(schema(&[]), schema(&["--draft", "2020-12"]));
    assert!(schema(&[])["$defs"]["variable"].is_object());
    let draft7 = schema(&["--draft", "7"]);
    assert_eq!(draft7["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(draft7["definitions"]["variable"].is_object() && draft7.get("$defs").is_none());
    workspace.run(&["schema", "--draft", "4"]).exits(2).says(&["2020-12"]);
}
