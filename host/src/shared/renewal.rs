//! Extends a lease while its holder works.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tracing::debug;

use super::SharedState;
use super::error::Lost;
use super::lease::Lease;
use crate::system::clock;

/// Pause before a lease that could not be extended is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// A lease is extended until this is dropped.
#[derive(Debug)]
#[must_use = "the lease is extended until this is dropped"]
pub struct Renewal(Option<AbortHandle>);

impl Drop for Renewal {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// Extends a lease from now on, in a task of the tokio runtime. A lease that is lost is not extended any more; its holder
/// notices by [`Lease::may_send`], and by its next write.
pub fn keep(shared: Arc<dyn SharedState>, lease: Arc<Lease>) -> Renewal {
    let Some(pause) = lease.renew_after() else { return Renewal(None) };
    let task = tokio::spawn(async move {
        let mut pause_now = pause;
        loop {
            clock::sleep(pause_now).await;
            pause_now = match shared.renew(&lease).await {
                Ok(()) => pause,
                Err(Lost::Lease(_)) => break,
                Err(lost) => {
                    debug!(%lost, "the lease was not extended");
                    PAUSE
                }
            };
        }
    });
    Renewal(Some(task.abort_handle()))
}
