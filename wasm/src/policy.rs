//! Documents with a team's policies, which run outside of this instance: what they see, and what they answer.

use cxvars_core::check::Source;
use cxvars_core::policy::{Described, Description, Subject, Verdict};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::check::with_input;
use crate::reply::reply;
use crate::{options, to_js};

/// What policies can see of the first `length` bytes of the input, without a value. `undefined` if the text cannot be
/// read to its end.
#[wasm_bindgen]
pub fn policy_facts(length: usize, given: &JsValue) -> Result<JsValue, JsError> {
    with_input(length, |bytes| {
        let options = options::read(given)?;
        match Subject::of(&Source::read(bytes, &options).check(&options, None)) {
            Some(subject) => to_js(subject.facts()),
            None => Ok(JsValue::UNDEFINED),
        }
    })
}

/// Checks the first `length` bytes of the input, and zeroes them afterwards. Returns the address of the reply, a report
/// that has the verdicts of policies.
#[wasm_bindgen]
pub fn check_with_verdicts(length: usize, given: &JsValue, verdicts: JsValue) -> Result<*const u32, JsError> {
    with_input(length, |bytes| {
        let (options, verdicts) = (options::read(given)?, read(verdicts)?);
        let source = Source::read(bytes, &options);
        let mut checked = source.check(&options, None);
        Verdict::add_all(&verdicts, &mut checked);
        Ok(reply(|reply| reply.report(checked.text(), checked.report())))
    })
}

/// What is wrong with a policy's description of itself; `undefined` if nothing is.
#[wasm_bindgen]
pub fn refuse_description(described: JsValue) -> Option<String> {
    let described: Result<Described, _> = serde_wasm_bindgen::from_value(described);
    match described {
        Ok(described) => Description::try_from(described).err().map(|refused| refused.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// Reads verdicts.
pub(crate) fn read(verdicts: JsValue) -> Result<Vec<Verdict>, JsError> {
    serde_wasm_bindgen::from_value(verdicts).map_err(|error| JsError::new(&error.to_string()))
}
