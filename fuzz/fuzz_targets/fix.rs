//! Fixes of any text help, end, and are done when they say so.
#![no_main]

#[path = "../../core/tests/documents/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for format in hostile::FORMATS {
        hostile::fixed(text, format);
    }
});
