//! Any bytes, read as `.env`, give a consistent report, and applying its fixes adds no error.
#![no_main]

#[path = "../../core/tests/documents/hostile.rs"]
mod hostile;

use cxvars_core::reader::format::DocumentFormat;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    hostile::checked(input, DocumentFormat::Env);
    if let Ok(text) = std::str::from_utf8(input) {
        hostile::fixed(text, DocumentFormat::Env);
    }
});
