//! Any bytes give a consistent report in every document format, and the report can be rendered in every report format.
#![no_main]

#[path = "../../core/tests/documents/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for format in hostile::FORMATS {
        hostile::checked(input, format);
    }
});
