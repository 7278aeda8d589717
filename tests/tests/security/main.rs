//! Values never appear in output, and nothing is written or sent that should not be.

#[cfg(unix)]
mod hygiene;
mod redaction;
mod service_words;
