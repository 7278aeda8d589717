//! The service in memory: takes requests and returns deliveries, without sockets, clock or randomness.

use super::action::{Action, READY, Stored, Variable};
use super::answer::Refusal;
use super::api::{Call, Tweaks};
use super::fault::{Due, Fault, FaultScript, Faults};
use super::inject;
use super::journal::{Author, Commit, Ended, Exchange};
use super::limit::Limiter;
use super::snapshot::{Snapshot, SnapshotError};
use super::state::{State, Turn};
use super::token::TokenRequest;

pub use super::action::{Scope, VariableType};
pub use super::answer::{Delivery, Request, Response};
pub use super::state::Options;
pub use super::token::Client;

/// A request that is handled after it was answered.
struct Late {
    at_ms: u64,
    n: u64,
    request: Request,
}

/// The simulated service.
pub struct Service {
    late: Vec<Late>,
    state: State,
    limiter: Limiter,
    faults: Faults,
}

impl Service {
    /// A service without actions.
    pub fn new(options: Options) -> Self {
        Self {
            limiter: Limiter::new(options.requests_per_minute),
            faults: Faults::default(),
            late: Vec::new(),
            state: State::new(options),
        }
    }

    /// Replaces the script of faults and resets all its counts.
    pub fn set_faults(&mut self, script: FaultScript) {
        self.faults = Faults::new(script);
        self.state.accepts_any_form = self.faults.rewrites();
    }

    /// Handles one request. `now_ms` is the time in milliseconds since 1970-01-01T00:00:00Z.
    pub fn handle(&mut self, now_ms: u64, request: &Request) -> Delivery {
        self.handle_late(now_ms);
        let n = self.state.journal.exchanges.len() as u64 + 1;
        let correlation_id = self.state.seed.correlation_id(n);
        let call = Call::read(request);
        let tenant = self.tenant(&call, request);
        let limit = self.limiter.count(now_ms, &tenant);
        let due = match call.operation() {
            Some(operation) => self.faults.due(operation, call.action()),
            None => Vec::new(),
        };
        let turn = Turn { now_ms, n, correlation_id: &correlation_id };
        let mut delivery = self.deliver(&turn, request, &call, limit, &due);
        if let Delivery::Reply(response) | Delivery::Slow { response, .. } | Delivery::Truncated(response) =
            &mut delivery
        {
            let header = ("x-correlation-id".to_owned(), correlation_id.clone());
            response.headers.push(header);
        }
        let status = match &delivery {
            Delivery::Reply(response) | Delivery::Slow { response, .. } => Ended::Status(response.status),
            Delivery::Reset => Ended::Reset,
            Delivery::Truncated(_) => Ended::Truncated,
        };
        let path = request.path.split('?').next().unwrap_or_default();
        self.state.journal.exchanges.push(Exchange {
            n,
            at_ms: now_ms,
            method: request.method.clone(),
            path: path.to_owned(),
            status,
            faults: Due::applied(&due),
            correlation_id,
        });
        delivery
    }

