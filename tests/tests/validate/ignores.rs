//! `[[ignore]]`: what it silences, what is reported about it, and what it must not silence.

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::{Output, Workspace};
use cxvars_tests::registration::ACTION;

/// A project with these ignores and a document with the variables `_a` and `_b`, both of which are errors.
fn workspace(ignores: &[&str]) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("vars.json", document(&[plain("_a", "x"), plain("_b", "x")]));
    configure(&workspace, ignores);
    workspace
}

fn configure(workspace: &Workspace, ignores: &[&str]) {
    let tables: Vec<String> =
        ignores.iter().map(|keys| format!("[[ignore]]\n{}\n", keys.replace("; ", "\n"))).collect();
    workspace.write("cxvars.toml", tables.concat());
}

fn validate(ignores: &[&str]) -> Output {
    workspace(ignores).run(&["validate", "vars.json"])
}

#[test]
fn a_silenced_finding_is_gone_and_told_on_stderr() {
    let both = "code = \"CX102\"; reason = \"old names\"";
    let output = validate(&[both]);
    output.exits(0).says(&["note: CX102 (2 times) silenced by cxvars.toml:1 \"old names\"\n"]).prints(&["0 errors"]);
    let one = "code = \"CX102\"; variable = \"_b\"; reason = \"public half\"; expires = 2999-01-31";
    let output = validate(&[one]);
    output.exits(1).says(&["note: CX102 `_b` silenced by cxvars.toml:1 \"public half\" until 2999-01-31\n"]);
    assert!(output.stdout().contains("`_a`") && !output.stdout().contains("`_b`"), "{output:?}");
    assert!(workspace(&[both]).run(&["validate", "vars.json", "-q"]).exits(0).stderr.is_empty());
}

#[test]
fn one_that_silences_nothing_is_a_warning_with_its_line() {
    let other = "code = \"CX103\"; variable = \"region\"; reason = \"r\"";
    let output = validate(&["code = \"CX102\"; reason = \"r\"", other]);
    output.exits(0).says(&["warning: cxvars.toml:4 silences nothing (CX103 `region`); delete it"]);
    let duplicate = "code = \"CX102\"; variable = \"_a\"; reason = \"r\"";
    validate(&["code = \"CX102\"; reason = \"r\"", duplicate]).says(&["cxvars.toml:4 silences nothing (CX102 `_a`)"]);
    // Warnings are printed even with -q.
    workspace(&[other]).run(&["validate", "vars.json", "-q"]).exits(1).says(&["silences nothing"]);
}

#[test]
fn unused_is_said_only_of_one_that_counts_for_a_document_that_was_read() {
    let elsewhere = "code = \"CX103\"; reason = \"r\"; path = \"other/*.json\"";
    assert_eq!(validate(&[elsewhere]).exits(1).stderr(), "");
    let workspace = workspace(&["code = \"CX103\"; reason = \"r\""]);
    workspace.write("broken.json", "[");
    let output = workspace.run(&["validate", "vars.json", "broken.json"]);
    assert_eq!(output.exits(1).stderr(), "", "what a broken document holds is not known");
    let used_in_one = "code = \"CX102\"; reason = \"r\"";
    configure(&workspace, &[used_in_one]);
    workspace.write("clean.json", "[]");
    let output = workspace.run(&["validate", "vars.json", "clean.json"]);
    assert!(!output.exits(0).stderr().contains("silences nothing"), "{output:?}");
}

