//! Answers of the token endpoint.

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::{Expected, Registration};
use serde_json::json;

use super::{APPLIED, REFUSED, UNAVAILABLE, apply};

const REFUSED_AT_ONCE: Expected<'_> = Expected { methods: "POST", ..REFUSED };
const UNAVAILABLE_AT_ONCE: Expected<'_> = Expected { methods: "POST", ..UNAVAILABLE };

#[test]
fn refused_credentials_are_final_after_one_request() {
    let body = json!({"error": "invalid_client", "error_description": "the secret is wrong"}).to_string();
    let fault = json!({"kind": "status", "status": 401, "body": body});
    let run = apply(&json!([{"on": "token", "every": true, "fault": fault}]));
    run.is(REFUSED_AT_ONCE).tells(&["the secret is wrong", "client id and secret"]);
    assert_eq!(run.result["error"]["code"], "invalid_client");
    assert_eq!(run.result["error"]["status"], 401);
}

#[test]
fn any_4xx_but_429_is_final() {
    for status in [400, 403, 404, 410, 499] {
        let fault = json!({"kind": "status", "status": status});
        apply(&json!([{"on": "token", "every": true, "fault": fault}])).is(REFUSED_AT_ONCE);
    }
}

#[test]
fn a_token_without_the_scope_stops_before_the_get() {
    let fault = json!({"kind": "token_scope", "scope": "dataactions:read"});
    let run = apply(&json!([{"on": "token", "fault": fault}]));
    run.is(REFUSED_AT_ONCE).tells(&["missing: dataactions:write", "add dataactions:write"]);
}

#[test]
fn a_token_that_names_no_scope_is_used() {
    apply(&json!([{"on": "token", "fault": {"kind": "token_scope", "scope": null}}])).is(APPLIED);
}

#[test]
fn trouble_at_the_token_endpoint_is_ridden_out() {
    for fault in [
        json!({"kind": "status", "status": 429}),
        json!({"kind": "status", "status": 429, "retry_after": 0}),
        json!({"kind": "status", "status": 500}),
        json!({"kind": "status", "status": 503}),
        json!({"kind": "reset", "when": "before_commit"}),
        json!({"kind": "truncated"}),
    ] {
        let run = apply(&json!([{"on": "token", "fault": fault}]));
        run.is(Expected { methods: "POST POST GET PUT GET", ..APPLIED });
        let retries = run.records[1]["retries"].as_object().unwrap();
        assert_eq!(retries.values().filter_map(serde_json::Value::as_u64).sum::<u64>(), 1, "{retries:?}");
    }
}

#[test]
fn a_token_endpoint_that_asks_for_more_time_than_there_is_fails_at_once() {
    for status in [429, 503] {
        let fault = json!({"kind": "status", "status": status, "retry_after": 3600});
        let run = apply(&json!([{"on": "token", "every": true, "fault": fault}]));
        run.is(UNAVAILABLE_AT_ONCE);
        assert_eq!(run.result["wait_ms"], 0.0);
    }
}

#[test]
fn a_token_answer_that_is_not_the_expected_json_is_unavailable() {
    apply(&json!([{"on": "token", "every": true, "fault": {"kind": "garbage"}}])).is(UNAVAILABLE_AT_ONCE);
    apply(&json!([{"on": "token", "every": true, "fault": {"kind": "empty"}}])).is(UNAVAILABLE_AT_ONCE);
    let body = json!({"kind": "token_body", "body": "{\"expires_in\": 60}"});
    apply(&json!([{"on": "token", "every": true, "fault": body}])).is(UNAVAILABLE_AT_ONCE);
}

#[test]
fn any_lifetime_of_a_token_will_do() {
    for rest in [
        "",
        ", \"expires_in\": \"60\"",
        ", \"expires_in\": 0",
        ", \"expires_in\": -1",
        ", \"expires_in\": 1",
        ", \"expires_in\": null",
        ", \"expires_in\": \"soon\"",
        ", \"expires_in\": 1e300",
        ", \"expires_in\": \"1e999\"",
        ", \"expires_in\": {}",
    ] {
        let body = format!("{{\"access_token\": \"{{token}}\"{rest}}}");
        let run = apply(&json!([{"on": "token", "fault": {"kind": "token_body", "body": body}}]));
        assert_eq!(run.output.code, Some(0), "{rest}");
        run.is(APPLIED);
    }
}

#[test]
fn a_redirect_of_the_token_endpoint_is_never_followed() {
    let elsewhere = Sandbox::start(&json!([]));
    let fault =
        json!({"kind": "redirect", "location": format!("{}/api/v2/oauth/token", elsewhere.url()), "status": 307});
    apply(&json!([{"on": "token", "every": true, "fault": fault}])).is(REFUSED_AT_ONCE).tells(&["redirect"]);
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn every_login_gets_a_token_and_a_given_token_needs_none() {
    for (profile, methods) in [
        ("auth = \"client_credentials_form\"", "POST GET PUT GET"),
        ("auth = \"client_credentials_basic\"", "POST GET PUT GET"),
        ("auth = \"access_key_json\"\ntoken_url = \"URL/authentication/v1/token/access-key\"", "POST GET PUT GET"),
    ] {
        let service = Sandbox::start(&json!([]));
        let workspace = Workspace::for_service(&service);
        workspace.profile(&profile.replace("URL", &service.url()));
        Registration::apply(&workspace, &service, EXAMPLE, &[]).is(Expected { methods, ..APPLIED });
    }
}

#[test]
fn a_given_token_that_is_refused_cannot_be_renewed() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXONE_TOKEN", "a-token-that-nobody-granted");
    let run = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    run.is(Expected { methods: "GET", ..REFUSED }).tells(&["CXONE_TOKEN", "401"]);
}

#[test]
fn what_a_shell_adds_to_a_credential_is_removed_and_what_nobody_sees_is_refused() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let secret = "secret-of-the-tests";
    workspace.env("CXONE_CLIENT_SECRET", &format!("{secret}\r\n"));
    Registration::apply(&workspace, &service, EXAMPLE, &[]).is(APPLIED);
    workspace.env("CXONE_CLIENT_SECRET", &format!("{secret}\u{200b}"));
    let apply = ["apply", "da-1", "-f", "vars.json", "--yes"];
    let refused = workspace.run(&apply);
    refused.exits(2).says(&["CXONE_CLIENT_SECRET", "U+200B zero width space"]);
    assert!(!refused.stderr().contains(secret));
}
