//! `reconcile` decides only by reading. The service's journal shows whether it is right.

use cxvars_tests::document::{EXAMPLE, document, plain, secret};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 5] = ["apply", ACTION, "-f", "vars.json", "--yes"];

/// Faults for a PUT that is committed or not, and whose answer comes only after the process has ended.
fn late_answer(nth: u64, commit: bool) -> Value {
    let fault = match commit {
        true => json!({"kind": "slow", "delay_ms": 60_000}),
        false => json!({"kind": "slow", "delay_ms": 60_000, "commit": false}),
    };
    json!([{"on": "put", "nth": nth, "fault": fault}])
}

/// Applies a document, and kills the process when the service has received `puts` PUTs.
fn killed(workspace: &Workspace, service: &Sandbox, document: &str, puts: usize) {
    workspace.write("vars.json", document);
    let run = workspace.start(&APPLY, b"");
    service.wait_for("PUT", puts);
    drop(run);
}

fn reconcile(workspace: &Workspace) -> Output {
    workspace.run(&["reconcile", ACTION, "--format", "json"])
}

/// A workspace where an update that was not answered counts as not applied after a second.
fn patient(service: &Sandbox) -> Workspace {
    let workspace = Workspace::for_service(service);
    workspace.profile("request_s = 1");
    workspace
}

/// Reconciles until it is late enough to know that an update was not applied.
fn reconcile_later(workspace: &Workspace) -> Output {
    loop {
        let output = reconcile(workspace);
        if !output.stdout().contains("may still be storing the update") {
            return output;
        }
        std::thread::yield_now();
    }
}

#[track_caller]
fn decides(output: &Output, exit: i32, outcome: &str) -> Value {
    let report = output.exits(exit).json();
    let results = report["results"].as_array().expect("results").clone();
    assert_eq!(results.len(), 1, "{report:#}");
    assert_eq!(results[0]["outcome"], outcome, "{report:#}");
    results[0].clone()
}

fn one(value: &str) -> String {
    document(&[plain("endpoint", value), secret("token", "s3cret-of-the-tests")])
}

#[test]
fn an_update_that_was_stored_is_found_to_be_stored() {
    let service = Sandbox::start(&late_answer(1, true));
    let workspace = Workspace::for_service(&service);
    killed(&workspace, &service, &one("https://a.example.com"), 1);
    let before = service.requests().len();
    decides(&reconcile(&workspace), 0, "applied");
    let asked: Vec<_> = service.requests()[before..].iter().map(|request| request["method"].clone()).collect();
    assert_eq!(asked, ["POST", "GET"], "it reads, and sends nothing");
    let records = workspace.audit();
    assert_eq!(records.last().map(|record| &record["event"]), Some(&json!("reconcile")));
    assert_eq!(records[0]["run_id"], records[1]["run_id"]);
    workspace.run(&["audit", "verify"]).exits(0);
    // The proven value is remembered, so the secret is recognised.
    assert_eq!(
        workspace.run(&[&APPLY[..], &["--format", "json"]].concat()).json()["results"][0]["outcome"],
        "unchanged"
    );
    let again = reconcile(&workspace).exits(0).json();
    assert_eq!(again["results"], json!([]));
}

#[test]
fn an_update_that_was_not_stored_is_found_not_to_be_stored() {
    let service = Sandbox::start(&late_answer(1, false));
    let workspace = patient(&service);
    killed(&workspace, &service, &one("https://a.example.com"), 1);
    decides(&reconcile_later(&workspace), 0, "unavailable");
    assert!(service.commits().is_empty());
}

#[test]
fn nothing_is_called_not_applied_while_the_service_may_still_store_it() {
    let service = Sandbox::start(&late_answer(1, false));
    let workspace = Workspace::for_service(&service);
    killed(&workspace, &service, &one("https://a.example.com"), 1);
    let decision = decides(&reconcile(&workspace), 7, "unknown");
    let evidence = decision["evidence"].as_str().expect("a reason");
    assert!(evidence.contains("run `cxvars reconcile` again after 20"), "{evidence}");
    let event = |name: &str| workspace.audit().iter().filter(|record| record["event"] == name).count();
    assert_eq!(event("outcome"), 0, "the intent stays open");
}

