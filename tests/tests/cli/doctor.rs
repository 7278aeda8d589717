//! `doctor` reports what would make an apply fail, and writes nothing.

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

fn doctor(workspace: &Workspace, exit: i32) -> Value {
    workspace.run(&["doctor", ACTION, "--format", "json"]).exits(exit).json()
}

/// The last check of this name.
fn check<'r>(report: &'r Value, name: &str) -> &'r Value {
    let checks = report["checks"].as_array().expect("checks");
    checks.iter().rfind(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {report:#}"))
}

/// The status of the last check of this name.
fn status<'r>(report: &'r Value, name: &str) -> &'r str {
    check(report, name)["status"].as_str().expect("a status")
}

#[track_caller]
fn says(report: &Value, name: &str, status: &str, parts: &[&str]) {
    let check = check(report, name);
    assert_eq!(check["status"], status, "{check:#}");
    for part in parts {
        assert!(check["detail"].as_str().expect("text").contains(part), "{part:?} is not in {check:#}");
    }
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

#[test]
fn a_key_that_an_apply_could_not_use_is_not_ok() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let apply = ["apply", ACTION, "-f", "vars.json", "--yes"];
    let key = workspace.home().join("state/cxvars/fingerprint.key");
    says(&doctor(&workspace, 0), "key", "ok", &["the first apply creates"]);
    assert!(!key.exists(), "doctor writes nothing");
    workspace.run(&apply).exits(0);
    says(&doctor(&workspace, 0), "key", "ok", &["fingerprint.key"]);
    std::fs::write(&key, "CANARY is no key").unwrap();
    workspace.run(&apply).says(&["64 hex digits"]);
    says(&doctor(&workspace, 0), "key", "warn", &["64 hex digits"]);
    workspace.env("XDG_STATE_HOME", &key.display().to_string());
    says(&doctor(&workspace, 0), "key", "warn", &["not a folder"]);
    for text in ["hunter2", "00ff", &"z".repeat(64)] {
        workspace.env("CXVARS_FINGERPRINT_KEY", text);
        workspace.run(&apply).exits(2).says(&["CXVARS_FINGERPRINT_KEY"]);
        let report = doctor(&workspace, 2);
        says(&report, "key", "fail", &["CXVARS_FINGERPRINT_KEY"]);
        assert!(!report.to_string().contains(text));
    }
    workspace.env("CXVARS_FINGERPRINT_KEY", &"0f".repeat(32));
    says(&doctor(&workspace, 0), "key", "ok", &["in CXVARS_FINGERPRINT_KEY"]);
}

#[test]
fn a_given_token_is_not_ok_before_it_was_tried() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXONE_TOKEN", "a-token-that-nobody-granted");
    let report = doctor(&workspace, 4);
    says(&report, "token", "skip", &["given in CXONE_TOKEN"]);
    says(&report, "action", "fail", &["CXONE_TOKEN", "401"]);
    workspace.run(&["doctor"]).exits(0).prints(&["skip  token    given in CXONE_TOKEN, not tried: name an action"]);
    workspace.env("CXONE_TOKEN", "two words");
    let report = doctor(&workspace, 2);
    says(&report, "config", "fail", &["`CXONE_TOKEN` is not a token"]);
}

