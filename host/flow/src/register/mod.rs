//! One registration: GET, plan, intent, PUT, and proof of what the service stored.
//!
//! Every branch keeps two rules. An outcome is called applied, unchanged or not applied only after the action was read.
//! After a PUT of unknown fate, the action is read back before another PUT is sent.

mod ends;
mod goal;
mod put;
mod reading;
#[cfg(test)]
mod tests;

pub use goal::{Apply, Goal, Read};

use cxvars_core::base::secret::Secret;
use cxvars_core::plan::Plan;
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::{StoredAction, StoredVariable};

use super::advice::{self, Access};
use super::answer::Answer;
use super::failures;
use super::judge::{Undecided, is_weak};
use super::reason::Reason;
use super::retry::{Backoff, Waits};
use super::transport_fault::TransportFault;
use super::verify::Verified;
use super::{Cost, Failure, Now, Stopped};

/// The part of a profile that decisions depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Waits and deadline.
    pub waits: Waits,
    /// Most PUTs in a run.
    pub max_attempts: u32,
    /// States in which an action cannot be changed.
    pub busy_states: Vec<String>,
    /// Whether to wait for a busy action, up to the deadline.
    pub wait_when_busy: bool,
    /// Whether the entity tag of the GET is sent as `If-Match`.
    pub if_match: bool,
    /// Whether the PUT carries the whole definition instead of the variables alone.
    pub full_body: bool,
    /// Whether an accepted PUT is verified by reading the action. Otherwise the PUT's own answer counts, if it holds
    /// the variables.
    pub read_back: bool,
    /// How long a change may take to become readable, in milliseconds.
    pub settle_ms: u64,
    /// Whether entity tags prove nothing. `If-Match` is sent all the same.
    pub ignore_etags: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this request with a usable token; with a new one if `renew_token`.
    Send {
        /// The request.
        request: Request,
        /// Whether the service refused the token that was sent last.
        renew_token: bool,
    },
    /// Wait this many milliseconds, then report [`Event::Waited`].
    Wait(u64),
    /// Write the intent record so that it survives a crash, then report [`Event::IntentRecorded`].
    RecordIntent,
    /// The run has ended; see [`Registration::finish`].
    Finish,
}

/// The requests of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Read the action.
    Get,
    /// Send [`Registration::body`], with [`Registration::if_match`].
    Put,
}

impl Request {
    /// What it does to the action.
    pub fn access(self) -> Access {
        match self {
            Self::Get => Access::Read,
            Self::Put => Access::Write,
        }
    }
}

/// What happened.
pub enum Event {
    /// The run begins.
    Start,
    /// The request was answered.
    Answered {
        /// The answer.
        answer: Answer,
        /// The scopes of the token that was sent, if they are known.
        scopes: Option<Vec<String>>,
    },
    /// The request failed on the way.
    Failed(TransportFault),
    /// The request was not sent: no token was granted, or the request budget leaves no time for it.
    NotSent(Stopped),
    /// The wait is over.
    Waited,
    /// The intent record is durable.
    IntentRecorded,
    /// The run must end now.
    Interrupted {
        /// Whether a request of this registration was sent and has not been answered.
        in_flight: bool,
    },
}

/// Why the action is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To plan.
    Plan,
    /// To find out what became of a PUT, and send another if nothing did.
    Decide,
    /// The same, but no other PUT will be sent: until what was sent has had the time to become readable.
    Settle,
    /// To verify a PUT that was accepted.
    Verify,
}

/// What is known of the PUTs that were not accepted, from the least to the most that they can have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// Not one can have been applied: none was sent, or the service did not take them on.
    #[default]
    NotTaken,
    /// The service said of each one that it failed.
    Failed,
    /// One may be applied, now or later.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Begin,
    Reading(Purpose),
    Recording,
    Putting,
    Ended,
}

/// The state that the plan was made from.
struct Base {
    stored: Vec<StoredVariable>,
    etag: Option<String>,
}

