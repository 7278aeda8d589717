//! One registration: GET, plan, intent, PUT, and proof of what the service stored.
//!
//! The rule behind every branch: nothing is called applied, unchanged or not applied without having been read, and no
//! PUT follows one of unknown fate without a read-back in between.

mod ends;
mod put;
mod reading;

use cxvars_core::base::secret::Secret;
use cxvars_core::plan::{Plan, PlanOptions, Remembered, Wanted};
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::{StoredAction, StoredVariable};

use super::advice::{self, Access};
use super::answer::{Answer, TransportFault};
use super::failures;
use super::retry::{Backoff, Waits};
use super::verify::Verified;
use super::{Cost, Failure, NO_BUDGET, Now, OUT_OF_TIME, Stopped};

/// The part of a profile that decisions depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
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
}

/// What a run is for.
pub enum Goal {
    /// Read the action.
    Read,
    /// Make the stored variables those that are wanted.
    Apply(Apply),
}

/// The wanted state. No `Debug`: it holds values.
pub struct Apply {
    /// Id of the action, for the plan's digest.
    pub action: String,
    /// The variables.
    pub wanted: Vec<Wanted>,
    /// What the last verified update left behind.
    pub remembered: Remembered,
    /// Choices of the plan.
    pub options: PlanOptions,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this request with a usable token; with a new one if `renew_token`.
    Send {
        /// Which.
        request: Request,
        /// Whether the token that was sent last has been refused.
        renew_token: bool,
    },
    /// Wait so many milliseconds, then report [`Event::Waited`].
    Wait(u64),
    /// Write the intent record so that it survives a crash, then report [`Event::IntentRecorded`].
    RecordIntent,
    /// Over; see [`Registration::finish`].
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
    /// Nothing yet.
    Start,
    /// The request was answered.
    Answered {
        /// The answer.
        answer: Answer,
        /// The scopes of the token that was sent, where they are known.
        scopes: Option<Vec<String>>,
    },
    /// The request failed on the way.
    Failed(TransportFault),
    /// The request was not sent: no token could be had, or the request budget leaves no time for it.
    NotSent(Stopped),
    /// The wait is over.
    Waited,
    /// The intent record is durable.
    IntentRecorded,
    /// The run is to end now.
    Interrupted {
        /// Whether a request of this registration had left and no answer had come.
        in_flight: bool,
    },
}

/// Why the action is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To plan.
    Plan,
    /// To find out what became of a PUT.
    Decide,
    /// To verify a PUT that was accepted.
    Verify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Begin,
    Reading(Purpose),
    Recording,
    Putting,
    Over,
}

/// The state that the plan was made from.
struct Base {
    stored: Vec<StoredVariable>,
    etag: Option<String>,
}

/// One registration in progress. No `Debug`: it holds values.
pub struct Registration {
    policy: Policy,
    goal: Goal,
    phase: Phase,
    cost: Cost,
    attempts: u32,
    backoff: Backoff,
    /// The token that was sent last was refused: the next request needs a new one.
    renew_token: bool,
    /// A token was refused and renewed, and nothing has accepted the new one yet.
    token_renewed: bool,
    /// The fate of a PUT was unknown at some time.
    doubted: bool,
    /// An earlier PUT may have been applied, and why what was read back does not decide it.
    undecided: Option<&'static str>,
    /// A PUT was refused for a conflict after one of unknown fate: read once more, then end.
    no_more_puts: bool,
    /// Why the run is not over yet, and so how it ends where no time is left.
    held_up: Option<Stopped>,
    base: Option<Base>,
    body: Option<Secret>,
    result: Finished,
}

/// How a registration ended. No `Debug`: the action and the plan hold values.
pub struct Finished {
    /// How.
    pub outcome: Outcome,
    /// PUTs sent.
    pub attempts: u32,
    /// What it cost; of the registration alone waits and retries, the rest is added by the driver.
    pub cost: Cost,
    /// What went wrong, unless nothing did.
    pub failure: Option<Failure>,
    /// The plan, where it came to one.
    pub plan: Option<Plan>,
    /// What was verified, where that was possible.
    pub verified: Verified,
    /// Variables that are stored otherwise than they were sent.
    pub differences: Vec<super::verify::Difference>,
    /// The action as it was read first.
    pub action: Option<StoredAction>,
    /// The entity tag of the last verified state.
    pub etag: Option<String>,
    /// Whether it ended because it was interrupted.
    pub interrupted: bool,
}

impl Finished {
    /// Nothing was read or sent.
    pub fn not_begun() -> Self {
        Self {
            outcome: Outcome::Unknown,
            attempts: 0,
            cost: Cost::default(),
            failure: None,
            plan: None,
            verified: Verified::default(),
            differences: Vec::new(),
            action: None,
            etag: None,
            interrupted: false,
        }
    }
}

