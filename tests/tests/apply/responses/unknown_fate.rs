//! PUTs without an answer, or with one that does not show the result: the run reads first, then decides.

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::{ACTION, Expected, Registration};
use serde_json::{Value, json};

use super::{APPLIED, CONFLICT, UNAVAILABLE, UNKNOWN, apply, apply_with};

/// Faults after which nothing was stored, and whether the service itself says so.
fn before_the_commit() -> [(Value, bool); 4] {
    [
        (json!({"kind": "status", "status": 500}), true),
        (json!({"kind": "status", "status": 503, "retry_after": 0}), true),
        (json!({"kind": "status", "status": 504}), false),
        (json!({"kind": "reset", "when": "before_commit"}), false),
    ]
}

/// Faults after which the update was stored.
fn after_the_commit() -> [Value; 5] {
    [
        json!({"kind": "status", "status": 500, "commit": true}),
        json!({"kind": "reset", "when": "after_commit"}),
        json!({"kind": "reset", "when": "mid_body"}),
        json!({"kind": "truncated"}),
        json!({"kind": "garbage"}),
    ]
}

#[test]
fn an_update_that_was_not_stored_is_sent_again() {
    for (fault, _) in before_the_commit() {
        let run = apply(&json!([{"on": "put", "fault": fault}]));
        run.is(Expected { attempts: 2, methods: "POST GET PUT GET PUT GET", ..APPLIED });
        assert!(run.result["wait_ms"].as_f64() >= Some(5.0), "{:#}", run.result);
    }
}

#[test]
fn an_update_that_was_stored_is_found_and_not_sent_again() {
    for fault in after_the_commit() {
        let run = apply(&json!([{"on": "put", "fault": fault}]));
        run.is(Expected { methods: "POST GET PUT GET", ..APPLIED });
        assert_eq!(run.result["verified"]["metadata"], json!(["auth_token"]));
    }
}

#[test]
fn an_answer_that_comes_too_late_is_read_back() {
    let fault = json!({"kind": "slow", "delay_ms": 1500});
    let run = apply_with(&json!([{"on": "put", "fault": fault}]), "request_s = 1", &[]);
    run.is(Expected { methods: "POST GET PUT GET", ..APPLIED });
    assert_eq!(run.records[1]["retries"], json!({"timeout": 1}));
}

#[test]
fn an_update_that_is_never_stored_is_unavailable_only_where_the_service_says_that_it_failed() {
    for (fault, failed) in before_the_commit() {
        let run = apply_with(&json!([{"on": "put", "every": true, "fault": fault}]), "max_attempts = 3", &[]);
        let expected = if failed { UNAVAILABLE } else { UNKNOWN };
        run.is(Expected { attempts: 3, methods: "POST GET PUT GET PUT GET PUT GET", ..expected });
    }
}

#[test]
fn an_equal_entity_tag_does_not_show_that_a_lost_update_stays_away() {
    let faults = json!([{"on": "put", "every": true, "fault": {"kind": "reset", "when": "before_commit"}}]);
    let run = apply_with(&faults, "max_attempts = 2\nconcurrency = \"if_match\"", &[]);
    run.is(Expected { attempts: 2, methods: "POST GET PUT GET PUT GET", ..UNKNOWN });
    run.tells(&["may still store the update"]);
}

#[test]
fn somebody_elses_change_meanwhile_is_a_conflict() {
    let faults = json!([
        {"on": "put", "fault": {"kind": "status", "status": 500, "commit": true}},
        {"on": "put", "fault": {"kind": "writer_after", "name": "retry_limit", "value": "9"}},
    ]);
    let run = apply(&faults);
    run.is(Expected { attempts: 1, methods: "POST GET PUT GET", commits: 1, ..CONFLICT });
    run.tells(&["neither the state before nor the one sent"]);
}

#[test]
fn a_read_back_that_never_comes_leaves_the_fate_unknown() {
    let late = json!({"kind": "status", "status": 503, "retry_after": 3600});
    for put in [json!({"kind": "empty"}), json!({"kind": "reset", "when": "after_commit"})] {
        let run = apply(&json!([{"on": "put", "fault": put}, {"on": "get", "from": 2, "fault": late}]));
        run.is(Expected { methods: "POST GET PUT GET", commits: 1, ..UNKNOWN });
    }
}

