//! Judges whether a run reported the truth, by the service's own journal and by the requests and answers.
//!
//! The oracle computes from the scenario what should be stored, independently of the plan.

use std::collections::BTreeMap;

use cxvars_core::base::secret::Secret;
use cxvars_core::plan::Prune;
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::EncryptedRoundtrip;
use cxvars_flow::transport_fault::TransportFault;
use cxvars_simulator::journal::{Author, Commit};
use cxvars_simulator::service::Service;

use crate::memory_world::Sent;
use crate::scenario::{DEADLINE_MS, MAX_PUTS, Ran, SERVER_ERROR_WAIT_MS, SETTLE_MS, Scenario};

/// By name, for every variable: type, scope, whether encrypted, digest of the value.
type State = BTreeMap<String, (String, String, bool, String)>;

/// Checks every guarantee of a registration.
///
/// # Errors
/// The first guarantee that was broken.
pub fn check(scenario: &Scenario, ran: &Ran) -> Result<(), String> {
    let service = ran.world.service().borrow();
    let run = Run::new(scenario, ran, &service);
    run.what_it_read_was_stored()?;
    run.what_it_says_is_so()?;
    run.what_it_verified_is_stored()?;
    run.what_went_wrong_is_told()?;
    run.what_it_cost_is_counted()?;
    run.what_it_sent_was_in_time()?;
    run.what_it_sent_was_safe()
}

/// Runs a scenario and checks it.
///
/// # Panics
/// If a guarantee was broken. The message contains everything that is needed to repeat the run.
#[track_caller]
pub fn run(scenario: &Scenario) -> Ran {
    let ran = scenario.run();
    if let Err(broken) = check(scenario, &ran) {
        panic!("{broken}\n{}", story(scenario, &ran));
    }
    ran
}

/// Everything that is needed to repeat a run, and what happened in it.
fn story(scenario: &Scenario, ran: &Ran) -> String {
    let faults = serde_json::Value::from(scenario.faults.clone());
    let mut text = format!(
        "outcome {} {:?}\nfaults {faults}\n{:?} seed {} if_match {} full_body {} wait {} {:?}\n",
        ran.finished.outcome,
        ran.finished.failure,
        scenario.trouble,
        scenario.seed,
        scenario.if_match,
        scenario.full_body,
        scenario.wait_when_busy,
        scenario.options,
    );
    for sent in ran.world.sent() {
        let Sent { method, at_ms, over_ms, number, status, fault, etag, .. } = sent;
        text += &format!("{method} {at_ms}..{over_ms} number {number:?} status {status:?} {fault:?} etag {etag:?}\n");
    }
    for commit in ran.world.service().borrow().journal() {
        text += &format!("commit {:?} at {:?} etag {}\n", commit.by, commit.request, commit.etag);
    }
    text
}

struct Run<'r> {
    scenario: &'r Scenario,
    ran: &'r Ran,
    sent: Vec<Sent>,
    /// The state before the run, then the state after each commit.
    states: Vec<State>,
    commits: &'r [Commit],
    /// Index in `states` of the state from which the plan was made; `None` if none was read.
    base: Option<usize>,
    /// What should be stored.
    wanted: State,
}

impl<'r> Run<'r> {
    fn new(scenario: &'r Scenario, ran: &'r Ran, service: &'r Service) -> Self {
        let sent = ran.world.sent();
        let commits = service.journal();
        let states: Vec<State> =
            std::iter::once(scenario.stored_state(service)).chain(commits.iter().map(state_of)).collect();
        let first_put = sent.iter().position(|request| request.method == "PUT").unwrap_or(sent.len());
        let plan_get = sent[..first_put].iter().rev().find(|request| is_usable_get(request));
        let base = plan_get.and_then(|get| {
            let until = commits.iter().take_while(|commit| commit.request <= get.number).count();
            (0..=until).rev().find(|at| shows(get, &states[*at], service))
        });
        let wanted = wanted_state(scenario, base.map(|at| &states[at]), service);
        Self { scenario, ran, sent, states, commits, base, wanted }
    }

