//! Validation, diagnostics, plan, audit format and metrics of cxvars.
//!
//! This crate does no I/O and reads no clock, random numbers or environment; callers pass in what they know of them.
//! Nothing panics. Only a request body contains the values of variables in the clear.
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
pub mod convert;
#[cfg(feature = "config")]
pub mod custom_rules;
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
