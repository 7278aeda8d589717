//! The service refuses a request: the outcome and the advice.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::answer::RawAnswer;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::Scenario;
use cxvars_tests::scenario::wanted;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::{every, first, verdict};

#[test]
fn a_refusal_is_final_and_says_what_to_do() {
    for (status, outcome, advice) in [
        (400, Outcome::Refused, "all or nothing"),
        (403, Outcome::Refused, "Data Action Administrator"),
        (404, Outcome::Refused, "id"),
        (409, Outcome::Conflict, "cxvars plan"),
        (412, Outcome::Conflict, "cxvars plan"),
        (422, Outcome::Refused, "all or nothing"),
    ] {
        for (phase, requests) in [("get", 2), ("put", 3)] {
            let ran = run(&Scenario::change().fault(phase, &every(), &json!({"kind": "status", "status": status})));
            assert_eq!((ran.finished.outcome, ran.finished.cost.requests), (outcome, requests), "{phase} {status}");
            assert!(ran.advice().contains(advice), "{phase} {status}: {}", ran.advice());
        }
    }
    let refused = |phase| run(&Scenario::change().fault(phase, &every(), &json!({"kind": "status", "status": 403})));
    assert!(refused("get").advice().contains("dataactions:read"));
    assert!(refused("put").advice().contains("dataactions:write"));
    assert!(refused("put").advice().contains("integrations:read"));
}

#[test]
fn a_redirect_is_never_followed() {
    for phase in ["token", "get", "put"] {
        let redirect = json!({"kind": "redirect", "location": "http://127.0.0.1:2/"});
        let ran = run(&Scenario::change().fault(phase, &every(), &redirect));
        assert_eq!(ran.finished.outcome, Outcome::Refused, "{phase}");
        assert_eq!(ran.failure().0, "redirect", "{phase}");
    }
}

#[test]
fn somebody_elses_change_is_a_conflict_when_it_can_be_seen() {
    let writer = |kind| json!({"kind": kind, "name": "limit", "value": "9"});
    let ran = run(&Scenario::change().guarded().fault("put", &first(), &writer("writer_before")));
    assert_eq!(verdict(&ran), (Outcome::Conflict, 1, 3));
    let lost = json!({"kind": "reset", "when": "after_commit"});
    let ran = run(&Scenario::change().fault("put", &first(), &lost).fault(
        "get",
        &json!({"nth": 2}),
        &writer("writer_before"),
    ));
    assert_eq!(verdict(&ran), (Outcome::Conflict, 1, 4));
    assert_eq!(ran.failure().0, "changed_meanwhile");
    let ran = run(&Scenario::change().fault("put", &first(), &writer("writer_after")));
    assert_eq!(ran.finished.outcome, Outcome::Mismatch, "what is stored is not what was sent");
}

#[test]
fn the_services_words_come_without_values_and_tokens() {
    let body = "{\"error\":{\"code\":\"BAD\",\"message\":\"new-secret is bad, bmV3LXNlY3JldA== too, and Bearer abc\"}}";
    let ran = run(&Scenario::change().fault("put", &every(), &json!({"kind": "status", "status": 400, "body": body})));
    let (code, message) = ran.failure();
    assert_eq!(code, "BAD");
    assert!(
        message.contains("[redacted] is bad") && !message.contains("new-secret") && !message.contains("bmV3"),
        "{message}"
    );
}

#[test]
fn the_scope_in_the_advice_is_the_one_that_the_request_needs() {
    let refused = |phase| run(&Scenario::change().fault(phase, &every(), &json!({"kind": "status", "status": 403})));
    for (phase, scope) in [("get", "dataactions:read"), ("put", "dataactions:write")] {
        let ran = refused(phase);
        let advice = ran.advice();
        for part in [format!("needs {scope}"), "integrations:read".into(), "Data Action Administrator".into()] {
            assert!(advice.contains(&part), "{phase}: {advice}");
        }
    }
}

#[test]
fn a_secret_that_the_service_echoes_in_any_encoding_is_scrubbed() {
    let secret = "p\u{e4}ss \"word\"/+<42>&x";
    type Encode = fn(&str) -> String;
    let encodings: [(&str, Encode); 9] = [
        ("raw", str::to_owned),
        ("json", |text| json!(text).to_string()),
        ("percent", |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()),
        ("form", |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().replace("%20", "+")),
        ("base64", |text| STANDARD.encode(text)),
        ("base64url", |text| URL_SAFE_NO_PAD.encode(text)),
        ("base64 of basic credentials", |text| STANDARD.encode(format!("id:{text}"))),
        ("hex", |text| text.bytes().map(|byte| format!("{byte:02x}")).collect()),
        ("html", |text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")),
    ];
    for (encoding, encode) in encodings {
        let mut scenario = Scenario::change().fault("put", &first(), &json!({"kind": "status", "status": 400}));
        scenario.wanted[1] = wanted("token", secret, true);
        let echoes = Rc::new(RefCell::new(Vec::new()));
        let seen = echoes.clone();
        scenario.edit = Some(Rc::new(move |request, answer| {
            if request.method != "PUT" {
                return;
            }
            let bearer = request.headers.iter().find(|(name, _)| *name == "authorization").unwrap().1.expose();
            let token = bearer.strip_prefix("Bearer ").unwrap();
            *seen.borrow_mut() = vec![encode(secret), encode(token)];
            let message = format!("bad value {} from {} ({bearer})", encode(secret), encode(token));
            let body = json!({"error": {"code": format!("E {}", encode(secret)), "message": message}});
            *answer = RawAnswer {
                status: 400,
                headers: vec![("x-correlation-id".to_owned(), encode(token))],
                body: body.to_string().into_bytes(),
            };
        }));
        let ran = run(&scenario);
        assert_eq!(verdict(&ran), (Outcome::Refused, 1, 3), "{encoding}");
        let failure = ran.finished.failure.unwrap();
        let told = format!("{} {} {}", failure.code, failure.message, failure.correlation_id.unwrap_or_default());
        assert_eq!(told.matches("[redacted]").count(), 5, "{encoding}: {told}");
        for echo in echoes.borrow().iter() {
            assert!(!told.contains(echo.trim_matches('"')), "{encoding}: {told}");
        }
    }
}