/// One registration in progress. No `Debug`: it holds values.
pub struct Registration {
    limits: Limits,
    goal: Goal,
    phase: Phase,
    cost: Cost,
    attempts: u32,
    backoff: Backoff,
    /// The service refused the token that was sent last, so the next request needs a new one.
    renew_token: bool,
    /// A token was renewed after a refusal, and the service has not accepted the new one yet.
    token_renewed: bool,
    /// PUTs that the service did not take on, such as throttled ones. They do not count towards the most PUTs of a run.
    not_taken: u32,
    /// What the PUTs can have done that were not accepted.
    fate: Fate,
    /// Whether a PUT was accepted.
    accepted: bool,
    /// The entity tag in the answer to the accepted PUT.
    accepted_etag: Option<String>,
    /// Whether the body of a 2xx answer said that the only PUT failed.
    refused_in_body: bool,
    /// Why a read-back did not decide whether an earlier PUT was applied.
    undecided: Option<Undecided>,
    /// Until when a change may take to become readable, on the clock of [`Now::ms`].
    settled_at_ms: u64,
    /// When the request of this phase was sent.
    sent_at_ms: u64,
    /// Why the run is waiting. It ends for this reason if the time runs out.
    held_up: Option<Stopped>,
    /// What the last wait was for.
    waits_for: Reason,
    base: Option<Base>,
    body: Option<Secret>,
    result: Finished,
}

/// How a registration ended. No `Debug`: the action and the plan hold values.
pub struct Finished {
    /// How the registration ended.
    pub outcome: Outcome,
    /// PUTs sent.
    pub attempts: u32,
    /// What the registration cost. The driver adds what it counts itself: requests, and waits for the budget.
    pub cost: Cost,
    /// What went wrong, if anything did.
    pub failure: Option<Failure>,
    /// The plan, if one was made.
    pub plan: Option<Plan>,
    /// How far the stored variables were verified.
    pub verified: Verified,
    /// Whether that was the PUT's own answer, and not a read.
    pub verified_by_answer: bool,
    /// How the stored variables differ from those that were sent.
    pub differences: Vec<super::verify::Difference>,
    /// The action as it was read first.
    pub action: Option<StoredAction>,
    /// The entity tag of the last verified state.
    pub etag: Option<String>,
    /// Whether the registration ended because it was interrupted.
    pub interrupted: bool,
}

impl Finished {
    /// The result while nothing has been read or sent.
    /// A registration that was stopped before it began. `interrupted`: by the user.
    pub fn stopped(stopped: Stopped, interrupted: bool) -> Self {
        Self { outcome: stopped.outcome, failure: Some(stopped.failure), interrupted, ..Self::not_begun() }
    }

    fn not_begun() -> Self {
        Self {
            outcome: Outcome::Unknown,
            attempts: 0,
            cost: Cost::default(),
            failure: None,
            plan: None,
            verified: Verified::default(),
            verified_by_answer: false,
            differences: Vec::new(),
            action: None,
            etag: None,
            interrupted: false,
        }
    }
}

impl Registration {
    /// A registration that has not begun.
    pub fn new(limits: Limits, mut goal: Goal) -> Self {
        let cost = match &mut goal {
            Goal::Read(_) => Cost::default(),
            Goal::Apply(apply) => std::mem::take(&mut apply.spent),
        };
        Self {
            limits,
            goal,
            phase: Phase::Begin,
            cost,
            attempts: 0,
            backoff: Backoff::default(),
            renew_token: false,
            token_renewed: false,
            not_taken: 0,
            fate: Fate::NotTaken,
            accepted: false,
            accepted_etag: None,
            refused_in_body: false,
            undecided: None,
            settled_at_ms: 0,
            sent_at_ms: 0,
            held_up: None,
            waits_for: Reason::ServerError,
            base: None,
            body: None,
            result: Finished::not_begun(),
        }
    }

    /// How many requests it sends if nothing goes wrong: a GET, and for an update a PUT and the GET that verifies it.
    pub fn requests(&self) -> usize {
        match &self.goal {
            Goal::Read(_) => 1,
            Goal::Apply(_) => 2 + usize::from(self.limits.read_back),
        }
    }

