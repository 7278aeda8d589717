//! The PUT: what its answer proves, and how reading the action decides the rest.

use cxvars_core::plan::Plan;
use cxvars_core::service::etag;
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::{EncryptedRoundtrip, StoredAction, StoredVariable};

use super::{Effect, Fate, Goal, Phase, Purpose, Registration};
use crate::answer::{Answer, Content};
use crate::judge::{Evidence, Judgement, Undecided, judge};
use crate::reason::Reason;
use crate::retry::{Backoff, Because};
use crate::unusable::Unusable;
use crate::verify::{Readable, verify};
use crate::{Failure, Now, Stopped, advice, failures};

impl Registration {
    /// 2xx. What the service stored is shown by reading it; the answer may only repeat the request.
    pub(super) fn accepted(&mut self, mut answer: Answer, now: Now) -> Effect {
        self.backoff = Backoff::default();
        self.settled_at_ms = now.ms.saturating_add(self.limits.settle_ms);
        if answer.says_error {
            self.refused_in_body = self.fate == Fate::NotTaken;
            self.fate = self.fate.max(Fate::Failed);
            return self.settle(failures::refused_in_body(&answer), now);
        }
        if answer.status == 202 {
            self.fate = Fate::Unknown;
            return self.settle(Stopped::unavailable(failures::taken_on(&answer)), now);
        }
        if matches!(answer.content, Content::Unusable(Unusable::Html)) {
            self.fate = Fate::Unknown;
            return self.settle(Stopped::unavailable(failures::page(&answer)), now);
        }
        self.accepted = true;
        self.accepted_etag.clone_from(&answer.etag);
        self.held_up = Some(Stopped::unavailable(failures::accepted(&answer)));
        match answer.take_content() {
            Content::Action(StoredAction { variables: Some(variables), .. }) if !self.limits.read_back => {
                self.result.verified_by_answer = true;
                self.verify(&variables, answer.etag.take(), now)
            }
            _ => self.send(Phase::Reading(Purpose::Verify), now),
        }
    }

    /// Compares what is stored with what was sent.
    pub(super) fn verify(&mut self, stored: &[StoredVariable], etag: Option<String>, now: Now) -> Effect {
        let Goal::Apply(apply) = &self.goal else { return self.end(Outcome::Unchanged, None) };
        let roundtrip = apply.options.roundtrip;
        let sent = self.result.plan.as_ref().map(Plan::outgoing).unwrap_or_default();
        match verify(sent, stored, roundtrip) {
            // Where only values differ that cannot be read, the state before looks the same.
            Ok(_) if self.is_state_before(etag.as_deref()) => self.not_readable_yet(Undecided::NotReadable, now),
            Ok(verified) => {
                self.result.verified = verified;
                self.result.etag = self.telling(etag.as_deref()).map(str::to_owned);
                self.end(Outcome::Applied, None)
            }
            Err(differences) => {
                let before = self.base.as_ref().map(|base| Readable::of(&base.stored, roundtrip));
                if before == Some(Readable::of(stored, roundtrip)) {
                    return self.not_readable_yet(Undecided::NotReadable, now);
                }
                let failure = failures::mismatch(&differences);
                self.result.differences = differences;
                self.end(Outcome::Mismatch, Some(failure))
            }
        }
    }

    /// Whether what was read is the state before: it has its entity tag, and the accepted PUT was answered with another.
    fn is_state_before(&self, etag: Option<&str>) -> bool {
        let before = self.telling(self.base.as_ref().and_then(|base| base.etag.as_deref()));
        let (Some(before), Some(now), Some(accepted)) = (before, etag, self.accepted_etag.as_deref()) else {
            return false;
        };
        etag::same_state(now, before) && !etag::same_state(accepted, before)
    }

    /// The PUT may or may not have been applied: wait, then read.
    pub(super) fn uncertain(
        &mut self,
        fate: Fate,
        cause: Reason,
        retry_after_ms: Option<u64>,
        failure: Failure,
        now: Now,
    ) -> Effect {
        self.fate = self.fate.max(fate);
        self.settled_at_ms = now.ms.saturating_add(self.limits.settle_ms);
        self.held_up = Some(Stopped::unavailable(failure));
        self.phase = Phase::Reading(Purpose::Decide);
        let begun = self.backoff;
        let because = |retry_after_ms| Because::Broken { retry_after_ms };
        if let Some(ms) = self.backoff.next(because(retry_after_ms), &self.limits.waits, now) {
            return self.pause(cause, ms);
        }
        // The service asks for more time than there is. No other PUT will be sent, but one read may show the end.
        self.backoff = begun;
        self.phase = Phase::Reading(Purpose::Settle);
        self.still_uncertain(cause, None, now)
    }

    /// The service does not take this PUT. If earlier ones may have been applied, that is found out first.
    pub(super) fn stop_or_settle(&mut self, stopped: Stopped, now: Now) -> Effect {
        if self.fate == Fate::NotTaken { self.stop(stopped) } else { self.settle(stopped, now) }
    }