#[test]
fn an_open_update_is_told_with_the_command_that_decides_it() {
    let lost = json!({"kind": "reset", "when": "before_commit"});
    let blind = json!({"kind": "status", "status": 503});
    let service = Sandbox::start(&json!([
        {"on": "put", "times": 100, "fault": lost},
        {"on": "get", "from": 2, "times": 60, "fault": blind}
    ]));
    let workspace = Workspace::for_service(&service);
    let actions = "[env.prod.actions.crm]\nid = \"da-1\"\nfile = \"vars.json\"";
    workspace.profile(&format!("deadline_s = 1\n{actions}"));
    workspace.write("vars.json", EXAMPLE);
    workspace.run(&["apply", "crm", "--env", "prod", "--yes"]).exits(7);
    let log = workspace.read(".cxvars/audit.jsonl");
    let state = workspace.read(".cxvars/state.json");
    let doctor = |args: &[&str]| workspace.run(&[&["doctor", "--format", "json"], args].concat()).json();
    for (log, state) in [(&log, &state), (&log, &String::new()), (&String::new(), &state)] {
        workspace.write(".cxvars/audit.jsonl", log);
        workspace.write(".cxvars/state.json", state);
        says(&doctor(&["--env", "prod"]), "open", "warn", &["da-1", "`cxvars reconcile da-1 --env prod`"]);
        assert!(!doctor(&["--sandbox"]).to_string().contains("da-1"), "the simulator is another service");
    }
    workspace.write(".cxvars/state.json", "no state\n");
    says(&doctor(&[]), "open", "warn", &["state.json`: it is damaged"]);
    let elsewhere = Sandbox::start(&json!([]));
    workspace.profile(&format!("{actions}\n[env.test]\nbase_url = \"{}\"", elsewhere.url()));
    workspace.write(".cxvars/audit.jsonl", &log);
    says(&doctor(&["--env", "test"]), "open", "warn", &["in the environment of that service"]);
}

#[test]
fn built_in_values_that_nothing_confirms_are_named() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    says(
        &doctor(&workspace, 0),
        "profile",
        "warn",
        &["from the reference only: token_url, auth, discovery, action_path"],
    );
    let known = "base = \"cxone-back-end\"\naction_path = \"/api/v2/dataactions/{id}\"\nbody = \"merge_full\"\n";
    workspace.profile(&format!("{known}issuer = \"{}\"", service.url()));
    workspace.env("CXONE_ACCESS_KEY_ID", "k").env("CXONE_ACCESS_KEY_SECRET", "s").without_env("CXONE_BASE_URL");
    let report = doctor(&workspace, 0);
    says(&report, "profile", "warn", &["observed in public clients: base_url, discovery"]);
    let detail = check(&report, "profile")["detail"].to_string();
    assert!(!["action_path", "body", "auth", "token_url"].iter().any(|item| detail.contains(item)), "{detail}");
    says(&report, "token", "ok", &["granted"]);
    assert_eq!(status(&doctor(&workspace, 0), "reach"), "ok");
    let sandbox = workspace.run(&["doctor", "--sandbox", "--format", "json"]).exits(0).json();
    assert_eq!(status(&sandbox, "profile"), "skip");
}

#[test]
fn what_an_apply_would_stumble_over_on_this_machine_fails() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let apply = ["apply", ACTION, "-f", "vars.json", "--yes"];
    workspace.profile("[webhook]\nurl = \"http://127.0.0.1:9/hook\"");
    workspace.run(&apply).exits(2).says(&["CXVARS_WEBHOOK_SECRET"]);
    says(&doctor(&workspace, 2), "webhook", "fail", &["CXVARS_WEBHOOK_SECRET"]);
    workspace.env("CXVARS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    says(&doctor(&workspace, 0), "webhook", "ok", &["127.0.0.1"]);
    workspace.profile("");
    for log in ["vars.json/audit.jsonl", "vars.json/new/audit.jsonl", "/proc/no/such/audit.jsonl"] {
        workspace.env("CXVARS_AUDIT_LOG", log);
        workspace.run(&apply).exits(3).says(&["audit log"]);
        assert_eq!(status(&doctor(&workspace, 3), "audit"), "fail", "{log}");
    }
    workspace.without_env("CXVARS_AUDIT_LOG");
    let _ = std::fs::remove_dir_all(workspace.project().join(".cxvars"));
    workspace.write(".cxvars", "a file");
    workspace.run(&apply).exits(3).says(&[".cxvars"]);
    says(&doctor(&workspace, 3), "state", "fail", &[".cxvars"]);
    assert_eq!(service.count("PUT"), 0);
}