    /// Handles the requests that were put off by a `late` fault until this time, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub fn handle_late(&mut self, now_ms: u64) {
        let (mut due, later) =
            std::mem::take(&mut self.late).into_iter().partition::<Vec<_>, _>(|late| late.at_ms <= now_ms);
        self.late = later;
        due.sort_by_key(|late| late.at_ms);
        for Late { at_ms, n, request } in due {
            let correlation_id = self.state.seed.correlation_id(n);
            let turn = Turn { now_ms: at_ms, n, correlation_id: &correlation_id };
            // Nobody waits for the answer.
            let _ = self.state.answer(&turn, &request, &Call::read(&request), &Tweaks::default());
        }
    }

    /// Handles one request and applies the due faults in the order of its life: before it is handled, in place of
    /// handling, while it is handled, after that, and while the answer is delivered.
    fn deliver(
        &mut self,
        turn: &Turn<'_>,
        request: &Request,
        call: &Call,
        limit: Result<(), u64>,
        due: &[Due],
    ) -> Delivery {
        self.apply_before(turn, request, call, due);
        if let Some(delivery) = self.put_off(turn, request, due) {
            return delivery;
        }
        if let Some(delivery) = inject::instead(turn, due) {
            return delivery;
        }
        let tweaks = Tweaks::of(due);
        let handled = match limit {
            Ok(()) => self.state.answer(turn, request, call, &tweaks),
            Err(wait_s) => Err(Refusal::new(429, "too_many_requests", "the client sent too many requests in 60 s")
                .with_header("retry-after", wait_s.to_string())),
        };
        let mut response = handled.unwrap_or_else(|refusal| refusal.into_response(turn.correlation_id));
        if response.is_success() {
            tweaks.apply();
            self.apply_after(turn, call, due);
            response = inject::replace(turn, due, request, response);
        }
        inject::convey(due, response)
    }

    /// The answer to a request that is handled later, if a fault says so.
    fn put_off(&mut self, turn: &Turn<'_>, request: &Request, due: &[Due]) -> Option<Delivery> {
        let (due, status, delay_ms) = due.iter().find_map(|due| match due.fault {
            Fault::Late { status, delay_ms } => Some((due, status, delay_ms)),
            _ => None,
        })?;
        due.apply();
        self.late.push(Late { at_ms: turn.now_ms.saturating_add(delay_ms), n: turn.n, request: request.clone() });
        Some(Delivery::Reply(inject::error(status, turn.correlation_id)))
    }

    fn apply_before(&mut self, turn: &Turn<'_>, request: &Request, call: &Call, due: &[Due]) {
        for due in due {
            match (&due.fault, call.action()) {
                (Fault::RevokeToken {}, _) => self.state.tokens.revoke(request),
                (Fault::State { state }, Some(id)) if self.exists(id) => self.set_state(id, state),
                (Fault::WriterBefore { name, value }, Some(id)) if self.exists(id) => {
                    self.overwrite(turn.now_ms, id, name, value, Some(turn.n));
                }
                _ => continue,
            }
            due.apply();
        }
    }

    fn apply_after(&mut self, turn: &Turn<'_>, call: &Call, due: &[Due]) {
        for due in due {
            if let (Fault::WriterAfter { name, value }, Some(id)) = (&due.fault, call.action()) {
                self.overwrite(turn.now_ms, id, name, value, Some(turn.n));
                due.apply();
            }
        }
    }

    /// The client id that the request counts for, from its credentials or its token; empty if it has neither.
    fn tenant(&self, call: &Call, request: &Request) -> String {
        let asked = match call {
            Call::Token => TokenRequest::read(request),
            Call::AccessKey => TokenRequest::read_access_key(request),
            _ => {
                return self.state.tokens.client_of(request).unwrap_or_default().to_owned();
            }
        };
        asked.map_or_else(|_| String::new(), |asked| asked.client_id().to_owned())
    }

    /// Whether the action exists. With `auto_create`, creates it first.
    fn exists(&mut self, id: &str) -> bool {
        if self.state.options.auto_create && !self.state.actions.contains_key(id) {
            self.state.actions.insert(id.to_owned(), Action::empty(id));
        }
        self.state.actions.contains_key(id)
    }

    /// Sets a plain variable. An existing variable keeps its type and scope.
    fn overwrite(&mut self, now_ms: u64, id: &str, name: &str, value: &str, request: Option<u64>) {
        let mut variable = Variable::plain(name, value);
        if let Some(stored) = self.state.actions.get(id).and_then(|action| action.variable(name)) {
            variable.kind = stored.kind;
            variable.scope = stored.scope;
        }
        self.write(now_ms, id, &variable, request);
    }

    fn write(&mut self, now_ms: u64, id: &str, variable: &Variable, request: Option<u64>) {
        let stored = Stored::new(variable, &self.state.salt);
        if let Some(action) = self.state.actions.get(id).cloned() {
            self.state.keep_past(now_ms, &action);
        }
        if let Some(action) = self.state.actions.get_mut(id) {
            action.upsert(stored);
            action.revision += 1;
            let author = Author::Writer;
            self.state.journal.commit(now_ms, action, author, request, &self.state.salt);
        }
    }

    /// Adds an action, or replaces the one with the same id. This is not journaled as a commit. If `state` is `None`,
    /// the action is in the state [`READY`].
    pub fn create_action(&mut self, id: &str, name: &str, state: Option<&str>, variables: &[Variable]) {
        let revision = self.state.actions.get(id).map_or(0, |old| old.revision + 1);
        let stored = variables.iter().map(|variable| Stored::new(variable, &self.state.salt));
        let action = Action {
            id: id.to_owned(),
            name: name.to_owned(),
            state: state.unwrap_or(READY).to_owned(),
            revision,
            variables: stored.collect(),
        };
        self.state.actions.insert(id.to_owned(), action);
    }

    /// Gives an action this name. Creates an empty action if there is none. A new name changes the ETag, because the
    /// definition contains the name.
    pub fn name_action(&mut self, id: &str, name: &str) {
        let action = self.state.actions.entry(id.to_owned()).or_insert_with(|| Action::empty(id));
        if action.name != name {
            name.clone_into(&mut action.name);
            action.revision += 1;
        }
    }

    /// Sets the state of an action, if it exists. A new state changes the ETag, because the definition contains the
    /// state.
    pub fn set_state(&mut self, id: &str, state: &str) {
        if let Some(action) = self.state.actions.get_mut(id)
            && action.state != state
        {
            state.clone_into(&mut action.state);
            action.revision += 1;
        }
    }

    /// Changes or adds one variable of an action, if the action exists, as a third party would. Journaled as a commit
    /// by `writer`. `now_ms` is in milliseconds since 1970-01-01T00:00:00Z.
    pub fn write_as_other(&mut self, now_ms: u64, id: &str, variable: &Variable) {
        self.write(now_ms, id, variable, None);
    }

    /// Revokes every token. Returns the number of tokens that were not revoked before, including expired ones.
    pub fn revoke_tokens(&mut self) -> usize {
        self.state.tokens.revoke_all()
    }

    /// Every commit since the start, oldest first.
    pub fn journal(&self) -> &[Commit] {
        &self.state.journal.commits
    }

    /// Every request since the start, oldest first.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.state.journal.exchanges
    }

    /// The salted digest of a value, for comparison with the digests in the journal.
    pub fn value_digest(&self, value: &str) -> String {
        self.state.salt.value_digest(value)
    }

    /// The part of the state that is saved beyond the process.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&self.state.salt, &self.state.actions)
    }

    /// Replaces all actions and the salt with those of a snapshot.
    ///
    /// # Errors
    ///
    /// The snapshot has another version or is damaged. The service is unchanged then.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        (self.state.salt, self.state.actions) = snapshot.open()?;
        Ok(())
    }
}
