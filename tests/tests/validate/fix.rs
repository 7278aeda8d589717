//! `validate --fix` and `--diff`: what they write and print, and their exit codes.

use std::fs;

use cxvars_tests::process::Workspace;
use serde_json::json;

/// A document with four findings: two with safe fixes, one with an unsafe fix, one without a fix.
const FIXABLE: &str = r#"{"variables": [
  {"name": "limit", "type": "integer", "value": 31337, "encrypted": "true"},
  {"name": "flag", "type": "bool", "value": "true"},
  {"name": "_x", "type": "string", "value": "CANARY-7f3a9c"}
]}
"#;

fn safely(text: &str) -> String {
    text.replace("31337", "\"31337\"").replace("\"true\"}", "true}").replace("\"value\": true}", "\"value\": \"true\"}")
}

#[test]
fn safe_fixes_are_written_and_the_rest_is_reported() {
    let workspace = Workspace::new();
    workspace.write("vars.json", FIXABLE);
    let output = workspace.run(&["validate", "vars.json", "--fix", "--format", "json"]);
    output.exits(1).says(&["fixed 2 findings in vars.json"]);
    assert_eq!(workspace.read("vars.json"), safely(FIXABLE));
    let left = &output.json()["files"][0]["diagnostics"];
    assert_eq!(
        (&left[0]["code"], &left[1]["code"], left.as_array().unwrap().len()),
        (&json!("CX201"), &json!("CX102"), 2)
    );
    assert_eq!(output.json()["summary"]["errors"], 2);

    let again = workspace.run(&["validate", "vars.json", "--fix"]);
    again.exits(1).prints(&["CX201", "CX102"]);
    assert!(!again.stderr().contains("fixed"), "{again:?}");
    workspace
        .run(&["validate", "vars.json", "--fix", "--unsafe-fixes"])
        .exits(1)
        .says(&["fixed 1 finding in vars.json"]);
    assert_eq!(workspace.read("vars.json"), safely(FIXABLE).replace("bool", "boolean"));
}

