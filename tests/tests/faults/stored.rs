//! Services whose answers do not say what they store: they echo, lag, work on, or call a failure a success.

use cxvars_core::base::vocabulary::VariableType;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::reason::Reason;
use cxvars_simulator::Variable;
use cxvars_simulator::service::VariableType as Kind;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::{SETTLE_MS, Scenario, wanted};
use serde_json::{Value, json};

use crate::{every, first, verdict};

/// All of a change, and of a change that cannot be read.
fn both() -> [Scenario; 2] {
    [Scenario::change(), Scenario::secret_change()]
}

#[test]
fn an_answer_that_repeats_the_request_proves_nothing() {
    for fault in [
        json!({"kind": "drop_variable", "name": "token"}),
        json!({"kind": "cut_value", "name": "limit", "characters": 0}),
        json!({"kind": "flip_encrypted", "name": "token"}),
    ] {
        let scenario = Scenario::change().fault("put", &first(), &fault);
        let ran = run(&scenario.fault("put", &first(), &json!({"kind": "echo"})));
        assert_eq!(verdict(&ran), (Outcome::Mismatch, 1, 4), "{fault}");
    }
    let ran = run(&Scenario::change().fault("put", &first(), &json!({"kind": "echo"})));
    assert_eq!(verdict(&ran), (Outcome::Applied, 1, 4));
}

#[test]
fn the_answer_counts_only_where_the_profile_says_so() {
    let ran = Scenario { read_back: false, ..Scenario::change() }.run();
    assert_eq!(verdict(&ran), (Outcome::Applied, 1, 3));
    let silent = Scenario { read_back: false, ..Scenario::change() }.fault("put", &first(), &json!({"kind": "empty"}));
    assert_eq!(verdict(&run(&silent)), (Outcome::Applied, 1, 4), "it is read where the answer shows nothing");
}

#[test]
fn a_success_that_says_error_is_refused_in_the_services_words() {
    for body in [
        json!({"success": false, "message": "quota exceeded"}),
        json!({"error": {"code": "QUOTA", "message": "quota exceeded"}}),
        json!({"error": "quota exceeded"}),
        json!({"errors": [{"message": "quota exceeded"}], "message": "quota exceeded"}),
    ] {
        let fault = json!({"kind": "status", "status": 200, "body": body.to_string()});
        for scenario in both() {
            let ran = run(&scenario.fault("put", &every(), &fault));
            assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Refused, 1), "{body}");
            assert!(ran.failure().1.contains("quota exceeded"), "{:?}", ran.failure());
            assert!(ran.over_ms >= 3000, "what is stored was read");
        }
        // The same words, but it was stored.
        let stored = json!({"kind": "status", "status": 200, "body": body.to_string(), "commit": true});
        assert_eq!(run(&Scenario::change().fault("put", &first(), &stored)).finished.outcome, Outcome::Applied);
    }
    for body in ["{\"errors\": [], \"error\": null, \"success\": true}", "{\"error\": \"\"}", "no JSON", "[]"] {
        let fault = json!({"kind": "status", "status": 200, "body": body, "commit": true});
        assert_eq!(
            verdict(&run(&Scenario::change().fault("put", &first(), &fault))),
            (Outcome::Applied, 1, 4),
            "{body}"
        );
    }
}

#[test]
fn an_update_that_was_only_taken_on_is_applied_once_it_is_readable() {
    let later = |delay_ms: u64| json!({"kind": "late", "status": 202, "delay_ms": delay_ms});
    for delay_ms in [0, 2_500, 9_000] {
        let ran = run(&Scenario::change().fault("put", &every(), &later(delay_ms)));
        assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Applied, 1), "{delay_ms}");
    }
    for fault in [later(40_000), json!({"kind": "status", "status": 202, "body": "{}"})] {
        for scenario in both() {
            let ran = run(&scenario.fault("put", &every(), &fault));
            assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 1), "{fault}");
            assert!(ran.failure().1.contains("202"), "{:?}", ran.failure());
        }
    }
}

