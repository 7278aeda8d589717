//! One registration: GET, plan, intent, PUT, and proof of what the service stored.
//!
//! The rule behind every branch: nothing is called applied, unchanged or not applied without having been read, and no
//! PUT follows one of unknown fate without a read-back in between.

use cxvars_core::outcome::Outcome;
use cxvars_core::plan::{Plan, PlanOptions, Remembered, Wanted};
use cxvars_core::secret::Secret;
use cxvars_core::stored::{EncryptedRoundtrip, StoredAction, StoredVariable, full_body, variables_body};

use super::advice::{self, Access};
use super::answer::{Answer, Content, TransportFault};
use super::failures;
use super::retry::{Backoff, Because, Waits};
use super::verify::{Readable, Verified, verify, verify_same};
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
            result: Finished {
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
            },
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

    // Reading

    fn read(&mut self, answer: Answer, purpose: Purpose, now: Now) -> Effect {
        let etag = answer.etag.clone();
        let failure = answer.failure("unreadable", "the answer is not the JSON of a Data Action");
        let action = match answer.content {
            Content::Action(action) if action.variables.is_some() => action,
            _ if purpose == Purpose::Plan => {
                return self.stop(Stopped::unavailable(failures::with_advice(failure, advice::unavailable())));
            }
            _ => return self.still_uncertain("unreadable", None, now),
        };
        match purpose {
            Purpose::Plan => self.plan_from(action, etag, now),
            Purpose::Decide => self.decide(&action, etag, now),
            Purpose::Verify => self.verify(action.variables.as_deref().unwrap_or_default(), etag),
        }
    }

    fn plan_from(&mut self, action: StoredAction, etag: Option<String>, now: Now) -> Effect {
        let Goal::Apply(apply) = &self.goal else {
            self.result.action = Some(action);
            self.result.etag = etag;
            return self.over(Outcome::Unchanged, None);
        };
        if let Some(state) = action.state.clone().filter(|state| self.policy.busy_states.contains(state)) {
            return self.busy(&state, now);
        }
        let stored = action.variables.clone().unwrap_or_default();
        let plan = Plan::new(&apply.action, &apply.wanted, &stored, etag.as_deref(), &apply.remembered, &apply.options);
        let pending = plan.changes_pending();
        let obstacle = self.obstacle(&plan, etag.as_deref()).filter(|_| pending);
        if pending && obstacle.is_none() {
            self.body = Some(match self.policy.full_body {
                true => full_body(&action, plan.outgoing()),
                false => variables_body(plan.outgoing()),
            });
        }
        if !pending {
            self.result.verified = verify_same(&plan, &stored, apply.options.roundtrip);
            self.result.etag.clone_from(&etag);
        }
        self.result.plan = Some(plan);
        self.result.action = Some(action);
        self.base = Some(Base { stored, etag });
        if !pending {
            return self.over(Outcome::Unchanged, None);
        }
        if let Some(failure) = obstacle {
            return self.over(Outcome::Conflict, Some(failure));
        }
        self.phase = Phase::Recording;
        self.backoff = Backoff::default();
        self.held_up = None;
        Effect::RecordIntent
    }

    /// What forbids to send this plan: it would lose something.
    fn obstacle(&self, plan: &Plan, etag: Option<&str>) -> Option<Failure> {
        let quoted = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if !plan.blocked().is_empty() {
            return Some(failures::blocked(&quoted(plan.blocked().iter().map(|each| each.name.as_str()).collect())));
        }
        let unread = plan.outgoing().iter().filter(|variable| variable.value.is_none());
        let unread: Vec<&str> = unread.map(|variable| variable.name.as_str()).collect();
        if !unread.is_empty() {
            return Some(failures::value_missing(&quoted(unread)));
        }
        (self.policy.if_match && etag.is_none()).then(failures::no_etag)
    }

    fn busy(&mut self, state: &str, now: Now) -> Effect {
        let failure = Failure {
            code: "busy".to_owned(),
            message: format!("the action is {}; it cannot be changed now", cxvars_core::display::escape(state)),
            advice: Some(advice::busy()),
            ..Failure::default()
        };
        let stopped = Stopped { outcome: Outcome::Conflict, failure };
        if self.policy.wait_when_busy { self.wait("busy", Because::Busy, stopped, now) } else { self.stop(stopped) }
    }

    fn read_again(&mut self, cause: &'static str, retry_after_ms: Option<u64>, stopped: Stopped, now: Now) -> Effect {
        self.wait(cause, Because::Broken { retry_after_ms }, stopped, now)
    }

    // The PUT

    /// 2xx: the service says that it took the update. Whether it stored it is read from the answer or read back.
    fn accepted(&mut self, answer: Answer, now: Now) -> Effect {
        let etag = answer.etag.clone();
        let failure = failures::with_advice(
            answer.failure("unreadable", "the answer to the PUT is not readable"),
            advice::unavailable(),
        );
        self.backoff = Backoff::default();
        match answer.content {
            Content::Action(StoredAction { variables: Some(variables), .. }) => self.verify(&variables, etag),
            Content::Action(_) | Content::Empty => {
                self.held_up = None;
                self.undecided = None;
                self.send(Phase::Reading(Purpose::Verify), now)
            }
            Content::Unreadable => self.uncertain("unreadable", None, failure, now),
        }
    }

    fn verify(&mut self, stored: &[StoredVariable], etag: Option<String>) -> Effect {
        let Goal::Apply(apply) = &self.goal else { return self.over(Outcome::Unchanged, None) };
        let sent = self.result.plan.as_ref().map(Plan::outgoing).unwrap_or_default();
        match verify(sent, stored, apply.options.roundtrip) {
            Ok(verified) => {
                self.result.verified = verified;
                self.result.etag = etag;
                self.over(Outcome::Applied, None)
            }
            Err(differences) => {
                let failure = failures::mismatch(&differences);
                self.result.differences = differences;
                self.over(Outcome::Mismatch, Some(failure))
            }
        }
    }

    /// 409 and 412. After a PUT of unknown fate the state that stands in the way may be our own.
    fn conflicting_put(&mut self, answer: &Answer, now: Now) -> Effect {
        let message = format!("the service reports a conflict ({})", answer.status);
        let failure = failures::with_advice(answer.failure("conflict", &message), advice::conflict());
        let stopped = Stopped { outcome: Outcome::Conflict, failure };
        if self.doubted {
            self.no_more_puts = true;
            return self.read_back("conflict", None, stopped, now);
        }
        self.stop(stopped)
    }

    /// The PUT may or may not have been applied: wait, then read.
    fn uncertain(&mut self, cause: &'static str, retry_after_ms: Option<u64>, failure: Failure, now: Now) -> Effect {
        self.doubted = true;
        self.read_back(cause, retry_after_ms, Stopped::unavailable(failure), now)
    }

    fn read_back(&mut self, cause: &'static str, retry_after_ms: Option<u64>, stopped: Stopped, now: Now) -> Effect {
        self.held_up = Some(stopped);
        self.phase = Phase::Reading(Purpose::Decide);
        self.still_uncertain(cause, retry_after_ms, now)
    }

    /// There is no usable read-back yet: try again until the deadline.
    fn still_uncertain(&mut self, cause: &'static str, retry_after_ms: Option<u64>, now: Now) -> Effect {
        match self.backoff.next(Because::Broken { retry_after_ms }, &self.policy.waits, now) {
            Some(ms) => self.pause(cause, ms),
            None => {
                let accepted = || Failure {
                    code: cause.to_owned(),
                    message: "the PUT was accepted".to_owned(),
                    ..Failure::default()
                };
                let failure = self.held_up.as_ref().map_or_else(accepted, |stopped| stopped.failure.clone());
                self.unknown(&failure)
            }
        }
    }

    /// What became of a PUT of unknown fate, from what is stored now.
    fn decide(&mut self, action: &StoredAction, etag: Option<String>, now: Now) -> Effect {
        let Goal::Apply(apply) = &self.goal else { return self.over(Outcome::Unchanged, None) };
        let (Some(base), Some(plan)) = (&self.base, &self.result.plan) else {
            return self.over(Outcome::Unknown, None);
        };
        let stored = action.variables.as_deref().unwrap_or_default();
        let readable = |list| Readable::of(list, apply.options.roundtrip);
        let (current, ours, before) = (readable(stored), readable(plan.outgoing()), readable(&base.stored));
        if etag.as_deref().is_some_and(is_strong) && etag == base.etag {
            self.undecided = None;
            return self.not_applied(now);
        }
        if current == ours && ours != before {
            let stored = stored.to_vec();
            return self.verify(&stored, etag);
        }
        if current == before {
            // Another entity tag tells that somebody wrote since: we did, or somebody over what we had sent.
            let written = etag.is_some() && base.etag.is_some() && etag != base.etag;
            let masked = ours == before && sends_unreadable(plan, apply.options.roundtrip);
            self.undecided = match (masked, written) {
                (true, _) => Some("only masked values differ, so what was read back decides nothing"),
                (false, true) => Some("the action was written since, so what was read back decides nothing"),
                (false, false) => None,
            };
            return self.not_applied(now);
        }
        let failure = Failure {
            code: "changed_meanwhile".to_owned(),
            message: "what is stored now is neither the state before nor the one sent".to_owned(),
            advice: Some(advice::conflict()),
            ..self.held_up.take().map(|stopped| stopped.failure).unwrap_or_default()
        };
        self.over(Outcome::Conflict, Some(failure))
    }

    /// The PUT was not applied, or sending it again is safe because it replaces everything.
    fn not_applied(&mut self, now: Now) -> Effect {
        self.phase = Phase::Putting;
        if self.attempts < self.policy.max_attempts && !self.no_more_puts {
            return self.send(Phase::Putting, now);
        }
        self.out_of_time()
    }

    // Both

    fn throttled(&mut self, answer: &Answer, phase: Phase, now: Now) -> Effect {
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

    fn unauthorized(&mut self, answer: &Answer, phase: Phase, now: Now) -> Effect {
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

    fn wait(&mut self, cause: &'static str, because: Because, stopped: Stopped, now: Now) -> Effect {
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

    fn pause(&mut self, cause: &'static str, ms: u64) -> Effect {
        self.cost.retried(cause);
        self.cost.wait_ms += ms;
        Effect::Wait(ms)
    }

    // Ends

    /// Ends as `stopped`, unless a PUT may have been applied: then that is what is to be said.
    fn stop(&mut self, stopped: Stopped) -> Effect {
        if self.undecided.is_some() || self.is_reading_back() {
            return self.unknown(&stopped.failure);
        }
        self.over(stopped.outcome, Some(stopped.failure))
    }

    fn is_reading_back(&self) -> bool {
        matches!(self.phase, Phase::Reading(Purpose::Decide | Purpose::Verify))
    }

    /// Says first why the PUT is in doubt, then why that could not be decided. What to do next is for the report to
    /// say: it knows the commands, and which variables must keep their old values.
    fn unknown(&mut self, last: &Failure) -> Effect {
        let because = self.undecided.unwrap_or("no usable read-back");
        let first = self.held_up.take().map_or_else(|| last.clone(), |stopped| stopped.failure);
        let message = if first == *last {
            format!("{}; {because}", first.message)
        } else {
            format!("{}; {because}; last: {}", first.message, last.message)
        };
        self.over(Outcome::Unknown, Some(Failure { message, advice: None, ..first }))
    }

    fn interrupted(&mut self, put_in_flight: bool) -> Effect {
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

    fn over(&mut self, outcome: Outcome, failure: Option<Failure>) -> Effect {
        self.phase = Phase::Over;
        self.result.outcome = outcome;
        self.result.failure = failure;
        Effect::Finish
    }
}

/// Whether an entity tag is a strong one (RFC 9110 section 8.8.1); a weak one may stay although something changed.
fn is_strong(etag: &str) -> bool {
    !etag.starts_with("W/")
}

/// Whether the plan sends values that cannot be read back. A mask that is sent back changes nothing.
fn sends_unreadable(plan: &Plan, roundtrip: EncryptedRoundtrip) -> bool {
    let carried_over = plan.changes().carried_over;
    let mut sent = plan.outgoing().iter().filter(|variable| !carried_over.contains(&variable.name));
    sent.any(|variable| variable.readable_value(roundtrip).is_none())
}
