//! Where in a policy a call ended, for its author: the log of `-v` shows it.

use cxvars_core::base::display::escape;
use tracing::info;
use wasmtime::WasmBacktrace;

/// The longest name of a function that is shown, in characters.
const MAX_NAME: usize = 200;
/// The most functions that are shown, from the one that was running.
pub(super) const MAX_FRAMES: usize = 8;

/// Logs the functions that were running. Their names come from the policy, so they are escaped.
pub(super) fn log(error: &wasmtime::Error) {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return };
    let names: Vec<String> = trace.frames().iter().take(MAX_FRAMES).map(name).collect();
    if !names.is_empty() {
        info!(function = %names.join(" < "), "the policy ended here");
    }
}

fn name(frame: &wasmtime::FrameInfo) -> String {
    match frame.func_name() {
        Some(name) => {
            let readable = format!("{:#}", rustc_demangle::demangle(name));
            escape(&readable.chars().take(MAX_NAME).collect::<String>())
        }
        None => format!("function {}", frame.func_index()),
    }
}
