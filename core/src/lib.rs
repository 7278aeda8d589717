//! Validation, diagnostics, plan, audit format and metrics of cxvars.
//!
//! No I/O, no clock, no randomness, no environment: what a caller knows of the world it passes in. Nothing panics, and
//! nothing but a request body ever holds the value of a variable in the clear.
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
pub mod audit;
pub mod canonical;
pub mod change;
pub mod check;
pub mod compare;
#[cfg(feature = "contracts")]
pub mod contract;
pub mod diagnostic;
pub mod display;
mod document;
pub mod fingerprint;
pub mod fix;
mod foreign;
mod hex;
pub mod ignore;
pub mod ignore_comment;
pub mod manifest;
mod mask;
pub mod metrics;
mod name;
mod number;
pub mod options;
pub mod outcome;
pub mod outline;
pub mod plan;
pub mod policy;
pub mod prometheus;
pub mod pulled;
mod reader;
pub mod render;
pub mod rotation;
pub mod rule;
pub mod rules;
pub mod schema;
pub mod secret;
pub mod small_map;
pub mod span;
pub mod stored;
mod swar;
pub mod vocabulary;
