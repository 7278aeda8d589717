//! `validate`: what it reads, what it says, and how it ends.

mod contracts;
mod directories;
mod fix;
mod ignores;
#[cfg(feature = "conformance")]
mod json_conformance;
mod report_formats;
mod streams;
