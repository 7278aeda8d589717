//! The state of the service between two requests, and the facts of the request that is being handled.

use super::action::{Action, Actions};
use super::derive::Key;
use super::journal::Journal;
use super::token::{Client, Tokens};

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

/// All that a request may change, faults aside.
pub(super) struct State {
    pub(super) options: Options,
    pub(super) seed: Key,
    pub(super) salt: Key,
    pub(super) actions: Actions,
    pub(super) tokens: Tokens,
    pub(super) journal: Journal,
    /// Whether a PUT may be in any form of an answer.
    pub(super) accepts_any_form: bool,
    /// What actions were before each change of the last minutes, and until when, oldest first.
    pub(super) past: Vec<(u64, Action)>,
}

/// How far back a `lag` fault may look, in milliseconds.
pub(super) const MAX_LAG_MS: u64 = 600_000;

impl State {
    /// Without actions.
    pub(super) fn new(options: Options) -> Self {
        let seed = Key::new(options.seed);
        Self {
            salt: seed.child("salt"),
            actions: Actions::new(),
            tokens: Tokens::default(),
            journal: Journal::default(),
            accepts_any_form: false,
            past: Vec::new(),
            seed,
            options,
        }
    }

    /// Keeps what an action is until now, for replicas that lag.
    pub(super) fn keep_past(&mut self, now_ms: u64, action: &Action) {
        self.past.retain(|(until_ms, _)| until_ms.saturating_add(MAX_LAG_MS) > now_ms);
        self.past.push((now_ms, action.clone()));
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
