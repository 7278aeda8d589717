//! Audit logs.

use cxvars_core::audit::checkpoint::{Checkpoint, CheckpointError, PublicKey};
use cxvars_core::audit::metrics::Summary;
use cxvars_core::audit::scan::scan;
use cxvars_core::audit::verify::{Layout, Part, verify_parts};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::to_js;

/// Verifies an audit log of one file or several, and compares it with a checkpoint if one is given. `bytes` has the
/// files one after the other, of these lengths. They are one chain, oldest first, or segments in any order.
#[wasm_bindgen]
pub fn verify_audit(
    names: Vec<String>,
    lengths: Vec<u32>,
    bytes: &[u8],
    is_segments: bool,
    checkpoint: Option<String>,
    public_key: Option<String>,
) -> Result<JsValue, JsError> {
    let problem = |error: CheckpointError| JsError::new(&format!("checkpoint: {error}"));
    let signed = match (checkpoint, public_key) {
        (Some(checkpoint), Some(key)) => {
            let key = PublicKey::read(&key).map_err(problem)?;
            Checkpoint::read(checkpoint.as_bytes(), &key).map_err(problem)?.heads().to_vec()
        }
        _ => Vec::new(),
    };
    let layout = if is_segments { Layout::Segments } else { Layout::Chain };
    let mut rest = bytes;
    let parts = names.iter().zip(lengths).map(|(name, length)| {
        let (bytes, others) = rest.split_at(rest.len().min(length as usize));
        rest = others;
        Part { name, bytes }
    });
    to_js(&verify_parts(layout, &parts.collect::<Vec<_>>(), &signed))
}

/// Computes the metrics of an audit log.
#[wasm_bindgen]
pub fn summarize(log: &str) -> Result<JsValue, JsError> {
    to_js(&Summary::of(scan(log.as_bytes())))
}