    /// The body of the PUT.
    pub fn body(&self) -> Option<&Secret> {
        self.body.as_ref()
    }

    /// The entity tag to send as `If-Match`: that of the state that the plan was made from.
    pub fn if_match(&self) -> Option<&str> {
        self.base.as_ref().filter(|_| self.limits.if_match)?.etag.as_deref()
    }

    /// The plan, once there is one.
    pub fn plan(&self) -> Option<&Plan> {
        self.result.plan.as_ref()
    }

    /// The variables that the plan was made from, and the entity tag that came with them.
    pub fn base(&self) -> Option<(&[StoredVariable], Option<&str>)> {
        self.base.as_ref().map(|base| (base.stored.as_slice(), base.etag.as_deref()))
    }

    /// The action as it was read first.
    pub fn action(&self) -> Option<&StoredAction> {
        self.result.action.as_ref()
    }

    /// The values that the service is to encrypt; `None` if the goal is only to read.
    pub fn secrets(&self) -> Option<Vec<&Secret>> {
        let Goal::Apply(apply) = &self.goal else { return None };
        Some(apply.wanted.iter().filter(|wanted| wanted.encrypted).filter_map(|wanted| wanted.value.as_ref()).collect())
    }

    /// PUTs sent so far.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether a PUT was sent.
    pub fn put_has_begun(&self) -> bool {
        self.attempts > 0
    }

    /// Whether a PUT was accepted or may have been applied.
    pub fn may_have_stored(&self) -> bool {
        self.accepted || self.fate != Fate::NotTaken
    }

    /// The result of the registration, which must have ended.
    pub fn finish(mut self) -> Finished {
        self.result.attempts = self.attempts;
        self.result.cost = self.cost;
        self.result
    }

    /// Takes what happened and says what to do next.
    pub fn step(&mut self, event: Event, now: Now) -> Effect {
        match (event, self.phase) {
            (_, Phase::Ended) => Effect::Finish,
            (Event::Interrupted { in_flight }, phase) => self.interrupted(in_flight && phase == Phase::Putting),
            (Event::IntentRecorded, Phase::Recording) => self.send(Phase::Putting, now),
            (Event::Start, Phase::Begin) => self.send(Phase::Reading(Purpose::Plan), now),
            (Event::Waited, phase) => self.send(phase, now),
            (Event::NotSent(stopped), _) => self.not_sent(stopped, now),
            (Event::Answered { answer, scopes }, phase) => {
                self.was_sent(phase);
                self.answered(answer, scopes.as_deref(), phase, now)
            }
            (Event::Failed(fault), phase) => {
                self.was_sent(phase);
                self.failed(fault, phase, now)
            }
            // A driver never reports these here, because it reports only what it was asked to do.
            (Event::Start | Event::IntentRecorded, phase) => self.send(phase, now),
        }
    }

    fn send(&mut self, phase: Phase, now: Now) -> Effect {
        self.phase = phase;
        if now.ms >= self.limits.waits.deadline_at_ms {
            return self.out_of_time();
        }
        self.sent_at_ms = now.ms;
        Effect::Send { request: self.request(), renew_token: self.renew_token }
    }

    fn out_of_time(&mut self) -> Effect {
        let stopped = self.held_up.clone().unwrap_or_else(Stopped::out_of_time);
        self.stop(stopped)
    }

