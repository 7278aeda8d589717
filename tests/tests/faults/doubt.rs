//! PUTs with an unknown result: the run reads what is stored and never guesses.

use std::rc::Rc;

use cxvars_core::service::outcome::Outcome;
use cxvars_flow::reason::Reason;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::{Scenario, wanted};
use serde_json::{Value, json};

use crate::{every, first, verdict};

/// Faults after which it is not known whether the PUT was applied.
fn uncertain(committed: bool) -> Vec<Value> {
    if committed {
        vec![
            json!({"kind": "status", "status": 500, "commit": true}),
            json!({"kind": "reset", "when": "after_commit"}),
            json!({"kind": "reset", "when": "mid_body"}),
            json!({"kind": "truncated"}),
            json!({"kind": "slow", "delay_ms": 60_000}),
        ]
    } else {
        vec![
            json!({"kind": "status", "status": 500}),
            json!({"kind": "reset", "when": "before_commit"}),
            json!({"kind": "slow", "delay_ms": 60_000, "commit": false}),
        ]
    }
}

#[test]
fn a_put_of_unknown_fate_is_read_back_before_anything_else() {
    for fault in uncertain(true) {
        for guarded in [false, true] {
            let mut scenario = Scenario::change().fault("put", &first(), &fault);
            scenario.if_match = guarded;
            let ran = run(&scenario);
            assert_eq!(verdict(&ran), (Outcome::Applied, 1, 4), "{fault}");
        }
    }
    for fault in uncertain(false) {
        let ran = run(&Scenario::change().fault("put", &first(), &fault));
        assert_eq!(verdict(&ran), (Outcome::Applied, 2, 6), "{fault}");
        let ran = run(&Scenario::change().fault("put", &every(), &fault));
        // The service says of 500 that it failed; whatever was lost may still be stored.
        let expected = if fault["status"] == 500 { Outcome::Unavailable } else { Outcome::Unknown };
        assert_eq!(ran.finished.outcome, expected, "{fault}");
        assert_eq!(ran.finished.attempts, 5, "{fault}");
    }
}

#[test]
fn when_only_masked_values_differ_the_put_is_repeated_and_then_called_unknown() {
    for fault in uncertain(true) {
        let ran = run(&Scenario::secret_change().fault("put", &first(), &fault));
        assert_eq!(verdict(&ran), (Outcome::Applied, 2, 6), "{fault}");
        let ran = run(&Scenario::secret_change().fault("put", &every(), &fault));
        assert_eq!(ran.finished.outcome, Outcome::Unknown, "{fault}");
        assert!(ran.failure().1.contains("only masked values differ"), "{:?}", ran.failure());
    }
    // With If-Match the entity tag proves that a PUT that failed was not applied; without, an old replica may have shown
    // it, and what was lost may still come.
    for fault in uncertain(false) {
        let ran = run(&Scenario::secret_change().guarded().fault("put", &every(), &fault));
        let expected = if fault["status"] == 500 { Outcome::Unavailable } else { Outcome::Unknown };
        assert_eq!(ran.finished.outcome, expected, "{fault}");
        let ran = run(&Scenario::secret_change().fault("put", &every(), &fault));
        assert_eq!(ran.finished.outcome, Outcome::Unknown, "{fault}");
    }
}

#[test]
fn with_if_match_a_lost_answer_to_a_masked_change_is_unknown_and_never_a_conflict() {
    for fault in uncertain(true) {
        let ran = run(&Scenario::secret_change().guarded().fault("put", &first(), &fault));
        assert_eq!(ran.finished.outcome, Outcome::Unknown, "{fault}: {:?}", ran.failure());
    }
}

#[test]
fn without_a_read_back_the_outcome_is_unknown() {
    for fault in
        [json!({"kind": "status", "status": 503}), json!({"kind": "status", "status": 404}), json!({"kind": "garbage"})]
    {
        for lost in [
            json!({"kind": "reset", "when": "after_commit"}),
            json!({"kind": "no_variables"}),
            json!({"kind": "empty"}),
        ] {
            let scenario = Scenario::change().fault("put", &first(), &lost).fault("get", &json!({"from": 2}), &fault);
            let ran = run(&scenario);
            assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 1), "{fault} {lost}");
        }
    }
}

#[test]
fn an_answer_without_variables_is_read_back() {
    for kind in ["no_variables", "empty", "garbage"] {
        let ran = run(&Scenario::change().fault("put", &first(), &json!({"kind": kind})));
        assert_eq!(verdict(&ran), (Outcome::Applied, 1, 4), "{kind}");
    }
}

#[test]
fn what_is_stored_otherwise_is_a_mismatch_and_nothing_more_is_sent() {
    for fault in [
        json!({"kind": "drop_variable", "name": "limit"}),
        json!({"kind": "drop_variable", "name": "token"}),
        json!({"kind": "flip_encrypted", "name": "token"}),
    ] {
        let ran = run(&Scenario::change().fault("put", &first(), &fault));
        assert_eq!(verdict(&ran), (Outcome::Mismatch, 1, 4), "{fault}");
        let ran =
            run(&Scenario::change().fault("put", &first(), &fault).fault("put", &first(), &json!({"kind": "empty"})));
        assert_eq!(verdict(&ran), (Outcome::Mismatch, 1, 4), "{fault}");
    }
}