#[test]
fn unused_is_said_only_when_every_document_that_it_counts_for_was_checked() {
    let unused = |ignore: &str, args: &[&str]| {
        let workspace = workspace(&[ignore]);
        workspace.write("bu07/a.json", "[]");
        workspace.write("bu07/b.json", "[]");
        let output = workspace.run(&[&["validate"], args].concat());
        output.stderr().contains("silences nothing")
    };
    let everywhere = "code = \"CX103\"; reason = \"r\"";
    assert!(!unused(everywhere, &["vars.json"]), "two other documents may need it");
    assert!(!unused(everywhere, &["vars.json", "bu07/a.json"]));
    assert!(unused(everywhere, &["vars.json", "bu07/a.json", "./bu07/../bu07/b.json"]));
    assert!(unused(everywhere, &["."]));
    assert!(!unused(everywhere, &["bu07"]));
    assert!(!unused(everywhere, &[".", "absent.json"]), "something was not read");
    assert!(!unused(everywhere, &[".", "--exclude", "bu07"]), "what was left out may need it");
    assert!(unused(everywhere, &[".", "--exclude", "bu08"]));
    assert!(unused("code = \"CX103\"; reason = \"r\"; path = \"bu07/**\"", &["bu07"]));
    assert!(!unused("code = \"CX103\"; reason = \"r\"; path = \"bu07/**\"", &["bu07/a.json"]));
    assert!(unused("code = \"CX103\"; reason = \"r\"; path = \"bu07/a.json\"", &["bu07/a.json"]));
}

#[test]
fn what_keeps_a_document_from_being_sent_is_not_silenced_and_apply_says_the_same() {
    for (name, document, code, comment) in [
        (
            "vars.yaml",
            "- name: a\n  type: integer\n  value: 3\n",
            "CX007",
            "[[ignore]]\ncode = \"CX007\"\nreason = \"r\"\n",
        ),
        (
            "vars.json",
            r#"[{"name": "a", "type": "text", "value": "x"}]"#,
            "CX201",
            "[validate.severity]\nCX201 = \"off\"\n",
        ),
        ("vars.json", r#"[{"name": "a", "type": "string"}]"#, "CX005", "[validate.severity]\nCX005 = \"warning\"\n"),
        ("vars.yaml", "- name: a\n  type: integer\n  value: 3 # cxvars: ignore[CX007] r\n", "CX007", ""),
    ] {
        let workspace = Workspace::new();
        workspace.write(name, document);
        workspace.write("cxvars.toml", comment);
        let validated = workspace.run(&["validate", name, "--format", "json"]);
        let found = validated.exits(1).json()["files"][0]["diagnostics"][0].clone();
        assert_eq!((&found["code"], &found["severity"]), (&code.into(), &"error".into()));
        let applied = workspace.run(&["apply", ACTION, "-f", name, "--sandbox", "--format", "json"]).exits(1).json();
        assert_eq!(applied["results"][0]["outcome"], "invalid");
        assert_eq!(applied["results"][0]["diagnostics"][0], found);
        if comment.starts_with("[[ignore]]") {
            validated.says(&["error: cxvars.toml:1 cannot silence CX007 `a`", "mend the document"]);
        }
    }
}

#[test]
fn an_expired_one_counts_as_absent_and_says_so() {
    let output = validate(&["code = \"CX102\"; variable = \"_a\"; reason = \"r\"; expires = 2020-11-01"]);
    output.exits(1).says(&["error: cxvars.toml:1 expired 2020-11-01; CX102 `_a` counts again"]);
    output.prints(&["2 errors"]);
    // The exit code and the word are those of the finding.
    let workspace = workspace(&["code = \"CX207\"; reason = \"r\"; expires = 2020-11-01"]);
    workspace.write("vars.json", document(&[plain("a", "")]));
    let said = ["warning: cxvars.toml:1 expired 2020-11-01; CX207 `a` counts again"];
    workspace.run(&["validate", "vars.json"]).exits(0).says(&said);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]).exits(0).says(&said);
    let output = validate(&["code = \"CX103\"; reason = \"r\"; expires = 2020-11-01"]);
    output.exits(1).says(&["warning: cxvars.toml:1 expired 2020-11-01 and silences nothing (CX103); delete it"]);
}

