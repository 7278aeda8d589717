//! The main job of the program: one update, verified and audited, then the same run again without an update.

use std::fs;

use cxvars_tests::document::{EXAMPLE, document, secret, with_value};
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::{ACTION, Expected, Registration};
use serde_json::{Value, json};

const REFERENCE_FIELDS: [&str; 7] =
    ["timestamp", "data_action_id", "variable_count", "encrypted_count", "success", "latency_ms", "error"];

const APPLIED: Expected<'_> =
    Expected { exit: 0, outcome: "applied", attempts: 1, methods: "POST GET PUT GET", commits: 1 };
const UNCHANGED: Expected<'_> =
    Expected { exit: 0, outcome: "unchanged", attempts: 0, methods: "POST GET", commits: 0 };

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn apply_in_sandbox(workspace: &Workspace, flags: &[&str]) -> Value {
    let args = [&["apply", ACTION, "-f", "vars.json", "--sandbox", "--format", "json"], flags].concat();
    workspace.run(&args).exits(0).json()
}

#[test]
fn the_example_is_applied_with_four_requests_and_verified() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    let run = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    run.is(APPLIED);
    assert_eq!((&run.result["variables"], &run.result["encrypted"]), (&json!(3), &json!(1)));
    assert_eq!(run.result["changes"]["create"], json!(["api_endpoint", "auth_token", "retry_limit"]));
    assert_eq!(run.result["verified"], json!({"full": ["api_endpoint", "retry_limit"], "metadata": ["auth_token"]}));
    assert_eq!(run.output.json()["target"], service.url());
    assert_eq!(run.commits[0]["variables"].as_array().map(Vec::len), Some(3));
    let metrics = &run.output.json()["metrics"];
    assert_eq!((&metrics["success_count"], &metrics["failure_count"]), (&json!(1), &json!(0)));
    assert_eq!(metrics["encryption_success_rate"], json!(100.0));
    assert!(metrics["avg_latency_ms"].as_f64() > Some(0.0));
}

#[test]
fn the_report_of_an_apply_has_exactly_the_promised_keys() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    let report = apply_in_sandbox(&workspace, &[]);
    assert_eq!(keys(&report), ["metrics", "results", "target", "version"]);
    assert_eq!(
        keys(&report["results"][0]),
        [
            "action",
            "attempts",
            "changes",
            "diagnostics",
            "encrypted",
            "error",
            "latency_ms",
            "outcome",
            "requests",
            "variables",
            "verified",
            "wait_ms"
        ]
    );
    let changes = &report["results"][0]["changes"];
    assert_eq!(keys(changes), ["carried_over", "create", "delete", "same", "unknown", "update"]);
    assert_eq!(keys(&report["results"][0]["verified"]), ["full", "metadata"]);
    assert_eq!(
        keys(&report["metrics"]),
        ["avg_latency_ms", "encryption_success_rate", "failure_count", "success_count"]
    );
    assert_eq!((&report["version"], &report["target"]), (&json!(1), &json!("sandbox")));
}

#[test]
fn an_apply_leaves_two_audit_lines_with_the_seven_fields_of_the_reference() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    let records = workspace.sandbox_audit();
    assert_eq!(records.len(), 2);
    for record in &records {
        assert!(REFERENCE_FIELDS.iter().all(|field| record.get(field).is_some()), "{record:#}");
        assert_eq!(record["data_action_id"], ACTION);
        assert_eq!((&record["variable_count"], &record["encrypted_count"]), (&json!(3), &json!(1)));
        assert_eq!(record["target"], "sandbox");
    }
    assert_eq!((&records[1]["success"], &records[1]["error"]), (&json!(true), &Value::Null));
    assert_eq!(records[1]["prev"], records[0]["hash"]);
    assert_eq!(records[0]["run_id"], records[1]["run_id"]);
    // The log for real services is unchanged.
    assert!(workspace.audit().is_empty());
}

