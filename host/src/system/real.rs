//! The operating system's own clock and randomness.
#![expect(clippy::disallowed_methods, reason = "this is the seam")]

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::clock::Clock;
use super::random::{NoRandomness, Randomness};

/// The real system, used outside tests.
pub struct Real;

/// The moment from which [`Clock::monotonic`] counts.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for Real {
    fn epoch_s(&self) -> f64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
    }

    fn monotonic(&self) -> Duration {
        BEGAN.elapsed()
    }

    fn block(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

impl Randomness for Real {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(bytes).map_err(|error| NoRandomness(error.to_string()))
    }
}
