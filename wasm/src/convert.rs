//! Writes documents in other formats, as exports, and masked.

use cxvars_core::base::secret::Secret;
use cxvars_core::convert::{Converted, Refused, convert as convert_document, export, mask as mask_document};
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::format::DocumentFormat;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::{options, to_js};

#[derive(Serialize)]
struct Answer<'a> {
    /// The text; `None` if it was refused.
    text: Option<&'a str>,
    notes: Vec<&'a str>,
    refused: Option<String>,
}

/// A text in the format `to`. The result contains values, which the caller passed in.
#[wasm_bindgen]
pub fn convert(text: String, given: &JsValue, to: &str) -> Result<JsValue, JsError> {
    let to = format(to)?;
    answer(text, given, |text, options| convert_document(text, options, to))
}

/// A manifest for version control, in the format `to`.
#[wasm_bindgen]
pub fn export_manifest(text: String, given: &JsValue, to: &str) -> Result<JsValue, JsError> {
    let to = format(to)?;
    answer(text, given, |text, options| export::manifest(text, options, to))
}

/// The JSON that the service takes.
#[wasm_bindgen]
pub fn export_wire(text: String, given: &JsValue) -> Result<JsValue, JsError> {
    answer(text, given, export::wire)
}

/// A copy without secrets.
#[wasm_bindgen]
pub fn mask(text: String, given: &JsValue) -> Result<JsValue, JsError> {
    answer(text, given, mask_document::mask)
}

fn format(name: &str) -> Result<DocumentFormat, JsError> {
    match name {
        "json" => Ok(DocumentFormat::Json),
        "jsonc" => Ok(DocumentFormat::Jsonc),
        "yaml" => Ok(DocumentFormat::Yaml),
        "env" => Ok(DocumentFormat::Env),
        _ => Err(JsError::new("the format must be json, jsonc, yaml or env")),
    }
}

fn answer(
    text: String,
    given: &JsValue,
    work: impl FnOnce(&str, &CheckOptions) -> Result<Converted, Refused>,
) -> Result<JsValue, JsError> {
    let text = Secret::new(text);
    let options = options::read(given)?;
    match work(text.expose(), &options) {
        Ok(converted) => to_js(&Answer {
            text: Some(converted.text().expose()),
            notes: converted.notes().iter().map(|note| note.message.as_str()).collect(),
            refused: None,
        }),
        Err(refused) => to_js(&Answer { text: None, notes: Vec::new(), refused: Some(refused.to_string()) }),
    }
}
