//! Every kind of fault: where it acts, and the state that it leaves.

use super::*;
use crate::MASK;
use crate::journal::{Author, Ended};

/// Sends a PUT of one plain variable `a` = `1` to a service with one fault for it.
fn put_with(fault: &Value) -> (Service, Delivery) {
    let mut service = with_faults(&json!([{"on": "put", "fault": fault}]));
    let token = token(&mut service, NOW);
    let delivery = service.handle(NOW, &put(&token, &json!([plain("a", "1")])));
    let kind = fault["kind"].as_str().unwrap();
    assert_eq!(service.exchanges()[1].faults, [kind]);
    (service, delivery)
}

#[test]
fn a_status_before_the_commit() {
    let (mut service, delivery) = put_with(&json!({"kind": "status", "status": 500}));
    let response = reply(delivery);
    assert_eq!(response.status, 500);
    assert_eq!(body(&response)["error"]["code"], "scripted_fault");
    assert!(response.header("x-correlation-id").is_some());
    assert_eq!(stored(&mut service), json!([]));
}

#[test]
fn a_status_after_the_commit() {
    let fault = json!({"kind": "status", "status": 500, "commit": true, "body": "oh no"});
    let (mut service, delivery) = put_with(&fault);
    let response = reply(delivery);
    assert_eq!((response.status, response.body.as_slice()), (500, &b"oh no"[..]));
    assert_eq!(stored(&mut service), json!([plain("a", "1")]));
}

#[test]
fn a_limit_with_seconds_a_date_and_no_header() {
    let header = |retry_after: Value| {
        let fault = json!({"kind": "status", "status": 429, "retry_after": retry_after});
        let (_, delivery) = put_with(&fault);
        reply(delivery).header("retry-after").map(str::to_owned)
    };
    assert_eq!(header(json!(7)).as_deref(), Some("7"));
    assert_eq!(header(Value::Null), None);
    let date = httpdate::parse_http_date(&header(json!("http-date:+2")).unwrap()).unwrap();
    let date_ms = date.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    assert_eq!(date_ms, u128::from(NOW - 250 + 3000));
    assert!(header(json!("http-date:+3000000000")).is_some());
}

#[test]
fn a_status_without_a_body_has_none() {
    let (_, delivery) = put_with(&json!({"kind": "status", "status": 204}));
    assert!(reply(delivery).body.is_empty());
}

#[test]
fn a_reset_before_in_and_after() {
    for (when, ended, committed) in [
        ("before_commit", Ended::Reset, false),
        ("mid_body", Ended::Truncated, true),
        ("after_commit", Ended::Reset, true),
    ] {
        let (service, delivery) = put_with(&json!({"kind": "reset", "when": when}));
        assert_eq!(matches!(delivery, Delivery::Truncated(_)), when == "mid_body");
        assert_eq!(matches!(delivery, Delivery::Reset), when != "mid_body");
        assert_eq!(service.exchanges()[1].status, ended);
        assert_eq!(service.journal().len(), usize::from(committed), "{when}");
    }
}

#[test]
fn a_truncated_answer() {
    let (service, delivery) = put_with(&json!({"kind": "truncated"}));
    let whole = delivery.response().unwrap();
    assert_eq!(body(whole)["variables"], json!([plain("a", "1")]));
    assert!(matches!(delivery, Delivery::Truncated(_)));
    assert_eq!(service.journal().len(), 1);
}

#[test]
fn an_answer_without_a_body_is_lost_whole() {
    let mut service = with_faults(&json!([
        {"on": "put", "fault": {"kind": "empty"}},
        {"on": "put", "fault": {"kind": "truncated"}},
    ]));
    let token = token(&mut service, NOW);
    let delivery = service.handle(NOW, &put(&token, &json!([])));
    assert!(matches!(delivery, Delivery::Reset));
    assert_eq!(service.exchanges()[1].faults, ["empty", "truncated"]);
    assert_eq!(service.exchanges()[1].status, Ended::Reset);
}

#[test]
fn a_slow_answer_with_and_without_a_commit() {
    let (service, delivery) = put_with(&json!({"kind": "slow", "delay_ms": 70}));
    let Delivery::Slow { delay_ms, response } = delivery else {
        panic!("slow");
    };
    assert_eq!((delay_ms, response.status, service.journal().len()), (70, 200, 1));
    let (service, delivery) = put_with(&json!({"kind": "slow", "delay_ms": 70, "commit": false}));
    assert_eq!(delivery.response().unwrap().status, 504);
    assert!(service.journal().is_empty());
}

