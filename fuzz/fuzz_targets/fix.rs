//! Applying the fixes of any text adds no error, and applying them again changes nothing.
#![no_main]

#[path = "../../core/tests/documents/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for format in hostile::FORMATS {
        hostile::fixed(text, format);
    }
});
