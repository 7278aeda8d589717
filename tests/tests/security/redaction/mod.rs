//! Values never appear in output: of checks, of commands, and under faults, also with 200 canaries.

mod canaries;
mod commands;
mod documents;
