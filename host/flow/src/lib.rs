//! The registration as a pure state machine: an event in, an effect out.
//!
//! Nothing here knows sockets, files or clocks. Each step takes the time and a random number as [`Now`], and returns
//! what to do as a [`register::Effect`]. The driver does it and reports the result as the next [`register::Event`].
//! Whole fault campaigns can therefore run in memory, in simulated time, through the code that runs in production.
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
pub mod approval;
pub mod discovery;
mod escapes;
mod failures;
pub mod judge;
pub mod latency;
pub mod limiter;
pub mod reason;
pub mod register;
pub mod retry;
pub mod schedule;
pub mod scrub;
pub mod token;
pub mod transport_fault;
pub mod unusable;
pub mod verify;

use std::collections::BTreeMap;

use cxvars_core::service::outcome::Outcome;
use serde::Serialize;

use self::reason::{Code, Reason};

/// The time and randomness that a step may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// Milliseconds on a monotonic clock.
    pub ms: u64,
    /// Seconds since 1970-01-01 UTC, for HTTP dates and records.
    pub epoch_s: f64,
    /// A fresh random number in `0.0..1.0`, for jitter.
    pub random: f64,
}

/// Why something did not work, as reports show it. It never contains a value, a token or a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
    /// Stable code of the cause: the service's own, or one of ours such as `busy`, `reset`, `timeout`.
    pub code: Code,
    /// What happened, on one line.
    pub message: String,
    /// What to do next.
    pub advice: Option<String>,
    /// The service's id of the request, which its support can look up.
    pub correlation_id: Option<String>,
}

impl Failure {
    /// A failure without an answer from the service.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { status: None, code: reason.into(), message: message.into(), advice: None, correlation_id: None }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_advice(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.code.reason()
    }

    /// Whether the service refused this action rather than the client: another action may succeed.
    pub fn is_about_the_action(&self) -> bool {
        matches!(self.status, Some(400 | 404)) && !self.reason().is_login()
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
    /// The service refused; asking again would not help.
    pub fn refused(failure: Failure) -> Self {
        Self { outcome: Outcome::Refused, failure }
    }

    /// The service was not reachable, or did not answer in time.
    pub fn unavailable(failure: Failure) -> Self {
        Self { outcome: Outcome::Unavailable, failure }
    }

    /// The user stopped the run before anything was sent.
    pub fn interrupted() -> Self {
        Self::unavailable(Failure::new(Reason::Interrupted, "interrupted"))
    }

    /// The deadline passed before the request could be sent.
    pub fn out_of_time() -> Self {
        let failure = Failure::new(Reason::Deadline, "the time for this run is over");
        Self::unavailable(failure.with_advice(advice::unavailable()))
    }

    /// The cause of the delay instead, if this only says that the time is over.
    #[must_use]
    pub fn or_cause(self, held_up: Option<Self>) -> Self {
        match held_up {
            Some(cause) if self.failure.reason() == Reason::Deadline => cause,
            _ => self,
        }
    }

    /// The service asked for no request (`Retry-After`) for this many milliseconds, which is beyond the deadline.
    pub fn closed(wait_ms: u64) -> Self {
        let message = format!("the service asked for no more requests for {}", retry::seconds(wait_ms));
        let failure = Failure::new(Reason::Throttled, message);
        Self::unavailable(failure.with_advice("nothing more was sent; run again after that time"))
    }

    /// The state that runs share cannot be used, so nobody knows what may be sent. `problem` says why.
    pub fn no_shared_state(problem: impl Into<String>) -> Self {
        let failure = Failure::new(Reason::SharedState, problem);
        Self::unavailable(failure.with_advice("nothing more was sent; run again when it can be used"))
    }

    /// This process lost the right to update the action, so it sends nothing more. `problem` says why.
    pub fn lease_lost(problem: impl Into<String>) -> Self {
        let failure = Failure::new(Reason::UnderWay, problem);
        Self { outcome: Outcome::Conflict, failure: failure.with_advice("whoever updates it now decides what is open") }
    }

    /// The request budget has no room before the deadline.
    pub fn no_budget() -> Self {
        let message = "the request budget of the tenant leaves no room before the deadline";
        let failure = Failure::new(Reason::Budget, message);
        Self::unavailable(failure.with_advice("nothing more was sent; run again in a minute, or raise deadline_s"))
    }
}

/// Number of retries, by cause.
pub type Retries = BTreeMap<Reason, u32>;

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
    pub fn retried(&mut self, cause: Reason) {
        *self.retries.entry(cause).or_default() += 1;
    }

    /// Adds the cost of a part of the run.
    pub fn add(&mut self, part: &Self) {
        self.requests += part.requests;
        self.wait_ms += part.wait_ms;
        for (cause, count) in &part.retries {
            *self.retries.entry(*cause).or_default() += count;
        }
    }
}
