//! The service in memory: requests in, deliveries out. No sockets, no clock, no randomness.

use super::action::{Action, Actions, READY, Stored, Variable};
use super::answer::Refusal;
use super::api::{Call, Tweaks};
use super::derive::Key;
use super::fault::{Due, Fault, FaultScript, Faults};
use super::inject;
use super::journal::{Author, Commit, Ended, Exchange, Journal};
use super::limit::Limiter;
use super::snapshot::{Snapshot, SnapshotError};
use super::token::{TokenRequest, Tokens};

pub use super::action::{Scope, VariableType};
pub use super::answer::{Delivery, Request, Response};
pub use super::token::Client;

/// How the service behaves. Without `Debug`: it holds client secrets and the seed.
#[derive(Clone)]
pub struct Options {
    /// Whether GET and PUT of an unknown id make an empty action named like the id, instead of 404.
    pub auto_create: bool,
    /// Requests in any sliding 60 s for each client id; 0 switches the limit off.
    pub requests_per_minute: u32,
    /// Variables in one action.
    pub max_variables: usize,
    /// How long a token is good, in seconds.
    pub token_lifetime_s: u64,
    /// Who may ask for tokens; empty accepts any credentials with a client id, for every scope.
    pub clients: Vec<Client>,
    /// Whether the mask, sent as the value of a variable that is stored encrypted, keeps the stored value. Otherwise it
    /// is stored as it is, which destroys the secret.
    pub mask_keeps: bool,
    /// What tokens, salts and ids derive from. Zeros are right for tests; a program draws random bytes.
    pub seed: [u8; 32],
}

impl Default for Options {
    fn default() -> Self {
        Self {
            auto_create: false,
            requests_per_minute: 100,
            max_variables: 50,
            token_lifetime_s: 3600,
            clients: Vec::new(),
            mask_keeps: false,
            seed: [0; 32],
        }
    }
}

/// The simulated service.
pub struct Service {
    pub(super) options: Options,
    pub(super) seed: Key,
    pub(super) salt: Key,
    pub(super) actions: Actions,
    pub(super) tokens: Tokens,
    limiter: Limiter,
    faults: Faults,
    pub(super) journal: Journal,
}

impl Service {
    /// A service without actions.
    pub fn new(options: Options) -> Self {
        let seed = Key::new(options.seed);
        Self {
            salt: seed.child("salt"),
            limiter: Limiter::new(options.requests_per_minute),
            actions: Actions::new(),
            tokens: Tokens::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            seed,
            options,
        }
    }

    /// Replaces the script of faults; all counts start anew.
    pub fn set_faults(&mut self, script: FaultScript) {
        self.faults = Faults::new(script);
    }

