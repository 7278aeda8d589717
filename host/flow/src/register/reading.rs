//! Reads the action, makes the plan, and decides whether it may be sent.

use cxvars_core::base::display;
use cxvars_core::plan::Plan;
use cxvars_core::service::body::{full_body, variables_body};
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::reading::Unreadable;
use cxvars_core::service::stored::StoredAction;

use super::{Base, Effect, Goal, Phase, Purpose, Registration};
use crate::answer::{Answer, Content};
use crate::reason::Reason;
use crate::retry::{Backoff, Because};
use crate::unusable::Unusable;
use crate::verify::verify_same;
use crate::{Failure, Now, Stopped, advice, failures};

impl Registration {
    pub(super) fn read(&mut self, mut answer: Answer, purpose: Purpose, now: Now) -> Effect {
        let etag = answer.etag.take();
        let action = match answer.take_content() {
            Content::Action(action) => action,
            Content::Empty => {
                return self.unusable(&answer, &Unusable::Unreadable(Unreadable::NotAnAction), purpose, now);
            }
            Content::Unusable(why) => return self.unusable(&answer, &why, purpose, now),
        };
        match purpose {
            Purpose::Plan => self.plan_from(action, etag, now),
            Purpose::Decide | Purpose::Settle => self.decide(&action, etag, now),
            Purpose::Verify => self.verify(action.variables.as_deref().unwrap_or_default(), etag, now),
        }
    }

    /// The answer to a reading cannot be used.
    fn unusable(&mut self, answer: &Answer, why: &Unusable, purpose: Purpose, now: Now) -> Effect {
        let failure = answer.failure(Reason::Unreadable, &why.message()).with_advice(why.advice());
        match (purpose, why.is_final()) {
            (Purpose::Plan, true) => self.stop(Stopped::refused(failure)),
            (Purpose::Plan, false) => self.stop(Stopped::unavailable(failure)),
            (_, true) => self.unknown(&failure),
            // The state before could be read: it is what was stored since that cannot.
            (_, false) if matches!(why, Unusable::Unreadable(Unreadable::Field { .. })) && self.has_settled() => {
                self.unknown(&failure)
            }
            (_, false) => self.still_uncertain(Reason::Unreadable, None, now),
        }
    }

    pub(super) fn plan_from(&mut self, action: StoredAction, etag: Option<String>, now: Now) -> Effect {
        let apply = match &self.goal {
            Goal::Apply(apply) => apply,
            Goal::Read(read) => {
                if let Some(failure) = wrong_name(&read.action, read.expected_name.as_deref(), &action) {
                    return self.end(Outcome::Conflict, Some(failure));
                }
                self.result.action = Some(action);
                self.result.etag = self.telling(etag.as_deref()).map(str::to_owned);
                return self.end(Outcome::Unchanged, None);
            }
        };
        let is_busy = |state: &String| self.limits.busy_states.iter().any(|busy| busy.eq_ignore_ascii_case(state));
        if let Some(state) = action.state.clone().filter(is_busy) {
            return self.busy(&state, now);
        }
        let stored = action.variables.clone().unwrap_or_default();
        let tag = self.telling(etag.as_deref());
        let plan = Plan::new(&apply.action, &apply.wanted, &stored, tag, &apply.remembered, &apply.options);
        let pending = plan.changes_pending();
        let obstacle = self.obstacle(&plan, etag.as_deref()).filter(|_| pending);
        let stale = || match &obstacle {
            None => apply.approved.stale(&plan, &stored, tag).as_ref().map(failures::stale),
            Some(_) => None,
        };
        if let Some(failure) = wrong_name(&apply.action, apply.expected_name.as_deref(), &action).or_else(stale) {
            // The plan is not reported, because it is not the one that was meant.
            return self.end(Outcome::Conflict, Some(failure));
        }
        if pending && obstacle.is_none() {
            self.body = Some(match self.limits.full_body {
                true => full_body(&action, plan.outgoing()),
                false => variables_body(plan.outgoing()),
            });
        }
        if !pending {
            self.result.verified = verify_same(&plan, &stored, apply.options.roundtrip);
            self.result.etag = tag.map(str::to_owned);
        }
        self.result.plan = Some(plan);
        self.result.action = Some(action);
        self.base = Some(Base { stored, etag });
        if !pending {
            return self.end(Outcome::Unchanged, None);
        }
        if let Some(failure) = obstacle {
            return self.end(Outcome::Conflict, Some(failure));
        }
        self.phase = Phase::Recording;
        self.backoff = Backoff::default();
        self.held_up = None;
        Effect::RecordIntent
    }

    /// Why this plan must not be sent: it would lose something.
    pub(super) fn obstacle(&self, plan: &Plan, etag: Option<&str>) -> Option<Failure> {
        let quoted = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if !plan.blocked().is_empty() {
            let deleted = plan.changes().delete;
            let names = plan.blocked().iter().map(|each| each.name.clone());
            let (too_many, masked): (Vec<_>, Vec<_>) = names.partition(|name| deleted.contains(name));
            let quote = |names: Vec<String>| names.iter().map(|name| display::quote(name)).collect::<Vec<_>>();
            return Some(failures::blocked(&quote(masked), &quote(too_many)));
        }
        let unread = plan.outgoing().iter().filter(|variable| variable.value.is_none());
        let unread: Vec<&str> = unread.map(|variable| variable.name.as_str()).collect();
        if !unread.is_empty() {
            return Some(failures::value_missing(&quoted(unread)));
        }
        (self.limits.if_match && etag.is_none()).then(failures::no_etag)
    }

    pub(super) fn busy(&mut self, state: &str, now: Now) -> Effect {
        let message = format!("the action is {}; it cannot be changed now", display::escape(state));
        let failure = Failure::new(Reason::Busy, message).with_advice(advice::busy(self.limits.wait_when_busy));
        let stopped = Stopped { outcome: Outcome::Conflict, failure };
        if self.limits.wait_when_busy {
            self.wait(Reason::Busy, Because::Busy, stopped, now)
        } else {
            self.stop(stopped)
        }
    }

    pub(super) fn read_again(
        &mut self,
        cause: Reason,
        retry_after_ms: Option<u64>,
        stopped: Stopped,
        now: Now,
    ) -> Effect {
        self.wait(cause, Because::Broken { retry_after_ms }, stopped, now)
    }
}

/// The failure if the action does not have the name that the configuration expects.
fn wrong_name(id: &str, expected: Option<&str>, action: &StoredAction) -> Option<Failure> {
    let expected = expected.filter(|expected| action.name.as_deref() != Some(expected))?;
    Some(failures::wrong_name(id, action.name.as_deref(), expected))
}
