//! Tests of the oracle itself: it must find planted mistakes.

use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::EncryptedRoundtrip;
use cxvars_flow::Failure;
use cxvars_flow::reason::Reason;
use cxvars_simulator::Variable;
use cxvars_tests::oracle::check;
use cxvars_tests::scenario::{Ran, Scenario};
use serde_json::{Value, json};

use crate::{every, first};

/// The oracle's judgement of a run after its result was falsified.
fn planted(scenario: &Scenario, falsify: impl FnOnce(&mut Ran)) -> Option<String> {
    let mut ran = scenario.run();
    assert_eq!(check(scenario, &ran), Ok(()), "before it is falsified");
    falsify(&mut ran);
    check(scenario, &ran).err()
}

fn says(outcome: Outcome) -> impl FnOnce(&mut Ran) {
    move |ran| {
        ran.finished.outcome = outcome;
        if outcome.is_success() {
            ran.finished.failure = None;
        } else {
            ran.finished.verified = Default::default();
            let told = Failure::new(Reason::Rejected, "x");
            ran.finished.failure = Some(told);
        }
    }
}

#[test]
fn a_false_outcome_is_found() {
    let change = Scenario::change;
    let fault = |on: &str, when: &Value, fault: Value| change().fault(on, when, &fault);
    let dropped = fault("put", &every(), json!({"kind": "reset", "when": "before_commit"}));
    let refused = fault("put", &first(), json!({"kind": "status", "status": 400}));
    for (scenario, outcome, finding) in [
        (dropped.clone(), Outcome::Applied, "applied, but not stored"),
        (dropped, Outcome::Unchanged, "unchanged after a PUT"),
        (refused, Outcome::Unknown, "unknown without"),
        (change(), Outcome::Unavailable, "called not applied"),
        (change(), Outcome::Refused, "called not applied"),
        (change(), Outcome::Mismatch, "but stored as wanted"),
        (change(), Outcome::Conflict, "nobody told"),
        (change(), Outcome::Unknown, "although it was read"),
        (fault("put", &first(), json!({"kind": "drop_variable", "name": "limit"})), Outcome::Applied, "not stored"),
        (fault("put", &first(), json!({"kind": "flip_encrypted", "name": "token"})), Outcome::Applied, "not stored"),
    ] {
        let found = planted(&scenario, says(outcome)).unwrap_or_default();
        assert!(found.contains(finding), "{outcome}: {found}");
    }
}

#[test]
fn a_false_account_is_found() {
    let refused = Scenario::change().fault("put", &first(), &json!({"kind": "status", "status": 400}));
    type Falsify = fn(&mut Ran);
    let cases: [(&Scenario, &str, Falsify); 8] = [
        (&Scenario::change(), "attempts", |ran| ran.finished.attempts = 0),
        (&Scenario::change(), "requests", |ran| ran.finished.cost.requests += 1),
        (&Scenario::change(), "nobody can read", |ran| ran.finished.verified.full.push("token".into())),
        (&Scenario::change(), "without an intent", |ran| ran.intents.clear()),
        (&Scenario::change(), "more than one intent", |ran| ran.intents.push(2)),
        (&refused, "no advice", |ran| ran.finished.failure.as_mut().unwrap().advice = None),
        (&refused, "a secret", |ran| ran.finished.failure.as_mut().unwrap().message = "not new-secret".into()),
        (&refused, "do not fit", |ran| ran.finished.failure = None),
    ];
    for (scenario, finding, falsify) in cases {
        let found = planted(scenario, falsify).unwrap_or_default();
        assert!(found.contains(finding), "{finding}: {found}");
    }
}

#[test]
fn an_overwritten_change_is_found() {
    // Without If-Match, the writer's change between GET and PUT is lost. Judged as a run with If-Match, that is an
    // error.
    let writer = json!({"kind": "writer_before", "name": "limit", "value": "9"});
    let mut scenario = Scenario::change().fault("put", &first(), &writer);
    let ran = scenario.run();
    assert_eq!(check(&scenario, &ran), Ok(()));
    scenario.if_match = true;
    assert!(check(&scenario, &ran).is_err());
    // A stored state that was never read is found too.
    scenario.if_match = false;
    scenario.stored.push(Variable::plain("region", "eu"));
    assert!(check(&scenario, &ran).is_err());
}

#[test]
fn a_mask_that_was_sent_as_a_value_is_found() {
    let mut scenario = Scenario::change();
    scenario.stored.push(Variable::encrypted("other", "x"));
    scenario.options.roundtrip = EncryptedRoundtrip::MaskKeeps;
    let ran = scenario.run();
    assert_eq!(check(&scenario, &ran), Ok(()));
    // At a service that stores the mask, the same request would have lost the value.
    scenario.options.roundtrip = EncryptedRoundtrip::Refuse;
    assert_eq!(check(&scenario, &ran), Err("a mask was sent as a value".to_owned()));
}
