//! The settings of the WebAssembly engine. The process that compiles a plugin and the one that runs it share them, and
//! the engine refuses what was compiled under others.

use std::num::NonZeroUsize;

use cxvars_core::base::display;
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm};

use super::trace;

/// Maximum stack size of a call, in bytes. It limits the depth of recursion.
const MAX_STACK_BYTES: usize = 512 << 10;
/// Maximum length of the text of an error, in characters.
const MAX_ERROR_CHARACTERS: usize = 200;

/// An engine for plugins.
///
/// # Errors
/// Why plugins cannot run on this machine.
pub(super) fn engine() -> Result<Engine, String> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(MAX_STACK_BYTES)
        .wasm_backtrace_max_frames(NonZeroUsize::new(trace::MAX_FRAMES))
        // These make results equal on every machine.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        // No policy needs these.
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        // A plugin is compiled in every run and then runs only briefly, so compile time matters most. With these
        // options it grows linearly with the size of the plugin.
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    Engine::new(&config).map_err(|error| root(&error))
}

/// The first line of the root cause, shortened. It may quote names of a plugin, so it is escaped.
pub(super) fn root(error: &wasmtime::Error) -> String {
    first_line(&error.root_cause().to_string())
}

/// The first line of a text that may hold names of a plugin, escaped and shortened.
pub(super) fn first_line(text: &str) -> String {
    let line: String = text.lines().next().unwrap_or_default().chars().take(MAX_ERROR_CHARACTERS).collect();
    display::escape(&line)
}
