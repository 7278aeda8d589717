//! The runtime that a command's requests run on.

use std::io;

use thiserror::Error;

/// The async runtime could not be started.
#[derive(Debug, Error)]
#[error("cannot start: {0}")]
pub(crate) struct RuntimeError(#[source] io::Error);

/// Runs a command's work on a single-threaded runtime.
pub(crate) fn block_on<T, E: From<RuntimeError>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(RuntimeError)?;
    let result = runtime.block_on(work);
    // A prompt that was interrupted may still wait for the user's answer. The command does not wait for it.
    runtime.shutdown_background();
    result
}
