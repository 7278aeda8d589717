//! Time behind a trait, so that tests are repeatable and do not wait.

use std::time::Duration;

use cxvars_core::options::ignore::Date;
use jiff::Timestamp;

/// A source of time.
pub trait Clock: Sync {
    /// Seconds since 1970-01-01 UTC. Goes back if the system's clock is set back.
    fn epoch_s(&self) -> f64;

    /// Time since a fixed but arbitrary moment. Never goes back.
    fn monotonic(&self) -> Duration;

    /// Blocks this thread for `time`.
    fn block(&self, time: Duration);
}

/// Waits for `time` without blocking other tasks of the tokio runtime. Tests can pause tokio's clock.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

/// The day in UTC, or `None` if the time is outside the range of the calendar.
pub fn day(epoch_s: f64) -> Option<Date> {
    let time = Timestamp::from_second(epoch_s as i64).ok()?;
    Some(date(jiff::tz::Offset::UTC.to_datetime(time).date()))
}

/// Converts a day to core's type.
pub fn date(day: jiff::civil::Date) -> Date {
    Date::new(day.year(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

/// Formats a time as RFC 3339 in UTC, cut to whole seconds.
pub fn rfc_3339(epoch_s: f64) -> String {
    Timestamp::from_second(epoch_s as i64).map_or_else(|_| epoch_s.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_utc_to_the_second() {
        assert_eq!(rfc_3339(1_000_000_000.9), "2001-09-09T01:46:40Z");
        assert_eq!(day(1_000_000_000.9), Some(Date::new(2001, 9, 9)));
        assert_eq!(day(f64::MAX), None);
    }
}
