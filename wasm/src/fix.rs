//! Fixes documents. A fix is kept only if a check of the result proves that it helped.

use cxvars_core::base::span::Unit;
use cxvars_core::check::check;
use cxvars_core::check::fix::{self, Applied, LeftOut};
use cxvars_core::diagnostic::Applicability;
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::readable_text;
use cxvars_core::render::json_v1::FileReport;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::check::with_input;
use crate::{options, to_js};

#[derive(Serialize)]
struct FixedText<'f> {
    /// The text after the fixes; `None` if nothing was applied.
    text: Option<&'f str>,
    applied: Vec<AppliedFix<'f>>,
    left_out: Vec<LeftOutFix<'f>>,
    report: FileReport,
}

#[derive(Serialize)]
struct AppliedFix<'f> {
    code: &'f str,
    message: &'f str,
    line: usize,
}

impl<'f> From<&'f Applied> for AppliedFix<'f> {
    fn from(done: &'f Applied) -> Self {
        Self { code: &done.code, message: &done.message, line: done.line }
    }
}

#[derive(Serialize)]
struct LeftOutFix<'f> {
    code: &'f str,
    message: &'f str,
    line: usize,
    reason: String,
}

impl<'f> From<&'f LeftOut> for LeftOutFix<'f> {
    fn from(fix: &'f LeftOut) -> Self {
        Self { code: &fix.code, message: &fix.message, line: fix.line, reason: fix.reason.to_string() }
    }
}

/// Fixes the first `length` bytes of the input, and zeroes them afterwards. Applies unsafe fixes only if `is_unsafe`.
#[wasm_bindgen]
pub fn fix_input(length: usize, options: &JsValue, is_unsafe: bool) -> Result<JsValue, JsError> {
    with_input(length, |bytes| {
        let (filename, options) = options::read(options)?;
        fixed(bytes, &filename, &options, is_unsafe)
    })
}

/// Fixes a text that is read with these options.
pub(crate) fn fixed(bytes: &[u8], filename: &str, options: &CheckOptions, is_unsafe: bool) -> Result<JsValue, JsError> {
    let level = if is_unsafe { Applicability::Unsafe } else { Applicability::Safe };
    let report = |text, report| FileReport::in_unit(filename.to_owned(), text, report, Unit::Utf16);
    let Ok(text) = std::str::from_utf8(bytes) else {
        // Bytes that are not UTF-8 have no text to fix.
        let report = report(readable_text(bytes), &check(bytes, options));
        return to_js(&FixedText { text: None, applied: Vec::new(), left_out: Vec::new(), report });
    };
    let fixed = fix::apply(text, options, level);
    let text = fixed.text().expose();
    to_js(&FixedText {
        text: (!fixed.applied().is_empty()).then_some(text),
        applied: fixed.applied().iter().map(AppliedFix::from).collect(),
        left_out: fixed.left_out().iter().map(LeftOutFix::from).collect(),
        report: report(text, fixed.report()),
    })
}
