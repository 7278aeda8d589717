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

pub mod files;