#[test]
fn a_read_back_that_is_refused_leaves_the_fate_unknown() {
    for status in [400, 403, 404] {
        let faults = json!([
            {"on": "put", "fault": {"kind": "empty"}},
            {"on": "get", "from": 2, "fault": {"kind": "status", "status": status}},
        ]);
        apply(&faults).is(Expected { methods: "POST GET PUT GET", commits: 1, ..UNKNOWN });
    }
}

/// A service that has stored the example and then has faults, and a document in which only the secret changed.
fn rotation(fault: &Value, entry: &Value, profile: &str) -> (Sandbox, Workspace, String) {
    let mut fault = json!({"on": "put", "fault": fault});
    fault.as_object_mut().expect("an object").extend(entry.as_object().expect("an object").clone());
    let service = Sandbox::start(&json!([fault]));
    let workspace = Workspace::for_service(&service);
    workspace.profile(profile);
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    (service, workspace, EXAMPLE.replace("sk_live_abc123", "sk_live_def456"))
}

#[test]
fn a_rotated_secret_whose_fate_nobody_can_read_is_unknown() {
    let reset = json!({"kind": "reset", "when": "after_commit"});
    let (service, workspace, rotated) = rotation(&reset, &json!({"from": 2}), "max_attempts = 3");
    let run = Registration::apply(&workspace, &service, &rotated, &[]);
    run.is(Expected { attempts: 3, methods: "POST GET PUT GET PUT GET PUT GET", commits: 3, ..UNKNOWN });
    run.tells(&["only masked values differ"]);
    assert_eq!(
        (&run.records[1]["encrypted_submitted"], &run.records[1]["encrypted_confirmed"]),
        (&json!(1), &json!(0))
    );
    // The old value's fingerprint is forgotten, so the next apply sends any value.
    let plan = workspace.run(&["plan", ACTION, "-f", "vars.json", "--resolve", "--format", "json"]).exits(0).json();
    assert_eq!(plan["changes"]["unknown"], json!(["auth_token"]));
}

#[test]
fn the_text_of_an_unknown_fate_gives_one_read_only_command_and_saves_the_old_secret() {
    let reset = json!({"kind": "reset", "when": "after_commit"});
    let (service, workspace, rotated) = rotation(&reset, &json!({"from": 2}), "max_attempts = 2");
    workspace.write("vars.json", rotated);
    let run = workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]);
    run.exits(7).prints(&[
        "UNKNOWN  da-1",
        "live now: the old set or the new set",
        "DO NOT revoke the old auth_token",
        "cxvars reconcile da-1   (reads only)",
        "audit records 3–4",
    ]);
    // The command in the advice works, and only reads.
    let commits = service.commits().len();
    workspace
        .run(&["reconcile", ACTION])
        .exits(7)
        .prints(&["only masked values differ", "DO NOT revoke the old auth_token"]);
    assert_eq!(service.commits().len(), commits);
    assert!(!service.methods().ends_with("PUT"));
}

#[test]
fn a_rotated_secret_is_sent_again_after_a_lost_answer_and_then_applied() {
    let reset = json!({"kind": "reset", "when": "after_commit"});
    let (service, workspace, rotated) = rotation(&reset, &json!({"nth": 2}), "");
    let run = Registration::apply(&workspace, &service, &rotated, &[]);
    run.is(Expected { attempts: 2, methods: "POST GET PUT GET PUT GET", commits: 2, ..APPLIED });
}

#[test]
fn a_rotated_secret_that_the_service_says_it_did_not_store_is_unavailable_if_a_tag_shows_it() {
    let failed = json!({"kind": "status", "status": 500});
    // No read can show it. Only a tag that every update has to name can.
    for (concurrency, expected) in [("none", UNKNOWN), ("if_match", UNAVAILABLE)] {
        let profile = format!("max_attempts = 2\nconcurrency = \"{concurrency}\"");
        let (service, workspace, rotated) = rotation(&failed, &json!({"from": 2}), &profile);
        let run = Registration::apply(&workspace, &service, &rotated, &[]);
        run.is(Expected { attempts: 2, methods: "POST GET PUT GET PUT GET", ..expected });
    }
}
