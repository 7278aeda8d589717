//! Every way in which some faults can fall among the requests of a registration.
//!
//! The search follows what really happens: after each run it knows which requests were sent, and hangs one more fault on
//! each of those that came after the last one. So no sequence is left out, and none is run that could not occur.

use cxvars_tests::campaign::Size;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::Scenario;
use serde_json::{Value, json};

use crate::campaign::all_faults;

/// Most faults in one registration.
const DEPTH: Size = Size { usual: 2, campaign: 3 };
/// Fewest runs that such a search takes.
const RUNS: Size = Size { usual: 500, campaign: 10_000 };

fn phase_of(method: &str) -> &'static str {
    match method {
        "POST" => "token",
        "GET" => "get",
        _ => "put",
    }
}

/// Runs a scenario (the oracle judges it), then all that have one more fault after its last one; how many ran.
fn search(scenario: &Scenario, all: &[(&str, Value)], after: usize, faults: usize) -> usize {
    let ran = run(scenario);
    if faults == DEPTH.get() {
        return 1;
    }
    let methods: Vec<&str> = ran.world.sent().iter().map(|sent| sent.method).collect();
    let mut runs = 1;
    for (at, method) in methods.iter().enumerate().skip(after) {
        let nth = methods[..=at].iter().filter(|other| *other == method).count();
        for (_, kind) in all.iter().filter(|(phase, _)| *phase == phase_of(method)) {
            let with_one_more = scenario.clone().fault(phase_of(method), &json!({ "nth": nth }), kind);
            runs += search(&with_one_more, all, at + 1, faults + 1);
        }
    }
    runs
}

#[test]
fn whatever_falls_where_a_change_ends_in_the_truth() {
    let runs = search(&Scenario::change(), &all_faults(), 0, 0);
    assert!(runs > RUNS.get(), "{runs}");
}

#[test]
fn whatever_falls_where_a_change_of_a_secret_alone_ends_in_the_truth() {
    let runs = search(&Scenario::secret_change(), &all_faults(), 0, 0);
    assert!(runs > RUNS.get(), "{runs}");
}

#[test]
fn whatever_falls_where_a_guarded_change_ends_in_the_truth() {
    let runs = search(&Scenario::change().guarded(), &all_faults(), 0, 0);
    assert!(runs > RUNS.get(), "{runs}");
}

#[test]
fn whatever_falls_where_a_guarded_change_of_a_secret_alone_ends_in_the_truth() {
    let runs = search(&Scenario::secret_change().guarded(), &all_faults(), 0, 0);
    assert!(runs > RUNS.get(), "{runs}");
}
