//! Fixes documents. A fix is kept only if a check of the result proves that it helped.

use cxvars_core::check::check;
use cxvars_core::check::fix;
use cxvars_core::diagnostic::Applicability;
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::readable_text;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::check::with_input;
use crate::options;
use crate::reply::reply;

/// Fixes the first `length` bytes of the input, and zeroes them afterwards. Applies unsafe fixes only if `is_unsafe`.
/// Returns the address of the reply; see [`fixed`].
#[wasm_bindgen]
pub fn fix_input(length: usize, options: &JsValue, is_unsafe: bool) -> Result<*const u32, JsError> {
    with_input(length, |bytes| Ok(fixed(bytes, &options::read(options)?, is_unsafe)))
}

/// Fixes a text that is read with these options. The reply has the text after the fixes, if any was applied; the applied
/// fixes; those that were left out, each with the reason; and the report on the text.
pub(crate) fn fixed(bytes: &[u8], options: &CheckOptions, is_unsafe: bool) -> *const u32 {
    let level = if is_unsafe { Applicability::Unsafe } else { Applicability::Safe };
    let Ok(text) = std::str::from_utf8(bytes) else {
        // Bytes that are not UTF-8 have no text to fix.
        return reply(|reply| {
            reply.text_if_any(None);
            reply.number(0);
            reply.number(0);
            reply.report(readable_text(bytes), &check(bytes, options));
        });
    };
    let fixed = fix::apply(text, options, level);
    reply(|reply| {
        let text = fixed.text().expose();
        reply.text_if_any((!fixed.applied().is_empty()).then_some(text));
        reply.list(fixed.applied(), |reply, done| {
            reply.text(&done.code);
            reply.text(&done.message);
            reply.number(done.line);
        });
        reply.list(fixed.left_out(), |reply, fix| {
            reply.text(&fix.code);
            reply.text(&fix.message);
            reply.number(fix.line);
            reply.text(&fix.reason.to_string());
        });
        reply.report(text, fixed.report());
    })
}
