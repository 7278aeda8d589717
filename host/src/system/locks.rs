//! Waiting for file locks that other processes hold. No wait outlasts the time of a run or a signal, and none that is
//! noticed is silent.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Real;
use super::clock::Clock;
use super::terminal::Terminal;
use super::{signals, waits};

/// Time between the first two tries, and the longest time between two. It doubles from one try to the next.
const POLL: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// The time of a run if no configuration says it: the default of `deadline_s`, in milliseconds.
const DEFAULT_MS: u64 = 300_000;

/// Longest time that locks may take of a run, in milliseconds.
static LIMIT_MS: AtomicU64 = AtomicU64::new(DEFAULT_MS);

/// The time that they have taken, in milliseconds.
static WAITED_MS: AtomicU64 = AtomicU64::new(0);

/// Where waits are announced.
static TERMINAL: OnceLock<Terminal> = OnceLock::new();

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoLock {
    /// Another process held it for too long.
    #[error("another process holds its lock, and did not release it within {} s", .0.as_secs_f64())]
    Held(Duration),
    /// A signal came.
    #[error("interrupted while another process held its lock")]
    Interrupted,
    /// The system cannot lock the file.
    #[error(transparent)]
    Impossible(#[from] io::Error),
}

impl From<NoLock> for io::Error {
    fn from(no_lock: NoLock) -> Self {
        match no_lock {
            NoLock::Held(_) => Self::new(io::ErrorKind::TimedOut, no_lock),
            // `Interrupted` would make the standard library try again.
            NoLock::Interrupted => Self::other(no_lock),
            NoLock::Impossible(error) => error,
        }
    }
}

/// Announces waits on this terminal from now on. Until then, they are silent.
pub(crate) fn announce_on(terminal: Terminal) {
    let _ = TERMINAL.set(terminal);
}

/// Begins a run whose waits for locks may take so long together.
pub(crate) fn begin(limit: Duration) {
    LIMIT_MS.store(millis(limit), Ordering::Relaxed);
    WAITED_MS.store(0, Ordering::Relaxed);
}

/// How long this run has waited for locks, in milliseconds.
pub(crate) fn waited_ms() -> u64 {
    WAITED_MS.load(Ordering::Relaxed)
}

/// Takes the lock of a file for this process alone. `path` names the file in messages.
///
/// # Errors
/// The lock was not taken.
pub(crate) fn exclusive(file: &File, path: &Path) -> Result<(), NoLock> {
    let left = LIMIT_MS.load(Ordering::Relaxed).saturating_sub(waited_ms());
    wait(|| file.try_lock(), Duration::from_millis(left), &announcement(path), &Real)
}

/// Takes the lock of a file for this process and others that only read.
///
/// # Errors
/// The lock was not taken.
pub(crate) fn shared(file: &File, path: &Path) -> Result<(), NoLock> {
    let left = LIMIT_MS.load(Ordering::Relaxed).saturating_sub(waited_ms());
    wait(|| file.try_lock_shared(), Duration::from_millis(left), &announcement(path), &Real)
}

/// Like [`exclusive`], but waits at most `limit`. `what` tells the user what it waits for.
pub(crate) fn exclusive_within(file: &File, limit: Duration, what: &str) -> Result<(), NoLock> {
    wait(|| file.try_lock(), limit, what, &Real)
}

fn announcement(path: &Path) -> String {
    format!("another process, which has locked `{}`", path.display())
}

fn wait(
    mut take: impl FnMut() -> Result<(), TryLockError>,
    limit: Duration,
    what: &str,
    clock: &dyn Clock,
) -> Result<(), NoLock> {
    let begun = clock.monotonic();
    let (mut shown, mut poll) = (None, POLL[0]);
    let taken = loop {
        match take() {
            Ok(()) => break Ok(()),
            Err(TryLockError::Error(error)) => break Err(NoLock::Impossible(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        let waited = clock.monotonic().saturating_sub(begun);
        if signals::came() {
            break Err(NoLock::Interrupted);
        }
        if waited >= limit {
            break Err(NoLock::Held(limit));
        }
        if waited >= waits::SILENT && shown.is_none() {
            let until_s = clock.epoch_s() + (limit - waited).as_secs_f64();
            shown = TERMINAL.get().map(|terminal| terminal.wait(&waits::latest(until_s, what)));
        }
        clock.block(poll);
        poll = (poll * 2).min(POLL[1]);
    };
    drop(shown);
    WAITED_MS.fetch_add(millis(clock.monotonic().saturating_sub(begun)), Ordering::Relaxed);
    taken
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Fake;

    fn held() -> Result<(), TryLockError> {
        Err(TryLockError::WouldBlock)
    }

    #[test]
    fn a_lock_that_stays_held_is_waited_for_until_the_limit_and_no_longer() {
        let (clock, limit) = (Fake::new(), Duration::from_millis(2500));
        let no_lock = wait(held, limit, "somebody", &clock).unwrap_err();
        assert!(clock.monotonic() >= limit && clock.monotonic() <= limit + POLL[1]);
        assert_eq!(no_lock.to_string(), "another process holds its lock, and did not release it within 2.5 s");
        assert_eq!(io::Error::from(no_lock).kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_lock_is_taken_when_it_is_released() {
        let (clock, mut tries) = (Fake::new(), 0);
        let released = || {
            tries += 1;
            if tries < 5 { held() } else { Ok(()) }
        };
        wait(released, Duration::from_secs(1), "somebody", &clock).unwrap();
        assert_eq!(clock.monotonic(), Duration::from_millis(1 + 2 + 4 + 8));
    }

    #[test]
    fn what_the_system_cannot_lock_is_not_waited_for() {
        let clock = Fake::new();
        let refused = || Err(TryLockError::Error(io::Error::from(io::ErrorKind::Unsupported)));
        assert!(matches!(wait(refused, Duration::MAX, "somebody", &clock), Err(NoLock::Impossible(_))));
        assert_eq!(clock.monotonic(), Duration::ZERO);
    }
}
