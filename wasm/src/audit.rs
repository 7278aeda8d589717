//! Audit logs.

use cxvars_core::audit::checkpoint::{Checkpoint, CheckpointError, PublicKey};
use cxvars_core::audit::metrics::Summary;
use cxvars_core::audit::scan::scan;
use cxvars_core::audit::verify::{Layout, Part, verify_parts};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::to_js;

/// Verifies an audit log in one file, and compares it with a checkpoint if one is given.
#[wasm_bindgen]
pub fn verify_audit(log: &str, checkpoint: Option<String>, public_key: Option<String>) -> Result<JsValue, JsError> {
    let problem = |error: CheckpointError| JsError::new(&format!("checkpoint: {error}"));
    let signed = match (checkpoint, public_key) {
        (Some(checkpoint), Some(key)) => {
            let key = PublicKey::read(&key).map_err(problem)?;
            Checkpoint::read(checkpoint.as_bytes(), &key).map_err(problem)?.heads().to_vec()
        }
        _ => Vec::new(),
    };
    to_js(&verify_parts(Layout::Chain, &[Part { name: "", bytes: log.as_bytes() }], &signed))
}

/// Computes the metrics of an audit log.
#[wasm_bindgen]
pub fn summarize(log: &str) -> Result<JsValue, JsError> {
    to_js(&Summary::of(scan(log.as_bytes())))
}
