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
pub mod base;
pub mod check;
pub mod diagnostic;
mod document;
pub mod editor;
pub mod manifest;
pub mod options;
pub mod plan;
pub mod policy;
pub mod reader;
pub mod render;
pub mod rules;
pub mod service;
