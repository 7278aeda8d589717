//! The language server as a state machine: messages of an editor in, messages to it out.
//!
//! This crate does no I/O. The program connects it to standard input and output, VS Code in a browser to a module of
//! WebAssembly.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unreachable,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]

mod capabilities;
mod check;
mod client;
mod configuration;
mod documents;
mod edits;
mod features;
mod findings;
mod host;
mod links;
pub mod message;
mod outbox;
mod overlay;
mod projects;
mod server;
pub mod text;
mod uri;
mod view;
mod workspace;

pub use host::{Host, Kind, Policies, Wanted};
pub use projects::Flags;
pub use server::Server;
pub use workspace::{Search, SearchResult};

#[cfg(test)]
mod tests;