    /// The PUT was answered with 303, which is made for the end of a request that did its work. Other redirects say that
    /// the request belongs elsewhere.
    pub(super) fn redirected(&mut self, stopped: Stopped, now: Now) -> Effect {
        self.backoff = Backoff::default();
        self.fate = self.fate.max(Fate::Failed);
        self.settled_at_ms = now.ms.saturating_add(self.limits.settle_ms);
        self.settle(stopped, now)
    }

    /// No other PUT will be sent. Ends as `stopped` if the state before is what remains.
    fn settle(&mut self, stopped: Stopped, now: Now) -> Effect {
        let cause = stopped.failure.reason();
        self.held_up = Some(stopped);
        self.phase = Phase::Reading(Purpose::Settle);
        self.still_uncertain(cause, None, now)
    }

    /// There is no usable read-back yet: try again until the deadline.
    pub(super) fn still_uncertain(&mut self, cause: Reason, retry_after_ms: Option<u64>, now: Now) -> Effect {
        match self.backoff.next(Because::Broken { retry_after_ms }, &self.limits.waits, now) {
            Some(ms) => self.pause(cause, ms),
            None => self.unknown_so_far(),
        }
    }

    /// Decides from what is stored now what became of a PUT that was not accepted.
    pub(super) fn decide(&mut self, action: &StoredAction, etag: Option<String>, now: Now) -> Effect {
        let Goal::Apply(apply) = &self.goal else { return self.end(Outcome::Unchanged, None) };
        let (Some(base), Some(plan)) = (&self.base, &self.result.plan) else {
            return self.end(Outcome::Unknown, None);
        };
        let stored = action.variables.as_deref().unwrap_or_default();
        let roundtrip = apply.options.roundtrip;
        let now_shown = Readable::of(stored, roundtrip);
        let readable = |list| Readable::of(list, roundtrip).as_far_as(&now_shown);
        let sent = readable(plan.outgoing());
        let judgement = judge(&Evidence {
            before: &readable(&base.stored),
            sent: &sent,
            now: &now_shown,
            etag_before: self.telling(base.etag.as_deref()),
            etag_now: self.telling(etag.as_deref()),
            sent_unreadable: plan.sends_unreadable(roundtrip)
                || (roundtrip == EncryptedRoundtrip::Echo && sent.hides_values()),
            tag_proves: self.limits.if_match,
        });
        self.undecided = match judgement {
            Judgement::Undecided(why) => Some(why),
            _ => None,
        };
        match judgement {
            Judgement::Applied => self.verify(stored, etag, now),
            Judgement::Changed => self.changed_meanwhile(),
            _ if self.may_send_again() => self.send(Phase::Putting, now),
            Judgement::Undecided(Undecided::OnlyMasked) if self.refused_in_body => self.not_applied(),
            Judgement::Undecided(Undecided::OnlyMasked) => self.unknown_so_far(),
            Judgement::Undecided(why) => self.not_readable_yet(why, now),
            Judgement::Untouched | Judgement::NotApplied => self.not_readable_yet(Undecided::MayStillCome, now),
        }
    }

    /// Sending again is safe, because a PUT replaces everything.
    fn may_send_again(&self) -> bool {
        self.phase == Phase::Reading(Purpose::Decide) && self.counted() < self.limits.max_attempts
    }

    /// PUTs that count towards the most of a run.
    pub(super) fn counted(&self) -> u32 {
        self.attempts.saturating_sub(self.not_taken)
    }

    /// The state before was read. Read again until what was sent has had the time to become readable; then it is not
    /// applied if the service said so of every PUT, and unknown for this reason if not.
    fn not_readable_yet(&mut self, why: Undecided, now: Now) -> Effect {
        if !self.has_settled() {
            if let Phase::Reading(Purpose::Decide) = self.phase {
                self.phase = Phase::Reading(Purpose::Settle);
            }
            let left_ms = self.settled_at_ms.saturating_sub(now.ms);
            if let Some(ms) = self.backoff.next(Because::Settling, &self.limits.waits, now) {
                return self.pause(Reason::NotReadableYet, ms.min(left_ms));
            }
            self.undecided = Some(why);
            return self.unknown_so_far();
        }
        if !self.accepted && self.fate <= Fate::Failed && why == Undecided::MayStillCome {
            return self.not_applied();
        }
        self.undecided = Some(why);
        self.unknown_so_far()
    }

    /// Whether what was just read had the time to become readable.
    pub(super) fn has_settled(&self) -> bool {
        self.sent_at_ms >= self.settled_at_ms
    }

    fn not_applied(&mut self) -> Effect {
        let Stopped { outcome, failure } = self.held_up.take().unwrap_or_else(Stopped::out_of_time);
        self.end(outcome, Some(failure))
    }

    fn unknown_so_far(&mut self) -> Effect {
        let failure = self.held_up.as_ref().map(|stopped| stopped.failure.clone());
        self.unknown(&failure.unwrap_or_else(|| Stopped::out_of_time().failure))
    }

    fn changed_meanwhile(&mut self) -> Effect {
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
}
