//! Validation, diagnostics, plan, audit format and metrics of cxvars.
//!
//! No I/O, no clock, no randomness, no environment: what a caller knows of the world it passes in.
#![forbid(unsafe_code)]

pub mod secret;
