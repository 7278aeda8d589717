//! The host of cxvars: what the command line does, over core's decisions.
//!
//! Whatever can be decided without I/O is a pure function in core or in [`cxvars_flow`]; the rest performs it.

pub mod audit_log;
pub mod budget;
pub mod cli;
pub mod command;
pub mod config;
pub mod drive;
pub mod environment;
pub mod exit;
pub mod fingerprint_key;
pub mod log;
pub mod memory;
pub mod notify;
pub mod open_run;
pub mod origin;
pub mod plan_file;
pub mod policy;
pub mod private_fs;
pub mod profile;
pub mod provenance;
pub mod recorder;
pub mod report_file;
mod rewrite;
pub mod running;
mod secret_file;
pub mod state_dir;
pub mod state_paths;
pub mod suggest;
pub mod terminal;
pub mod token_request;
pub mod trace;
pub mod trust;
pub mod user_folders;
pub mod value_source;
pub mod webhook;
pub mod world;
