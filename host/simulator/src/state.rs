//! What the service knows between two requests, and what it is told about one.

use super::action::Actions;
use super::derive::Key;
use super::journal::Journal;
use super::token::{Client, Tokens};

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

/// All that a request may change, faults aside.
pub(super) struct State {
    pub(super) options: Options,
    pub(super) seed: Key,
    pub(super) salt: Key,
    pub(super) actions: Actions,
    pub(super) tokens: Tokens,
    pub(super) journal: Journal,
}

impl State {
    /// Without actions.
    pub(super) fn new(options: Options) -> Self {
        let seed = Key::new(options.seed);
        Self {
            salt: seed.child("salt"),
            actions: Actions::new(),
            tokens: Tokens::default(),
            journal: Journal::default(),
            seed,
            options,
        }
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
