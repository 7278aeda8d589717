//! Any bytes, read in every format, give a report that holds together, and every rendering of it.
#![no_main]

#[path = "../../core/tests/documents/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for format in hostile::FORMATS {
        hostile::checked(input, format);
    }
});
