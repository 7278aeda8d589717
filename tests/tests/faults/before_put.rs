//! Failures before the PUT: the run reports that nothing was sent.

use cxvars_core::service::outcome::Outcome;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::Scenario;
use serde_json::json;

use crate::{every, first, verdict};

#[test]
fn trouble_before_the_put_is_waited_out() {
    for kind in [
        json!({"kind": "status", "status": 429, "retry_after": 7}),
        json!({"kind": "status", "status": 429, "retry_after": "http-date:+7"}),
        json!({"kind": "status", "status": 429, "retry_after": null}),
        json!({"kind": "status", "status": 503}),
        json!({"kind": "reset", "when": "before_commit"}),
        json!({"kind": "reset", "when": "mid_body"}),
        json!({"kind": "truncated"}),
        json!({"kind": "slow", "delay_ms": 60_000}),
    ] {
        for phase in ["token", "get"] {
            let ran = run(&Scenario::change().fault(phase, &first(), &kind));
            assert_eq!(verdict(&ran), (Outcome::Applied, 1, 5), "{phase} {kind}");
            let ran = run(&Scenario::change().fault(phase, &every(), &kind));
            assert_eq!((ran.finished.outcome, ran.count("PUT")), (Outcome::Unavailable, 0), "{phase} {kind}");
        }
    }
}

#[test]
fn an_answer_that_is_not_json_stops_before_the_put() {
    for phase in ["token", "get"] {
        let ran = run(&Scenario::change().fault(phase, &first(), &json!({"kind": "garbage"})));
        assert_eq!((ran.finished.outcome, ran.count("PUT")), (Outcome::Unavailable, 0), "{phase}");
    }
}

#[test]
fn a_wait_beyond_the_deadline_is_not_begun() {
    let ran =
        run(&Scenario::change().fault("get", &every(), &json!({"kind": "status", "status": 429, "retry_after": 301})));
    assert_eq!(verdict(&ran), (Outcome::Unavailable, 0, 2));
    assert!(ran.over_ms < 1000, "nothing is waited for in vain");
    let ran =
        run(&Scenario::change().fault("put", &every(), &json!({"kind": "status", "status": 429, "retry_after": 301})));
    assert_eq!(verdict(&ran), (Outcome::Unavailable, 1, 3));
}

#[test]
fn a_busy_action_ends_at_once_or_is_waited_for() {
    let busy = json!({"kind": "state", "state": "PUBLISHING"});
    let ran = run(&Scenario::change().fault("get", &first(), &busy));
    assert_eq!((verdict(&ran), ran.failure().0), ((Outcome::Conflict, 0, 2), "busy"));
    let ready = json!({"kind": "state", "state": "PUBLISHED"});
    let mut scenario = Scenario::change().fault("get", &first(), &busy).fault("get", &json!({"nth": 4}), &ready);
    scenario.wait_when_busy = true;
    assert_eq!(verdict(&run(&scenario)), (Outcome::Applied, 1, 7));
    scenario.faults.pop();
    assert_eq!((run(&scenario).finished.outcome, run(&scenario).count("PUT")), (Outcome::Conflict, 0));
}
