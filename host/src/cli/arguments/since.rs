//! `--since`: a moment, or a time before now.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

/// A moment from which on something counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Since {
    /// Seconds since 1970-01-01T00:00:00Z.
    At(f64),
    /// Seconds before now.
    Ago(f64),
}

impl Since {
    /// The moment in seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn epoch_s(self, now: f64) -> f64 {
        match self {
            Self::At(moment) => moment,
            Self::Ago(seconds) => now - seconds,
        }
    }
}

/// Parses a day (2026-11-29, in UTC), an RFC 3339 time, or a time before now: 90s, 30m, 12h, 7d, 2w.
pub(crate) fn since(text: &str) -> Result<Since, &'static str> {
    if let Some(seconds) = ago(text) {
        return Ok(Since::Ago(seconds));
    }
    let moment = text.parse::<Timestamp>().ok().or_else(|| {
        let day: Date = text.parse::<civil::Date>().ok().filter(|_| text.len() == "2026-11-29".len())?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    });
    let moment =
        moment.ok_or("a day (2026-11-29), a time (2026-11-29T22:15:00Z), or 90s, 30m, 12h, 7d, 2w before now")?;
    Ok(Since::At(moment.as_millisecond() as f64 / 1000.0))
}

fn ago(text: &str) -> Option<f64> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3_600.0,
        'd' => 86_400.0,
        'w' => 604_800.0,
        _ => return None,
    };
    let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
    Some(f64::from(count) * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_a_time_or_before_now() {
        assert_eq!(since("1970-01-02"), Ok(Since::At(86_400.0)));
        assert_eq!(since("1970-01-01T00:00:01.5Z"), Ok(Since::At(1.5)));
        assert_eq!(since("2h"), Ok(Since::Ago(7_200.0)));
        assert_eq!(since("2w").map(|since| since.epoch_s(604_800.0 * 3.0)), Ok(604_800.0));
        for text in ["", "yesterday", "7", "-1d", "1.5h", "2026-13-01", "h"] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}
