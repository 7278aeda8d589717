//! What every request has in common when it does not go well, and how a registration ends.

use cxvars_core::service::outcome::Outcome;

use super::{Effect, Phase, Purpose, Registration};
use crate::answer::Answer;
use crate::retry::Because;
use crate::{Failure, Now, Stopped, advice, failures};

impl Registration {
    pub(super) fn throttled(&mut self, answer: &Answer, phase: Phase, now: Now) -> Effect {
        let failure = failures::with_advice(
            answer.failure("throttled", "the service is throttling (429)"),
            advice::unavailable(),
        );
        let because = Because::Throttled { retry_after_ms: answer.retry_after_ms };
        if phase == Phase::Putting && self.attempts >= self.policy.max_attempts {
            return self.stop(Stopped::unavailable(failure));
        }
        match phase {
            Phase::Reading(Purpose::Decide | Purpose::Verify) => {
                match self.backoff.next(because, &self.policy.waits, now) {
                    Some(ms) => self.pause("throttled", ms),
                    None => self.unknown(&failure),
                }
            }
            _ => self.wait("throttled", because, Stopped::unavailable(failure), now),
        }
    }

    pub(super) fn unauthorized(&mut self, answer: &Answer, phase: Phase, now: Now) -> Effect {
        let spent = phase == Phase::Putting && self.attempts >= self.policy.max_attempts;
        if !self.token_renewed && !spent {
            (self.renew_token, self.token_renewed) = (true, true);
            self.cost.retried("unauthorized");
            return self.send(phase, now);
        }
        let advice = if self.token_renewed { advice::unauthorized() } else { advice::unavailable() };
        let failure = failures::with_advice(answer.failure("unauthorized", "the token was refused (401)"), advice);
        self.stop(Stopped::refused(failure))
    }

    pub(super) fn wait(&mut self, cause: &'static str, because: Because, stopped: Stopped, now: Now) -> Effect {
        match self.backoff.next(because, &self.policy.waits, now) {
            Some(ms) => {
                if self.undecided.is_none() {
                    self.held_up = Some(stopped);
                }
                self.pause(cause, ms)
            }
            None => self.stop(stopped),
        }
    }

    pub(super) fn pause(&mut self, cause: &'static str, ms: u64) -> Effect {
        self.cost.retried(cause);
        self.cost.wait_ms += ms;
        Effect::Wait(ms)
    }

    /// Ends as `stopped`, unless a PUT may have been applied: then that is what is to be said.
    pub(super) fn stop(&mut self, stopped: Stopped) -> Effect {
        if self.undecided.is_some() || self.is_reading_back() {
            return self.unknown(&stopped.failure);
        }
        self.over(stopped.outcome, Some(stopped.failure))
    }

    pub(super) fn is_reading_back(&self) -> bool {
        matches!(self.phase, Phase::Reading(Purpose::Decide | Purpose::Verify))
    }

    /// Says first why the PUT is in doubt, then why that could not be decided. What to do next is for the report to
    /// say: it knows the commands, and which variables must keep their old values.
    pub(super) fn unknown(&mut self, last: &Failure) -> Effect {
        let because = self.undecided.unwrap_or("no usable read-back");
        let first = self.held_up.take().map_or_else(|| last.clone(), |stopped| stopped.failure);
        let message = if first == *last {
            format!("{}; {because}", first.message)
        } else {
            format!("{}; {because}; last: {}", first.message, last.message)
        };
        self.over(Outcome::Unknown, Some(Failure { message, advice: None, ..first }))
    }

    pub(super) fn interrupted(&mut self, put_in_flight: bool) -> Effect {
        self.attempts += u32::from(put_in_flight);
        self.result.interrupted = true;
        let (outcome, message) = if self.put_has_begun() {
            (Outcome::Unknown, "interrupted after the PUT began")
        } else {
            (Outcome::Unavailable, "interrupted before the PUT; nothing was sent")
        };
        let failure = Failure { code: "interrupted".to_owned(), message: message.to_owned(), ..Failure::default() };
        self.over(outcome, Some(failure))
    }

    pub(super) fn over(&mut self, outcome: Outcome, failure: Option<Failure>) -> Effect {
        self.phase = Phase::Over;
        self.result.outcome = outcome;
        self.result.failure = failure;
        Effect::Finish
    }
}
