//! The engine for JavaScript: text or bytes in, plain objects out.
//!
//! The modules of the npm package call these functions; `npm/src/types.ts` describes their arguments and results. A bad
//! document is reported as findings; only misuse is an error.

#[cfg(feature = "audit")]
pub mod audit;
#[cfg(feature = "check")]
pub mod check;
#[cfg(feature = "project")]
mod contracts;
#[cfg(feature = "editor")]
pub mod convert;
#[cfg(feature = "editor")]
pub mod docs;
#[cfg(feature = "editor")]
pub mod fix;
#[cfg(feature = "editor")]
pub mod foreign;
#[cfg(feature = "check")]
mod options;
#[cfg(feature = "editor")]
pub mod outline;
#[cfg(feature = "editor")]
pub mod plan;
#[cfg(feature = "editor")]
pub mod policy;
#[cfg(feature = "project")]
pub mod project;
#[cfg(feature = "check")]
mod reply;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Converts a value to what `JSON.parse` would return for its JSON: plain objects, arrays, strings, numbers and null.
#[cfg(any(feature = "editor", feature = "audit"))]
fn to_js(value: &impl serde::Serialize) -> Result<JsValue, wasm_bindgen::JsError> {
    let json = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&json).map_err(|error| wasm_bindgen::JsError::new(&error.to_string()))
}

/// The memory of the instance, into which the caller writes input.
#[wasm_bindgen]
pub fn instance_memory() -> JsValue {
    wasm_bindgen::memory()
}