#[test]
fn the_same_document_again_is_unchanged_without_a_put() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    let again = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    again.is(UNCHANGED);
    assert_eq!(again.result["changes"]["same"], json!(["api_endpoint", "auth_token", "retry_limit"]));
    assert_eq!(again.records.len(), 1);
    let forced = Registration::apply(&workspace, &service, EXAMPLE, &["--force"]);
    forced.is(APPLIED);
}

#[test]
fn a_secret_that_nobody_recognises_is_sent_again_and_never_called_unchanged() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    fs::remove_file(workspace.project().join(".cxvars/state.json")).unwrap();
    let again = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    again.is(APPLIED);
    assert_eq!(again.result["changes"]["unknown"], json!(["auth_token"]));
}

#[test]
fn a_new_value_of_the_secret_alone_sends_exactly_one_put() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    let rotated = EXAMPLE.replace("sk_live_abc123", "sk_live_def456");
    let run = Registration::apply(&workspace, &service, &rotated, &[]);
    run.is(APPLIED);
    assert_eq!(run.result["changes"]["update"], json!(["auth_token"]));
    assert_eq!(run.result["changes"]["same"], json!(["api_endpoint", "retry_limit"]));
    assert_ne!(run.commits[0]["etag"], service.commits()[0]["etag"]);
    Registration::apply(&workspace, &service, &rotated, &[]).is(UNCHANGED);
}

#[test]
fn a_variable_that_only_the_service_has_is_carried_over_unless_pruned() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    let mut fewer: Value = serde_json::from_str(EXAMPLE).unwrap();
    fewer["variables"].as_array_mut().unwrap().remove(2);
    let carried = Registration::apply(&workspace, &service, &fewer.to_string(), &[]);
    carried.is(UNCHANGED);
    assert_eq!(carried.result["changes"]["carried_over"], json!(["retry_limit"]));
    let pruned = Registration::apply(&workspace, &service, &fewer.to_string(), &["--prune=retry_limit"]);
    pruned.is(APPLIED);
    assert_eq!(pruned.result["changes"]["delete"], json!(["retry_limit"]));
    assert_eq!(pruned.commits[0]["variables"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_masked_variable_that_cannot_be_carried_over_blocks_the_update() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    let (one, two) = (secret("one_key", "first-value"), secret("two_key", "second-value"));
    Registration::apply(&workspace, &service, &document(&[one, two]), &[]).is(APPLIED);
    let run = Registration::apply(&workspace, &service, &document(&[secret("three", "third-value")]), &[]);
    run.is(Expected { exit: 6, outcome: "conflict", attempts: 0, methods: "POST GET", commits: 0 });
    run.tells(&["one_key", "two_key", "nothing was sent", "--prune"]);
}

#[test]
fn a_document_can_be_piped_in() {
    let workspace = Workspace::new();
    let args = ["apply", ACTION, "-f", "-", "--sandbox", "--format", "json"];
    let report = workspace.run_with(&args, EXAMPLE.as_bytes()).exits(0).json();
    assert_eq!(report["results"][0]["outcome"], "applied");
    assert_eq!(report["results"][0]["requests"], 4);
    // A bare array is a document too.
    let variables = serde_json::from_str::<Value>(EXAMPLE).unwrap()["variables"].to_string();
    let again = workspace.run_with(&args, variables.as_bytes()).exits(0).json();
    assert_eq!(again["results"][0]["outcome"], "unchanged");
    assert_eq!(again["results"][0]["requests"], 2);
}

#[test]
fn the_text_of_an_apply_says_what_was_done_and_what_was_not_verified() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    let first = workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]);
    first.exits(0).prints(&["applied  da-1", "2 values match", "auth_token is masked", "audit records 1–2"]);
    first.says(&["SANDBOX", "no credentials read", ".cxvars"]);
    workspace.write("vars.json", EXAMPLE.replace("sk_live_abc123", "sk_live_def456"));
    let second = workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]);
    second.exits(0).prints(&["updated auth_token", "keep the old auth_token valid until a live call succeeds"]);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]).exits(0).prints(&["unchanged  da-1"]);
}

