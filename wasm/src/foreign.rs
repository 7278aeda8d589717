//! Tells other programs' files from documents.

use cxvars_core::check::Source;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::check::with_input;
use crate::options;

/// Whether the first `length` bytes of the input are clearly not a document. Zeroes them afterwards.
#[wasm_bindgen]
pub fn is_foreign_input(length: usize, options: &JsValue) -> Result<bool, JsError> {
    with_input(length, |text| {
        let options = options::read(options)?;
        Ok(Source::read(text, &options).is_foreign())
    })
}
