//! `validate`: what it reads, what it says, and how it ends.

mod contracts;
mod directories;
mod fix;
mod ignores;
mod report_formats;
mod streams;
