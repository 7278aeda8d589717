//! The registration as a pure state machine: an event in, an effect out.
//!
//! Nothing here knows a socket, a file or a clock. Time and randomness come in with every step as [`Now`], what is to
//! be done goes out as an [`register::Effect`], and the driver reports how it went as the next [`register::Event`]. So
//! whole fault campaigns run in memory, in simulated time, through the code that runs in production.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unreachable,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

pub mod advice;
pub mod answer;
mod failures;
pub mod judge;
pub mod limiter;
pub mod register;
pub mod retry;
pub mod scrub;
pub mod token;
pub mod verify;

use std::collections::BTreeMap;

use cxvars_core::service::outcome::Outcome;
use serde::Serialize;

/// Code of [`Stopped::out_of_time`].
const OUT_OF_TIME: &str = "deadline";
/// Code of [`Stopped::no_budget`].
const NO_BUDGET: &str = "budget";

/// What a token endpoint says of a client that it does not take (RFC 6749 section 5.2), and what is missing in a token.
const LOGIN_CODES: [&str; 7] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "missing_scope",
];

/// What a step knows of the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// Milliseconds on a clock that never goes back.
    pub ms: u64,
    /// Seconds since 1970-01-01 UTC, for HTTP dates and records.
    pub epoch_s: f64,
    /// A fresh random number in `0.0..1.0`, for jitter.
    pub random: f64,
}

/// Why something did not work, as reports show it. It never holds a value, a token or a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// Stable word for the cause: the service's own code, or one of ours such as `busy`, `reset`, `timeout`.
    pub code: String,
    /// What happened, on one line.
    pub message: String,
    /// What to do next.
    pub advice: Option<String>,
    /// The service's id of the request, for its support.
    pub correlation_id: Option<String>,
}

impl Failure {
    /// Whether the service said no to this action, rather than to whoever asks: another action may fare otherwise.
    pub fn is_about_the_action(&self) -> bool {
        matches!(self.status, Some(400 | 404)) && !LOGIN_CODES.contains(&self.code.as_str())
    }
}

/// A run that cannot go on: how it ended, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub failure: Failure,
}

impl Stopped {
    /// The service said no; asking again would not help.
    pub fn refused(failure: Failure) -> Self {
        Self { outcome: Outcome::Refused, failure }
    }

    /// The service could not be had.
    pub fn unavailable(failure: Failure) -> Self {
        Self { outcome: Outcome::Unavailable, failure }
    }

    /// The deadline has come before the request could be sent.
    pub fn out_of_time() -> Self {
        Self::unavailable(Failure {
            code: OUT_OF_TIME.to_owned(),
            message: "the time for this run is over".to_owned(),
            advice: Some(advice::unavailable()),
            ..Failure::default()
        })
    }

    /// The request budget has no room before the deadline.
    pub fn no_budget() -> Self {
        Self::unavailable(Failure {
            code: NO_BUDGET.to_owned(),
            message: "the request budget of the tenant leaves no room before the deadline".to_owned(),
            advice: Some("nothing more was sent; run again in a minute, or raise deadline_s".to_owned()),
            ..Failure::default()
        })
    }
}

/// How often and why requests were sent again.
pub type Retries = BTreeMap<&'static str, u32>;

/// What a run has cost so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests sent: token, GET, PUT, read-back, retries.
    pub requests: u32,
    /// Milliseconds spent waiting between requests.
    pub wait_ms: u64,
    /// Retries by cause.
    pub retries: Retries,
}

impl Cost {
    /// Counts a retry.
    pub fn retried(&mut self, cause: &'static str) {
        *self.retries.entry(cause).or_default() += 1;
    }

    /// Adds what a part of the run has cost.
    pub fn add(&mut self, part: &Self) {
        self.requests += part.requests;
        self.wait_ms += part.wait_ms;
        for (cause, count) in &part.retries {
            *self.retries.entry(cause).or_default() += count;
        }
    }
}