#[test]
fn garbage_and_emptiness_after_the_commit() {
    let (service, delivery) = put_with(&json!({"kind": "garbage"}));
    let response = reply(delivery);
    assert_eq!((response.status, service.journal().len()), (200, 1));
    assert!(serde_json::from_slice::<Value>(&response.body).is_err());
    let (service, delivery) = put_with(&json!({"kind": "empty"}));
    let response = reply(delivery);
    assert_eq!((response.status, service.journal().len()), (204, 1));
    assert!(response.body.is_empty());
}

#[test]
fn an_answer_without_variables() {
    let (service, delivery) = put_with(&json!({"kind": "no_variables"}));
    let response = reply(delivery);
    assert!(body(&response).get("variables").is_none());
    assert_eq!(body(&response)["id"], "da-1");
    assert!(response.header("etag").is_some());
    assert_eq!(service.journal().len(), 1);
}

#[test]
fn a_silently_dropped_variable() {
    let (mut service, delivery) = put_with(&json!({"kind": "drop_variable", "name": "a"}));
    assert_eq!(body(&reply(delivery))["variables"], json!([]));
    assert_eq!(stored(&mut service), json!([]));
}

#[test]
fn a_flipped_flag_never_brings_a_secret_into_the_clear() {
    let mut service = with_faults(&json!([
        {"on": "put", "every": true, "fault": {"kind": "flip_encrypted", "name": "a"}},
        {"on": "put", "every": true, "fault": {"kind": "flip_encrypted", "name": "b"}},
    ]));
    let good = token(&mut service, NOW);
    let sent = json!([plain("a", "1"), encrypted("b", "hunter2")]);
    reply(service.handle(NOW, &put(&good, &sent)));
    assert_eq!(stored(&mut service), json!([encrypted("a", MASK), plain("b", MASK)]));
    let saved = serde_json::to_string(&service.snapshot()).unwrap();
    assert!(!saved.contains("hunter2"));
    // A snapshot of this state can be restored.
    assert!(service.restore(serde_json::from_str(&saved).unwrap()).is_ok());
    assert_eq!(stored(&mut service), json!([encrypted("a", MASK), plain("b", MASK)]));
}

#[test]
fn a_writer_between_get_and_put() {
    let mut service = with_faults(&json!([
        {"on": "get", "fault": {"kind": "writer_after", "name": "a", "value": "9"}},
        {"on": "put", "fault": {"kind": "writer_before", "name": "b", "value": "8"}},
        {"on": "put", "fault": {"kind": "writer_after", "name": "c", "value": "7"}},
    ]));
    let good = token(&mut service, NOW);
    let before = reply(service.handle(NOW, &get(&good)));
    assert_eq!(body(&before)["variables"], json!([]));
    let answer = reply(service.handle(NOW, &put(&good, &json!([plain("a", "1")]))));
    assert_eq!(body(&answer)["variables"], json!([plain("a", "1")]));
    assert_eq!(stored(&mut service), json!([plain("a", "1"), plain("c", "7")]));
    let by: Vec<_> = service.journal().iter().map(|c| (c.by, c.request)).collect();
    assert_eq!(
        by,
        [(Author::Writer, Some(2)), (Author::Writer, Some(3)), (Author::Client, Some(3)), (Author::Writer, Some(3)),]
    );
    assert_eq!(service.exchanges()[2].faults, ["writer_before", "writer_after"]);
}

#[test]
fn a_writer_makes_if_match_fail() {
    let fault = json!({"kind": "writer_before", "name": "a", "value": "9"});
    let mut service = with_faults(&json!([{"on": "put", "fault": fault}]));
    let good = token(&mut service, NOW);
    let etag = reply(service.handle(NOW, &get(&good))).header("etag").unwrap().to_owned();
    let guarded = put(&good, &json!([])).with_header("if-match", &etag);
    assert_eq!(reply(service.handle(NOW, &guarded)).status, 412);
}

#[test]
fn a_writer_keeps_type_and_scope() {
    let mut service = service();
    let good = token(&mut service, NOW);
    let limit = json!({"name": "n", "type": "integer", "value": "1", "encrypted": false,
        "scope": "global"});
    reply(service.handle(NOW, &put(&good, &json!([limit]))));
    service.set_faults(script(&json!([
        {"on": "get", "fault": {"kind": "writer_before", "name": "n", "value": "2"}},
    ])));
    let shown = stored(&mut service);
    assert_eq!((&shown[0]["value"], &shown[0]["type"]), (&json!("2"), &json!("integer")));
    assert_eq!(shown[0]["scope"], "global");
}