#[test]
fn a_state_that_is_only_late_is_no_mismatch() {
    for status in [json!({"kind": "empty"}), json!({"kind": "no_variables"}), json!({"kind": "echo"})] {
        for ms in [500, 1_100, 6_000, 14_000] {
            let lag = json!({"kind": "lag", "ms": ms});
            let ran = run(&Scenario::change().fault("put", &first(), &status).fault("get", &json!({"from": 2}), &lag));
            assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Applied, 1), "{status} {ms}");
        }
    }
    let lag = json!({"kind": "lag", "ms": 100_000});
    let ran = run(&Scenario::change().fault("get", &json!({"from": 2}), &lag));
    assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 1));
    assert!(ran.failure().1.contains("the state before is still read"), "{:?}", ran.failure());
    assert!((SETTLE_MS..SETTLE_MS + 2_000).contains(&ran.over_ms), "{}", ran.over_ms);
}

#[test]
fn not_applied_is_said_only_where_the_service_itself_says_so() {
    for status in [500, 501, 503, 507] {
        let ran = run(&Scenario::change().fault("put", &every(), &json!({"kind": "status", "status": status})));
        assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unavailable, 5), "{status}");
        let sent = ran.sent();
        let last_put = sent.iter().rfind(|sent| sent.method == "PUT").unwrap();
        assert!(sent.last().unwrap().at_ms >= last_put.over_ms + SETTLE_MS, "{status}");
    }
    for status in [408, 499, 502, 504, 520, 599] {
        let ran = run(&Scenario::change().fault("put", &every(), &json!({"kind": "status", "status": status})));
        assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 5), "{status}");
    }
}

#[test]
fn commits_behind_a_gateway_that_gave_up_are_never_called_not_applied() {
    for status in [408, 499, 500, 502, 503, 504] {
        let failed = json!({"kind": "status", "status": status, "commit": true});
        let lag = json!({"kind": "lag", "ms": 12_000});
        let ran = run(&Scenario::change().fault("put", &every(), &failed).fault("get", &json!({"from": 2}), &lag));
        assert_eq!(ran.finished.outcome, Outcome::Applied, "{status}");
    }
    for delay_ms in [1_000, 5_000, 20_000, 300_000] {
        let late = json!({"kind": "late", "status": 504, "delay_ms": delay_ms});
        let ran = run(&Scenario::change().fault("put", &every(), &late));
        let expected = if delay_ms < 100_000 { Outcome::Applied } else { Outcome::Unknown };
        assert_eq!(ran.finished.outcome, expected, "{delay_ms}");
    }
}

#[test]
fn a_put_that_was_not_taken_on_does_not_count() {
    for status in [425, 429] {
        let busy = json!({"kind": "status", "status": status, "retry_after": 1});
        let ran = run(&Scenario::change().fault("put", &json!({"nth": 1, "times": 20}), &busy));
        assert_eq!(verdict(&ran), (Outcome::Applied, 21, 24), "{status}");
        let mut interrupted = Scenario::change().fault("put", &every(), &busy);
        interrupted.trouble.interrupt_at_ms = Some(600);
        assert_eq!(run(&interrupted).finished.outcome, Outcome::Unavailable, "{status}: nothing was in flight");
    }
}

#[test]
fn a_service_that_asks_for_more_time_than_there_is_is_read_once_all_the_same() {
    for (commit, expected) in [(true, Outcome::Applied), (false, Outcome::Unavailable)] {
        let failed = json!({"kind": "status", "status": 503, "retry_after": 600, "commit": commit});
        let ran = run(&Scenario::change().fault("put", &every(), &failed));
        assert_eq!((ran.finished.outcome, ran.finished.attempts), (expected, 1), "{commit}");
    }
}

#[test]
fn a_locked_action_is_a_conflict() {
    for phase in ["get", "put"] {
        let ran = run(&Scenario::change().fault(phase, &every(), &json!({"kind": "status", "status": 423})));
        assert_eq!(ran.finished.outcome, Outcome::Conflict, "{phase}");
    }
}

#[test]
fn a_read_that_came_too_early_or_timed_out_is_tried_again() {
    for status in [408, 425, 500] {
        let ran = run(&Scenario::change().fault("get", &first(), &json!({"kind": "status", "status": status})));
        assert_eq!(verdict(&ran), (Outcome::Applied, 1, 5), "{status}");
        assert_eq!(ran.finished.cost.retries.get(&Reason::ServerError), Some(&1));
    }
}

