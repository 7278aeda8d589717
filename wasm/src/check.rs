//! Checks documents.

use std::cell::RefCell;

use cxvars_core::check::check;
use cxvars_core::reader::readable_text;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::options;
use crate::reply::reply;

thread_local! {
    /// The buffer into which the caller writes the text of the next check.
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a text of up to `length` bytes and returns its address. The next [`check_input`] reads it.
#[wasm_bindgen]
pub fn input(length: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|input| {
        if input.len() < length {
            input.resize(length, 0);
        }
        input.as_mut_ptr()
    })
}

/// Calls `work` with the first `length` bytes of the input, then overwrites them with zeros, so that no value stays in
/// the instance's memory.
pub(crate) fn with_input<R>(length: usize, work: impl FnOnce(&[u8]) -> R) -> R {
    INPUT.with_borrow_mut(|input| {
        let (text, _) = input.split_at_mut_checked(length).unwrap_or_default();
        let result = work(text);
        text.fill(0);
        std::hint::black_box(text);
        result
    })
}

/// Checks the first `length` bytes of the input, and zeroes them afterwards. Returns the address of the reply, a report.
#[wasm_bindgen]
pub fn check_input(length: usize, options: &JsValue) -> Result<*const u32, JsError> {
    with_input(length, |text| {
        let options = options::read(options)?;
        let report = check(text, &options);
        Ok(reply(|reply| reply.report(readable_text(text), &report)))
    })
}

/// The version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
