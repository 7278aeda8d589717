//! The requests of one registration.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use cxvars_core::base::secret::Secret;
use cxvars_flow::answer::Answer;
use cxvars_flow::register::{Event, Registration, Request};
use cxvars_flow::scrub::Scrubber;
use cxvars_flow::token::Token;
use cxvars_flow::{Cost, Stopped};

use super::{GRACE_MS, Session, Target};
use crate::service::budget::Taken;
use crate::service::transport::{HttpRequest, Transport};

/// What one registration needs while it runs.
pub(super) struct Run<'r, T> {
    session: &'r Session<T>,
    target: &'r Target<'r>,
    scrubber: Scrubber,
    token: Option<Token>,
    pub(super) cost: Cost,
    /// A request to the action was sent and has not been answered.
    in_flight: Rc<Cell<bool>>,
    /// Requests that are taken from the budget together, before the first one is sent: so that no wait for the budget
    /// comes between the GET and the PUT, in which somebody else's change would be overwritten.
    together: usize,
    /// Those of them that are not sent yet.
    pub(super) taken: Option<Taken>,
}

impl<'r, T: Transport> Run<'r, T> {
    pub(super) fn new(
        session: &'r Session<T>,
        target: &'r Target<'r>,
        scrubber: Scrubber,
        together: usize,
        taken: Option<Taken>,
    ) -> Self {
        let cost = Cost::default();
        Self { session, target, scrubber, token: None, cost, in_flight: Rc::default(), together, taken }
    }

    /// Takes a request from those that were taken together, or from the budget.
    async fn take(&mut self) -> Result<(), Stopped> {
        let (session, waits) = (self.session, self.target.waits);
        let mut taken = match self.taken.take() {
            Some(taken) => taken,
            None => {
                let spacing = session.latency.get().spacing(self.together);
                session.take_from_budget(&spacing, waits, &mut self.cost).await?
            }
        };
        let was_taken =
            session.await_turn(async |now| session.budget.send(&mut taken, now).await, waits, &mut self.cost).await;
        self.taken = Some(taken);
        if !was_taken? {
            session.take_one(waits, &mut self.cost).await?;
        }
        Ok(())
    }

    /// Sends a request. An interruption ends it, unless it is in flight and `may_finish`: then it has [`GRACE_MS`], and
    /// so have the reads after it.
    pub(super) async fn send(
        &mut self,
        registration: &Registration,
        request: Request,
        renew_token: bool,
        may_finish: bool,
        over_at_ms: &mut Option<u64>,
    ) -> Event {
        let (transport, in_flight) = (&self.session.transport, Rc::clone(&self.in_flight));
        let mut sending = pin!(self.send_once(registration, request, renew_token));
        if over_at_ms.is_none() {
            tokio::select! {
                biased;
                () = transport.interrupted() => {
                    if !(may_finish && in_flight.get()) {
                        return Event::Interrupted { in_flight: in_flight.get() };
                    }
                    *over_at_ms = Some(transport.now().ms.saturating_add(GRACE_MS));
                }
                event = &mut sending => return event,
            }
        }
        let left_ms = over_at_ms.unwrap_or_default().saturating_sub(transport.now().ms);
        tokio::select! {
            biased;
            event = &mut sending => event,
            () = transport.sleep(left_ms) => Event::Interrupted { in_flight: in_flight.get() },
        }
    }

    async fn send_once(&mut self, registration: &Registration, request: Request, renew_token: bool) -> Event {
        let refused = self.token.as_ref().filter(|_| renew_token).map(|token| token.generation);
        let token = match self.session.authorize(refused, self.target.waits, &self.scrubber, &mut self.cost).await {
            Ok(token) => token,
            Err(stopped) => return Event::NotSent(stopped),
        };
        if self.token.as_ref().is_none_or(|known| known.generation != token.generation) {
            self.scrubber.learn_secrets([&token.secret]);
        }
        let http = self.http_request(registration, request, &token);
        let scopes = token.scopes.clone();
        self.token = Some(token);
        if let Err(stopped) = self.take().await {
            return Event::NotSent(stopped);
        }
        if request == Request::Put
            && let Err(stopped) = (self.target.before_put)()
        {
            return Event::NotSent(stopped);
        }
        self.cost.requests += 1;
        self.in_flight.set(true);
        let sent_ms = self.session.transport.now().ms;
        let exchanged = self.session.exchange(http, self.target.waits, &self.scrubber).await;
        self.in_flight.set(false);
        match exchanged {
            Ok(raw) => {
                self.session.note_latency(sent_ms);
                let answer = Answer::new(&raw, &self.scrubber, self.session.transport.now().epoch_s);
                Event::Answered { answer, scopes }
            }
            Err(fault) => Event::Failed(fault),
        }
    }

    fn http_request(&self, registration: &Registration, request: Request, token: &Token) -> HttpRequest {
        let mut headers = vec![
            ("authorization", Secret::new(format!("Bearer {}", token.secret.expose()))),
            ("accept", Secret::new("application/json")),
        ];
        let url = self.target.url.clone();
        match request {
            Request::Get => HttpRequest { method: "GET", url, headers, body: None, pinned: Vec::new() },
            Request::Put => {
                headers.push(("content-type", Secret::new("application/json")));
                headers.extend(registration.if_match().map(|etag| ("if-match", Secret::new(etag))));
                HttpRequest { method: "PUT", url, headers, body: registration.body().cloned(), pinned: Vec::new() }
            }
        }
    }
}