#[test]
fn an_update_that_was_sent_again_and_again_may_still_be_stored_when_its_run_has_ended() {
    let hung = json!({"kind": "slow", "delay_ms": 60_000, "commit": false});
    let service = Sandbox::start(&json!([{"on": "put", "every": true, "fault": hung}]));
    let workspace = Workspace::for_service(&service);
    // The intent is older than a request may take before the last PUT has its time-out.
    workspace.profile("request_s = 1\nmax_attempts = 2");
    workspace.write("vars.json", one("https://a.example.com"));
    workspace.run(&APPLY).exits(7);
    assert_eq!(service.count("PUT"), 2);
    let decision = decides(&reconcile(&workspace), 7, "unknown");
    let evidence = decision["evidence"].as_str().expect("a reason");
    assert!(evidence.contains("run `cxvars reconcile` again after 20"), "{evidence}");
    decides(&reconcile_later(&workspace), 0, "unavailable");
}

#[test]
fn where_only_a_secret_differs_nothing_is_claimed_and_the_old_one_must_be_kept() {
    let service = Sandbox::start(&late_answer(2, true));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    workspace.run(&APPLY).exits(0);
    let changed = changed_secret(EXAMPLE);
    killed(&workspace, &service, &changed, 2);
    let decision = decides(&reconcile(&workspace), 7, "unknown");
    assert_eq!(decision["keep"], json!(["auth_token"]));
    workspace.run(&["reconcile", ACTION]).exits(7).prints(&[
        "UNKNOWN",
        "only masked values differ",
        "DO NOT revoke the old auth_token",
        "1. cxvars plan",
    ]);
    // That it could not decide is recorded only once.
    let events = workspace.audit().iter().filter(|record| record["event"] == "reconcile").count();
    assert_eq!(events, 1);
    // The next update settles it.
    workspace.run(&APPLY).exits(0).says(&["the outcome of an earlier update of this action is not known"]);
    let report = reconcile(&workspace).exits(0).json();
    assert!(report["results"][0]["superseded_by"].is_string(), "{report:#}");
}

fn changed_secret(example: &str) -> String {
    let mut document: Value = serde_json::from_str(example).expect("the example is JSON");
    for variable in document["variables"].as_array_mut().expect("variables") {
        if variable["encrypted"] == true {
            variable["value"] = json!("another-secret-of-the-tests");
        }
    }
    document.to_string()
}

#[test]
fn what_stands_there_instead_is_a_conflict() {
    let faults = json!([
        {"on": "put", "nth": 1, "fault": {"kind": "slow", "delay_ms": 60_000, "commit": false}},
        {"on": "get", "nth": 2, "fault": {"kind": "writer_before", "name": "endpoint", "value": "https://other"}}
    ]);
    let service = Sandbox::start(&faults);
    let workspace = Workspace::for_service(&service);
    killed(&workspace, &service, &one("https://a.example.com"), 1);
    decides(&reconcile(&workspace), 0, "conflict");
}

#[test]
fn without_what_was_kept_names_alone_prove_that_nothing_was_stored_but_not_that_it_was() {
    for (commit, exit, outcome) in [(false, 0, "unavailable"), (true, 7, "unknown")] {
        let service = Sandbox::start(&late_answer(1, commit));
        let workspace = patient(&service);
        killed(&workspace, &service, &one("https://a.example.com"), 1);
        std::fs::remove_file(workspace.project().join(".cxvars/state.json")).expect("there is a state");
        decides(&reconcile_later(&workspace), exit, outcome);
    }
}

#[test]
fn what_a_later_open_update_may_have_removed_proves_nothing_of_the_one_before_it() {
    let service = Sandbox::start(&json!([
        {"on": "put", "every": true, "fault": {"kind": "slow", "delay_ms": 60_000}}
    ]));
    let workspace = patient(&service);
    killed(&workspace, &service, &document(&[plain("endpoint", "https://a.example.com")]), 1);
    workspace.write("vars.json", document(&[plain("other", "1")]));
    let run = workspace.start(&[&APPLY[..], &["--prune", "--force"]].concat(), b"");
    service.wait_for("PUT", 2);
    drop(run);
    let report = reconcile_later(&workspace).exits(7).json();
    let outcomes: Vec<_> = report["results"].as_array().expect("results").iter().map(|each| &each["outcome"]).collect();
    assert_eq!(outcomes, ["unknown", "applied"], "{report:#}");
    let report = reconcile(&workspace).exits(0).json();
    assert!(report["results"][0]["superseded_by"].is_string(), "{report:#}");
}