#[test]
fn a_revoked_token_and_a_busy_state() {
    let mut service = with_faults(&json!([
        {"on": "put", "fault": {"kind": "revoke_token"}},
        {"on": "put", "nth": 2, "fault": {"kind": "state", "state": "PUBLISHING"}},
    ]));
    let good = token(&mut service, NOW);
    assert_eq!(reply(service.handle(NOW, &put(&good, &json!([])))).status, 401);
    let good = token(&mut service, NOW);
    assert_eq!(reply(service.handle(NOW, &put(&good, &json!([])))).status, 409);
    assert_eq!(body(&reply(service.handle(NOW, &get(&good))))["state"], "PUBLISHING");
}

#[test]
fn a_redirect() {
    let location = "https://example.com/x";
    let fault = json!({"kind": "redirect", "location": location, "status": 307});
    let (service, delivery) = put_with(&fault);
    let response = reply(delivery);
    assert_eq!((response.status, response.header("location")), (307, Some(location)));
    assert!(service.journal().is_empty());
}

#[test]
fn a_token_body_and_a_token_scope() {
    let mut service = with_faults(&json!([
        {"on": "token", "fault": {"kind": "token_body",
            "body": r#"{"access_token": "{token}", "expires_in": "60"}"#}},
        {"on": "token", "nth": 2, "fault": {"kind": "token_scope", "scope": "dataactions:read"}},
        {"on": "token", "nth": 3, "fault": {"kind": "token_scope", "scope": null}},
        {"on": "token", "nth": 4, "fault": {"kind": "garbage"}},
    ]));
    let answer = body(&reply(service.handle(NOW, &token_request(TOKEN_FORM))));
    assert_eq!(answer["expires_in"], "60");
    let good = answer["access_token"].as_str().unwrap();
    assert_eq!(reply(service.handle(NOW, &get(good))).status, 200);

    let answer = body(&reply(service.handle(NOW, &token_request(TOKEN_FORM))));
    assert_eq!(answer["scope"], "dataactions:read");
    let narrow = answer["access_token"].as_str().unwrap();
    assert_eq!(reply(service.handle(NOW, &get(narrow))).status, 200);
    assert_eq!(reply(service.handle(NOW, &put(narrow, &json!([])))).status, 403);

    let answer = body(&reply(service.handle(NOW, &token_request(TOKEN_FORM))));
    assert!(answer.get("scope").is_none());
    let good = answer["access_token"].as_str().unwrap();
    assert_eq!(reply(service.handle(NOW, &put(good, &json!([])))).status, 200);

    let response = reply(service.handle(NOW, &token_request(TOKEN_FORM)));
    assert!(serde_json::from_slice::<Value>(&response.body).is_err());
}

#[test]
fn a_refusal_is_not_replaced_by_a_fault_after_the_commit() {
    let mut service = with_faults(&json!([
        {"on": "put", "every": true, "fault": {"kind": "garbage"}},
        {"on": "put", "every": true, "fault": {"kind": "drop_variable", "name": "a"}},
    ]));
    let good = token(&mut service, NOW);
    let response = reply(service.handle(NOW, &put(&good, &json!([plain("_a", "")]))));
    assert_eq!(response.status, 400);
    assert!(service.exchanges()[1].faults.is_empty());
}

#[test]
fn of_faults_that_decide_the_answer_the_first_does() {
    let mut service = with_faults(&json!([
        {"on": "put", "fault": {"kind": "status", "status": 503, "commit": true}},
        {"on": "put", "fault": {"kind": "garbage"}},
        {"on": "put", "fault": {"kind": "slow", "delay_ms": 5}},
    ]));
    let good = token(&mut service, NOW);
    let delivery = service.handle(NOW, &put(&good, &json!([])));
    assert!(matches!(&delivery, Delivery::Slow { response, .. } if response.status == 503));
    assert_eq!(service.exchanges()[1].faults, ["status", "slow"]);
}

#[test]
fn faults_count_against_the_limit() {
    let mut service = Service::new(Options { requests_per_minute: 2, ..Options::default() });
    service.set_faults(script(&json!([
        {"on": "get", "fault": {"kind": "reset", "when": "before_commit"}},
    ])));
    let good = token(&mut service, NOW);
    service.handle(NOW, &get(&good));
    assert_eq!(reply(service.handle(NOW, &get(&good))).status, 429);
}