    fn puts(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter().filter(|request| request.method == "PUT")
    }

    /// Commits of this run that changed something, as indices in `states`.
    fn changes_of_ours(&self) -> impl Iterator<Item = usize> {
        let ours = (1..self.states.len()).filter(|at| self.commits[at - 1].by == Author::Client);
        ours.filter(|at| self.states[*at] != self.states[at - 1])
    }

    fn last_of_ours(&self) -> Option<&State> {
        let at = self.commits.iter().rposition(|commit| commit.by == Author::Client)?;
        Some(&self.states[at + 1])
    }

    /// The other checks are meaningless unless this one holds.
    fn what_it_read_was_stored(&self) -> Result<(), String> {
        let first_put = self.sent.iter().position(|request| request.method == "PUT").unwrap_or(self.sent.len());
        let read = self.sent[..first_put].iter().any(is_usable_get);
        ensure(!read || self.base.is_some(), "what was read was never stored")
    }

    fn what_it_says_is_so(&self) -> Result<(), String> {
        let finished = &self.ran.finished;
        let changed = self.changes_of_ours().next().is_some();
        match finished.outcome {
            Outcome::Applied => {
                ensure(self.last_of_ours() == Some(&self.wanted), "applied, but not stored as wanted")?;
                let put = self.sent.iter().rposition(|request| request.method == "PUT").unwrap_or(0);
                let read = self.sent[put..].iter().rev().find(|request| is_usable_get(request));
                ensure(read.is_some_and(|read| self.shows(read, &self.wanted)), "applied, but nothing read shows it")
            }
            Outcome::Unchanged => {
                ensure(self.puts().count() == 0, "unchanged after a PUT")?;
                let base = self.base.map(|at| &self.states[at]);
                ensure(base == Some(&self.wanted), "unchanged, but not what is wanted")
            }
            Outcome::Invalid => Err("invalid is none of its words".to_owned()),
            Outcome::Refused | Outcome::Unavailable => ensure(!changed, "called not applied, but it was"),
            Outcome::Mismatch => {
                ensure(self.puts().last().is_some_and(is_success), "a mismatch without a PUT accepted")?;
                let Some(read) = self.sent.last().filter(|last| is_usable_get(last)) else {
                    return Err("a mismatch that was not read".to_owned());
                };
                ensure(!self.shows(read, &self.wanted), "a mismatch, but stored as wanted")?;
                let base = self.base.map(|at| &self.states[at]);
                ensure(!base.is_some_and(|base| self.shows(read, base)), "a mismatch, but what was read is only late")
            }
            Outcome::Conflict => self.is_conflict(changed),
            Outcome::Unknown => self.is_unknown(),
        }
    }

    fn shows(&self, get: &Sent, state: &State) -> bool {
        shows(get, state, &self.ran.world.service().borrow())
    }

    fn somebody_else_wrote(&self) -> bool {
        self.commits.iter().any(|commit| commit.by == Author::Writer)
    }

    fn is_conflict(&self, changed: bool) -> Result<(), String> {
        let (code, message) = self.ran.failure();
        match code {
            "blocked" | "busy" | "no_etag" | "value_missing" => {
                ensure(self.puts().count() == 0, "a PUT although it could not be sent")
            }
            // It was read that the state is somebody else's; ours may lie beneath.
            "changed_meanwhile" => ensure(
                self.somebody_else_wrote() || self.last_of_ours().is_some_and(|state| *state != self.wanted),
                "a change by nobody",
            ),
            _ => {
                let last = self.sent.iter().rev().find_map(|request| request.status);
                let told = self.puts().last().is_some_and(|put| is_conflict(put.status)) || is_conflict(last);
                ensure(told, &format!("a conflict that nobody told: {message}"))?;
                ensure(!changed, "a conflict, but it was applied")
            }
        }
    }

