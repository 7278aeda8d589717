//! The host of cxvars: the command line and all I/O. Decisions that need no I/O are pure functions in core and in
//! [`cxvars_flow`], and what a project's configuration says of documents is in [`cxvars_project`]; this crate carries them
//! out.
//!
//! A module may use only modules that come after it in this list: command, planning, fleet, cli, webhook, service,
//! project, value_source, config, audit_log, policy, shared, state, telemetry, system.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests prepare files and environment themselves"))]

pub mod audit_log;
pub mod cli;
pub mod command;
pub mod config;
pub mod fleet;
mod planning;
pub mod policy;
mod project;
pub mod service;
pub mod shared;
pub mod state;
pub mod system;
mod telemetry;
pub mod value_source;
pub mod webhook;

pub use cxvars_project::profile;
