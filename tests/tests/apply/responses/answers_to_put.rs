//! Answers to a PUT that show whether it was applied.

use cxvars_tests::document::{EXAMPLE, document, plain};
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::{Expected, Registration};
use serde_json::json;

use super::{APPLIED, CONFLICT, REFUSED, UNAVAILABLE, apply, apply_with};

const PUT_REFUSED: Expected<'_> = Expected { attempts: 1, methods: "POST GET PUT", ..REFUSED };
const PUT_CONFLICT: Expected<'_> = Expected { attempts: 1, methods: "POST GET PUT", ..CONFLICT };
const MISMATCH: Expected<'_> =
    Expected { exit: 7, outcome: "mismatch", attempts: 1, methods: "POST GET PUT GET", commits: 1 };

#[test]
fn a_401_is_answered_with_one_new_token() {
    let run = apply(&json!([{"on": "put", "fault": {"kind": "revoke_token"}}]));
    run.is(Expected { attempts: 2, methods: "POST GET PUT POST PUT GET", ..APPLIED });
    assert_eq!(run.records[1]["retries"], json!({"unauthorized": 1}));
}

#[test]
fn a_401_for_the_new_token_too_is_refused() {
    let run = apply(&json!([{"on": "put", "every": true, "fault": {"kind": "status", "status": 401}}]));
    run.is(Expected { attempts: 2, methods: "POST GET PUT POST PUT", ..REFUSED }).tells(&["client id and secret"]);
}

#[test]
fn a_403_names_the_scope_for_writing_and_the_role_whatever_the_token_claims() {
    let run = apply(&json!([{"on": "put", "every": true, "fault": {"kind": "status", "status": 403}}]));
    run.is(PUT_REFUSED).tells(&["dataactions:write", "integrations:read", "Data Action Administrator"]);
}

#[test]
fn a_rejected_update_shows_the_services_words_without_the_values_in_them() {
    let message = "value https://api.example.com/v1 and sk_live_abc123 are not welcome";
    let body = json!({"error": {"code": "INVALID_VALUE", "message": message}}).to_string();
    let run = apply(&json!([{"on": "put", "every": true, "fault": {"kind": "status", "status": 400, "body": body}}]));
    run.is(PUT_REFUSED).tells(&["value [redacted] and [redacted] are not welcome"]);
    assert_eq!(run.result["error"]["code"], "INVALID_VALUE");
    assert!(!run.output.stdout().contains("sk_live") && !run.output.stdout().contains("api.example.com"));
}

#[test]
fn an_action_that_is_gone_is_refused() {
    let run = apply(&json!([{"on": "put", "every": true, "fault": {"kind": "status", "status": 404}}]));
    run.is(PUT_REFUSED).tells(&["404"]);
}

#[test]
fn a_conflict_is_not_retried() {
    for status in [409, 412] {
        let run = apply(&json!([{"on": "put", "every": true, "fault": {"kind": "status", "status": status}}]));
        run.is(PUT_CONFLICT).tells(&["cxvars plan"]);
    }
}

#[test]
fn an_action_that_turns_busy_is_a_conflict() {
    apply(&json!([{"on": "put", "fault": {"kind": "state", "state": "PUBLISHING"}}])).is(PUT_CONFLICT);
}

#[test]
fn a_writer_between_get_and_put_is_noticed_by_the_entity_tag() {
    let faults = json!([{"on": "put", "fault": {"kind": "writer_before", "name": "retry_limit", "value": "9"}}]);
    apply_with(&faults, "concurrency = \"if_match\"", &[]).is(PUT_CONFLICT);
    // Without If-Match, the change can be overwritten, as documented.
    apply(&faults).is(APPLIED);
}

#[test]
fn throttling_is_waited_for_and_every_put_counted() {
    for retry_after in [json!(null), json!(1), json!("http-date:+1")] {
        let fault = json!({"kind": "status", "status": 429, "retry_after": retry_after});
        let run = apply(&json!([{"on": "put", "fault": fault}]));
        run.is(Expected { attempts: 2, methods: "POST GET PUT PUT GET", ..APPLIED });
        let waited = run.result["wait_ms"].as_f64().unwrap();
        assert!(waited >= if retry_after.is_null() { 0.0 } else { 1000.0 }, "{waited}");
    }
}