impl Registration {
    /// A registration that has not begun.
    pub fn new(policy: Policy, goal: Goal) -> Self {
        Self {
            policy,
            goal,
            phase: Phase::Begin,
            cost: Cost::default(),
            attempts: 0,
            backoff: Backoff::default(),
            renew_token: false,
            token_renewed: false,
            doubted: false,
            undecided: None,
            no_more_puts: false,
            held_up: None,
            base: None,
            body: None,
            result: Finished::not_begun(),
        }
    }

    /// The body of the PUT.
    pub fn body(&self) -> Option<&Secret> {
        self.body.as_ref()
    }

    /// The entity tag to send as `If-Match`: that of the state which the plan was made from.
    pub fn if_match(&self) -> Option<&str> {
        self.base.as_ref().filter(|_| self.policy.if_match)?.etag.as_deref()
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

    /// PUTs sent so far.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether a PUT was sent.
    pub fn put_has_begun(&self) -> bool {
        self.attempts > 0
    }

    /// How it ended.
    pub fn finish(mut self) -> Finished {
        self.result.attempts = self.attempts;
        self.result.cost = self.cost;
        self.result
    }

    /// Takes what happened and says what to do next.
    pub fn step(&mut self, event: Event, now: Now) -> Effect {
        match (event, self.phase) {
            (_, Phase::Over) => Effect::Finish,
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
            // The driver reports only what it was asked to do.
            (Event::Start | Event::IntentRecorded, phase) => self.send(phase, now),
        }
    }

    fn send(&mut self, phase: Phase, now: Now) -> Effect {
        self.phase = phase;
        if now.ms >= self.policy.waits.deadline_at_ms {
            return self.out_of_time();
        }
        Effect::Send { request: self.request(), renew_token: self.renew_token }
    }

    fn out_of_time(&mut self) -> Effect {
        let stopped = self.held_up.clone().unwrap_or_else(Stopped::out_of_time);
        self.stop(stopped)
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
        match stopped.failure.code.as_str() {
            OUT_OF_TIME => self.out_of_time(),
            // What became of the PUT is worth every try that there is time for, but none where the token endpoint has
            // answered: it said no, or to wait for longer than there is.
            code if self.is_reading_back() && stopped.failure.status.is_none() && code != NO_BUDGET => {
                self.still_uncertain("no_token", None, now)
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
            (_, 429) => self.throttled(&answer, phase, now),
            (Phase::Reading(Purpose::Plan), 500..) => {
                let failure = failures::with_advice(
                    answer.failure("server_error", &failures::server_error(&answer)),
                    advice::unavailable(),
                );
                self.read_again("server_error", answer.retry_after_ms, Stopped::unavailable(failure), now)
            }
            (Phase::Putting, 500..) => {
                let failure =
                    answer.failure("server_error", &format!("{} after the PUT", failures::server_error(&answer)));
                let failure = failures::with_advice(failure, advice::unavailable());
                self.uncertain("server_error", answer.retry_after_ms, failure, now)
            }
            (Phase::Reading(_), 500..) => self.still_uncertain("server_error", answer.retry_after_ms, now),
            (Phase::Reading(Purpose::Decide | Purpose::Verify), _) => {
                let message = format!("the read-back after the PUT was refused ({})", answer.status);
                let failure = answer.failure("read_back_refused", &message);
                self.unknown(&failure)
            }
            (Phase::Putting, 409 | 412) => self.conflicting_put(&answer, now),
            _ => self.stop(failures::refusal(&answer, self.request().access(), scopes)),
        }
    }

    fn failed(&mut self, fault: TransportFault, phase: Phase, now: Now) -> Effect {
        let failure = |message: String, advice: String| Failure {
            code: fault.code().to_owned(),
            message,
            advice: Some(advice),
            ..Failure::default()
        };
        match phase {
            Phase::Putting if fault.was_not_sent() => {
                self.stop(Stopped::unavailable(failure(fault.message().to_owned(), advice::unreachable())))
            }
            Phase::Putting => {
                let failure = failure(format!("{} after the PUT", fault.message()), advice::unavailable());
                self.uncertain(fault.code(), None, failure, now)
            }
            Phase::Reading(Purpose::Decide | Purpose::Verify) => self.still_uncertain(fault.code(), None, now),
            _ if fault.was_not_sent() => {
                self.stop(Stopped::unavailable(failure(fault.message().to_owned(), advice::unreachable())))
            }
            _ => {
                let stopped = Stopped::unavailable(failure(fault.message().to_owned(), advice::unavailable()));
                self.read_again(fault.code(), None, stopped, now)
            }
        }
    }
}
