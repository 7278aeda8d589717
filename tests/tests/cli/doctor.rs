//! `doctor` reports what would make an apply fail, and writes nothing.

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

fn doctor(workspace: &Workspace, exit: i32) -> Value {
    workspace.run(&["doctor", ACTION, "--format", "json"]).exits(exit).json()
}

/// The status of the last check of this name.
fn status<'r>(report: &'r Value, name: &str) -> &'r str {
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().rfind(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {report:#}"))["status"].as_str().expect("a status")
}

#[test]
fn where_all_is_well_it_says_so_and_leaves_no_trace() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    let report = doctor(&workspace, 0);
    for name in ["config", "reach", "clock", "token", "scopes", "action", "audit", "key"] {
        assert_eq!(status(&report, name), "ok", "{name}\n{report:#}");
    }
    assert_eq!(status(&report, "write"), "skip");
    assert_eq!(report["version"], 1);
    assert_eq!(service.methods(), "GET POST GET");
    assert!(!workspace.project().join(".cxvars").exists(), "nothing was written");
    workspace.run(&["doctor", ACTION]).exits(0).prints(&["doctor  (read-only)", "ok    reach    127.0.0.1"]);
}

#[test]
fn the_first_failure_decides_the_exit_code() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.without_env("CXONE_CLIENT_SECRET");
    assert_eq!(status(&doctor(&workspace, 2), "config"), "fail");
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXONE_BASE_URL", "http://127.0.0.1:1");
    let report = doctor(&workspace, 5);
    assert_eq!((status(&report, "reach"), status(&report, "token")), ("fail", "skip"));
    let workspace = Workspace::for_service(&service);
    workspace.write("cxvars.toml", "[profil]\n");
    let report = doctor(&workspace, 2);
    assert_eq!(status(&report, "service"), "skip");
    let workspace = Workspace::for_service(&service);
    workspace.write(".cxvars/audit.jsonl", "no record\n");
    assert_eq!(status(&doctor(&workspace, 1), "audit"), "fail");
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_it_and_what_was_found_is_printed() {
    let fault = json!({"kind": "status", "status": 429, "retry_after": 8});
    let service = Sandbox::start(&json!([{"on": "token", "every": true, "fault": fault}]));
    let workspace = Workspace::for_service(&service);
    let run = workspace.start(&["doctor"], b"");
    service.wait_for("POST", 1);
    run.interrupt();
    run.wait().exits(130).prints(&["ok    reach", "FAIL  service  interrupted"]);
}

#[test]
fn missing_scopes_fail_and_those_that_nobody_needs_are_told() {
    let scope = |scope: &str| json!([{"on": "token", "every": true, "fault": {"kind": "token_scope", "scope": scope}}]);
    let service = Sandbox::start(&scope("dataactions:read"));
    let workspace = Workspace::for_service(&service);
    assert_eq!(status(&doctor(&workspace, 4), "scopes"), "fail");
    workspace.run(&["doctor"]).exits(4).prints(&["FAIL  scopes", "missing: dataactions:write", "Admin Console"]);
    let service = Sandbox::start(&scope("dataactions:read dataactions:write dataactions:delete"));
    let workspace = Workspace::for_service(&service);
    assert_eq!(status(&doctor(&workspace, 0), "scopes"), "warn");
    workspace.run(&["doctor"]).exits(0).prints(&["warn  scopes", "dataactions:delete granted, never needed"]);
}

#[test]
fn a_pipeline_is_warned_of_what_it_will_lose() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
    workspace.env("CI", "true");
    let report = doctor(&workspace, 0);
    assert_eq!((status(&report, "audit"), status(&report, "key")), ("warn", "warn"));
}

#[test]
fn an_action_under_another_name_is_not_the_one_that_was_meant() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("cxvars.toml", "[env.prod.actions.crm]\nid = \"da-1\"\nexpect_name = \"CRM Lookup\"\n");
    for name in ["crm", "da-1"] {
        let doctor = ["doctor", name, "--env", "prod"];
        workspace.run(&doctor).exits(2).prints(&["FAIL  action", "expects `CRM Lookup`"]);
        // The simulator has the actions of the configuration.
        workspace.run(&[&doctor[..], &["--sandbox"]].concat()).exits(0).prints(&["ok    action   da-1 \"CRM Lookup\""]);
    }
}