    /// Handles one request at `now_ms` (epoch milliseconds).
    pub fn handle(&mut self, now_ms: u64, request: &Request) -> Delivery {
        let n = self.journal.exchanges.len() as u64 + 1;
        let correlation_id = self.seed.correlation_id(n);
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
        self.journal.exchanges.push(Exchange {
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

    /// Applies the faults in the order of a request's life: before it, instead of it, in it, after it, on its way.
    fn deliver(
        &mut self,
        turn: &Turn<'_>,
        request: &Request,
        call: &Call,
        limit: Result<(), u64>,
        due: &[Due],
    ) -> Delivery {
        self.apply_before(turn, request, call, due);
        if let Some(delivery) = inject::instead(turn, due) {
            return delivery;
        }
        let tweaks = Tweaks::of(due);
        let handled = match limit {
            Ok(()) => self.answer(turn, request, call, &tweaks),
            Err(wait_s) => Err(Refusal::new(429, "too_many_requests", "the client sent too many requests in 60 s")
                .with_header("retry-after", wait_s.to_string())),
        };
        let mut response = handled.unwrap_or_else(|refusal| refusal.into_response(turn.correlation_id));
        if response.is_success() {
            tweaks.apply();
            self.apply_after(turn, call, due);
            response = inject::replace(turn, due, response);
        }
        inject::convey(due, response)
    }

    fn apply_before(&mut self, turn: &Turn<'_>, request: &Request, call: &Call, due: &[Due]) {
        for due in due {
            match (&due.fault, call.action()) {
                (Fault::RevokeToken {}, _) => self.tokens.revoke(request),
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

    /// Whom the request counts for: the client of its credentials or of its token, else nobody in particular.
    fn tenant(&self, call: &Call, request: &Request) -> String {
        let asked = match call {
            Call::Token => TokenRequest::read(request),
            Call::AccessKey => TokenRequest::read_access_key(request),
            _ => {
                return self.tokens.client_of(request).unwrap_or_default().to_owned();
            }
        };
        asked.map_or_else(|_| String::new(), |asked| asked.client_id().to_owned())
    }

    /// Whether a writer or a state can reach the action; with `auto_create` it comes into being.
    fn exists(&mut self, id: &str) -> bool {
        if self.options.auto_create && !self.actions.contains_key(id) {
            self.actions.insert(id.to_owned(), Action::empty(id));
        }
        self.actions.contains_key(id)
    }

    /// Sets a plain variable; an existing one keeps its type and scope.
    fn overwrite(&mut self, now_ms: u64, id: &str, name: &str, value: &str, request: Option<u64>) {
        let mut variable = Variable::plain(name, value);
        if let Some(stored) = self.actions.get(id).and_then(|action| action.variable(name)) {
            variable.kind = stored.kind;
            variable.scope = stored.scope;
        }
        self.write(now_ms, id, &variable, request);
    }

    fn write(&mut self, now_ms: u64, id: &str, variable: &Variable, request: Option<u64>) {
        let stored = Stored::new(variable, &self.salt);
        if let Some(action) = self.actions.get_mut(id) {
            action.upsert(stored);
            action.revision += 1;
            let author = Author::Writer;
            self.journal.commit(now_ms, action, author, request, &self.salt);
        }
    }

    /// Puts an action in place, in place of one with the same id; this is no commit. `state` is `None` for an action
    /// that nothing is being done to.
    pub fn create_action(&mut self, id: &str, name: &str, state: Option<&str>, variables: &[Variable]) {
        let revision = self.actions.get(id).map_or(0, |old| old.revision + 1);
        let stored = variables.iter().map(|variable| Stored::new(variable, &self.salt));
        let action = Action {
            id: id.to_owned(),
            name: name.to_owned(),
            state: state.unwrap_or(READY).to_owned(),
            revision,
            variables: stored.collect(),
        };
        self.actions.insert(id.to_owned(), action);
    }

    /// Sets the state of an action, if it exists. A change of it changes the ETag, as the state is in the definition.
    pub fn set_state(&mut self, id: &str, state: &str) {
        if let Some(action) = self.actions.get_mut(id)
            && action.state != state
        {
            state.clone_into(&mut action.state);
            action.revision += 1;
        }
    }

    /// A third party changes or adds one variable of an action, if it exists; journaled as a commit by `writer`.
    pub fn write_as_other(&mut self, now_ms: u64, id: &str, variable: &Variable) {
        self.write(now_ms, id, variable, None);
    }

    /// Revokes every token; the answer is how many were not revoked yet, expired ones included.
    pub fn revoke_tokens(&mut self) -> usize {
        self.tokens.revoke_all()
    }

    /// Every commit since the start, the oldest first.
    pub fn journal(&self) -> &[Commit] {
        &self.journal.commits
    }

    /// Every request since the start, the oldest first.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.journal.exchanges
    }

    /// The salted digest of a value, to compare with the journal's.
    pub fn value_digest(&self, value: &str) -> String {
        self.salt.value_digest(value)
    }

    /// What of the state outlives the process.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&self.salt, &self.actions)
    }

    /// Replaces all actions and the salt by a snapshot's.
    ///
    /// # Errors
    ///
    /// The snapshot has another version or is damaged; nothing has changed then.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        (self.salt, self.actions) = snapshot.open()?;
        Ok(())
    }
}

/// The request in hand.
pub(super) struct Turn<'a> {
    /// Epoch milliseconds.
    pub(super) now_ms: u64,
    /// The number of the request, from 1.
    pub(super) n: u64,
    pub(super) correlation_id: &'a str,
}
