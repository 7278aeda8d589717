//! The database's clock, as this process estimates it between two answers.

use std::time::Duration;

/// How far the clocks of two machines drift apart, as a part of the time that passes. The usual oscillators keep to 50
/// millionths.
const DRIFT: f64 = 0.0002;

/// The shortest time by which an estimate may be wrong, in milliseconds.
const LEAST_TOLERANCE_MS: f64 = 1000.0;

/// What the last answers told of the database's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DatabaseClock(Option<Sample>);

#[derive(Clone, Copy, Debug)]
struct Sample {
    /// Time since 1970 on the database's clock, minus the time on ours, in milliseconds.
    offset_ms: f64,
    /// By how much that may be wrong, in milliseconds.
    error_ms: f64,
    /// When, on our clock.
    at: Duration,
}

impl Sample {
    fn error_ms(&self, now: Duration) -> f64 {
        self.error_ms + ms(now.saturating_sub(self.at)) * DRIFT
    }
}

/// An estimate of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Estimate {
    /// Milliseconds since 1970.
    pub(super) now_ms: i64,
    /// The database takes no decision that was made for a time further away from its own than this, in milliseconds.
    pub(super) tolerance_ms: i64,
}

impl DatabaseClock {
    /// The time on the database's clock at `now` on ours. `None` before the first answer.
    pub(super) fn at(&self, now: Duration) -> Option<Estimate> {
        let sample = self.0.as_ref()?;
        // A statement takes as long to arrive as the answers took to come back.
        let tolerance = (4.0 * sample.error_ms(now)).max(LEAST_TOLERANCE_MS);
        Some(Estimate { now_ms: (ms(now) + sample.offset_ms) as i64, tolerance_ms: tolerance as i64 })
    }

    /// Notes that the database's clock showed `database_ms` at some time between `before` and `after` on ours.
    pub(super) fn learn(&mut self, before: Duration, after: Duration, database_ms: i64) {
        let half = ms(after.saturating_sub(before)) / 2.0;
        let sample = Sample { offset_ms: database_ms as f64 - ms(before) - half, error_ms: half + 1.0, at: after };
        let is_better = self.0.is_none_or(|old| {
            let old_error = old.error_ms(after);
            // Too far away from the old one: one of the clocks was set.
            sample.error_ms <= old_error || (sample.offset_ms - old.offset_ms).abs() > sample.error_ms + old_error
        });
        if is_better {
            self.0 = Some(sample);
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_fastest_answer_counts_until_it_is_old() {
        let mut clock = DatabaseClock::default();
        assert_eq!(clock.at(at(5)), None);
        clock.learn(at(0), at(100), 1_000_050);
        assert_eq!(clock.at(at(200)).unwrap().now_ms, 1_000_200);
        clock.learn(at(300), at(302), 1_000_311);
        assert_eq!(clock.at(at(400)).unwrap().now_ms, 1_000_410);
        // A slow answer says less.
        clock.learn(at(500), at(600), 1_000_600);
        assert_eq!(clock.at(at(1000)).unwrap().now_ms, 1_001_010);
        // An hour later, the drift may be larger than what a slow answer leaves open.
        clock.learn(at(3_600_000), at(3_600_100), 4_600_100);
        assert_eq!(clock.at(at(3_600_100)).unwrap().now_ms, 4_600_150);
    }

    #[test]
    fn a_clock_that_was_set_counts_at_once() {
        let mut clock = DatabaseClock::default();
        clock.learn(at(0), at(2), 1_000_001);
        clock.learn(at(100), at(200), 9_000_150);
        assert_eq!(clock.at(at(300)).unwrap().now_ms, 9_000_300);
    }

    #[test]
    fn the_tolerance_grows_with_the_time_that_answers_take() {
        let mut clock = DatabaseClock::default();
        clock.learn(at(0), at(2000), 1_000_000);
        assert!(clock.at(at(2000)).unwrap().tolerance_ms >= 4000);
        clock.learn(at(3000), at(3010), 1_002_000);
        assert_eq!(clock.at(at(3010)).unwrap().tolerance_ms, 1000);
    }
}
