//! A project: its configuration, which files are its documents, and how each of them is checked.
//!
//! This crate does no I/O. It reads files through [`files::Files`], so that the command line, the language server and an
//! editor in a browser judge a document by the same code.
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

pub mod baseline;
pub mod checks;
pub mod conclusion;
pub mod configuration;
mod contracts;
mod custom_rules;
pub mod error;
pub mod files;
pub mod ignores;
pub mod paths;
pub mod plugin;
pub mod profile;
mod project;
pub mod read;
pub mod section;
pub mod selection;
mod shared;
pub mod shell;
pub mod targets;
pub mod variable;

pub use conclusion::{Judge, NoPolicies};
pub use error::{Problem, ProjectError};
pub use files::Files;
pub use project::{Project, Request};
pub use read::configuration_of;
pub use selection::Selection;
