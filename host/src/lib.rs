//! The host of cxvars: what the command line does, over core's decisions.
//!
//! A room uses those after it in this list and none before it: command, cli, webhook, service, project, value_source,
//! config, audit_log, policy, profile, state, system. Whatever can be decided without I/O is a pure function in core or in [`cxvars_flow`]; the rest performs it.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests set the scene by themselves"))]

pub mod audit_log;
pub mod cli;
pub mod command;
pub mod config;
pub mod policy;
pub mod profile;
mod project;
pub mod service;
pub mod state;
pub mod system;
pub mod value_source;
pub mod webhook;
