//! Answers to the GET before the PUT.

use std::net::TcpListener;

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::{ACTION, Expected, Registration};
use serde_json::json;

use super::{APPLIED, CONFLICT, REFUSED, UNAVAILABLE, apply, apply_with};

#[test]
fn a_401_is_answered_with_one_new_token() {
    let run = apply(&json!([{"on": "get", "fault": {"kind": "revoke_token"}}]));
    run.is(Expected { methods: "POST GET POST GET PUT GET", ..APPLIED });
}

#[test]
fn a_401_for_the_new_token_too_is_refused() {
    let run = apply(&json!([{"on": "get", "every": true, "fault": {"kind": "status", "status": 401}}]));
    run.is(Expected { methods: "POST GET POST GET", ..REFUSED }).tells(&["client id and secret"]);
}

#[test]
fn a_403_names_the_scope_for_reading_and_the_role() {
    let run = apply(&json!([{"on": "get", "every": true, "fault": {"kind": "status", "status": 403}}]));
    run.is(REFUSED).tells(&["dataactions:read", "integrations:read", "Data Action Administrator"]);
    assert_eq!(run.result["error"]["status"], 403);
}

#[test]
fn an_unknown_action_is_refused_with_the_services_own_words() {
    let service = Sandbox::with(&json!([]), &[]);
    let workspace = Workspace::for_service(&service);
    let run = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    run.is(REFUSED).tells(&["404", "id"]);
    assert_eq!(run.result["error"]["correlation_id"], run.requests[1]["correlation_id"]);
}

#[test]
fn another_4xx_is_refused() {
    for status in [400, 405, 418, 451] {
        apply(&json!([{"on": "get", "every": true, "fault": {"kind": "status", "status": status}}])).is(REFUSED);
    }
}

#[test]
fn trouble_is_ridden_out() {
    for fault in [
        json!({"kind": "status", "status": 429}),
        json!({"kind": "status", "status": 500}),
        json!({"kind": "status", "status": 504}),
        json!({"kind": "reset", "when": "before_commit"}),
        json!({"kind": "reset", "when": "mid_body"}),
        json!({"kind": "truncated"}),
    ] {
        let run = apply(&json!([{"on": "get", "times": 2, "fault": fault}]));
        run.is(Expected { methods: "POST GET GET GET PUT GET", ..APPLIED });
    }
}

#[test]
fn a_wait_that_the_service_asks_for_is_kept() {
    for retry_after in [json!(1), json!("http-date:+1")] {
        let fault = json!({"kind": "status", "status": 429, "retry_after": retry_after});
        let run = apply(&json!([{"on": "get", "fault": fault}]));
        run.is(Expected { methods: "POST GET GET PUT GET", ..APPLIED });
        let waited = run.result["wait_ms"].as_f64().unwrap();
        assert!((1000.0..=3000.0).contains(&waited), "{waited}");
        assert!(run.requests[2]["at_ms"].as_u64().unwrap() >= run.requests[1]["at_ms"].as_u64().unwrap() + 1000);
        assert_eq!(run.records[1]["retries"], json!({"throttled": 1}));
    }
}

#[test]
fn a_wait_beyond_the_deadline_fails_at_once() {
    for retry_after in [json!(3600), json!("http-date:+3600")] {
        let fault = json!({"kind": "status", "status": 429, "retry_after": retry_after});
        let run = apply(&json!([{"on": "get", "every": true, "fault": fault}]));
        run.is(UNAVAILABLE);
        assert_eq!(run.result["wait_ms"], 0.0);
    }
}

#[test]
fn an_answer_that_comes_too_late_is_asked_for_again() {
    let fault = json!({"kind": "slow", "delay_ms": 1500});
    let run = apply_with(&json!([{"on": "get", "fault": fault}]), "request_s = 1", &[]);
    run.is(Expected { methods: "POST GET GET PUT GET", ..APPLIED });
    assert_eq!(run.records[1]["retries"], json!({"timeout": 1}));
}

#[test]
fn an_answer_that_is_not_the_expected_json_is_unavailable() {
    apply(&json!([{"on": "get", "every": true, "fault": {"kind": "garbage"}}])).is(UNAVAILABLE);
    apply(&json!([{"on": "get", "every": true, "fault": {"kind": "empty"}}])).is(UNAVAILABLE);
    let fault = json!({"kind": "status", "status": 200, "body": "{\"variables\": 3}"});
    apply(&json!([{"on": "get", "every": true, "fault": fault}])).is(UNAVAILABLE);
}

#[test]
fn a_redirect_is_never_followed() {
    let elsewhere = Sandbox::start(&json!([]));
    for status in [301, 302, 307, 308] {
        let fault = json!({"kind": "redirect", "location": elsewhere.url(), "status": status});
        apply(&json!([{"on": "get", "every": true, "fault": fault}])).is(REFUSED).tells(&["redirect"]);
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_refused_connection_is_unavailable_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut workspace = Workspace::new();
    workspace.env("CXONE_BASE_URL", &format!("http://{free}"));
    workspace.env("CXONE_CLIENT_ID", "client-of-the-tests").env("CXONE_CLIENT_SECRET", "secret-of-the-tests");
    workspace.write("vars.json", EXAMPLE);
    let report = workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"]).exits(5).json();
    let result = &report["results"][0];
    assert_eq!((&result["outcome"], &result["attempts"]), (&json!("unavailable"), &json!(0)));
    assert_eq!(result["error"]["code"], "connection_refused");
    let records = workspace.audit();
    assert_eq!((records.len(), &records[0]["outcome"]), (1, &json!("unavailable")));
    for command in [&["plan", ACTION, "-f", "vars.json"][..], &["rotation", ACTION]] {
        workspace.run(command).exits(5).says(&["no connection could be made"]);
    }
}

#[test]
fn a_server_that_does_not_speak_tls_is_unavailable_at_once() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXONE_BASE_URL", &service.url().replace("http:", "https:"));
    workspace.write("vars.json", EXAMPLE);
    let report = workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"]).exits(5).json();
    let result = &report["results"][0];
    assert_eq!((&result["error"]["code"], &result["requests"]), (&json!("tls"), &json!(1)));
    assert!(service.requests().is_empty());
}

#[test]
fn a_busy_action_is_left_alone() {
    for state in ["PUBLISHING", "DELETING"] {
        let run = apply(&json!([{"on": "get", "fault": {"kind": "state", "state": state}}]));
        run.is(CONFLICT).tells(&[state, "--wait"]);
    }
}

#[test]
fn a_busy_action_is_waited_for_where_that_is_asked() {
    let faults = json!([
        {"on": "get", "fault": {"kind": "state", "state": "PUBLISHING"}},
        {"on": "get", "nth": 3, "fault": {"kind": "state", "state": "PUBLISHED"}},
    ]);
    let run = apply_with(&faults, "", &["--wait"]);
    run.is(Expected { methods: "POST GET GET GET PUT GET", ..APPLIED });
    assert_eq!(run.records[1]["retries"], json!({"busy": 2}));
    let never = json!([{"on": "get", "fault": {"kind": "state", "state": "PUBLISHING"}}]);
    let run = apply_with(&never, "deadline_s = 1\nserver_error_wait_ms = 600\n", &["--wait"]);
    run.is(Expected { methods: "POST GET GET", ..CONFLICT });
}

#[test]
fn the_request_budget_of_the_tenant_is_never_passed() {
    // The token leaves no room for a GET and a PUT, which are sent together or not at all.
    let run = apply_with(&json!([]), "requests_per_minute = 2", &[]);
    run.is(Expected { methods: "POST", ..UNAVAILABLE }).tells(&["budget"]);
}
