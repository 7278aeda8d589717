//! `[[ignore]]`: findings that a team has decided to live with.

use std::fmt;

use thiserror::Error;

use crate::base::display;
use crate::base::vocabulary::did_you_mean;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;

/// Rules that say the text could not be read; whatever was read of it is not what its author wrote.
pub(crate) const UNREADABLE: [&str; 2] = ["CX001", "CX006"];

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day of these numbers, which the caller knows to be one: dates are only compared and shown here.
    pub fn new(year: i16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// The day of a text such as `2027-01-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let is_digits =
            |part: &&str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut next = |count: usize| parts.next().filter(|part| is_digits(part, count))?.parse::<i16>().ok();
        match (next(4)?, next(2)?, next(2)?) {
            (year, month @ 1..=12, day @ 1..=31) => Some(Self::new(year, month as u8, day as u8)),
            _ => None,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// One decision to live with a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignore {
    /// The code that is silenced.
    pub code: String,
    /// The variable it is silenced for; any place of the document when absent.
    pub variable: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub expires: Option<Date>,
    /// Where it is written, for messages: `cxvars.toml:31`.
    pub origin: String,
}

/// Why a text is no ignore.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IgnoreError {
    /// The code is no rule's.
    #[error("{} is no rule{}", display::quote(code), near.map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    UnknownCode {
        /// The code.
        code: String,
        /// The rule that may be meant.
        near: Option<&'static str>,
    },
    /// The finding says that the text could not be read.
    #[error("{code} cannot be ignored: a document that cannot be read is never valid; mend it")]
    Unreadable {
        /// The code.
        code: &'static str,
    },
    /// There is no reason.
    #[error("an ignore needs a reason")]
    NoReason,
}

impl Ignore {
    /// An ignore of a code in the whole document, for ever. `rules` are those that there are.
    ///
    /// # Errors
    /// A code that no rule has or that cannot be ignored, or no reason.
    pub fn new(
        rules: &[&'static Rule],
        code: impl Into<String>,
        reason: impl Into<String>,
        origin: impl Into<String>,
    ) -> Result<Self, IgnoreError> {
        let (code, reason) = (code.into(), reason.into());
        check_code(rules, &code)?;
        if reason.trim().is_empty() {
            return Err(IgnoreError::NoReason);
        }
        Ok(Self { code, variable: None, reason, expires: None, origin: origin.into() })
    }

    /// Whether it has ceased to count. Where nobody says what day it is, nothing expires.
    pub fn is_expired(&self, today: Option<Date>) -> bool {
        matches!((self.expires, today), (Some(expires), Some(today)) if expires < today)
    }

    pub(crate) fn matches(&self, finding: &Diagnostic, variable: Option<&str>) -> bool {
        self.code == finding.code && self.variable.as_deref().is_none_or(|wanted| variable == Some(wanted))
    }
}

/// Whether findings of this code may be silenced: it has to be the code of one of `rules`.
///
/// # Errors
/// Why not.
pub(crate) fn check_code(rules: &[&'static Rule], code: &str) -> Result<(), IgnoreError> {
    if let Some(code) = UNREADABLE.into_iter().find(|unreadable| *unreadable == code) {
        return Err(IgnoreError::Unreadable { code });
    }
    let known = || rules.iter().map(|rule| rule.code);
    if known().any(|known| known == code) {
        return Ok(());
    }
    Err(IgnoreError::UnknownCode { code: code.to_owned(), near: did_you_mean(code, known()) })
}