#[test]
fn an_intact_log_verifies_and_one_changed_byte_names_its_line() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    apply_in_sandbox(&workspace, &[]);
    let verify = ["audit", "verify", "--sandbox", "--format", "json"];
    let report = workspace.run(&verify).exits(0).json();
    assert_eq!(keys(&report), ["first_bad", "heads", "records", "status", "version"]);
    assert_eq!((&report["status"], &report["records"]), (&json!("intact"), &json!(3)));
    assert_eq!((&report["first_bad"], &report["heads"][0]["seq"]), (&Value::Null, &json!(3)));
    let log = workspace.read(".cxvars/sandbox-audit.jsonl");
    let starts: Vec<usize> = std::iter::once(0).chain(log.match_indices('\n').map(|(at, _)| at + 1)).collect();
    for (line, offset) in [(1, 0), (1, 40), (2, 12), (2, 500), (3, 5)] {
        let mut bytes = log.clone().into_bytes();
        bytes[starts[line - 1] + offset] ^= 1;
        workspace.write("changed.jsonl", bytes);
        let broken = workspace.run(&["audit", "verify", "changed.jsonl", "--format", "json"]);
        let report = broken.exits(1).json();
        assert_eq!((&report["status"], &report["first_bad"]["line"]), (&json!("broken"), &json!(line)), "{report}");
        let text = workspace.run(&["audit", "verify", "changed.jsonl"]);
        text.exits(1).prints(&[&format!("BROKEN  changed.jsonl line {line}")]);
    }
    workspace.run(&["audit", "verify", "--sandbox"]).exits(0).prints(&["intact", "3 records"]);
}

#[test]
fn a_log_without_its_last_line_feed_is_broken() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    let log = workspace.read(".cxvars/sandbox-audit.jsonl");
    workspace.write("torn.jsonl", log.trim_end());
    let report = workspace.run(&["audit", "verify", "torn.jsonl", "--format", "json"]).exits(1).json();
    assert_eq!(report["first_bad"]["line"], 2);
}

#[test]
fn the_next_append_sets_a_torn_line_aside_and_says_so() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    let log = workspace.read(".cxvars/sandbox-audit.jsonl");
    workspace.write(".cxvars/sandbox-audit.jsonl", format!("{log}{{\"torn"));
    workspace.run(&["audit", "verify", "--sandbox"]).exits(1);
    apply_in_sandbox(&workspace, &[]);
    let events: Vec<_> = workspace.sandbox_audit().iter().map(|record| record["event"].clone()).collect();
    assert_eq!(events, ["intent", "outcome", "recovered", "outcome"]);
    workspace.run(&["audit", "verify", "--sandbox"]).exits(0);
}

#[test]
fn a_plan_has_exactly_the_promised_keys_and_sends_nothing() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let plan = ["plan", ACTION, "-f", "vars.json", "--format", "json"];
    let report = workspace.run(&plan).exits(0).json();
    assert_eq!(
        keys(&report),
        [
            "action",
            "alias",
            "blocked",
            "changes",
            "changes_pending",
            "diagnostics",
            "digest",
            "environment",
            "target",
            "version"
        ]
    );
    assert_eq!(report["changes"]["create"], json!(["api_endpoint", "auth_token", "retry_limit"]));
    assert_eq!((&report["changes_pending"], &report["blocked"]), (&json!(true), &json!([])));
    assert_eq!(report["digest"].as_str().map(str::len), Some(64));
    workspace.run(&["plan", ACTION, "-f", "vars.json", "--detailed-exitcode"]).exits(9);
    assert_eq!(service.methods(), "POST GET POST GET");
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    let after = workspace.run(&["plan", ACTION, "-f", "vars.json", "--detailed-exitcode"]);
    after.exits(0).prints(&["nothing to send"]);
}

