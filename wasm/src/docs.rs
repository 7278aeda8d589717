//! The texts of the rules.

use cxvars_core::diagnostic::rule::Rule;
use cxvars_core::rules;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::to_js;

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
