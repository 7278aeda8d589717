//! A fake system for tests. Its time passes only in `block` and `advance`, and its random bytes count up.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::clock::Clock;
use super::random::{NoRandomness, Randomness};

/// The time at which a fake system starts, in seconds since 1970. Not a whole number.
pub(crate) const EPOCH_S: f64 = 1_000_000_000.25;

/// The fake system.
#[derive(Default)]
pub(crate) struct Fake(Mutex<State>);

#[derive(Default)]
struct State {
    passed: Duration,
    given: u8,
}

impl Fake {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A fake system with a static lifetime; its memory is never freed.
    pub(crate) fn leaked() -> &'static Self {
        Box::leak(Box::new(Self::new()))
    }

    /// Lets time pass.
    pub(crate) fn advance(&self, time: Duration) {
        self.with(|state| state.passed += time);
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for Fake {
    fn epoch_s(&self) -> f64 {
        EPOCH_S + self.monotonic().as_secs_f64()
    }

    fn monotonic(&self) -> Duration {
        self.with(|state| state.passed)
    }

    fn block(&self, time: Duration) {
        self.advance(time);
    }
}

impl Randomness for Fake {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self.with(|state| {
            for byte in bytes {
                state.given = state.given.wrapping_add(1);
                *byte = state.given;
            }
        });
        Ok(())
    }
}
