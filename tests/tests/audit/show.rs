//! `audit show` lists the records that meet conditions; what a missing log means.

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::{Sandbox, Workspace};
use serde_json::{Value, json};

fn filled() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.profile("[env.prod.actions.crm]\nid = \"da-1\"\nfile = \"vars.json\"\n");
    workspace.write("vars.json", document(&[plain("a", "1")]));
    for (actor, action) in [("alice", "da-1"), ("alice", "da-1"), ("bob", "da-2")] {
        workspace.env("GITHUB_ACTIONS", "true").env("GITHUB_ACTOR", actor);
        workspace.run(&["apply", action, "-f", "vars.json", "--yes"]).exits(0);
    }
    (service, workspace)
}

/// The numbers of the records that `audit show` lists.
fn listed(workspace: &Workspace, flags: &[&str]) -> Vec<u64> {
    let report = workspace.run(&[&["audit", "show", "--format", "json"], flags].concat()).exits(0).json();
    report.as_array().expect("a list").iter().map(|record| record["seq"].as_u64().unwrap_or_default()).collect()
}

#[test]
fn records_are_listed_by_what_they_are_about() {
    let (_service, workspace) = filled();
    assert_eq!(listed(&workspace, &[]), [1, 2, 3, 4, 5]);
    for (flags, expected) in [
        (&["--action", "da-1"][..], &[1, 2, 3][..]),
        (&["--action", "crm", "--env", "prod"], &[1, 2, 3]),
        (&["--action", "da-1", "--action", "da-2"], &[1, 2, 3, 4, 5]),
        (&["--outcome", "applied"], &[2, 5]),
        (&["--outcome", "unchanged", "--outcome", "applied"], &[2, 3, 5]),
        (&["--event", "intent"], &[1, 4]),
        (&["--actor", "bob"], &[4, 5]),
        (&["--actor", "alice", "--outcome", "applied"], &[2]),
        (&["--actor", "carol"], &[]),
        (&["--last", "2"], &[4, 5]),
        (&["--event", "intent", "--last", "1"], &[4]),
        (&["--last", "0"], &[]),
        (&["--since", "1h"], &[1, 2, 3, 4, 5]),
        (&["--since", "2020-01-01"], &[1, 2, 3, 4, 5]),
        (&["--since", "9999-01-01T00:00:00Z"], &[]),
    ] {
        assert_eq!(listed(&workspace, flags), expected, "{flags:?}");
    }
    let run = workspace.audit()[3]["run_id"].as_str().expect("a run").to_owned();
    assert_eq!(listed(&workspace, &["--run", &run]), [4, 5]);
    let text = workspace.run(&["audit", "show", "--run", &run]);
    text.exits(0).prints(&["by bob", &format!("run {run}"), "da-2", "create a"]);
    let none = workspace.run(&["audit", "show", "--actor", "carol"]);
    none.exits(0).prints(&["none of the 5 records meets the conditions"]);
}

#[test]
fn a_condition_that_means_nothing_is_refused() {
    let (_service, workspace) = filled();
    let show = |flags: &[&str]| workspace.run(&[&["audit", "show"], flags].concat());
    show(&["--outcome", "aplied"]).exits(2).says(&["aplied", "applied"]);
    show(&["--event", "x"]).exits(2).says(&["intent"]);
    show(&["--since", "yesterday"]).exits(2).says(&["2026-11-29"]);
    show(&["--last", "-1"]).exits(2);
    show(&["--action", "crm"]).exits(2).says(&["choose one with `--env`"]);
}

#[test]
fn a_missing_log_is_absent_and_a_named_one_is_a_mistake() {
    let workspace = Workspace::new();
    let verify = workspace.run(&["audit", "verify"]);
    verify.exits(1).prints(&["absent", ".cxvars/audit.jsonl", "there is no audit log"]);
    let report = workspace.run(&["audit", "verify", "--format", "json"]).exits(1).json();
    assert_eq!((&report["status"], &report["records"]), (&json!("absent"), &json!(0)));
    assert_eq!(report["first_bad"], Value::Null);
    workspace.run(&["audit", "show"]).exits(0).prints(&["no records"]);
    workspace.run(&["metrics"]).exits(0);
    for command in [&["audit", "verify", "lgo.jsonl"][..], &["audit", "show", "lgo.jsonl"], &["metrics", "lgo.jsonl"]] {
        workspace.run(command).exits(3).says(&["there is no file `lgo.jsonl`"]);
    }
    // A log without records was not removed.
    workspace.write("empty.jsonl", "");
    workspace.run(&["audit", "verify", "empty.jsonl"]).exits(0).prints(&["intact", "0 records"]);
}

#[test]
fn a_checkpoint_replaces_only_a_checkpoint() {
    const KEY: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
    let (_service, mut workspace) = filled();
    workspace.env("CXVARS_CHECKPOINT_KEY", KEY);
    let log = workspace.read(".cxvars/audit.jsonl");
    let out = |path: &str| workspace.run(&["audit", "checkpoint", "--out", path]);
    out(".cxvars/audit.jsonl").exits(2).says(&["a part of the log"]);
    out("vars.json").exits(2).says(&["`vars.json` is not a checkpoint"]);
    assert_eq!(workspace.read(".cxvars/audit.jsonl"), log);
    out("checkpoint.json").exits(0);
    out("checkpoint.json").exits(0);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read_as_a_log() {
    let (_service, workspace) = filled();
    workspace.run(&["audit", "verify", "/dev/zero"]).exits(3).says(&["it is a device, and not a file"]);
    let folder = workspace.project().join("segments");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(workspace.project().join(".cxvars/audit.jsonl"), folder.join("a.jsonl")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(folder.join("b.jsonl")).status().unwrap();
    assert!(pipe.success());
    workspace.run(&["audit", "verify", "segments"]).exits(0).prints(&["intact"]);
}
