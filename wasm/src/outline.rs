//! Locates the variables of a document, for views that show them as rows.

use cxvars_core::base::secret::Secret;
use cxvars_core::base::span::{LineIndex, Span, Unit};
use cxvars_core::editor::outline;
use cxvars_core::options::CheckOptions;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::{options, to_js};

#[derive(Serialize)]
struct Outline {
    list: Option<Range>,
    variables: Vec<Row>,
    is_whole: bool,
}

#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    range: Range,
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Field {
    key: String,
    #[serde(flatten)]
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Range {
    start: usize,
    end: usize,
}

/// The variables of a text with their fields. The result contains values, which the caller passed in.
#[wasm_bindgen]
pub fn outline(text: String, given: &JsValue) -> Result<JsValue, JsError> {
    let text = Secret::new(text);
    let options = options::read(given)?;
    of(text.expose(), &options)
}

/// The variables of a text that is read with these options.
pub(crate) fn of(text: &str, options: &CheckOptions) -> Result<JsValue, JsError> {
    let outline = outline::outline(text.as_bytes(), options);
    let index = LineIndex::in_unit(text, Unit::Utf16);
    let range = |span: Span| Range { start: index.offset(span.start()), end: index.offset(span.end()) };
    let field = |field: &outline::Field| Field {
        key: field.key.clone(),
        range: range(field.span),
        text: field.text.expose().to_owned(),
    };
    let row = |row: &outline::Row| Row { range: range(row.span), fields: row.fields.iter().map(field).collect() };
    to_js(&Outline {
        list: outline.list.map(range),
        variables: outline.variables.iter().map(row).collect(),
        is_whole: outline.is_whole,
    })
}
