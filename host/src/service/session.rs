//! Performs the effects of a registration: tokens, requests within the budget, waits, and the intent record.

mod discovery;
mod run;

use std::cell::{Cell, RefCell};
use std::mem;
use std::sync::OnceLock;

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::answer::{RawAnswer, retry_after_ms};
use cxvars_flow::latency::Latency;
use cxvars_flow::limiter::Full;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::{Effect, Event, Finished, Registration, Request};
use cxvars_flow::retry::Waits;
use cxvars_flow::scrub::Scrubber;
use cxvars_flow::token::{Token, TokenEffect, TokenEvent, TokenFlow};
use cxvars_flow::transport_fault::TransportFault;
use cxvars_flow::{Cost, Failure, Now, Stopped, advice};
use tracing::{Instrument as _, Level, Span, debug, enabled, info, info_span};
use url::Url;

pub(crate) use self::discovery::NotFound;
use self::run::Run;
use crate::profile::login::{TokenRequest, TokenSource};
use crate::service::budget::{Budget, NotNow, Taken};
use crate::service::transport::{HttpRequest, Transport};
use crate::telemetry;

/// How long an interrupted run may take to find out what became of a PUT in flight, in milliseconds.
const GRACE_MS: u64 = 5000;

/// The limits of a session.
#[derive(Clone, Debug)]
pub struct SessionLimits {
    /// Longest time that one request may take, in milliseconds.
    pub request_ms: u64,
    /// A token counts as expired this many seconds before its end.
    pub token_buffer_s: u64,
    /// Scopes that the run needs.
    pub needed_scopes: Vec<String>,
}

/// One login at one service, shared by all registrations of a run.
pub struct Session<T> {
    transport: T,
    source: TokenSource,
    /// The token endpoint, where discovery found it.
    found_token_url: OnceLock<Url>,
    limits: SessionLimits,
    budget: Budget,
    /// How long the answers of the service take.
    latency: Cell<Latency>,
    /// Until when requests of work under way wait for the budget, one time for each, in milliseconds.
    queue: RefCell<Vec<u64>>,
    /// Held while a token is fetched, so that one request is sent, however many callers wait for the token.
    token: tokio::sync::Mutex<TokenSlot>,
    secrets: Scrubber,
}

#[derive(Default)]
struct TokenSlot {
    token: Option<Token>,
    fetched: u64,
    /// A permanent token failure, cached and returned to later callers.
    refused: Option<Stopped>,
    /// What finding the addresses cost, until a registration counts it.
    unreported: Cost,
}

/// Where one registration sends its requests, and how long it may take.
pub struct Target<'t> {
    /// URL of the Data Action.
    pub url: &'t Url,
    /// Waits and deadline of the run.
    pub waits: Waits,
    /// Called before each PUT is sent, when it has its token and its place in the budget. A PUT that may not be sent ends
    /// the registration.
    pub before_put: &'t dyn Fn() -> Result<(), Stopped>,
}

impl<T: Transport> Session<T> {
    /// A session that has not logged in yet. `secrets` are scrubbed from every answer that is shown.
    pub fn new(transport: T, source: TokenSource, limits: SessionLimits, budget: Budget, secrets: Scrubber) -> Self {
        let (found_token_url, token) = (OnceLock::new(), tokio::sync::Mutex::default());
        Self {
            transport,
            source,
            found_token_url,
            budget,
            limits,
            latency: Cell::default(),
            queue: RefCell::default(),
            token,
            secrets,
        }
    }

    /// The transport that sends the requests.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// Runs a registration to its end.
    ///
    /// `values` are scrubbed from the service's words as well. `record_intent` must not return before the intent record
    /// is durable.
    ///
    /// # Errors
    /// The error that `record_intent` returns. No update was sent then.
    pub async fn run<E>(
        &self,
        registration: Registration,
        target: &Target<'_>,
        values: &[Secret],
        record_intent: impl AsyncFnMut(&Registration) -> Result<(), E>,
    ) -> Result<Finished, E> {
        self.run_with(None, registration, target, values, record_intent).await
    }

    /// Takes the requests of new work from the budget, all of them or none. Work under way comes first.
    ///
    /// # Errors
    /// The budget has no room for them now.
    pub async fn take(&self, requests: usize) -> Result<Taken, NotNow> {
        let now = self.transport.now();
        let first = self.queue.borrow().iter().min().copied();
        if let Some(until_ms) = first {
            return Err(NotNow::Full(Full::NoRoom(until_ms.saturating_sub(now.ms).max(1))));
        }
        self.budget.take_for_new_work(&self.latency.get().spacing(requests), now).await
    }

