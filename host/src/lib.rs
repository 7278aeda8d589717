//! The host of cxvars: what the command line does, over core's decisions.
//!
//! Whatever can be decided without I/O is a pure function in core or in [`cxvars_flow`]; the rest performs it.

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
