//! How a run ends: by the deadline or the user, and which cause it reports.

use cxvars_core::service::outcome::Outcome;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::{DEADLINE_MS, Scenario};
use serde_json::json;

use crate::{every, first, verdict};

#[test]
fn an_interruption_at_any_moment_tells_whether_a_put_began() {
    let lost = json!({"kind": "reset", "when": "after_commit"});
    let plain = Scenario::change();
    let doubtful = Scenario::change().fault("put", &first(), &lost);
    let throttled =
        Scenario::change().fault("put", &first(), &json!({"kind": "status", "status": 429, "retry_after": 3}));
    let renewed = Scenario::change().fault("put", &first(), &json!({"kind": "revoke_token"}));
    let unread = doubtful.clone().fault("get", &json!({"from": 2}), &json!({"kind": "status", "status": 503}));
    for mut scenario in [plain, doubtful, throttled, renewed, unread] {
        let whole = run(&scenario).over_ms.min(10_000);
        for at_ms in (0..100).chain((100..=whole).step_by(37)) {
            scenario.trouble.interrupt_at_ms = Some(at_ms);
            let ran = run(&scenario);
            if !ran.finished.interrupted {
                continue;
            }
            // A PUT that the service did not take on has changed nothing.
            let taken = |status: Option<u16>| !matches!(status, Some(401 | 429));
            let began = ran.sent().iter().any(|sent| sent.method == "PUT" && taken(sent.status));
            let expected = if began { Outcome::Unknown } else { Outcome::Unavailable };
            assert_eq!(ran.finished.outcome, expected, "{at_ms}");
            // A PUT in flight, and what it may have stored, is given five seconds; an answer comes within 20 ms.
            let most = if began { 5000 } else { 20 };
            assert!((at_ms..=at_ms + most).contains(&ran.over_ms), "{at_ms}: {}", ran.over_ms);
        }
    }
}

#[test]
fn a_put_in_flight_is_given_the_time_to_be_answered_and_read_back() {
    let slow = json!({"kind": "slow", "delay_ms": 3000});
    let mut scenario = Scenario::change().fault("put", &first(), &slow);
    scenario.trouble.interrupt_at_ms = Some(1000);
    let ran = run(&scenario);
    assert_eq!((verdict(&ran), ran.finished.interrupted), ((Outcome::Applied, 1, 4), false));
    // After five seconds it is left alone.
    let slower = json!({"kind": "slow", "delay_ms": 8000});
    let mut scenario = Scenario::change().fault("put", &first(), &slower);
    scenario.trouble.interrupt_at_ms = Some(1000);
    let ran = run(&scenario);
    assert_eq!((verdict(&ran), ran.over_ms), ((Outcome::Unknown, 1, 3), 6000));
}

#[test]
fn an_interruption_between_get_and_put_sends_nothing() {
    // The token is valid for only 20 ms, so the PUT needs a new one. The interruption comes while that is fetched.
    let short = json!({"kind": "token_body", "body": "{\"access_token\": \"{token}\", \"expires_in\": 0.03}"});
    let mut scenario = Scenario::change().fault("token", &first(), &short);
    scenario.trouble.interrupt_at_ms = Some(25);
    let ran = run(&scenario);
    assert_eq!((verdict(&ran), ran.finished.interrupted), ((Outcome::Unavailable, 0, 3), true));
    assert_eq!(ran.count("POST"), 2);
}

#[test]
fn the_cause_is_told_where_time_runs_out() {
    for (phase, requests) in [("token", 1), ("get", 2), ("put", 3)] {
        for retry_after in [json!(300), json!("http-date:+300"), json!(1_000_000_000)] {
            let throttled = json!({"kind": "status", "status": 429, "retry_after": retry_after});
            let ran = run(&Scenario::change().fault(phase, &every(), &throttled));
            assert!(ran.over_ms < 100, "nothing is waited for in vain");
            assert_eq!((ran.finished.outcome, ran.finished.cost.requests), (Outcome::Unavailable, requests), "{phase}");
            let failure = ran.finished.failure.unwrap();
            assert_eq!((failure.status, failure.advice.is_some()), (Some(429), true), "{phase} {}", failure.message);
            assert!(failure.message.contains("429"), "{phase} {}", failure.message);
        }
    }
}

#[test]
fn no_request_can_pass_the_deadline() {
    // Every answer takes longer than the timeout of a request, so the deadline passes in every phase.
    for phase in ["token", "get", "put"] {
        for (from, delay_ms) in [(1, 60_000), (1, 29_000), (2, 60_000), (2, 29_000)] {
            let slow = json!({"kind": "slow", "delay_ms": delay_ms});
            let failing = json!({"kind": "status", "status": 503});
            let ran = run(&Scenario::change().fault(phase, &json!({"from": from}), &slow).fault(
                phase,
                &json!({"from": from}),
                &failing,
            ));
            assert!(ran.over_ms <= DEADLINE_MS, "{phase} {from} {delay_ms}");
        }
    }
}

#[test]
fn an_unknown_outcome_keeps_the_first_cause_and_its_correlation_id() {
    let scenario = Scenario::change()
        .fault("put", &first(), &json!({"kind": "status", "status": 500, "commit": true}))
        .fault("get", &json!({"from": 2}), &json!({"kind": "status", "status": 404}));
    let ran = run(&scenario);
    assert_eq!(verdict(&ran), (Outcome::Unknown, 1, 4));
    let failure = ran.finished.failure.as_ref().unwrap();
    let put = ran.world.service().borrow().exchanges()[2].correlation_id.clone();
    assert_eq!((failure.status, failure.correlation_id.as_ref()), (Some(500), Some(&put)));
    assert!(failure.message.contains("500") && failure.message.contains("404"), "{}", failure.message);
}

#[test]
fn a_wait_that_the_service_calls_nothing_is_no_busy_loop() {
    let at_once = json!({"kind": "status", "status": 429, "retry_after": 0});
    for phase in ["token", "get"] {
        let ran = run(&Scenario::change().fault(phase, &every(), &at_once));
        assert_eq!(ran.finished.outcome, Outcome::Unavailable, "{phase}");
        assert!(ran.sent().len() < 40, "{phase}: {}", ran.sent().len());
    }
}