#[test]
fn another_fingerprint_key_decides_nothing() {
    let service = Sandbox::start(&late_answer(1, true));
    let mut workspace = Workspace::for_service(&service);
    killed(&workspace, &service, &one("https://a.example.com"), 1);
    workspace.env("CXVARS_FINGERPRINT_KEY", &"0a".repeat(32));
    let decision = decides(&reconcile(&workspace), 7, "unknown");
    assert!(decision["evidence"].as_str().expect("a reason").contains("fingerprint key"));
}

#[test]
fn an_update_under_way_is_left_alone() {
    let service = Sandbox::start(&late_answer(1, true));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", one("https://a.example.com"));
    let run = workspace.start(&APPLY, b"");
    service.wait_for("PUT", 1);
    let decision = decides(&reconcile(&workspace), 7, "unknown");
    assert!(decision["evidence"].as_str().expect("a reason").contains("under way"));
    drop(run);
    decides(&reconcile(&workspace), 0, "applied");
}

#[test]
fn an_unknown_outcome_names_the_command_that_decides_it() {
    let service = Sandbox::start(&json!([
        {"on": "put", "every": true, "fault": {"kind": "reset", "when": "after_commit"}},
        {"on": "get", "from": 2, "times": 200, "fault": {"kind": "reset", "when": "before_commit"}}
    ]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("deadline_s = 1");
    workspace.write("vars.json", one("https://a.example.com"));
    workspace.run(&APPLY).exits(7).prints(&["UNKNOWN", &format!("1. cxvars reconcile {ACTION}   (reads only)")]);
}

#[test]
fn where_nothing_is_open_nothing_is_sent_and_no_credentials_are_needed() {
    let workspace = Workspace::new();
    workspace.run(&["reconcile"]).exits(0).prints(&["nothing to decide"]);
    let report = workspace.run(&["reconcile", "--format", "json"]).exits(0).json();
    assert_eq!(report, json!({"version": 1, "results": []}));
    workspace.run(&["reconcile", "--sandbox"]).exits(0);
}

/// Updates these actions; the service stores the updates, but the processes are killed before they know. Later reads of
/// the second action are answered with this status.
fn three_open(status: u16) -> (Workspace, Sandbox) {
    let fault = json!({"kind": "status", "status": status});
    let service = Sandbox::start(&json!([
        {"on": "put", "every": true, "fault": {"kind": "slow", "delay_ms": 60_000}},
        {"on": "get", "action": "b", "from": 2, "times": 200, "fault": fault}
    ]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", one("https://a.example.com"));
    for (puts, action) in ["a", "b", "c"].into_iter().enumerate() {
        let run = workspace.start(&["apply", action, "-f", "vars.json", "--yes"], b"");
        service.wait_for("PUT", puts + 1);
        drop(run);
    }
    (workspace, service)
}

fn outcomes(output: &Output) -> Vec<String> {
    let report = output.json();
    let results = report["results"].as_array().expect("results").iter();
    results.map(|each| format!("{} {}", each["action"], each["outcome"]).replace('"', "")).collect()
}

#[test]
fn an_action_that_is_gone_does_not_keep_the_others_from_being_decided() {
    let (workspace, _service) = three_open(404);
    let output = workspace.run(&["reconcile", "--format", "json"]);
    output.exits(7);
    assert_eq!(outcomes(&output), ["a applied", "b unknown", "c applied"]);
    let why = output.json()["results"][1]["evidence"].as_str().expect("a reason").to_owned();
    assert!(why.contains("cannot be read") && why.contains("404"), "{why}");
    assert_eq!(outcomes(&workspace.run(&["reconcile", "--format", "json"])), ["b unknown"]);
}

#[test]
fn what_was_decided_is_told_where_the_service_refuses_the_rest() {
    let (workspace, _service) = three_open(403);
    let output = workspace.run(&["reconcile", "--format", "json"]);
    output.exits(4).says(&["403"]);
    assert_eq!(outcomes(&output), ["a applied"]);
}