    /// Gives back requests that are not needed.
    pub async fn give_back(&self, taken: &Taken) {
        self.budget.give_back(taken, self.transport.now()).await;
    }

    /// The same as [`Session::run`], with requests that were taken from the budget before.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn run_with<E>(
        &self,
        taken: Option<Taken>,
        mut registration: Registration,
        target: &Target<'_>,
        values: &[Secret],
        mut record_intent: impl AsyncFnMut(&Registration) -> Result<(), E>,
    ) -> Result<Finished, E> {
        let mut scrubber = self.secrets.clone();
        match registration.secrets() {
            Some(secrets) => {
                scrubber.learn_secrets(secrets);
                scrubber.learn_values(values);
            }
            // Nobody says which of them are secret.
            None => scrubber.learn_secrets(values),
        }
        let mut run = Run::new(self, target, scrubber, registration.requests(), taken);
        let result = self.drive(&mut run, &mut registration, &mut record_intent).await;
        // What was taken from the budget and not needed.
        if let Some(taken) = run.taken.take() {
            self.give_back(&taken).await;
        }
        result?;
        let mut finished = registration.finish();
        finished.cost.add(&run.cost);
        info!(
            outcome = finished.outcome.as_str(),
            attempts = finished.attempts,
            requests = finished.cost.requests,
            wait_ms = finished.cost.wait_ms,
            "finished"
        );
        Ok(finished)
    }

    /// Does what the registration asks for, until it has ended.
    async fn drive<E>(
        &self,
        run: &mut Run<'_, T>,
        registration: &mut Registration,
        record_intent: &mut impl AsyncFnMut(&Registration) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut effect = registration.step(Event::Start, self.transport.now());
        // When a run that was interrupted has to be over.
        let mut over_at_ms = None;
        loop {
            let event = match effect {
                Effect::Finish => return Ok(()),
                Effect::RecordIntent => {
                    record_intent(registration).await?;
                    Event::IntentRecorded
                }
                Effect::Wait(ms) => self.wait(ms, registration, over_at_ms).await,
                Effect::Send { request: Request::Put, .. } if over_at_ms.is_some() => {
                    Event::Interrupted { in_flight: false }
                }
                Effect::Send { request, renew_token } => {
                    let may_finish = request == Request::Put || registration.put_has_begun();
                    run.send(registration, request, renew_token, may_finish, &mut over_at_ms).await
                }
            };
            effect = registration.step(event, self.transport.now());
        }
    }

    /// Waits as the registration asks.
    async fn wait(&self, ms: u64, registration: &Registration, over_at_ms: Option<u64>) -> Event {
        debug!(ms, "waiting before the next request");
        if let Some(over_at_ms) = over_at_ms {
            if !registration.may_have_stored() || self.transport.now().ms.saturating_add(ms) >= over_at_ms {
                return Event::Interrupted { in_flight: false };
            }
            self.transport.sleep(ms).await;
            return Event::Waited;
        }
        let _shown = self.transport.announce(ms, registration.waits_for());
        tokio::select! {
            biased;
            () = self.transport.interrupted() => Event::Interrupted { in_flight: false },
            () = self.transport.sleep(ms) => Event::Waited,
        }
    }

    /// Fetches a usable token, and does nothing else. The next registration counts what that cost.
    ///
    /// # Errors
    /// Why no token could be fetched.
    pub async fn log_in(&self, waits: Waits) -> Result<Token, Stopped> {
        let mut cost = Cost::default();
        let token = tokio::select! {
            biased;
            () = self.transport.interrupted() => Err(Stopped::interrupted()),
            token = self.authorize(None, waits, &self.secrets, &mut cost) => token,
        };
        self.token.lock().await.unreported.add(&cost);
        token
    }

    /// A usable token: the current one, or a new one. `refused` is the generation of a token that the service refused.
    async fn authorize(
        &self,
        refused: Option<u64>,
        waits: Waits,
        scrubber: &Scrubber,
        cost: &mut Cost,
    ) -> Result<Token, Stopped> {
        let mut slot = self.token.lock().await;
        cost.add(&mem::take(&mut slot.unreported));
        let fresh = |token: &&Token| token.is_usable(self.transport.now()) && refused != Some(token.generation);
        if let Some(token) = slot.token.as_ref().filter(fresh) {
            return Ok(token.clone());
        }
        if let Some(stopped) = &slot.refused {
            return Err(stopped.clone());
        }
        let fetched = match &self.source {
            TokenSource::Given(_) if refused.is_some() => Err(given_token_refused()),
            TokenSource::Given(secret) => {
                let secret = secret.clone();
                Ok(Token { secret, use_until_ms: u64::MAX, scopes: None, id_token: None, generation: 1 })
            }
            TokenSource::Request(TokenRequest { url, headers, body }) => {
                let request = || HttpRequest {
                    method: "POST",
                    url: self.found_token_url.get().unwrap_or(url).clone(),
                    headers: headers.clone(),
                    body: Some(body.clone()),
                    pinned: Vec::new(),
                };
                slot.fetched += 1;
                self.fetch_token(request, slot.fetched, waits, scrubber, cost)
                    .await
                    .and_then(|token| self.with_scopes(token))
            }
        };
        match &fetched {
            Ok(token) => {
                debug!(generation = token.generation, "a token is at hand");
                slot.token = Some(token.clone());
            }
            Err(stopped) if stopped.outcome == Outcome::Refused => slot.refused = Some(stopped.clone()),
            Err(_) => {}
        }
        fetched
    }

    /// The token, unless it is known to lack a scope that the run needs.
    fn with_scopes(&self, mut token: Token) -> Result<Token, Stopped> {
        token.scopes = token.scopes.filter(|scopes| !scopes.iter().all(|scope| is_of_openid(scope)));
        let needed: Vec<&str> = self.limits.needed_scopes.iter().map(String::as_str).collect();
        let missing = token.missing_scopes(&needed);
        if missing.is_empty() { Ok(token) } else { Err(missing_scopes(&token, &missing)) }
    }

    async fn fetch_token(
        &self,
        request: impl Fn() -> HttpRequest,
        generation: u64,
        waits: Waits,
        scrubber: &Scrubber,
        cost: &mut Cost,
    ) -> Result<Token, Stopped> {
        let mut flow = TokenFlow::new(waits, self.limits.token_buffer_s, generation, scrubber);
        let mut effect = flow.step(TokenEvent::Start, self.transport.now());
        let result = loop {
            effect = match effect {
                TokenEffect::Finish(result) => break result,
                TokenEffect::Wait(ms) => {
                    debug!(ms, "waiting before the token is asked for again");
                    let _shown = self.transport.announce(ms, "the token endpoint");
                    self.transport.sleep(ms).await;
                    flow.step(TokenEvent::Waited, self.transport.now())
                }
                TokenEffect::Send => {
                    if let Err(stopped) = self.take_one(waits, cost).await {
                        break Err(stopped.or_cause(flow.held_up().cloned()));
                    }
                    cost.requests += 1;
                    let sent_ms = self.transport.now().ms;
                    match self.exchange(request(), waits, scrubber).await {
                        Ok(raw) => flow.step(TokenEvent::Answered { raw: &raw, sent_ms }, self.transport.now()),
                        Err(fault) => flow.step(TokenEvent::Failed(fault), self.transport.now()),
                    }
                }
            };
        };
        cost.add(flow.cost());
        result
    }

    /// Waits until the budget has room for these requests, which are sent `after_ms` from then.
    async fn take_from_budget(&self, after_ms: &[u64], waits: Waits, cost: &mut Cost) -> Result<Taken, Stopped> {
        self.await_turn(async |now| self.budget.take(after_ms, now).await, waits, cost).await
    }

    /// Waits until the budget has room for one request, which is sent then.
    async fn take_one(&self, waits: Waits, cost: &mut Cost) -> Result<(), Stopped> {
        self.take_from_budget(&[0], waits, cost).await.map(drop)
    }

    /// Waits until `ask` says that a request may be sent. Every request passes through here, so none is sent after the
    /// deadline, however long it waited for a token.
    async fn await_turn<A>(
        &self,
        mut ask: impl AsyncFnMut(Now) -> Result<A, NotNow>,
        waits: Waits,
        cost: &mut Cost,
    ) -> Result<A, Stopped> {
        loop {
            let now = self.transport.now();
            if now.ms >= waits.deadline_at_ms {
                return Err(Stopped::out_of_time());
            }
            let refused = match ask(now).await {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            let wait = refused.wait_ms();
            // The question may have taken its time.
            let now = self.transport.now();
            let (stopped, what) = match refused {
                NotNow::Full(Full::NoRoom(_)) => (Stopped::no_budget(), "room in the tenant's request budget"),
                NotNow::Full(Full::Closed(_)) => {
                    (Stopped::closed(wait), "the service, which asked for no request until then")
                }
                NotNow::Lost(problem) => (Stopped::no_shared_state(problem), "the shared state"),
            };
            if now.ms.saturating_add(wait) >= waits.deadline_at_ms {
                return Err(stopped);
            }
            cost.wait_ms += wait;
            debug!(ms = wait, "waiting for the request budget");
            telemetry::waits_for_budget(wait);
            let _shown = self.transport.announce(wait, what);
            let _queued = Queued::until(now.ms.saturating_add(wait), &self.queue);
            self.transport.sleep(wait).await;
        }
    }

    /// Sends a request that the budget had room for, and logs it.
    async fn exchange(
        &self,
        request: HttpRequest,
        waits: Waits,
        scrubber: &Scrubber,
    ) -> Result<RawAnswer, TransportFault> {
        let span = request_span(&request);
        let begun_ms = self.transport.now().ms;
        let answer = self.transport.exchange(request, self.timeout_ms(waits)).instrument(span.clone()).await;
        let ms = self.transport.now().ms.saturating_sub(begun_ms);
        span.in_scope(|| match &answer {
            Ok(answer) if enabled!(Level::INFO) => {
                let correlation_id = answer.correlation_id().map(|id| scrubber.scrub_id(id));
                info!(status = answer.status, ms, correlation_id, "answered");
            }
            Ok(_) => {}
            Err(fault) => info!(ms, fault = fault.code(), "failed"),
        });
        if let Some(throttled) = answer.as_ref().ok().filter(|answer| answer.status == 429) {
            let now = self.transport.now();
            self.budget.throttled(retry_after_ms(throttled, now.epoch_s), now).await;
        }
        answer
    }

    /// Notes that the request that was sent then is answered now.
    fn note_latency(&self, sent_ms: u64) {
        let mut latency = self.latency.get();
        latency.note(self.transport.now().ms.saturating_sub(sent_ms));
        self.latency.set(latency);
    }

    fn timeout_ms(&self, waits: Waits) -> u64 {
        self.limits.request_ms.min(waits.deadline_at_ms.saturating_sub(self.transport.now().ms)).max(1)
    }
}