#[test]
fn the_rotation_report_has_exactly_the_promised_keys() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    let rotation = ["rotation", ACTION, "--sandbox", "--format", "json", "--exit-code"];
    let report = workspace.run(&rotation).exits(0).json();
    assert_eq!(keys(&report), ["action", "recommended", "variables", "version"]);
    assert_eq!(
        keys(&report["variables"][0]),
        ["age_days", "due", "last_changed", "max_age_days", "name", "overdue_days"]
    );
    assert_eq!((&report["recommended"], &report["variables"][0]["age_days"]), (&json!(false), &json!(0)));
    let due = [&rotation[..], &["--max-age-days", "0"]].concat();
    assert_eq!(workspace.run(&due).exits(1).json()["recommended"], true);
    // Without the log, the age of the secret is unknown.
    fs::remove_file(workspace.project().join(".cxvars/sandbox-audit.jsonl")).unwrap();
    let unknown = workspace.run(&rotation).exits(1).json();
    assert_eq!((&unknown["recommended"], &unknown["variables"][0]["age_days"]), (&json!(true), &Value::Null));
}

#[test]
fn the_metrics_have_exactly_the_promised_keys_and_a_missing_log_is_zeros_and_nulls() {
    let workspace = Workspace::new();
    let metrics = ["metrics", "--sandbox", "--format", "json"];
    let empty = workspace.run(&metrics).exits(0).json();
    let expected = [
        "attempts",
        "avg_latency_ms",
        "encryption_success_rate",
        "failure_count",
        "latency_ms",
        "retries",
        "success_count",
        "targets",
        "version",
    ];
    assert_eq!(keys(&empty), expected);
    assert_eq!((&empty["success_count"], &empty["encryption_success_rate"]), (&json!(0), &Value::Null));
    assert_eq!((&empty["latency_ms"]["p99"], &empty["targets"]), (&Value::Null, &json!({})));
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    let report = workspace.run(&metrics).exits(0).json();
    assert_eq!(keys(&report), expected);
    assert_eq!(keys(&report["latency_ms"]), ["p50", "p95", "p99"]);
    assert_eq!((&report["success_count"], &report["attempts"]), (&json!(1), &json!(1)));
    assert_eq!(report["encryption_success_rate"], 100.0);
    let of_target = keys(&report["targets"]["sandbox"]);
    assert_eq!(
        of_target,
        expected.iter().copied().filter(|key| !["targets", "version"].contains(key)).collect::<Vec<_>>()
    );
}

#[test]
fn the_sandbox_reads_no_credential_and_needs_no_home() {
    let mut workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    let expected = workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]).exits(0).stderr();
    let garbage = [
        ("CXONE_BASE_URL", "\u{1}not a url"),
        ("CXONE_CLIENT_ID", "\r\n"),
        ("CXONE_CLIENT_SECRET", "CANARY-of-the-client-secret"),
        ("CXONE_TOKEN", "CANARY-of-the-token"),
    ];
    for (name, value) in garbage {
        workspace.env(name, value);
    }
    workspace.without_env("HOME").without_env("XDG_CONFIG_HOME").without_env("XDG_STATE_HOME");
    let report = apply_in_sandbox(&workspace, &["--force"]);
    assert_eq!(report["results"][0]["outcome"], "applied");
    let output = workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox", "-vv", "--force"]);
    output.exits(0);
    assert!(!output.stderr().contains("CANARY") && !output.stdout().contains("CANARY"), "{output:?}");
    assert!(expected.contains("SANDBOX"));
    for file in cxvars_tests::leak::files(workspace.root()) {
        assert!(!fs::read_to_string(&file).unwrap_or_default().contains("CANARY"), "{}", file.display());
    }
}

#[test]
fn the_sandbox_keeps_its_state_and_log_to_itself() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    let names = |folder: &std::path::Path| {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let state = names(&workspace.project().join(".cxvars"));
    for expected in [".gitignore", "sandbox-audit.jsonl", "sandbox.json", "state.json"] {
        assert!(state.iter().any(|name| name == expected), "{state:?}");
    }
    assert!(!state.iter().any(|name| name == "audit.jsonl"), "{state:?}");
    let saved = workspace.read(".cxvars/sandbox.json");
    assert!(saved.contains("https://api.example.com/v1") && !saved.contains("sk_live_abc123"));
}

