//! Every fault in every phase, with the production code, in memory and in simulated time.
//!
//! The oracle also judges each run: see [`cxvars_tests::oracle`].
mod apply;
mod before_put;
mod budget;
mod campaign;
mod doubt;
mod ends;
mod fleet;
mod interleavings;
mod lease_model;
mod oracle_fails;
mod refusals;
mod stored;
mod together;
mod tokens;

use cxvars_core::service::outcome::Outcome;
use cxvars_tests::scenario::Ran;
use serde_json::{Value, json};

fn first() -> Value {
    json!({"nth": 1})
}

fn every() -> Value {
    json!({"every": true})
}

/// The outcome of a run, the number of PUTs and the number of requests.
fn verdict(ran: &Ran) -> (Outcome, u32, u32) {
    (ran.finished.outcome, ran.finished.attempts, ran.finished.cost.requests)
}
