//! The runtime that a command's requests run on.

use std::io;

use thiserror::Error;

/// The system gives no runtime.
#[derive(Debug, Error)]
#[error("cannot start: {0}")]
pub(crate) struct RuntimeError(#[source] io::Error);

/// Runs a command's work on a small runtime.
pub(crate) fn block_on<T, E: From<RuntimeError>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(RuntimeError)?;
    let result = runtime.block_on(work);
    // A question that was interrupted still waits for its answer; the command does not.
    runtime.shutdown_background();
    result
}
