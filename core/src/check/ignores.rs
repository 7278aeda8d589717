//! Findings that a team has decided to live with: `[[ignore]]` of the configuration, and comments in documents.

use std::fmt;

use thiserror::Error;

use crate::base::display;
use crate::base::vocabulary::did_you_mean;
use crate::check::Context;
use crate::diagnostic::Diagnostic;
use crate::rules;

/// Rules that say the text could not be read; whatever was read of it is not what its author wrote.
const UNREADABLE: [&str; 2] = ["CX001", "CX006"];

/// What a comment for us begins with.
pub(crate) const MARK: &str = "cxvars:";

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
    /// A comment that begins like an ignore and is none.
    #[error("this comment is not understood; write `cxvars: ignore[CX501] reason`")]
    Comment,
}

impl Ignore {
    /// An ignore of a code in the whole document, for ever.
    ///
    /// # Errors
    /// A code that is no rule's or cannot be ignored, or no reason.
    pub fn new(
        code: impl Into<String>,
        reason: impl Into<String>,
        origin: impl Into<String>,
    ) -> Result<Self, IgnoreError> {
        let (code, reason) = (code.into(), reason.into());
        check_code(&code)?;
        if reason.trim().is_empty() {
            return Err(IgnoreError::NoReason);
        }
        Ok(Self { code, variable: None, reason, expires: None, origin: origin.into() })
    }

    /// Whether it has ceased to count. Where nobody says what day it is, nothing expires.
    pub fn is_expired(&self, today: Option<Date>) -> bool {
        matches!((self.expires, today), (Some(expires), Some(today)) if expires < today)
    }

    fn matches(&self, finding: &Diagnostic, variable: Option<&str>) -> bool {
        self.code == finding.code && self.variable.as_deref().is_none_or(|wanted| variable == Some(wanted))
    }
}

/// A finding that an ignore is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignored {
    /// Which one, as an index into [`crate::options::CheckOptions::ignores`].
    pub ignore: usize,
    /// The variable that the finding is about, where its name can be told.
    pub variable: Option<String>,
    /// Whether the ignore has expired, so that the finding stays.
    pub expired: bool,
}

/// Takes the findings that are ignored off the list. Each is silenced by the first ignore that fits, so that a second
/// one for the same finding shows up as unused.
pub(crate) fn silence(diagnostics: &mut Vec<Diagnostic>, context: &Context<'_>) -> Vec<Ignored> {
    let options = context.options;
    let mut ignored = Vec::new();
    if options.ignores.is_empty() {
        return ignored;
    }
    diagnostics.retain(|finding| {
        let is_named = options.ignores.iter().any(|ignore| ignore.code == finding.code);
        if !is_named || UNREADABLE.contains(&finding.code.as_ref()) {
            return true;
        }
        let variable = variable_of(finding, context);
        let fitting = || options.ignores.iter().enumerate().filter(|(_, ignore)| ignore.matches(finding, variable));
        let counts = |(_, ignore): &(usize, &Ignore)| !ignore.is_expired(options.today);
        let active = fitting().find(counts);
        let Some((index, _)) = active.or_else(|| fitting().next()) else {
            return true;
        };
        ignored.push(Ignored { ignore: index, variable: variable.map(str::to_owned), expired: active.is_none() });
        active.is_none()
    });
    ignored
}

/// The name of the variable that a finding's pointer leads to.
pub(crate) fn variable_of<'t>(finding: &Diagnostic, context: &Context<'t>) -> Option<&'t str> {
    let document = context.document;
    let below = finding.pointer.strip_prefix(document.list?.pointer)?.strip_prefix('/')?;
    let index: usize = below.split('/').next()?.parse().ok()?;
    let (name, span) = document.variable_in_list(index)?.name()?;
    context.is_reliable(span).then_some(name)
}

