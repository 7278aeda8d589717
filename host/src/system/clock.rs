//! Time, behind a trait, so that no test waits and every test can be repeated.

use std::time::Duration;

use cxvars_core::options::ignore::Date;
use jiff::Timestamp;

/// What tells the time.
pub trait Clock: Sync {
    /// Seconds since 1970-01-01 UTC; it may be set back.
    fn epoch_s(&self) -> f64;

    /// How long ago some moment is; it never goes back.
    fn monotonic(&self) -> Duration;

    /// Blocks this thread for so long.
    fn block(&self, time: Duration);
}

/// Lets the tasks of this thread's runtime go on for so long. In tests its time can be paused.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

/// The day in UTC; none for a time that no calendar has.
pub fn day(epoch_s: f64) -> Option<Date> {
    let time = Timestamp::from_second(epoch_s as i64).ok()?;
    Some(date(jiff::tz::Offset::UTC.to_datetime(time).date()))
}

/// A day as core takes it.
pub fn date(day: jiff::civil::Date) -> Date {
    Date::new(day.year(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

/// A time as RFC 3339 in UTC, to the second.
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