#[test]
fn a_refusal_after_a_put_of_unknown_fate_is_not_called_refused() {
    let lost: Value = json!({"kind": "late", "status": 504, "delay_ms": 200_000});
    let refused = json!({"kind": "status", "status": 400});
    let ran = run(&Scenario::change().fault("put", &first(), &lost).fault("put", &json!({"from": 2}), &refused));
    assert_eq!((ran.finished.outcome, ran.finished.attempts), (Outcome::Unknown, 2));
}

#[test]
fn an_action_in_another_form_is_applied_once_and_then_unchanged() {
    for form in ["typed", "capitals", "nulls", "absent", "marked"] {
        for phases in [&["get"][..], &["get", "put"]] {
            for full_body in [false, true] {
                let mut scenario = Scenario { full_body, ..Scenario::change() };
                scenario.stored.retain(|variable| !variable.encrypted);
                scenario.wanted.retain(|wanted| !wanted.encrypted);
                for (name, kind, value) in
                    [("count", Kind::Integer, "7"), ("shape", Kind::Object, "{\"a\":1}"), ("note", Kind::String, "")]
                {
                    // One of each that is carried over, and one that is wanted as it is.
                    scenario.stored.push(Variable { kind, ..Variable::plain(&format!("{name}_kept"), value) });
                    scenario.stored.push(Variable { kind, ..Variable::plain(name, value) });
                    let mut same = wanted(name, value, false);
                    same.variable_type = VariableType::parse(&format!("{kind:?}").to_lowercase()).unwrap();
                    scenario.wanted.push(same);
                }
                for phase in phases {
                    scenario = scenario.fault(phase, &every(), &json!({"kind": "rewritten", "form": form}));
                }
                let ran = run(&scenario);
                assert_eq!(verdict(&ran), (Outcome::Applied, 1, 4), "{form} {phases:?}");
                assert_eq!(ran.finished.verified.full.len(), 7, "{form}");
                scenario.stored.iter_mut().filter(|variable| variable.name == "limit").for_each(|variable| {
                    variable.value = "2".to_owned();
                });
                assert_eq!(verdict(&run(&scenario)), (Outcome::Unchanged, 0, 2), "{form} {phases:?}");
            }
        }
    }
}

#[test]
fn an_answer_that_is_a_part_or_far_too_large_is_refused_once() {
    for fault in [json!({"kind": "part", "shown": 1}), json!({"kind": "padded", "bytes": 9 << 20})] {
        let ran = run(&Scenario::change().fault("get", &every(), &fault));
        assert_eq!(verdict(&ran), (Outcome::Refused, 0, 2), "{fault}");
        // After the PUT, no read that shows what is stored can be had.
        let ran = run(&Scenario::change().fault("get", &json!({"from": 2}), &fault));
        assert_eq!(verdict(&ran), (Outcome::Unknown, 1, 4), "{fault}");
    }
    // What was accepted is accepted, however long the answer is.
    let padded = json!({"kind": "padded", "bytes": 9 << 20});
    assert_eq!(verdict(&run(&Scenario::change().fault("put", &first(), &padded))), (Outcome::Applied, 1, 4));
}

#[test]
fn a_weak_tag_that_is_refused_is_not_called_somebody_elses_change() {
    let weak = json!({"kind": "tag", "form": "weak"});
    let ran = run(&Scenario::change().guarded().fault("get", &every(), &weak));
    assert_eq!(verdict(&ran), (Outcome::Conflict, 1, 3));
    assert!(ran.failure().1.contains("weak entity tag") && ran.advice().contains("concurrency"), "{:?}", ran.failure());
}

#[test]
fn a_tag_in_another_form_is_no_other_state() {
    for form in ["weak", "gzip"] {
        for (phase, when) in [("get", every()), ("get", first()), ("get", json!({"from": 2})), ("put", every())] {
            for scenario in both() {
                let tag = json!({"kind": "tag", "form": form});
                let ran = run(&scenario.fault(phase, &when, &tag));
                assert_eq!(verdict(&ran), (Outcome::Applied, 1, 4), "{form} {phase} {when}");
            }
        }
    }
}