/// The codes and the reason of an ignore comment, `cxvars: ignore[CX501] reason`; none for any other comment. `comment`
/// is what follows the comment's mark.
///
/// # Errors
/// A comment that is meant for us and is not understood, names a wrong code, or gives no reason.
pub fn parse_comment(comment: &str) -> Option<Result<(Vec<String>, String), IgnoreError>> {
    let directive = comment.trim().strip_prefix(MARK)?;
    Some(directive_of(directive.trim_start()))
}

fn directive_of(directive: &str) -> Result<(Vec<String>, String), IgnoreError> {
    let list = directive.strip_prefix("ignore[").and_then(|rest| rest.split_once(']'));
    let (codes, reason) = list.ok_or(IgnoreError::Comment)?;
    let codes: Vec<String> = codes.split(',').map(|code| code.trim().to_owned()).collect();
    codes.iter().try_for_each(|code| check_code(code))?;
    match reason.trim() {
        "" => Err(IgnoreError::NoReason),
        reason => Ok((codes, reason.to_owned())),
    }
}

fn check_code(code: &str) -> Result<(), IgnoreError> {
    if let Some(code) = UNREADABLE.into_iter().find(|unreadable| *unreadable == code) {
        return Err(IgnoreError::Unreadable { code });
    }
    let known = || rules::ALL.iter().map(|rule| rule.code);
    if known().any(|known| known == code) {
        return Ok(());
    }
    Err(IgnoreError::UnknownCode { code: code.to_owned(), near: did_you_mean(code, known()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Report, check};
    use crate::options::CheckOptions;

    const TEXT: &str = r#"{"variables": [
        {"name": "_a", "type": "string", "value": "x"},
        {"name": "_b", "type": "string", "value": "x"}]}"#;

    fn ignore(code: &str, variable: Option<&str>, expires: Option<Date>) -> Ignore {
        Ignore { variable: variable.map(str::to_owned), expires, ..Ignore::new(code, "why", "t:1").unwrap() }
    }

    fn checked(text: &str, ignores: Vec<Ignore>) -> Report {
        check(
            text.as_bytes(),
            &CheckOptions { ignores, today: Some(Date::new(2026, 11, 2)), ..CheckOptions::default() },
        )
    }

    fn pointers(report: &Report) -> Vec<&str> {
        report.diagnostics().iter().map(|finding| finding.pointer.as_str()).collect()
    }

    #[test]
    fn a_day_is_read_in_one_form_alone() {
        assert_eq!(Date::parse("2027-01-31"), Some(Date::new(2027, 1, 31)));
        for text in [
            "",
            "2027",
            "2027-1-31",
            "2027-13-01",
            "2027-00-10",
            "2027-01-32",
            "2027-01-31x",
            "+027-01-31",
            "-2027-01-31",
            "２027-01-31",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_finding_is_silenced_for_its_variable_alone() {
        let report = checked(TEXT, vec![ignore("CX102", Some("_b"), None)]);
        assert_eq!(pointers(&report), ["/variables/0/name"]);
        let expected = Ignored { ignore: 0, variable: Some("_b".to_owned()), expired: false };
        assert_eq!(report.ignored(), [expected]);
        assert!(checked(TEXT, vec![ignore("CX102", None, None)]).is_valid());
        let report = checked(TEXT, vec![ignore("CX101", None, None), ignore("CX102", Some("b"), None)]);
        assert_eq!((report.diagnostics().len(), report.ignored()), (2, &[][..]));
    }

    #[test]
    fn a_variable_is_found_by_its_whole_index_and_in_a_bare_list() {
        let list: Vec<_> = (0..12).map(|n| format!(r#"{{"name": "v{n}", "type": "string", "valu": "x"}}"#)).collect();
        let report = checked(&format!("[{}]", list.join(",")), vec![ignore("CX005", Some("v11"), None)]);
        assert_eq!(report.ignored().len(), 1);
        let missing: Vec<_> = report.diagnostics().iter().filter(|finding| finding.code == "CX005").collect();
        assert_eq!(missing.len(), 11);
        assert!(missing.iter().all(|finding| !finding.pointer.starts_with("/11")));
    }

    #[test]
    fn an_expired_ignore_counts_as_absent_and_is_told() {
        for (day, expired) in [(1, true), (2, false), (3, false)] {
            let report = checked(TEXT, vec![ignore("CX102", Some("_a"), Some(Date::new(2026, 11, day)))]);
            assert_eq!(report.diagnostics().len(), if expired { 2 } else { 1 }, "{day}");
            assert_eq!(report.ignored()[0].expired, expired);
        }
        let without_a_day = ignore("CX102", None, Some(Date::new(1999, 1, 1)));
        assert!(!without_a_day.is_expired(None));
    }

    #[test]
    fn the_first_one_that_counts_silences() {
        let old = ignore("CX102", None, Some(Date::new(2020, 1, 1)));
        let report = checked(TEXT, vec![old, ignore("CX102", None, None), ignore("CX102", Some("_a"), None)]);
        assert!(report.ignored().iter().all(|ignored| ignored.ignore == 1 && !ignored.expired));
        assert_eq!(report.ignored().len(), 2);
    }

    #[test]
    fn what_says_that_the_text_cannot_be_read_is_never_silenced() {
        assert_eq!(Ignore::new("CX001", "why", "").unwrap_err(), IgnoreError::Unreadable { code: "CX001" });
        assert!(matches!(Ignore::new("CX006", "why", ""), Err(IgnoreError::Unreadable { .. })));
        let forced = Ignore { code: "CX001".to_owned(), ..ignore("CX102", None, None) };
        assert_eq!(checked("[", vec![forced]).diagnostics().len(), 1);
    }

    #[test]
    fn after_a_syntax_mistake_nothing_is_taken_for_a_name() {
        let text = r#"[{"name": "_a", "type": "string" "value": "x"}, {"name": "_b"}]"#;
        let report = checked(text, vec![ignore("CX005", Some("_b"), None), ignore("CX005", None, None)]);
        assert!(report.ignored().iter().all(|ignored| ignored.ignore == 1 && ignored.variable.is_none()));
    }

    #[test]
    fn a_wrong_code_gets_a_suggestion_and_a_reason_is_mandatory() {
        assert_eq!(Ignore::new("CX1O2", "why", "").unwrap_err().to_string(), "`CX1O2` is no rule; did you mean CX102?");
        assert_eq!(Ignore::new("banana", "why", "").unwrap_err().to_string(), "`banana` is no rule");
        assert_eq!(Ignore::new("CX102", " ", "").unwrap_err(), IgnoreError::NoReason);
    }

    #[test]
    fn comments_are_read() {
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let read = |comment| parse_comment(comment).unwrap();
        assert_eq!(read(" cxvars: ignore[CX102] public half "), Ok((codes(&["CX102"]), "public half".to_owned())));
        assert_eq!(read("cxvars:ignore[CX102, CX101]: a [b]"), Ok((codes(&["CX102", "CX101"]), ": a [b]".to_owned())));
        assert_eq!(read("cxvars: ignore[CX102]"), Err(IgnoreError::NoReason));
        assert_eq!(read("cxvars: ignore[CX001] x"), Err(IgnoreError::Unreadable { code: "CX001" }));
        for comment in ["cxvars: ignore CX102 x", "cxvars: ignore[CX102 x", "cxvars:", "cxvars: ingore[CX102] x"] {
            assert_eq!(read(comment), Err(IgnoreError::Comment), "{comment}");
        }
        assert!(matches!(read("cxvars: ignore[] x"), Err(IgnoreError::UnknownCode { .. })));
        assert!(matches!(read("cxvars: ignore[CX102,] x"), Err(IgnoreError::UnknownCode { .. })));
        for comment in ["", "ignore[CX102] x", "about cxvars: ignore[CX102] x"] {
            assert_eq!(parse_comment(comment), None, "{comment}");
        }
    }
}
