//! Checks documents and describes the rules.

use std::cell::RefCell;

use cxvars_core::base::span::Unit;
use cxvars_core::check::{Source, check};
use cxvars_core::diagnostic::rule::Rule;
use cxvars_core::reader::readable_text;
use cxvars_core::render::json_v1::FileReport;
use cxvars_core::rules;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::options;
use crate::to_js;

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

/// Checks the first `length` bytes of the input, and zeroes them afterwards.
#[wasm_bindgen]
pub fn check_input(length: usize, options: &JsValue) -> Result<JsValue, JsError> {
    with_input(length, |text| {
        let (filename, options) = options::read(options)?;
        let report = check(text, &options);
        to_js(&FileReport::in_unit(filename, readable_text(text), &report, Unit::Utf16))
    })
}

/// Whether the first `length` bytes of the input are clearly not a document. Zeroes them afterwards.
#[wasm_bindgen]
pub fn is_foreign_input(length: usize, options: &JsValue) -> Result<bool, JsError> {
    with_input(length, |text| {
        let (_, options) = options::read(options)?;
        Ok(Source::read(text, &options).is_foreign())
    })
}

/// The documentation of a rule, in Markdown; `None` if there is no such rule.
#[wasm_bindgen]
pub fn explain(code: &str) -> Option<String> {
    rules::find(code).map(|rule| format!("# {} {}\n\n{}", rule.code, rule.name, rule.markdown()))
}

#[derive(Serialize)]
struct RuleLine {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    summary: &'static str,
}

/// All rules, ordered by code.
#[wasm_bindgen]
pub fn list_rules() -> Result<JsValue, JsError> {
    let line = |rule: &&Rule| RuleLine {
        code: rule.code,
        name: rule.name,
        severity: rule.severity.as_str(),
        summary: rule.summary(),
    };
    to_js(&rules::ALL.iter().map(line).collect::<Vec<_>>())
}

/// The version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
