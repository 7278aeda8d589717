//! A day of the calendar, which ignores expire on.

use std::fmt;

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day of these numbers. They are not checked: the caller must pass a valid day. Dates are only compared and
    /// shown.
    pub fn new(year: i16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// Parses a text such as `2027-01-31`; `None` if it is not a valid day.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let is_digits =
            |part: &&str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut next = |count: usize| parts.next().filter(|part| is_digits(part, count))?.parse::<i16>().ok();
        match (next(4)?, next(2)?, next(2)?) {
            (year, month @ 1..=12, day) if (1..=days_of(year, month)).contains(&day) => {
                Some(Self::new(year, month as u8, day as u8))
            }
            _ => None,
        }
    }
}

/// The number of days of a month in the Gregorian calendar.
fn days_of(year: i16, month: i16) -> i16 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
