//! Waits that the user notices say what they are for and until when.

use std::pin::pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::clock;
use super::terminal::Terminal;

/// Longest wait that is not announced.
pub(crate) const SILENT: Duration = Duration::from_secs(1);

/// Waits for `work`. After a second, shows that it is waited for: `what` it is, and that it takes until `until_s` at
/// the latest, in seconds since 1970.
pub(crate) async fn announced<T>(work: impl Future<Output = T>, terminal: Terminal, until_s: f64, what: &str) -> T {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = work.as_mut() => return done,
        () = clock::sleep(SILENT) => {}
    }
    let _shown = terminal.wait(&latest(until_s, what));
    work.await
}

/// As [`announced`], for work that blocks this thread.
pub(crate) fn announced_while<T>(work: impl FnOnce() -> T, terminal: Terminal, until_s: f64, what: &str) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watch = move || {
            // `done` is dropped when the work is done.
            if is_done.recv_timeout(SILENT) == Err(RecvTimeoutError::Timeout) {
                let _shown = terminal.wait(&latest(until_s, what));
                let _ = is_done.recv();
            }
        };
        // Without a thread, the wait is silent.
        let _ = thread::Builder::new().spawn_scoped(scope, watch);
        let result = work();
        drop(done);
        result
    })
}

/// The announcement of a wait that may end earlier.
pub(crate) fn latest(until_s: f64, what: &str) -> String {
    format!("waiting until {} at the latest for {what}; Ctrl-C ends the run", clock::rfc_3339(until_s.ceil()))
}
