//! Failures that any request can meet, and how a registration ends.

use cxvars_core::service::outcome::Outcome;

use super::{Effect, Fate, Phase, Purpose, Registration};
use crate::answer::Answer;
use crate::judge::Undecided;
use crate::reason::Reason;
use crate::retry::Because;
use crate::{Failure, Now, Stopped, advice, retry};

impl Registration {
    /// What the last wait was for, for people.
    pub fn waits_for(&self) -> &'static str {
        match self.waits_for {
            Reason::Throttled => "the service, which is throttling",
            Reason::Busy => "the action, which is busy",
            Reason::NotReadableYet => "the change to become readable",
            _ => "the service, which had trouble with the last request",
        }
    }

    pub(super) fn throttled(&mut self, answer: &Answer, phase: Phase, now: Now) -> Effect {
        let message = match answer.status {
            429 => "the service is throttling (429)".to_owned(),
            status => format!("the service did not take the update on yet ({status})"),
        };
        let mut failure = answer.failure(Reason::Throttled, &message);
        if let Some(ms) = answer.retry_after_ms {
            failure.message += &format!("; it asked for no more requests for {}", retry::seconds(ms));
        }
        let failure = failure.with_advice(advice::unavailable());
        let because = Because::Throttled { retry_after_ms: answer.retry_after_ms };
        // The service did not take the PUT on, so it does not count.
        self.not_taken += u32::from(phase == Phase::Putting);
        match phase {
            Phase::Reading(purpose) if purpose != Purpose::Plan => {
                match self.backoff.next(because, &self.limits.waits, now) {
                    Some(ms) => self.pause(Reason::Throttled, ms),
                    None => self.unknown(&failure),
                }
            }
            _ => self.wait(Reason::Throttled, because, Stopped::unavailable(failure), now),
        }
    }

    pub(super) fn unauthorized(&mut self, answer: &Answer, phase: Phase, now: Now) -> Effect {
        let spent = phase == Phase::Putting && self.counted() >= self.limits.max_attempts;
        if !self.token_renewed && !spent {
            (self.renew_token, self.token_renewed) = (true, true);
            self.cost.retried(Reason::Unauthorized);
            return self.send(phase, now);
        }
        let advice = if self.token_renewed { advice::unauthorized() } else { advice::unavailable() };
        let failure = answer.failure(Reason::Unauthorized, "the token was refused (401)");
        let stopped = Stopped::refused(failure.with_advice(advice));
        if phase == Phase::Putting { self.stop_or_settle(stopped, now) } else { self.stop(stopped) }
    }

    pub(super) fn wait(&mut self, cause: Reason, because: Because, stopped: Stopped, now: Now) -> Effect {
        match self.backoff.next(because, &self.limits.waits, now) {
            Some(ms) => {
                if self.fate == Fate::NotTaken {
                    self.held_up = Some(stopped);
                }
                self.pause(cause, ms)
            }
            None => self.stop(stopped),
        }
    }

    pub(super) fn pause(&mut self, cause: Reason, ms: u64) -> Effect {
        self.cost.retried(cause);
        self.cost.wait_ms += ms;
        self.waits_for = cause;
        Effect::Wait(ms)
    }

    /// Ends as `stopped`. If a PUT may have been applied, the outcome is unknown instead.
    pub(super) fn stop(&mut self, stopped: Stopped) -> Effect {
        if self.fate != Fate::NotTaken || self.is_reading_back() {
            return self.unknown(&stopped.failure);
        }
        self.end(stopped.outcome, Some(stopped.failure))
    }

    pub(super) fn is_reading_back(&self) -> bool {
        matches!(self.phase, Phase::Reading(purpose) if purpose != Purpose::Plan)
    }

    /// Ends with an unknown outcome. The message says first why the fate of the PUT is unknown, then why a read-back
    /// did not decide it. The report adds what to do next: it knows the commands, and which variables must keep their
    /// old values.
    pub(super) fn unknown(&mut self, last: &Failure) -> Effect {
        let because = self.undecided.map_or("no usable read-back", Undecided::as_str);
        let first = self.held_up.take().map_or_else(|| last.clone(), |stopped| stopped.failure);
        let message = if first == *last {
            format!("{}; {because}", first.message)
        } else {
            format!("{}; {because}; last: {}", first.message, last.message)
        };
        self.end(Outcome::Unknown, Some(Failure { message, advice: None, ..first }))
    }

    pub(super) fn interrupted(&mut self, put_in_flight: bool) -> Effect {
        self.attempts += u32::from(put_in_flight);
        self.result.interrupted = true;
        let (outcome, message) = if put_in_flight || self.may_have_stored() {
            (Outcome::Unknown, "interrupted after the PUT began")
        } else if self.put_has_begun() {
            (Outcome::Unavailable, "interrupted; the service had taken on no update")
        } else {
            (Outcome::Unavailable, "interrupted before the PUT; nothing was sent")
        };
        self.end(outcome, Some(Failure::new(Reason::Interrupted, message)))
    }

    pub(super) fn end(&mut self, outcome: Outcome, failure: Option<Failure>) -> Effect {
        self.phase = Phase::Ended;
        self.result.outcome = outcome;
        self.result.failure = failure;
        Effect::Finish
    }
}
