//! Every fault at every phase, through the code that runs in production, in memory and in simulated time.
//!
//! Each run is judged by the oracle besides: see [`cxvars_tests::oracle`].
mod apply;
mod before_put;
mod budget;
mod campaign;
mod doubt;
mod ends;
mod interleavings;
mod oracle_fails;
mod refusals;
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

/// Outcome, PUTs and requests of a run.
fn verdict(ran: &Ran) -> (Outcome, u32, u32) {
    (ran.finished.outcome, ran.finished.attempts, ran.finished.cost.requests)
}