#[test]
fn fixes_that_need_each_other_are_both_applied_and_the_others_are_named_with_the_reason() {
    let workspace = Workspace::new();
    workspace.write("vars.json", r#"[{"name": "on", "type": "BOOLEAN", "value": "FALSE"}]"#);
    workspace.run(&["validate", "vars.json", "--fix"]).exits(0).says(&["fixed 2 findings in vars.json"]);
    assert_eq!(workspace.read("vars.json"), r#"[{"name": "on", "type": "boolean", "value": "false"}]"#);

    let text: String = (0..13).map(|n| format!("- {{name: v{n}, type: boolean, value: off}}\n")).collect();
    let text = text + "- {name: limit, type: integer, value: off}\n";
    workspace.write("vars.yaml", &text);
    for flag in ["--fix", "--diff"] {
        let output = workspace.run(&["validate", "vars.yaml", flag]);
        output.says(&[
            "left out vars.yaml:1 and 12 more: CX007 put it in double quotes; it would lead to the error CX203\n",
            "left out vars.yaml:14: CX007 put it in double quotes; it would lead to the error CX202\n",
        ]);
        assert_eq!(output.stderr().matches("would lead to").count(), 2);
        assert_eq!(workspace.read("vars.yaml"), text);
    }
    workspace.write("vars.json", r#"[{"name": "n", "type": "integer", "value": "+7"}]"#);
    let note = "vars.json: 1 more fix may change what is stored; --unsafe-fixes includes it";
    workspace.run(&["validate", "vars.json", "--fix"]).exits(1).says(&[note]);
}

#[test]
fn a_document_whose_findings_are_all_fixed_ends_with_0() {
    let workspace = Workspace::new();
    workspace.write("vars.json", "[{\"name\": \"a\", \"type\": \"integer\", \"value\": 3},]");
    let output = workspace.run(&["validate", "vars.json", "--fix", "-q"]);
    output.exits(0).prints(&["0 errors, 0 warnings in 1 file"]);
    assert!(output.stderr().is_empty(), "{output:?}");
    assert_eq!(workspace.read("vars.json"), "[{\"name\": \"a\", \"type\": \"integer\", \"value\": \"3\"}]");
}

#[test]
fn the_fixed_text_of_standard_input_goes_to_standard_output_and_the_report_to_stderr() {
    let workspace = Workspace::new();
    let output = workspace.run_with(&["validate", "-", "--fix"], FIXABLE.as_bytes());
    output.exits(1).says(&["fixed 2 findings in <stdin>", "CX201", "2 errors"]);
    assert_eq!(output.stdout(), safely(FIXABLE));
    // A document without fixes is printed unchanged, so that a pipe loses nothing.
    for text in ["[]", "{oops"] {
        assert_eq!(workspace.run_with(&["validate", "-", "--fix"], text.as_bytes()).stdout(), text);
    }
    workspace.write("vars.json", "[]");
    workspace.run_with(&["validate", "-", "vars.json", "--fix"], b"[]").exits(2).says(&["must be the only file"]);
}

#[test]
fn what_cannot_be_read_as_a_whole_is_neither_printed_nor_written() {
    let workspace = Workspace::new();
    let long = format!("{FIXABLE}{}", " ".repeat(1 << 20));
    for (input, code) in [(&b"[\xff,]"[..], "CX001"), (long.as_bytes(), "CX006")] {
        let output = workspace.run_with(&["validate", "-", "--fix"], input);
        output.exits(1).says(&[code]);
        assert!(output.stdout.is_empty());
        let path = workspace.write("vars.json", input);
        workspace.run(&["validate", "vars.json", "--fix"]).exits(1).prints(&[code]);
        assert_eq!(fs::read(path).unwrap(), input);
    }
}

#[test]
fn a_diff_shows_structure_and_no_value_and_writes_nothing() {
    let workspace = Workspace::new();
    workspace.write("vars.json", FIXABLE);
    let output = workspace.run(&["validate", "vars.json", "--diff"]);
    output.exits(1).says(&["would fix vars.json:2: CX002 quote the value", "vars.json:2: CX002 remove the quotes"]);
    output.prints(&[
        "--- vars.json\n+++ vars.json (fixed)\n@@ -1,5 +1,5 @@\n {\"variables\": [\n",
        "-  {\"name\": \"limit\", \"type\": \"integer\", \"value\": …, \"encrypted\": \"…\"},\n",
        "+  {\"name\": \"limit\", \"type\": \"integer\", \"value\": \"…\", \"encrypted\": true},\n",
    ]);
    let shown = output.stdout() + &output.stderr();
    assert!(!shown.contains("31337") && !shown.contains("CANARY") && !shown.contains("CX201"), "{shown}");
    assert_eq!(workspace.read("vars.json"), FIXABLE);
    workspace.run(&["validate", "vars.json", "--diff", "--unsafe-fixes"]).exits(1).says(&["CX201"]);
    workspace.run(&["validate", "vars.json", "--diff", "--exit-zero"]).exits(0);
    workspace.run(&["validate", "vars.json", "missing.json", "--diff"]).exits(3).says(&["missing.json"]);
    // Findings without a fix do not count.
    workspace.write("vars.json", "[{\"name\": \"_x\", \"type\": \"string\", \"value\": \"x\"}]");
    let nothing = workspace.run(&["validate", "vars.json", "--diff"]);
    nothing.exits(0);
    assert!(nothing.stdout.is_empty() && nothing.stderr.is_empty(), "{nothing:?}");
}

#[test]
fn after_a_syntax_error_there_is_a_list_and_no_preview() {
    let workspace = Workspace::new();
    workspace.write("vars.json", "[\n{\"name\": \"a\", \"type\": \"string\", \"value\": \"CANARY-7f3a9c\"},\n]");
    let output = workspace.run(&["validate", "vars.json", "--diff"]);
    output.exits(1).says(&["would fix vars.json:2: CX001 delete the comma", "no preview of vars.json"]);
    assert!(output.stdout.is_empty() && !output.stderr().contains("CANARY"), "{output:?}");
}

#[test]
fn many_files_are_fixed_and_clean_ones_are_not_touched() {
    let workspace = Workspace::new();
    for n in 0..40 {
        workspace.write(&format!("v{n:02}.json"), "[{\"name\": \"a\", \"type\": \"integer\", \"value\": 3}]");
    }
    let clean = workspace.write("clean.json", "[]");
    let before = fs::metadata(&clean).unwrap().modified().unwrap();
    let output = workspace.run(&["validate", ".", "--fix"]);
    output.exits(0);
    let notes: Vec<String> =
        output.stderr().lines().filter(|line| line.starts_with("fixed")).map(str::to_owned).collect();
    let expected: Vec<String> = (0..40).map(|n| format!("fixed 1 finding in ./v{n:02}.json")).collect();
    assert_eq!(notes, expected);
    assert_eq!(fs::metadata(&clean).unwrap().modified().unwrap(), before);
}

#[test]
fn the_flags_that_do_not_go_together_are_refused() {
    let workspace = Workspace::new();
    workspace.write("vars.json", "[]");
    for flags in [&["--unsafe-fixes"][..], &["--fix", "--diff"], &["--diff", "--format", "json"]] {
        workspace.run(&[&["validate", "vars.json"], flags].concat()).exits(2);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_an_error_and_stays() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::new();
    // A device is never replaced.
    workspace.run(&["validate", "/dev/null", "--fix"]).exits(1);
    let path = workspace.write("vars.json", FIXABLE);
    fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
    if fs::OpenOptions::new().write(true).open(&path).is_err() {
        workspace.run(&["validate", "vars.json", "--fix"]).exits(3).says(&["`vars.json` cannot be written"]);
        assert_eq!(workspace.read("vars.json"), FIXABLE);
    }
}