#[test]
fn throttling_beyond_the_deadline_fails_at_once() {
    let fault = json!({"kind": "status", "status": 429, "retry_after": 3600});
    let service = Sandbox::start(&json!([{"on": "put", "every": true, "fault": fault}]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("requests_per_minute = 100");
    let run = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    run.is(Expected { attempts: 1, methods: "POST GET PUT", ..UNAVAILABLE }).tells(&["no more requests for 3600 s"]);
    assert_eq!(run.result["wait_ms"], 0.0);
    // Until then, the tenant's other runs send nothing.
    let next = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    next.is(Expected { methods: "", ..UNAVAILABLE }).tells(&["the service asked for no more requests for 3"]);
}

#[test]
fn one_refusal_costs_what_the_service_asks_for_and_a_second_run_nothing() {
    let fault = json!({"kind": "status", "status": 429, "retry_after": 1});
    let service = Sandbox::start(&json!([{"on": "put", "fault": fault}]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("requests_per_minute = 100");
    let run = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    run.is(Expected { attempts: 2, methods: "POST GET PUT PUT GET", ..APPLIED });
    let waited = run.result["wait_ms"].as_f64().unwrap();
    assert!((1000.0..2000.0).contains(&waited), "{waited}");
    let next = Registration::apply(&workspace, &service, EXAMPLE, &["--force"]);
    next.is(APPLIED);
    assert_eq!(next.result["wait_ms"], 0.0);
}

#[test]
fn throttling_without_end_is_unavailable_at_the_deadline() {
    let fault = json!({"kind": "status", "status": 429});
    let faults = json!([{"on": "put", "every": true, "fault": fault}]);
    let waits = "max_attempts = 2\ndeadline_s = 1\nbackoff_base_ms = 200\nbackoff_cap_ms = 200";
    let run = apply_with(&faults, waits, &[]);
    // A refused PUT is no attempt: nobody took it on.
    let attempts = run.result["attempts"].as_u64().unwrap();
    assert!(attempts > 2, "{attempts}");
    let methods = format!("POST GET{}", " PUT".repeat(usize::try_from(attempts).unwrap()));
    run.is(Expected { attempts, methods: &methods, ..UNAVAILABLE });
}

#[test]
fn a_redirect_is_never_followed() {
    let elsewhere = Sandbox::start(&json!([]));
    let fault = json!({"kind": "redirect", "location": elsewhere.url(), "status": 308});
    apply(&json!([{"on": "put", "every": true, "fault": fault}])).is(PUT_REFUSED).tells(&["redirect"]);
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn an_accepted_update_without_a_body_is_read_back() {
    for kind in ["empty", "no_variables"] {
        let run = apply(&json!([{"on": "put", "fault": {"kind": kind}}]));
        run.is(Expected { methods: "POST GET PUT GET", ..APPLIED });
        assert_eq!(run.result["verified"]["full"], json!(["api_endpoint", "retry_limit"]));
    }
}

#[test]
fn a_silently_dropped_variable_is_a_mismatch_and_no_second_put() {
    for (name, rate) in [("retry_limit", 100.0), ("auth_token", 0.0)] {
        let run = apply(&json!([{"on": "put", "every": true, "fault": {"kind": "drop_variable", "name": name}}]));
        run.is(MISMATCH).tells(&[name, "missing"]);
        assert_eq!(run.output.json()["metrics"]["encryption_success_rate"], rate);
    }
}

#[test]
fn a_dropped_variable_is_found_in_the_read_back_too() {
    let faults = json!([
        {"on": "put", "every": true, "fault": {"kind": "drop_variable", "name": "retry_limit"}},
        {"on": "put", "every": true, "fault": {"kind": "empty"}},
    ]);
    apply(&faults).is(Expected { methods: "POST GET PUT GET", ..MISMATCH });
}

#[test]
fn a_secret_that_is_stored_in_the_clear_is_a_mismatch() {
    let fault = json!({"kind": "flip_encrypted", "name": "auth_token"});
    let run = apply(&json!([{"on": "put", "every": true, "fault": fault}]));
    run.is(MISMATCH).tells(&["auth_token", "not encrypted"]);
    assert_eq!(run.output.json()["metrics"]["encryption_success_rate"], 0.0);
    assert_eq!(
        (&run.records[1]["encrypted_submitted"], &run.records[1]["encrypted_confirmed"]),
        (&json!(1), &json!(0))
    );
}

#[test]
fn a_document_without_secrets_has_no_encryption_rate() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    let run = Registration::apply(&workspace, &service, &document(&[plain("limit", "3")]), &[]);
    assert!(run.is(APPLIED).output.json()["metrics"]["encryption_success_rate"].is_null());
}

#[test]
fn the_whole_definition_can_be_sent_instead_of_the_variables() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("body = \"merge_full\"\nconcurrency = \"if_match\"");
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    Registration::apply(&workspace, &service, &EXAMPLE.replace("\"3\"", "\"4\""), &[]).is(APPLIED);
}