    /// Whether it could not be known.
    fn is_unknown(&self) -> Result<(), String> {
        if self.ran.finished.interrupted {
            return ensure(self.puts().count() > 0, "unknown without a PUT");
        }
        let Some(doubt) = self.sent.iter().rposition(is_unproven) else {
            return Err("unknown without a doubtful PUT".to_owned());
        };
        let conflict = self.sent.iter().rposition(|sent| sent.method == "PUT" && is_conflict(sent.status));
        let since = conflict.unwrap_or(doubt).max(doubt);
        let Some(read) = self.sent[since..].iter().rev().find(|request| is_usable_get(request)) else { return Ok(()) };
        let masked = self.scenario.wanted.iter().any(|wanted| wanted.encrypted && !wanted.absent);
        let before = self.sent.iter().find(|request| is_usable_get(request));
        let untouched = before.is_some_and(|before| is_strong(before) && read.etag == before.etag);
        let written =
            before.is_some_and(|before| before.etag.is_some() && read.etag.is_some() && read.etag != before.etag);
        let lost = self.puts().any(|put| is_unproven(put) && !said_failed(put));
        let settled = read.at_ms >= self.sent[doubt].over_ms + SETTLE_MS;
        ensure(
            !(self.scenario.if_match && untouched && settled) || lost,
            "unknown, although the tag shows that nothing was stored",
        )?;
        let base = self.base.map(|at| &self.states[at]);
        let shows_ours = self.shows(read, &self.wanted) && base.is_some_and(|base| !self.shows(read, base));
        ensure(!shows_ours, "unknown, although it was read")?;
        let failed = self.puts().filter(|put| is_unproven(put)).all(|put| put.fault.is_none() && said_failed(put));
        ensure(!failed || masked || written || !settled, "unknown, although the service said of each that it failed")
    }

    fn what_it_verified_is_stored(&self) -> Result<(), String> {
        let finished = &self.ran.finished;
        let verified = &finished.verified;
        if !finished.outcome.is_success() {
            return ensure(verified.full.is_empty() && verified.metadata.is_empty(), "verified, but without success");
        }
        let readable = |name: &str| self.wanted.get(name).is_some_and(|variable| !variable.2);
        ensure(verified.full.iter().all(|name| readable(name)), "a value verified that nobody can read")?;
        ensure(
            verified.metadata.iter().all(|name| self.wanted.contains_key(name) && !readable(name)),
            "a readable value not verified",
        )?;
        let all = verified.full.len() + verified.metadata.len();
        ensure(finished.outcome == Outcome::Unchanged || all == self.wanted.len(), "a variable not verified")
    }

    fn what_went_wrong_is_told(&self) -> Result<(), String> {
        let finished = &self.ran.finished;
        ensure(finished.outcome.is_success() == finished.failure.is_none(), "outcome and failure do not fit")?;
        let Some(failure) = &finished.failure else { return Ok(()) };
        ensure(!failure.code.as_str().is_empty() && !failure.message.is_empty(), "a failure without a word")?;
        let self_evident = finished.outcome == Outcome::Unknown || finished.interrupted;
        ensure(self_evident || failure.advice.as_ref().is_some_and(|text| !text.is_empty()), "no advice")?;
        let text = format!("{} {} {:?}", failure.code, failure.message, failure.advice);
        let values = self.scenario.wanted.iter().filter_map(|wanted| wanted.value.as_ref());
        let mut secrets = values.map(Secret::expose).filter(|value| value.len() > 3);
        ensure(!secrets.any(|secret| text.contains(secret)) && !text.contains("sbx-"), "a secret in the failure")
    }

