//! When a request may be sent again: the waits, and the deadline that no wait may pass.

use super::Now;

/// The limits of one run. Defaults and names are those of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// First upper bound of the backoff, in milliseconds; it doubles with every try.
    pub backoff_base_ms: u64,
    /// Largest upper bound of the backoff, in milliseconds.
    pub backoff_cap_ms: u64,
    /// Shortest wait after a server error or a broken connection, in milliseconds.
    pub server_error_wait_ms: u64,
    /// When the run has to be over, on the clock of [`Now::ms`].
    pub deadline_at_ms: u64,
}

/// Why a wait is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// 429; the answer may say how long.
    Throttled {
        /// From `Retry-After`, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// A server error, a broken or silent connection, an unreadable answer.
    Broken {
        /// From `Retry-After`, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// The action is in a state in which it cannot be changed.
    Busy,
    /// A change is not readable yet.
    Settling,
}

/// Shortest wait before an action is read again to see whether a change has become readable, in milliseconds.
const SETTLING_MS: u64 = 500;

/// Counts the tries of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// How long to wait before the next try, in milliseconds. `None` if the wait would pass the deadline; the request
    /// is not sent early instead.
    ///
    /// Exponential with full jitter: a random part of `min(cap, base · 2^tries)`. `Retry-After` replaces it for 429 and
    /// raises it otherwise.
    pub fn next(&mut self, because: Because, waits: &Waits, now: Now) -> Option<u64> {
        let bound = 2_u64.saturating_pow(self.tries).saturating_mul(waits.backoff_base_ms).min(waits.backoff_cap_ms);
        self.tries += 1;
        let jittered = (bound as f64 * now.random.clamp(0.0, 1.0)).round() as u64;
        let wait = match because {
            // A `Retry-After` of zero or in the past is ignored: following it would be a busy loop.
            Because::Throttled { retry_after_ms } => retry_after_ms.filter(|ms| *ms > 0).unwrap_or(jittered),
            Because::Broken { retry_after_ms } => {
                jittered.max(waits.server_error_wait_ms).max(retry_after_ms.unwrap_or(0))
            }
            Because::Busy => jittered.max(waits.server_error_wait_ms),
            Because::Settling => bound.max(SETTLING_MS),
        };
        (now.ms.saturating_add(wait) < waits.deadline_at_ms).then_some(wait)
    }
}

/// Longest wait in a `Retry-After`, in seconds (31 years). A larger number is a time in seconds since 1970.
const LONGEST_WAIT_S: f64 = 1e9;

/// Reads `Retry-After` (RFC 9110 section 10.2.3): seconds or an HTTP date. Beyond the standard, services send
/// fractions of seconds, and the time as seconds since 1970. In milliseconds from now.
///
/// A time is counted from the answer's own `Date` if there is one, so that a wrong local clock does no harm.
pub fn retry_after_ms(header: &str, date: Option<&str>, epoch_s: f64) -> Option<u64> {
    let header = header.trim();
    let since_1970 = |text: &str| {
        let time = httpdate::parse_http_date(text).ok()?;
        Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs_f64())
    };
    let is_number = header.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = header.parse::<f64>().ok().filter(|_| is_number);
    let from = || date.and_then(since_1970).unwrap_or(epoch_s);
    let seconds = match number {
        Some(seconds) if seconds <= LONGEST_WAIT_S => seconds,
        Some(until) => until - from(),
        None => since_1970(header)? - from(),
    };
    Some((seconds.max(0.0) * 1000.0).ceil() as u64)
}

/// A wait for people: `3 s`, `2.5 s`.
pub fn seconds(ms: u64) -> String {
    format!("{} s", (ms as f64 / 100.0).ceil() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: Waits =
        Waits { backoff_base_ms: 1000, backoff_cap_ms: 60_000, server_error_wait_ms: 3000, deadline_at_ms: 300_000 };

    fn now(ms: u64, random: f64) -> Now {
        Now { ms, epoch_s: 1_000_000_000.0, random }
    }

    #[test]
    fn the_backoff_doubles_up_to_its_cap_and_the_jitter_is_full() {
        let throttled = Because::Throttled { retry_after_ms: None };
        let mut backoff = Backoff::default();
        let bounds: Vec<_> = (0..8).map(|_| backoff.next(throttled, &WAITS, now(0, 1.0)).unwrap()).collect();
        assert_eq!(bounds, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(Backoff::default().next(throttled, &WAITS, now(0, 0.0)), Some(0));
        let at_once = Because::Throttled { retry_after_ms: Some(0) };
        assert_eq!(Backoff::default().next(at_once, &WAITS, now(0, 1.0)), Some(1000));
        let mut many = Backoff { tries: 500 };
        assert_eq!(many.next(throttled, &WAITS, now(0, 1.0)), Some(60_000));
    }

    #[test]
    fn a_server_error_waits_at_least_its_floor() {
        let broken = Because::Broken { retry_after_ms: None };
        assert_eq!(Backoff::default().next(broken, &WAITS, now(0, 0.0)), Some(3000));
        let asked = Because::Broken { retry_after_ms: Some(7000) };
        assert_eq!(Backoff::default().next(asked, &WAITS, now(0, 0.0)), Some(7000));
    }

    #[test]
    fn a_wait_past_the_deadline_is_none() {
        let asked = |ms| Because::Throttled { retry_after_ms: Some(ms) };
        assert_eq!(Backoff::default().next(asked(299_999), &WAITS, now(0, 0.5)), Some(299_999));
        assert_eq!(Backoff::default().next(asked(300_000), &WAITS, now(0, 0.5)), None);
        assert_eq!(Backoff::default().next(asked(u64::MAX), &WAITS, now(5, 0.5)), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_time() {
        assert_eq!(retry_after_ms("7", None, 0.0), Some(7000));
        assert_eq!(retry_after_ms("2.5", None, 0.0), Some(2500));
        assert_eq!(retry_after_ms("1000000007", None, 1_000_000_000.0), Some(7000));
        assert_eq!(retry_after_ms("1000000007", Some("Sun, 09 Sep 2001 01:46:45 GMT"), 5.0), Some(2000));
        assert_eq!(retry_after_ms("1000000007", None, 2_000_000_000.0), Some(0));
        assert_eq!(retry_after_ms("99999999999999999999999", None, 0.0), Some(u64::MAX));
        let (date, later) = ("Sun, 09 Sep 2001 01:46:40 GMT", "Sun, 09 Sep 2001 01:46:45 GMT");
        assert_eq!(retry_after_ms(later, Some(date), 5.0), Some(5000));
        assert_eq!(retry_after_ms(later, None, 1_000_000_000.25), Some(4750));
        assert_eq!(retry_after_ms(date, None, 2_000_000_000.0), Some(0));
        for nonsense in ["soon", "", ".", "1.2.3", "1e3", "inf", "NaN", "+1"] {
            assert_eq!(retry_after_ms(nonsense, None, 0.0), None, "{nonsense}");
        }
        assert_eq!(retry_after_ms("-1", None, 0.0), None);
    }
}
