//! How long a service takes for an answer, so that requests that follow each other can be planned.

use crate::limiter::HORIZON_MS;

/// Weight of the newest answer: one part in this many (RFC 6298 section 2.3 smooths the round trips of TCP alike).
const SMOOTHING: u64 = 8;

/// The smoothed time of the answers so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// In milliseconds times [`SMOOTHING`], so that small differences are not rounded away. `None` before the first
    /// answer.
    smoothed: Option<u64>,
}

impl Latency {
    /// Notes how long an answer took, in milliseconds.
    pub fn note(&mut self, ms: u64) {
        let ms = ms.min(HORIZON_MS);
        self.smoothed = Some(self.smoothed.map_or(ms * SMOOTHING, |smoothed| smoothed - smoothed / SMOOTHING + ms));
    }

    /// When each of `count` requests will be sent of which each waits for the answer to the one before, in milliseconds
    /// from the first. Before the first answer, all of them count at once: no time is known that is certain to pass.
    pub fn spacing(&self, count: usize) -> Vec<u64> {
        let each = self.smoothed.map_or(0, |smoothed| smoothed / SMOOTHING);
        (0..count as u64).map(|before| (before * each).min(HORIZON_MS)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_the_answers_and_is_moved_little_by_one() {
        let mut latency = Latency::default();
        assert_eq!(latency.spacing(3), [0, 0, 0]);
        latency.note(400);
        assert_eq!(latency.spacing(3), [0, 400, 800]);
        latency.note(1200);
        assert_eq!(latency.spacing(2), [0, 500]);
        (0..100).for_each(|_| latency.note(3000));
        assert_eq!(latency.spacing(2), [0, 3000]);
        // Nothing is planned beyond what the budget looks ahead.
        (0..100).for_each(|_| latency.note(u64::MAX));
        assert_eq!(latency.spacing(3), [0, HORIZON_MS, HORIZON_MS]);
    }
}
