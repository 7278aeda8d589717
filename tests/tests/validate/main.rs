//! `validate`: what it reads, what it prints, and its exit codes.

mod baseline;
mod contracts;
mod directories;
mod fix;
mod ignores;
mod report_formats;
mod streams;