#[test]
fn nobody_listening_ends_at_once_before_the_put_and_is_waited_out_after_it() {
    for (number, attempts) in [(1, 0), (2, 0), (3, 1)] {
        let mut scenario = Scenario::change();
        scenario.trouble.unreachable = vec![number];
        let ran = run(&scenario);
        assert_eq!(verdict(&ran), (Outcome::Unavailable, attempts, number as u32), "{number}");
    }
    let mut scenario = Scenario::change().fault("put", &first(), &json!({"kind": "reset", "when": "after_commit"}));
    scenario.trouble.unreachable = vec![4];
    assert_eq!(verdict(&run(&scenario)), (Outcome::Applied, 1, 5));
}

#[test]
fn throttled_puts_are_sent_again_until_the_deadline() {
    let throttled = json!({"kind": "status", "status": 429, "retry_after": 2});
    let ran = run(&Scenario::change().fault("put", &json!({"nth": 1, "times": 3}), &throttled));
    assert_eq!(verdict(&ran), (Outcome::Applied, 4, 7));
    let ran = run(&Scenario::change().fault("put", &every(), &throttled));
    assert_eq!(ran.finished.outcome, Outcome::Unavailable);
    assert!(ran.finished.attempts > 100, "{}", ran.finished.attempts);
    assert_eq!(ran.finished.cost.retries.get(&Reason::Throttled), Some(&(ran.finished.attempts - 1)));
}

#[test]
fn a_weak_entity_tag_proves_nothing() {
    // A weak entity tag may stay the same although a masked value changed.
    let lost = json!({"kind": "reset", "when": "after_commit"});
    let mut scenario = Scenario::secret_change().fault("put", &every(), &lost);
    scenario.edit = Some(Rc::new(|_, answer| {
        let etag = answer.headers.iter_mut().find(|(name, _)| name == "etag");
        etag.into_iter().for_each(|(_, value)| *value = "W/\"same\"".to_owned());
    }));
    assert_eq!(verdict(&run(&scenario)), (Outcome::Unknown, 5, 12));
    scenario.edit = Some(Rc::new(|_, answer| answer.headers.retain(|(name, _)| name != "etag")));
    assert_eq!(verdict(&run(&scenario)), (Outcome::Unknown, 5, 12), "nor does none");
}

#[test]
fn a_secret_that_was_stored_while_the_rest_was_not_is_never_called_not_applied() {
    // The service stores the new secret, but loses the new plain variable and the answer. The readable state is
    // unchanged.
    let mut scenario = Scenario::change();
    scenario.wanted = vec![wanted("limit", "1", false), wanted("new", "1", false), wanted("token", "new-secret", true)];
    let scenario = scenario.fault("put", &every(), &json!({"kind": "drop_variable", "name": "new"}));
    let lost = json!({"kind": "reset", "when": "after_commit"});
    let unguarded = scenario.clone().fault("put", &every(), &lost);
    let ran = run(&unguarded);
    assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 5));
    let ran = run(&scenario.guarded().fault("put", &first(), &lost));
    assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 2));
}

#[test]
fn a_forced_update_without_secrets_that_stays_unavailable_changed_nothing() {
    let mut scenario = Scenario::change();
    scenario.stored.pop();
    scenario.wanted = vec![wanted("limit", "1", false)];
    scenario.options.force = true;
    for fault in uncertain(true) {
        let mut scenario = scenario.clone().fault("put", &every(), &fault);
        let ran = run(&scenario);
        assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 5), "{fault}: it was written");
        assert!(ran.failure().1.contains("was written since"), "{:?}", ran.failure());
        scenario.edit = Some(Rc::new(|_, answer| answer.headers.retain(|(name, _)| name != "etag")));
        let ran = run(&scenario);
        let expected = if fault["status"] == 500 { Outcome::Unavailable } else { Outcome::Unknown };
        assert_eq!((ran.finished.outcome, ran.finished.attempts), (expected, 5), "{fault}: all was read");
    }
}

#[test]
fn a_conflict_that_our_own_late_put_caused_is_not_blamed_on_somebody_else() {
    // The first PUT arrives only after a read has shown that it had not, so the second PUT conflicts with it.
    let mut scenario = Scenario::change().guarded();
    scenario.trouble.first_put_late_ms = Some(3500);
    scenario.seed = 1;
    let ran = run(&scenario.fault("get", &json!({"nth": 2}), &json!({"kind": "slow", "delay_ms": 1000})));
    assert_eq!(verdict(&ran), (Outcome::Applied, 2, 6));
    let somebody = json!({"kind": "writer_before", "name": "limit", "value": "9"});
    let lost = json!({"kind": "reset", "when": "before_commit"});
    let theirs = Scenario::change().guarded().fault("put", &first(), &lost).fault("put", &json!({"nth": 2}), &somebody);
    assert_eq!(verdict(&run(&theirs)).0, Outcome::Conflict);
}

#[test]
fn a_read_back_waits_at_least_as_long_as_the_service_asks() {
    for (asked, least_ms) in [(json!(null), 3000), (json!(1), 3000), (json!(9), 9000), (json!("http-date:+9"), 9000)] {
        let failed = json!({"kind": "status", "status": 503, "retry_after": asked});
        let ran = run(&Scenario::change().fault("put", &first(), &failed));
        let sent = ran.sent();
        assert!(sent[3].at_ms >= sent[2].over_ms + least_ms, "{asked}");
    }
}