    fn what_it_cost_is_counted(&self) -> Result<(), String> {
        let finished = &self.ran.finished;
        ensure(finished.attempts as usize == self.puts().count(), "attempts are not the PUTs that were sent")?;
        ensure(finished.cost.requests as usize == self.sent.len(), "requests are not those that were sent")?;
        let counted = self.puts().filter(|put| !matches!(put.status, Some(425 | 429))).count();
        ensure(counted <= MAX_PUTS as usize, "too many PUTs")?;
        let waited = finished.cost.wait_ms <= self.ran.over_ms;
        ensure(waited || finished.interrupted, "more waiting than time")
    }

    fn what_it_sent_was_in_time(&self) -> Result<(), String> {
        let mut not_before_ms = 0;
        for request in &self.sent {
            // Where the service asks for more time than there is, a read is tried all the same.
            let allowed = not_before_ms >= DEADLINE_MS && request.method == "GET";
            ensure(allowed || request.at_ms >= not_before_ms, "a request before Retry-After")?;
            ensure(request.at_ms < DEADLINE_MS, "a request after the deadline")?;
            ensure(request.at_ms + request.timeout_ms <= DEADLINE_MS, "a request that could pass the deadline")?;
            not_before_ms = request.not_before_ms;
        }
        ensure(self.ran.over_ms <= DEADLINE_MS, "it ended after the deadline")
    }

    fn what_it_sent_was_safe(&self) -> Result<(), String> {
        for (at, request) in self.sent.iter().enumerate().filter(|(_, request)| request.method == "PUT") {
            let after = &self.sent[at + 1..];
            let next_put = after.iter().position(|next| next.method == "PUT");
            let until = next_put.unwrap_or(after.len());
            let settled = is_success(request) && !is_doubtful(request);
            ensure(!settled || next_put.is_none(), "a PUT after one that was accepted")?;
            let read = after[..until].iter().any(is_usable_get);
            ensure(!is_doubtful(request) || next_put.is_none() || read, "a PUT after one of unknown fate, unread")?;
            if is_doubtful(request) {
                let soon = after.first().is_some_and(|next| next.at_ms < request.over_ms + SERVER_ERROR_WAIT_MS);
                ensure(!soon, "a read-back too soon")?;
            }
        }
        let intents = &self.ran.intents;
        ensure(intents.len() <= 1, "more than one intent")?;
        if let Some(first_put) = self.sent.iter().position(|request| request.method == "PUT") {
            ensure(intents.first().is_some_and(|at| *at <= first_put), "a PUT without an intent before it")?;
        }
        if self.scenario.if_match {
            self.overwrites_nothing_unseen()?;
        }
        self.carries_over_every_field()
    }

    /// What the manifest does not name is sent as it was read, to the byte, and a mask only where that keeps the value.
    fn carries_over_every_field(&self) -> Result<(), String> {
        let named = |name: &str| self.scenario.wanted.iter().any(|wanted| wanted.name == name);
        let mut read = &BTreeMap::new();
        for request in &self.sent {
            if is_usable_get(request) && self.puts_before(request) == 0 {
                read = &request.texts;
            }
            for (name, text) in request.texts.iter().filter(|(name, _)| request.method == "PUT" && !named(name)) {
                ensure(read.get(name) == Some(text), &format!("`{name}` was carried over in another form"))?;
                let masked =
                    text.contains("********") && self.scenario.options.roundtrip != EncryptedRoundtrip::MaskKeeps;
                ensure(!masked, "a mask was sent as a value")?;
            }
        }
        Ok(())
    }

    fn puts_before(&self, request: &Sent) -> usize {
        self.puts().filter(|put| put.at_ms < request.at_ms).count()
    }

    fn overwrites_nothing_unseen(&self) -> Result<(), String> {
        ensure(self.puts().all(|put| put.if_match.is_some()), "a PUT without If-Match")?;
        let Some(base) = self.base else { return Ok(()) };
        let last = self.commits.iter().rposition(|commit| commit.by == Author::Client).unwrap_or(base);
        let between = self.commits.get(base..last).unwrap_or_default();
        ensure(
            between.iter().all(|commit| commit.by == Author::Client),
            "somebody else's change was overwritten unseen",
        )
    }
}