#[cfg(unix)]
#[test]
fn what_is_left_behind_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    apply_in_sandbox(&workspace, &[]);
    let mode = |name: &str| fs::metadata(workspace.project().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".cxvars"), 0o700);
    for file in ["sandbox-audit.jsonl", "sandbox.json", "state.json"] {
        assert_eq!(mode(&format!(".cxvars/{file}")), 0o600, "{file}");
    }
    let key = cxvars_tests::leak::files(&workspace.home());
    assert!(!key.is_empty());
    assert!(key.iter().all(|file| fs::metadata(file).unwrap().permissions().mode() & 0o077 == 0), "{key:?}");
}

#[test]
fn an_alias_brings_its_id_document_and_environment_along() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("[env.prod]\nprotected = true\n[env.prod.actions.crm]\nid = \"da-9\"\nfile = \"crm.json\"");
    workspace.write("crm.json", EXAMPLE);
    let report = workspace.run(&["apply", "crm", "--env", "prod", "--yes", "--format", "json"]).exits(0).json();
    assert_eq!(report["results"][0]["action"], "da-9");
    assert_eq!(service.commits()[0]["action"], "da-9");
    workspace.run(&["apply", "crm", "--yes"]).exits(2).says(&["prod"]);
}

#[test]
fn a_document_for_another_action_is_refused_before_anything_is_sent() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    let mut other: Value = serde_json::from_str(EXAMPLE).unwrap();
    other["data_action"] = json!("da-2");
    workspace.write("vars.json", other.to_string());
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(2).says(&["da-2", ACTION]);
    assert!(service.requests().is_empty());
}

#[test]
fn a_change_of_a_plain_value_updates_only_that_variable() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    let mut changed: Value = serde_json::from_str(EXAMPLE).unwrap();
    changed["variables"][2] = with_value(&changed["variables"][2], "4");
    let run = Registration::apply(&workspace, &service, &changed.to_string(), &[]);
    run.is(APPLIED);
    assert_eq!(run.result["changes"]["update"], json!(["retry_limit"]));
    assert_eq!(run.records[0]["changed"], json!([{"name": "retry_limit", "change": "update", "encrypted": false}]));
}

#[test]
fn applies_at_the_same_time_lose_nothing_of_each_other() {
    let workspace = Workspace::new();
    workspace.write("vars.json", EXAMPLE);
    let actions = ["da-1", "da-2", "da-3", "da-4", "da-5"];
    let apply = |action| ["apply", action, "-f", "vars.json", "--sandbox", "--format", "json"];
    let running: Vec<_> = actions.iter().map(|action| workspace.start(&apply(action), b"")).collect();
    for run in running {
        let output = run.wait();
        assert_eq!(output.exits(0).json()["results"][0]["outcome"], "applied");
        assert!(!output.stderr().contains("warning"), "{output:?}");
    }
    // The log is one intact chain, the simulator has every action, and every secret is recognised.
    assert_eq!(workspace.sandbox_audit().len(), 10);
    workspace.run(&["audit", "verify", "--sandbox"]).exits(0);
    for action in actions {
        assert_eq!(workspace.run(&apply(action)).exits(0).json()["results"][0]["outcome"], "unchanged", "{action}");
    }
}

#[test]
fn without_a_place_for_its_key_a_secret_is_never_called_unchanged() {
    let mut workspace = Workspace::new();
    workspace.without_env("HOME").without_env("XDG_CONFIG_HOME").without_env("XDG_STATE_HOME");
    workspace.write("vars.json", EXAMPLE);
    for _ in 0..2 {
        let output = workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox", "--format", "json"]);
        output.exits(0).says(&["cannot be recognised next time"]);
        assert_eq!(output.json()["results"][0]["outcome"], "applied");
    }
}
