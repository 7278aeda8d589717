//! A simulation of the service, for `cxvars sandbox`, for `--sandbox` and for tests.
//!
//! It has two layers. [`service::Service`] is the service in memory: it takes a request and the time, and returns a
//! delivery. It uses no sockets, clock or randomness, so a long series of faults runs fast and the same way every time.
//! [`http`] serves it on a loopback socket and performs each delivery, including resets and truncated answers.
//!
//! The simulator is a test instrument with an independent opinion: its rules are written from the description of the
//! service, and it does not use the validation core. How closely it matches the live service is not verified.
//!
//! | request | requires | answers |
//! |---|---|---|
//! | `POST /api/v2/oauth/token` | client credentials, in the form or as Basic | 200; 400, 401 with the errors of RFC 6749 |
//! | `POST /authentication/v1/token/access-key` | an access key, as JSON | the same |
//! | `GET /api/v2/dataactions/{id}` | scope `dataactions:read` | 200 with the definition and its ETag; 401, 403, 404 |
//! | `PUT /api/v2/dataactions/{id}` | scope `dataactions:write` | as GET; 400, 409, 412, 413, 415 without any change |
//!
//! All of them can also answer 405 and 429. Every answer has an `x-correlation-id`, and every error repeats it in its
//! body as `correlation_id`. A request is checked in this order: limit, token, scope, id, size, media type, state,
//! `If-Match`, content.
//!
//! Faults are scripted; see [`fault`].

mod action;
mod answer;
mod api;
mod derive;
pub mod fault;
mod form;
pub mod http;
mod inject;
pub mod journal;
mod limit;
pub mod service;
mod snapshot;
mod state;
mod token;
mod validate;

#[cfg(test)]
mod tests;

pub use action::{BUSY_STATES, MASK, READY, Variable};
pub use api::{ACCESS_KEY_PATH, ACTIONS_PATH, MAX_BODY_BYTES, TOKEN_PATH};
pub use snapshot::{Snapshot, SnapshotError};
pub use token::KNOWN_SCOPES;
