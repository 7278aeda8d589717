//! `validate --write-baseline` and `[validate] baseline`: the known findings of an old project.

use std::fs;

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::Workspace;
use serde_json::{Value, json};

/// A project with findings in two documents.
fn old_project() -> Workspace {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.project().join("bu07")).unwrap();
    workspace.write("a.json", document(&[plain("_one", "CANARY-7f3a9c"), plain("two", "")]));
    workspace.write("bu07/b.json", document(&[plain("_one", "x")]));
    workspace.write("cxvars.toml", "[validate]\nbaseline = \"known.json\"\n");
    workspace
}

fn summary(workspace: &Workspace, args: &[&str]) -> Value {
    let args: Vec<&str> = ["validate", "--format", "json"].iter().chain(args).copied().collect();
    workspace.run(&args).json()["summary"].clone()
}

#[test]
fn known_findings_are_counted_and_not_shown_and_new_ones_fail() {
    let workspace = old_project();
    workspace
        .run(&["validate", "."])
        .exits(3)
        .says(&["cannot read the baseline `known.json`", "`cxvars validate . --write-baseline known.json` makes it"]);
    workspace
        .run(&["validate", ".", "--write-baseline", "known.json"])
        .exits(0)
        .says(&["wrote 3 known findings to known.json\n"])
        .prints(&["0 errors, 0 warnings in 2 files; 3 known from the baseline"]);
    workspace
        .run(&["validate", ".", "--no-config", "--write-baseline", "other.json"])
        .exits(0)
        .says(&["to other.json; name it as `baseline` under [validate] in cxvars.toml, or it does not count"]);
    fs::remove_file(workspace.project().join("other.json")).unwrap();
    let written = workspace.read("known.json");
    assert!(!written.contains("CANARY") && written.contains("bu07/b.json"), "{written}");

    let output = workspace.run(&["validate", "."]);
    output.exits(0).prints(&["3 known from the baseline"]);
    assert!(!output.stdout().contains("CX102") && output.stderr().is_empty(), "{output:?}");
    assert_eq!(summary(&workspace, &["."]), json!({"files": 2, "skipped": 0, "errors": 0, "warnings": 0, "known": 3}));
    // From another folder, and with an absolute path.
    let absolute = workspace.project().join("bu07/b.json");
    workspace.run(&["validate", absolute.to_str().unwrap()]).exits(0);

    // Variables above, line breaks and other values change nothing; a new mistake does.
    workspace.write("a.json", document(&[plain("new", "x"), plain("_one", "other"), plain("two", "")]));
    workspace.run(&["validate", "."]).exits(0);
    workspace.write("a.json", document(&[plain("_one", "x"), plain("two", ""), plain("_three", "x")]));
    let output = workspace.run(&["validate", ".", "--format", "concise"]);
    output.exits(1).prints(&["`_three`", "3 known"]);
    assert_eq!(output.stdout().matches("CX102").count(), 1);
}

#[test]
fn what_is_gone_is_named_and_taken_out_without_losing_the_documents_that_were_not_checked() {
    let workspace = old_project();
    let write = |files: &str| workspace.run(&["validate", files, "--write-baseline", "known.json"]);
    write(".").exits(0);
    let all = workspace.read("known.json");
    workspace.write("a.json", document(&[plain("_one", "x"), plain("two", "full")]));
    let gone = "1 finding of the baseline known.json is gone; --write-baseline known.json takes it out";
    workspace.run(&["validate", "a.json"]).exits(0).says(&[gone]);
    let output = workspace.run(&["validate", "bu07/b.json"]);
    assert!(!output.exits(0).stderr().contains("gone"), "a.json was not checked");

    write("a.json").exits(0).says(&["wrote 2 known findings"]);
    let fewer = workspace.read("known.json");
    assert!(all.len() > fewer.len() && fewer.contains("bu07/b.json"), "{fewer}");
    // A document that does not exist any more has no findings.
    fs::remove_file(workspace.project().join("bu07/b.json")).unwrap();
    workspace.run(&["validate", "a.json"]).exits(0).says(&["1 finding of the baseline"]);
    write("a.json").exits(0).says(&["wrote 1 known finding to"]);
    assert_eq!(write("a.json").exits(0).stdout(), write("a.json").stdout());
}

#[test]
fn the_baseline_is_no_document_that_may_need_an_ignore() {
    let workspace = old_project();
    let ignore = "[[ignore]]\ncode = \"CX103\"\nreason = \"r\"\n";
    workspace.write("cxvars.toml", format!("[validate]\nbaseline = \"known.json\"\n{ignore}"));
    workspace.run(&["validate", ".", "--write-baseline", "known.json"]).exits(0);
    workspace.run(&["validate", "."]).exits(0).says(&["cxvars.toml:3 silences nothing (CX103); delete it"]);
}

#[test]
fn what_cannot_be_read_is_never_known_and_nothing_else_is_overwritten() {
    let workspace = old_project();
    workspace.write("broken.json", "[{\"name\": \"a\"");
    workspace
        .run(&["validate", "broken.json", "--write-baseline", "known.json"])
        .exits(1)
        .prints(&["CX001"])
        .says(&["wrote 0 known findings"]);
    workspace.run(&["validate", "broken.json"]).exits(1).prints(&["CX001"]);
    for (file, code) in [("a.json", 2), ("cxvars.toml", 2), ("bu07", 3)] {
        let before = fs::read(workspace.project().join(file)).ok();
        workspace.run(&["validate", "a.json", "--write-baseline", file]).exits(code);
        assert_eq!(fs::read(workspace.project().join(file)).ok(), before, "{file}");
    }
    workspace.run(&["validate", "a.json", "--write-baseline", "-"]).exits(2).says(&["`-` is none"]);
    assert!(!workspace.project().join("-").exists());
    // No report replaces it, nor a file that the configuration extends.
    workspace.write("shared.toml", "");
    workspace.write("cxvars.toml", "extends = \"shared.toml\"\n[validate]\nbaseline = \"known.json\"\n");
    let known = workspace.read("known.json");
    for (flags, what) in [
        (&["--output", "json=known.json"][..], "`known.json`: this is the baseline"),
        (&["--write-baseline", "new.json", "--output", "sarif=./new.json"], "`./new.json`: this is the baseline"),
        (&["--output", "junit=shared.toml"], "this is a configuration file, which would be lost"),
    ] {
        workspace.run(&[&["validate", "a.json"], flags].concat()).exits(2).says(&[what]);
    }
    assert_eq!((workspace.read("known.json"), workspace.read("shared.toml")), (known, String::new()));
    workspace.write("notes.json", "{\"version\": \"hunter2\"}");
    let output = workspace.run(&["validate", "a.json", "--write-baseline", "notes.json"]);
    output.exits(2).says(&["`notes.json`: it is no baseline: line 1"]);
    assert!(!output.stderr().contains("hunter2"));
}

#[test]
fn the_baseline_counts_for_validate_alone() {
    let workspace = old_project();
    workspace.run(&["validate", "a.json", "--write-baseline", "known.json"]).exits(0);
    workspace.run(&["apply", "crm", "-f", "a.json", "--sandbox"]).exits(1).prints(&["CX102"]);
}
