//! Every placement of a number of faults on the requests of a registration.
//!
//! After each run, the search knows which requests were sent. It then adds one more fault to each request after the
//! last fault. So it misses no sequence and runs only those that can occur.

use cxvars_tests::campaign::Size;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::Scenario;
use serde_json::{Value, json};

use crate::campaign::all_faults;

/// Maximum number of faults in one registration.
const MAX_FAULTS: Size = Size { usual: 2, campaign: 3 };
/// Minimum number of runs of a search.
const MIN_RUNS: Size = Size { usual: 500, campaign: 10_000 };

fn phase_of(method: &str) -> &'static str {
    match method {
        "POST" => "token",
        "GET" => "get",
        _ => "put",
    }
}

/// Runs a scenario, which the oracle judges, then all scenarios with one more fault after its last one. Returns the
/// number of runs.
fn search(scenario: &Scenario, all: &[(&str, Value)], after: usize, faults: usize) -> usize {
    let ran = run(scenario);
    if faults == MAX_FAULTS.get() {
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
    assert!(runs > MIN_RUNS.get(), "{runs}");
}

#[test]
fn whatever_falls_where_a_change_of_a_secret_alone_ends_in_the_truth() {
    let runs = search(&Scenario::secret_change(), &all_faults(), 0, 0);
    assert!(runs > MIN_RUNS.get(), "{runs}");
}

#[test]
fn whatever_falls_where_a_guarded_change_ends_in_the_truth() {
    let runs = search(&Scenario::change().guarded(), &all_faults(), 0, 0);
    assert!(runs > MIN_RUNS.get(), "{runs}");
}

#[test]
fn whatever_falls_where_a_guarded_change_of_a_secret_alone_ends_in_the_truth() {
    let runs = search(&Scenario::secret_change().guarded(), &all_faults(), 0, 0);
    assert!(runs > MIN_RUNS.get(), "{runs}");
}
