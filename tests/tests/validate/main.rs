//! `validate`: what it reads, what it prints, and its exit codes.

mod baseline;
mod changed;
mod contracts;
mod directories;
mod editors;
mod fix;
mod ignores;
mod own_rules;
mod report_formats;
mod shared;
mod statistics;
mod streams;
mod watch;
