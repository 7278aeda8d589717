//! A simulation of the service, for `cxvars sandbox`, for `--sandbox` and for tests.
//!
//! It has two layers. [`service::Service`] is the service in memory: a request and the time go in, a delivery comes
//! out; it has no sockets, no clock and no randomness, so that a whole campaign of faults runs in no time and the same
//! way every time. [`http`] puts it behind a loopback socket and performs what a delivery says, resets and half answers
//! included.
//!
//! It is a test instrument and gives an independent opinion: its rules are written from the description of the service,
//! and it calls nothing of the validation core. How far it is true to the live service is unverified.
//!
//! | request | needs | answers |
//! |---|---|---|
//! | `POST /api/v2/oauth/token` | client credentials, in the form or as Basic | 200; 400, 401 with the errors of RFC 6749 |
//! | `POST /authentication/v1/token/access-key` | an access key, as JSON | the same |
//! | `GET /api/v2/dataactions/{id}` | scope `dataactions:read` | 200 with the definition and its ETag; 401, 403, 404 |
//! | `PUT /api/v2/dataactions/{id}` | scope `dataactions:write` | as GET; 400, 409, 412, 413, 415 and nothing is changed |
//!
//! and to all of them 405 and 429. Every answer has an `x-correlation-id`, every error repeats it in its body as
//! `correlation_id`. A request is checked in this order: limit, token, scope, id, size, media type, state, `If-Match`,
//! content.
//!
//! Faults are scripted: see [`fault`].

mod action;
mod answer;
mod api;
mod derive;
pub mod fault;
pub mod http;
mod inject;
pub mod journal;
mod limit;
pub mod service;
mod snapshot;
mod token;
mod validate;

#[cfg(test)]
mod tests;

pub use action::{BUSY_STATES, MASK, READY, Variable};
pub use api::{ACCESS_KEY_PATH, ACTIONS_PATH, MAX_BODY_BYTES, TOKEN_PATH};
pub use snapshot::{Snapshot, SnapshotError};
pub use token::KNOWN_SCOPES;
