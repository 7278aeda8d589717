//! Compares every format of `validate`, on one set of documents, with the files in `reports/expected/`.
//!
//! After an intended change, update them with `UPDATE_EXPECTED=1 cargo test -p cxvars-tests --test validate`.

use std::fs;
use std::path::{Path, PathBuf};

use cxvars_core::render::Format;
use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Output, Running, Workspace};
use serde_json::Value;

/// The documents, in the order of the command line. The last one does not exist.
const DOCUMENTS: [&str; 4] = ["clean.json", "./odd/näme, 100% & #2's.json", "syntax.json", "missing.json"];
/// The values in the documents.
const VALUES: [&str; 2] = ["CANARY-7f3a9c", "731905"];

fn reports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports")
}

/// Runs `validate` over the documents, in their folder.
fn validate(workspace: &Workspace, flags: &[&str]) -> Output {
    let mut command = workspace.command(&["validate"]);
    let folder = reports().join("documents");
    // Paths start at this folder, whether or not the tests run in a clone of the repository.
    command.env("CI_PROJECT_DIR", &folder).current_dir(folder).args(DOCUMENTS).args(flags);
    Running::start(command, b"").wait()
}

/// The report in a file that `--output` wrote.
fn written(workspace: &Workspace, format: Format) -> String {
    workspace.read(&format!("report.{}", format.name()))
}

/// Writes every format to a file of the project.
fn all_outputs(workspace: &Workspace) -> Vec<String> {
    let path = |format: Format| workspace.project().join(format!("report.{}", format.name()));
    Format::all().map(|format| format!("--output={}={}", format.name(), path(format).display())).collect()
}

/// Removes from a SARIF log what changes with new rules and releases: the rules, their indices and the version.
fn without_rules(log: &str) -> String {
    let mut log: Value = serde_json::from_str(log).unwrap();
    let run = &mut log["runs"][0];
    let driver = run["tool"]["driver"].as_object_mut().unwrap();
    driver.remove("rules").unwrap();
    driver.remove("version").unwrap();
    for result in run["results"].as_array_mut().unwrap() {
        result.as_object_mut().unwrap().remove("ruleIndex").unwrap();
    }
    serde_json::to_string_pretty(&log).unwrap() + "\n"
}

#[test]
fn every_format_is_what_is_expected_and_holds_no_value() {
    let workspace = Workspace::new();
    let outputs = all_outputs(&workspace);
    validate(&workspace, &outputs.iter().map(String::as_str).collect::<Vec<_>>()).exits(3);
    for format in Format::all() {
        let report = written(&workspace, format);
        for value in VALUES {
            assert!(!report.contains(value), "{} holds a value:\n{report}", format.name());
        }
        assert!(report.contains("CX103"), "{} holds findings:\n{report}", format.name());
        let report = if format.name() == "sarif" { without_rules(&report) } else { report };
        let path = reports().join(format!("expected/report.{}", format.name()));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, &report).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(report == expected, "{} differs from {}; it is now:\n{report}", format.name(), path.display());
    }
}

#[test]
fn the_documents_hold_the_values_that_are_looked_for() {
    let odd = fs::read_to_string(reports().join("documents").join(DOCUMENTS[1])).unwrap();
    assert!(VALUES.iter().all(|value| odd.contains(value)));
}

#[test]
fn standard_output_and_file_get_the_same_report_but_for_colour() {
    let workspace = Workspace::new();
    let outputs = all_outputs(&workspace);
    for format in Format::all() {
        let flags: Vec<&str> = ["--format", format.name(), "--color=always"]
            .into_iter()
            .chain(outputs.iter().map(String::as_str))
            .collect();
        let output = validate(&workspace, &flags);
        let file = written(&workspace, format);
        assert!(!file.contains('\u{1b}'), "{file}");
        assert_eq!(output.exits(3).stdout() == file, format.name() != "text", "only text is coloured");
        assert_eq!(output.stderr.is_empty(), format.names_unread(), "{output:?}");
    }
}

#[test]
fn a_clean_run_is_a_report_too() {
    let workspace = Workspace::new();
    workspace.write("vars.json", document(&[secret("a", "x")]));
    let report = |format: &str| workspace.run(&["validate", "vars.json", "--format", format]).exits(0).stdout();
    let sarif: Value = serde_json::from_str(&report("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert_eq!((report("jsonl"), report("github"), report("gitlab")), (String::new(), String::new(), "[]\n".into()));
    assert!(report("junit").contains("tests=\"1\" failures=\"0\" errors=\"0\""));
}

#[test]
fn code_hosts_get_paths_from_the_root_however_a_document_is_named() {
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.project().join("team/bu07")).unwrap();
    fs::create_dir(workspace.project().join(".git")).unwrap();
    workspace.write("team/bu07/vars.json", document(&[plain("_a", "x"), plain("_b", "x")]));
    let absolute = workspace.project().join("team/bu07/vars.json");
    let report = |folder: &str, argument: &str, format: &str| {
        let mut command = workspace.command(&["validate", argument, "--format", format]);
        command.current_dir(workspace.project().join(folder));
        let output = Running::start(command, b"").wait();
        output.exits(1);
        output.stdout()
    };
    for format in ["sarif", "gitlab", "github"] {
        let first = report("", "team/bu07/vars.json", format);
        assert_eq!(first.matches("team/bu07/vars.json").count(), 2, "{first}");
        for (folder, argument) in [("team", "./bu07/vars.json"), ("team/bu07", "../bu07/vars.json"), ("team", "bu07")] {
            assert_eq!(report(folder, argument, format), first);
        }
        assert_eq!(report("team", absolute.to_str().unwrap(), format), first);
    }
    assert!(report("team", "bu07/vars.json", "concise").starts_with("bu07/vars.json:"), "as it was given");
}

#[test]
fn outputs_that_cannot_be_are_refused_before_anything_is_written() {
    let workspace = Workspace::new();
    let text = document(&[plain("_a", "x")]).to_string();
    workspace.write("vars.json", &text);
    fs::create_dir(workspace.project().join("folder")).unwrap();
    let cases: [(&[&str], i32, &str); 8] = [
        (&["sarf=a"], 2, "did you mean `sarif`?"),
        (&["sarif"], 2, "a path is missing"),
        (&["text=-"], 2, "--format text"),
        (&["json=a", "sarif=folder/../a"], 2, "same file"),
        (&["json=vars.json"], 2, "a document to check"),
        (&["json=none/a"], 3, "create it first"),
        (&["json=folder"], 3, "not a regular file"),
        (&["json=good", "sarif=none/a"], 3, "none/a"),
    ];
    for (outputs, code, message) in cases {
        let flags = outputs.iter().flat_map(|output| ["--output", output]);
        let args: Vec<&str> = ["validate", "vars.json"].into_iter().chain(flags).collect();
        let output = workspace.run(&args);
        output.exits(code).says(&[message]);
        assert_eq!(output.stdout(), "", "{outputs:?}");
    }
    assert_eq!(workspace.read("vars.json"), text);
    let left = fs::read_dir(workspace.project()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut left: Vec<_> = left.collect();
    left.sort();
    assert_eq!(left, ["cxvars.toml", "folder", "vars.json"]);
}