#[test]
fn a_path_is_a_glob_from_the_projects_folder() {
    let ignore = "code = \"CX102\"; reason = \"r\"; path = ";
    for (glob, matches) in [
        ("sub/deep/vars.json", true),
        ("./sub/deep/*.json", true),
        ("sub/**", true),
        ("**/vars.json", true),
        ("sub/*.json", false),
        ("*.json", false),
        ("deep/vars.json", false),
    ] {
        let workspace = workspace(&[&format!("{ignore}\"{glob}\"")]);
        workspace.write("sub/deep/vars.json", document(&[plain("_a", "x")]));
        for named in ["sub/deep/vars.json", "./sub/../sub/deep/vars.json", "sub"] {
            workspace.run(&["validate", named]).exits(if matches { 0 } else { 1 });
        }
        let stdin = ["validate", "-", "--stdin-filename", "sub/deep/vars.json"];
        workspace.run_with(&stdin, document(&[plain("_a", "x")]).as_bytes()).exits(if matches { 0 } else { 1 });
        workspace.run(&["validate", "vars.json"]).exits(if glob.starts_with('*') { 0 } else { 1 });
        workspace.run_with(&["validate", "-"], document(&[plain("_a", "x")]).as_bytes()).exits(1);
    }
    // Several documents with different ignores, in one run.
    let workspace = workspace(&[&format!("{ignore}\"a.json\""), "code = \"CX102\"; reason = \"r\"; path = \"c.json\""]);
    for name in ["a.json", "b.json", "c.json"] {
        workspace.write(name, document(&[plain("_a", "x")]));
    }
    let report = workspace.run(&["validate", "a.json", "b.json", "c.json", "--format", "json"]).exits(1).json();
    let found: Vec<_> = (0..3).map(|n| report["files"][n]["diagnostics"].as_array().map_or(9, Vec::len)).collect();
    assert_eq!(found, [0, 1, 0]);
}

#[test]
fn a_mistake_in_an_ignore_is_a_usage_error_with_its_line() {
    for (ignore, said) in [
        ("code = \"CX1O2\"; reason = \"r\"", "cxvars.toml:1: [[ignore]]: `CX1O2` is no rule; did you mean CX102?"),
        ("code = \"CX001\"; reason = \"r\"", "CX001 cannot be ignored"),
        ("code = \"CX006\"; reason = \"r\"", "CX006 cannot be ignored"),
        ("code = \"CX102\"", "needs `reason`"),
        ("code = \"CX102\"; reason = \" \"", "must not be empty"),
        ("code = \"CX102\"; reason = \"r\"; path = \"a[\"", "`path` is no glob"),
        ("code = \"CX102\"; reason = \"r\"; expires = \"soon\"", "must be a date"),
    ] {
        validate(&[ignore]).exits(2).says(&[said]);
    }
}

#[test]
fn an_apply_honours_an_ignore_and_never_sends_what_cannot_be_read() {
    let apply = ["apply", ACTION, "-f", "vars.json", "--sandbox", "--format", "json"];
    let workspace = workspace(&["code = \"CX003\"; reason = \"r\""]);
    let variable = r#"{"name": "a", "name": "b", "type": "string", "value": "x"}"#;
    workspace.write("vars.json", format!("[{variable}]"));
    let output = workspace.run(&apply);
    output.exits(0).says(&["note: CX003 `a` silenced by cxvars.toml:1"]);
    assert_eq!(output.json()["results"][0]["outcome"], "applied");
    assert!(!output.stderr().contains("silences nothing"));

    configure(&workspace, &["code = \"CX002\"; reason = \"r\""]);
    workspace.write("vars.json", r#"[{"name": "a", "type": "string", "value": "x"}, 3]"#);
    assert_eq!(workspace.run(&apply).exits(1).json()["results"][0]["outcome"], "invalid");
}

#[test]
fn a_comment_of_the_document_silences_and_says_so() {
    let workspace = Workspace::new();
    let document = "# cxvars: ignore[CX102] the action reads it so\n- name: _a\n  type: string\n  value: x\n";
    workspace.write("vars.yaml", document);
    let silenced = workspace.run(&["validate", "vars.yaml"]);
    silenced.exits(0);
    let note = "note: CX102 `_a` silenced by vars.yaml:1 \"the action reads it so\"";
    assert!(silenced.stderr().contains(note), "{}", silenced.stderr());
    workspace.write("vars.yaml", document.replace("_a", "a"));
    let idle = workspace.run(&["validate", "vars.yaml", "--fail-level", "warning", "--format", "concise"]);
    idle.exits(1);
    assert!(idle.stdout().contains("vars.yaml:1:1: warning[CX701] this ignore silences nothing (CX102)"));
}
