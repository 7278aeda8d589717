//! Any text that can be read can be written in other formats, exported and masked, and its findings stay.
#![no_main]

#[path = "../../core/tests/documents/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for format in hostile::FORMATS {
        hostile::converted(text, format);
    }
});