    /// The entity tag as far as it says something of the state; none if tags are ignored. `If-Match` is sent all the same.
    fn telling<'e>(&self, etag: Option<&'e str>) -> Option<&'e str> {
        etag.filter(|_| !self.limits.ignore_etags)
    }

    /// Notes that the request of the phase was sent.
    fn was_sent(&mut self, phase: Phase) {
        self.renew_token = false;
        self.attempts += u32::from(phase == Phase::Putting);
    }

    /// The request of the current phase.
    fn request(&self) -> Request {
        if self.phase == Phase::Putting { Request::Put } else { Request::Get }
    }

    fn not_sent(&mut self, stopped: Stopped, now: Now) -> Effect {
        match stopped.failure.reason() {
            Reason::Deadline => self.out_of_time(),
            Reason::Budget | Reason::SharedState | Reason::UnderWay => self.stop(stopped),
            // Finding out what became of the PUT is worth every try that there is time for. If the token endpoint has
            // answered, no further try helps: it refused, or it asked to wait past the deadline.
            _ if self.is_reading_back() && stopped.failure.status.is_none() => {
                self.still_uncertain(Reason::NoToken, None, now)
            }
            _ => self.stop(stopped),
        }
    }

    fn answered(&mut self, answer: Answer, scopes: Option<&[String]>, phase: Phase, now: Now) -> Effect {
        if answer.status == 401 {
            return self.unauthorized(&answer, phase, now);
        }
        self.token_renewed = false;
        match (phase, answer.status) {
            (Phase::Putting, 200..300) => self.accepted(answer, now),
            (Phase::Reading(purpose), 200..300) => self.read(answer, purpose, now),
            (_, 429) | (Phase::Putting, 425) => self.throttled(&answer, phase, now),
            (Phase::Reading(Purpose::Plan), 408 | 425 | 500..) => {
                let failure = answer.failure(Reason::ServerError, &failures::server_error(&answer));
                let stopped = Stopped::unavailable(failure.with_advice(advice::unavailable()));
                self.read_again(Reason::ServerError, answer.retry_after_ms, stopped, now)
            }
            // 499 is the word of a gateway for a client that it gave up on.
            (Phase::Putting, 408 | 499 | 500..) => {
                let message = format!("{} after the PUT", failures::server_error(&answer));
                let failure = answer.failure(Reason::ServerError, &message).with_advice(advice::unavailable());
                let fate = if matches!(answer.status, 500 | 501 | 503 | 507) { Fate::Failed } else { Fate::Unknown };
                self.uncertain(fate, Reason::ServerError, answer.retry_after_ms, failure, now)
            }
            (Phase::Reading(_), 408 | 425 | 500..) => {
                self.still_uncertain(Reason::ServerError, answer.retry_after_ms, now)
            }
            (Phase::Reading(purpose), _) if purpose != Purpose::Plan => {
                let message = format!("the read-back after the PUT was refused ({})", answer.status);
                let failure = answer.failure(Reason::ReadBackRefused, &message);
                self.unknown(&failure)
            }
            (Phase::Putting, 412) if self.if_match().is_some_and(is_weak) => {
                self.stop_or_settle(failures::weak_tag_refused(&answer), now)
            }
            (Phase::Putting, 409 | 412 | 423) => self.stop_or_settle(failures::conflict(&answer), now),
            (Phase::Putting, 303) => self.redirected(failures::refusal(&answer, Access::Write, scopes), now),
            (Phase::Putting, _) => self.stop_or_settle(failures::refusal(&answer, Access::Write, scopes), now),
            _ => self.stop(failures::refusal(&answer, self.request().access(), scopes)),
        }
    }

    fn failed(&mut self, fault: TransportFault, phase: Phase, now: Now) -> Effect {
        let reason = Reason::Transport(fault);
        let failure = |message: String, advice: String| Failure::new(reason, message).with_advice(advice);
        match phase {
            Phase::Putting if fault.was_not_sent() => {
                let stopped = Stopped::unavailable(failure(fault.message().to_owned(), fault.advice()));
                self.stop_or_settle(stopped, now)
            }
            Phase::Putting => {
                let failure = failure(format!("{} after the PUT", fault.message()), advice::unavailable());
                self.uncertain(Fate::Unknown, reason, None, failure, now)
            }
            Phase::Reading(purpose) if purpose != Purpose::Plan => self.still_uncertain(reason, None, now),
            _ if fault.was_not_sent() => {
                self.stop(Stopped::unavailable(failure(fault.message().to_owned(), fault.advice())))
            }
            _ => {
                let stopped = Stopped::unavailable(failure(fault.message().to_owned(), advice::unavailable()));
                self.read_again(reason, None, stopped, now)
            }
        }
    }
}
