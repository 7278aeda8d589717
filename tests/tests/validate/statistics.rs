//! `validate --statistics`: how often each rule fired.

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::Workspace;
use serde_json::json;

#[test]
fn rules_are_counted_instead_of_listed_and_files_still_get_the_findings() {
    let workspace = Workspace::new();
    workspace.write("a.json", document(&[plain("_one", "CANARY-7f3a9c"), plain("_two", "")]));
    workspace.write("b.json", "[{\"name\": \"_c\", \"type\": \"integer\", \"value\": 3}]");
    let output = workspace.run(&["validate", ".", "--statistics", "--output", "jsonl=all.jsonl"]);
    output.exits(1).prints(&[
        "findings  files  fixable  severity  code   name\n",
        "       3      2        0  error     CX102  leading-underscore\n",
        "       1      1        1  error     CX002  wrong-shape\n",
        "4 errors, 1 warning in 2 files",
    ]);
    assert_eq!(workspace.read("all.jsonl").lines().count(), 5);
    let report = workspace.run(&["validate", ".", "--statistics", "--format", "json", "--exit-zero"]).exits(0).json();
    let first = json!({
        "code": "CX102", "name": "leading-underscore", "severity": "error", "findings": 3, "files": 2, "fixable": 0
    });
    assert_eq!((&report["version"], &report["statistics"][0]), (&json!(1), &first));
    assert_eq!(report["summary"]["warnings"], 1);
    workspace.run(&["validate", ".", "--statistics", "--format", "sarif"]).exits(2).says(&["use --format json"]);
    let missing = workspace.run(&["validate", "none.json", "--statistics", "--format", "json"]);
    missing.exits(3).says(&["cannot read `none.json`"]);
}
