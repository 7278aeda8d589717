//! The service in memory: takes requests and returns deliveries, without sockets, clock or randomness.

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

/// How the service behaves. No `Debug`, because it holds client secrets and the seed.
#[derive(Clone)]
pub struct Options {
    /// Whether GET and PUT of an unknown id create an empty action with the id as its name. If not, they answer 404.
    pub auto_create: bool,
    /// Maximum number of requests per client id in any 60 seconds; 0 means no limit.
    pub requests_per_minute: u32,
    /// Maximum number of variables in one action.
    pub max_variables: usize,
    /// Lifetime of a token, in seconds.
    pub token_lifetime_s: u64,
    /// The clients that may request tokens. If empty, any credentials with a client id are accepted for every scope.
    pub clients: Vec<Client>,
    /// What happens when the mask is sent as the value of a variable that is stored encrypted. If true, the stored
    /// value is kept. If false, the mask itself is stored, which destroys the secret.
    pub mask_keeps: bool,
    /// Seed of tokens, salts and ids. Tests use zeros; a program must use random bytes.
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

    /// Replaces the script of faults and resets all its counts.
    pub fn set_faults(&mut self, script: FaultScript) {
        self.faults = Faults::new(script);
    }

    /// Handles one request. `now_ms` is the time in milliseconds since 1970-01-01T00:00:00Z.
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

    /// The client id that the request counts for, from its credentials or its token; empty if it has neither.
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

    /// Whether the action exists. With `auto_create`, creates it first.
    fn exists(&mut self, id: &str) -> bool {
        if self.options.auto_create && !self.actions.contains_key(id) {
            self.actions.insert(id.to_owned(), Action::empty(id));
        }
        self.actions.contains_key(id)
    }

    /// Sets a plain variable. An existing variable keeps its type and scope.
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

    /// Adds an action, or replaces the one with the same id. This is not journaled as a commit. If `state` is `None`,
    /// the action is in the state [`READY`].
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

    /// Sets the state of an action, if it exists. A new state changes the ETag, because the definition contains the
    /// state.
    pub fn set_state(&mut self, id: &str, state: &str) {
        if let Some(action) = self.actions.get_mut(id)
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
        self.tokens.revoke_all()
    }

    /// Every commit since the start, oldest first.
    pub fn journal(&self) -> &[Commit] {
        &self.journal.commits
    }

    /// Every request since the start, oldest first.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.journal.exchanges
    }

    /// The salted digest of a value, for comparison with the digests in the journal.
    pub fn value_digest(&self, value: &str) -> String {
        self.salt.value_digest(value)
    }

    /// The part of the state that is saved beyond the process.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&self.salt, &self.actions)
    }

    /// Replaces all actions and the salt with those of a snapshot.
    ///
    /// # Errors
    ///
    /// The snapshot has another version or is damaged. The service is unchanged then.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        (self.salt, self.actions) = snapshot.open()?;
        Ok(())
    }
}

/// The request that is being handled.
pub(super) struct Turn<'a> {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub(super) now_ms: u64,
    /// The number of the request, from 1.
    pub(super) n: u64,
    pub(super) correlation_id: &'a str,
}