fn is_success(request: &Sent) -> bool {
    request.status.is_some_and(|status| (200..300).contains(&status))
}

fn is_usable_get(request: &Sent) -> bool {
    request.method == "GET" && is_success(request) && request.shown.is_some()
}

fn is_strong(request: &Sent) -> bool {
    request.etag.as_ref().is_some_and(|etag| !etag.starts_with("W/"))
}

/// A PUT that may or may not have been applied.
fn is_doubtful(request: &Sent) -> bool {
    let lost = request.fault.is_some_and(|fault| fault != TransportFault::Refused);
    let failed = request.status.is_some_and(|status| status >= 500 || matches!(status, 408 | 499));
    request.method == "PUT" && (lost || failed)
}

/// A PUT whose answer does not prove what is stored.
fn is_unproven(request: &Sent) -> bool {
    is_doubtful(request) || (request.method == "PUT" && is_success(request))
}

/// The service itself says that the request failed.
fn said_failed(request: &Sent) -> bool {
    matches!(request.status, Some(500 | 501 | 503 | 507))
}

fn is_conflict(status: Option<u16>) -> bool {
    matches!(status, Some(409 | 412 | 423))
}

/// Whether the answer matches this state, as far as values can be read.
fn shows(get: &Sent, state: &State, service: &Service) -> bool {
    let Some(shown) = &get.shown else { return false };
    shown.len() == state.len()
        && shown.iter().all(|(name, encrypted, value)| {
            let stored = state.get(name);
            stored
                .is_some_and(|stored| stored.2 == *encrypted && (*encrypted || stored.3 == service.value_digest(value)))
        })
}

/// The state that should be stored after a run that read `base`.
fn wanted_state(scenario: &Scenario, base: Option<&State>, service: &Service) -> State {
    let named = |name: &str| scenario.wanted.iter().any(|wanted| wanted.name == name);
    let pruned = |name: &str| match &scenario.options.prune {
        Prune::Nothing => false,
        Prune::Names(names) => names.contains(name),
        Prune::Everything => true,
    };
    let kept = base.into_iter().flatten().filter(|(name, _)| !named(name) && !pruned(name));
    let mut state: State = kept.map(|(name, variable)| (name.clone(), variable.clone())).collect();
    for wanted in scenario.wanted.iter().filter(|wanted| !wanted.absent) {
        let digest = service.value_digest(wanted.value.as_ref().map_or("", |value| value.expose()));
        let words = (wanted.variable_type.as_str().to_owned(), wanted.scope.as_str().to_owned());
        state.insert(wanted.name.clone(), (words.0, words.1, wanted.encrypted, digest));
    }
    state
}

fn state_of(commit: &Commit) -> State {
    let word = |value: serde_json::Result<serde_json::Value>| value.unwrap().as_str().unwrap_or_default().to_owned();
    let variables = commit.variables.iter().map(|variable| {
        let words = (word(serde_json::to_value(variable.kind)), word(serde_json::to_value(variable.scope)));
        (variable.name.clone(), (words.0, words.1, variable.encrypted, variable.value_digest.clone()))
    });
    variables.collect()
}

impl Scenario {
    /// The state before the run.
    fn stored_state(&self, service: &Service) -> State {
        let word =
            |value: serde_json::Result<serde_json::Value>| value.unwrap().as_str().unwrap_or_default().to_owned();
        let variables = self.stored.iter().map(|variable| {
            let words = (word(serde_json::to_value(variable.kind)), word(serde_json::to_value(variable.scope)));
            (variable.name.clone(), (words.0, words.1, variable.encrypted, service.value_digest(&variable.value)))
        });
        variables.collect()
    }
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}
