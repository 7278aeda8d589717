//! The engine for JavaScript: text or bytes in, plain objects out.
//!
//! The modules of the npm package call these functions; `npm/src/types.ts` describes their arguments and results. A bad
//! document is reported as findings; only misuse is an error.

#[cfg(feature = "audit")]
pub mod audit;
#[cfg(feature = "check")]
pub mod check;
#[cfg(feature = "contracts")]
mod contracts;
#[cfg(feature = "convert")]
pub mod convert;
#[cfg(feature = "check")]
pub mod fix;
#[cfg(any(feature = "check", feature = "plan"))]
mod options;
#[cfg(feature = "outline")]
pub mod outline;
#[cfg(feature = "plan")]
pub mod plan;
#[cfg(feature = "project")]
pub mod project;

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// Converts a value to what `JSON.parse` would return for its JSON: plain objects, arrays, strings, numbers and null.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsError> {
    value.serialize(&Serializer::json_compatible()).map_err(|error| JsError::new(&error.to_string()))
}

/// The memory of the instance, into which the caller writes input.
#[wasm_bindgen]
pub fn instance_memory() -> JsValue {
    wasm_bindgen::memory()
}
