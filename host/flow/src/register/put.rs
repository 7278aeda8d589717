//! The PUT: what its answer proves, and how a read-back decides if it proves nothing.

use cxvars_core::plan::Plan;
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::{StoredAction, StoredVariable};

use super::{Effect, Goal, Phase, Purpose, Registration};
use crate::answer::{Answer, Content};
use crate::judge::{Evidence, Judgement, judge};
use crate::reason::Reason;
use crate::retry::{Backoff, Because};
use crate::verify::{Readable, verify};
use crate::{Failure, Now, Stopped, advice, failures};

impl Registration {
    /// 2xx: the service accepted the update. The answer or a read-back shows whether it stored it.
    pub(super) fn accepted(&mut self, mut answer: Answer, now: Now) -> Effect {
        self.backoff = Backoff::default();
        match answer.take_content() {
            Content::Action(StoredAction { variables: Some(variables), .. }) => {
                self.verify(&variables, answer.etag.take())
            }
            Content::Action(_) | Content::Empty => {
                self.held_up = None;
                self.undecided = None;
                self.send(Phase::Reading(Purpose::Verify), now)
            }
            Content::Unreadable => {
                let failure = answer.failure(Reason::Unreadable, "the answer to the PUT is not readable");
                self.uncertain(Reason::Unreadable, None, failure.with_advice(advice::unavailable()), now)
            }
        }
    }

    pub(super) fn verify(&mut self, stored: &[StoredVariable], etag: Option<String>) -> Effect {
        let Goal::Apply(apply) = &self.goal else { return self.end(Outcome::Unchanged, None) };
        let sent = self.result.plan.as_ref().map(Plan::outgoing).unwrap_or_default();
        match verify(sent, stored, apply.options.roundtrip) {
            Ok(verified) => {
                self.result.verified = verified;
                self.result.etag = etag;
                self.end(Outcome::Applied, None)
            }
            Err(differences) => {
                let failure = failures::mismatch(&differences);
                self.result.differences = differences;
                self.end(Outcome::Mismatch, Some(failure))
            }
        }
    }

    /// 409 and 412. After a PUT of unknown fate, the conflicting state may be the one that we sent.
    pub(super) fn conflicting_put(&mut self, answer: &Answer, now: Now) -> Effect {
        let stopped = failures::conflict(answer);
        if self.doubted {
            self.no_more_puts = true;
            return self.read_back(Reason::Conflict, None, stopped, now);
        }
        self.stop(stopped)
    }

    /// The PUT may or may not have been applied: wait, then read.
    pub(super) fn uncertain(
        &mut self,
        cause: Reason,
        retry_after_ms: Option<u64>,
        failure: Failure,
        now: Now,
    ) -> Effect {
        self.doubted = true;
        self.read_back(cause, retry_after_ms, Stopped::unavailable(failure), now)
    }

    pub(super) fn read_back(
        &mut self,
        cause: Reason,
        retry_after_ms: Option<u64>,
        stopped: Stopped,
        now: Now,
    ) -> Effect {
        self.held_up = Some(stopped);
        self.phase = Phase::Reading(Purpose::Decide);
        self.still_uncertain(cause, retry_after_ms, now)
    }

    /// There is no usable read-back yet: try again until the deadline.
    pub(super) fn still_uncertain(&mut self, cause: Reason, retry_after_ms: Option<u64>, now: Now) -> Effect {
        match self.backoff.next(Because::Broken { retry_after_ms }, &self.limits.waits, now) {
            Some(ms) => self.pause(cause, ms),
            None => {
                let accepted = || Failure::new(cause, "the PUT was accepted");
                let failure = self.held_up.as_ref().map_or_else(accepted, |stopped| stopped.failure.clone());
                self.unknown(&failure)
            }
        }
    }

    /// Decides from what is stored now what became of a PUT of unknown fate.
    pub(super) fn decide(&mut self, action: &StoredAction, etag: Option<String>, now: Now) -> Effect {
        let Goal::Apply(apply) = &self.goal else { return self.end(Outcome::Unchanged, None) };
        let (Some(base), Some(plan)) = (&self.base, &self.result.plan) else {
            return self.end(Outcome::Unknown, None);
        };
        let stored = action.variables.as_deref().unwrap_or_default();
        let readable = |list| Readable::of(list, apply.options.roundtrip);
        let judgement = judge(&Evidence {
            before: &readable(&base.stored),
            sent: &readable(plan.outgoing()),
            now: &readable(stored),
            etag_before: base.etag.as_deref(),
            etag_now: etag.as_deref(),
            sent_unreadable: plan.sends_unreadable(apply.options.roundtrip),
        });
        match judgement {
            Judgement::Applied => return self.verify(stored, etag),
            Judgement::NotApplied => {
                self.undecided = None;
                return self.not_applied(now);
            }
            Judgement::Undecided(why) => {
                self.undecided = Some(why);
                return self.not_applied(now);
            }
            Judgement::Changed => {}
        }
        let message = "what is stored now is neither the state before nor the one sent";
        let failure = Failure::new(Reason::ChangedMeanwhile, message).with_advice(advice::conflict());
        // Status and id are those of the answer that put the PUT in doubt: the service's support can look it up.
        let failure = match self.held_up.take() {
            Some(Stopped { failure: Failure { status, correlation_id, .. }, .. }) => {
                Failure { status, correlation_id, ..failure }
            }
            None => failure,
        };
        self.end(Outcome::Conflict, Some(failure))
    }

    /// The PUT was not applied, or sending it again is safe because it replaces everything.
    pub(super) fn not_applied(&mut self, now: Now) -> Effect {
        self.phase = Phase::Putting;
        if self.attempts < self.limits.max_attempts && !self.no_more_puts {
            return self.send(Phase::Putting, now);
        }
        self.out_of_time()
    }
}