/// A place in the queue for the budget, until it is dropped.
struct Queued<'q> {
    until_ms: u64,
    queue: &'q RefCell<Vec<u64>>,
}

impl<'q> Queued<'q> {
    fn until(until_ms: u64, queue: &'q RefCell<Vec<u64>>) -> Self {
        queue.borrow_mut().push(until_ms);
        Self { until_ms, queue }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut queue = self.queue.borrow_mut();
        if let Some(at) = queue.iter().position(|until_ms| *until_ms == self.until_ms) {
            queue.swap_remove(at);
        }
    }
}

/// The log span of a request. It has the path without the query, and the authorization scheme without the credential.
fn request_span(request: &HttpRequest) -> Span {
    let authorization = request.headers.iter().find(|(name, _)| *name == "authorization");
    let scheme = authorization.and_then(|(_, value)| value.expose().split(' ').next());
    info_span!("request", method = request.method, path = request.url.path(), authorization = scheme)
}

/// Whether this is a scope of OpenID Connect (Core 1.0 sections 3.1.2.1, 5.4 and 11). A token that lists no others says
/// who was logged in, and nothing about the rights at an API.
fn is_of_openid(scope: &str) -> bool {
    matches!(scope, "openid" | "profile" | "email" | "address" | "phone" | "offline_access")
}

fn given_token_refused() -> Stopped {
    let failure = Failure::new(Reason::LoginRefused, "the token in CXONE_TOKEN was refused (401)")
        .with_advice("it has expired or belongs to another tenant; set a new one, or a client id and secret");
    Stopped::refused(Failure { status: Some(401), ..failure })
}

fn missing_scopes(token: &Token, missing: &[&str]) -> Stopped {
    let granted = display::escape(&token.scopes.as_deref().unwrap_or_default().join(" "));
    let message = format!("the token's scopes are: {granted}; missing: {}", missing.join(" "));
    Stopped::refused(Failure::new(Reason::MissingScope, message).with_advice(advice::missing_scopes(missing)))
}
