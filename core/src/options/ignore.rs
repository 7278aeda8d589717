//! `[[ignore]]`: findings that a team accepts.

use thiserror::Error;

pub use crate::base::date::Date;
use crate::base::display;
use crate::base::glob::{Glob, GlobError};
use crate::base::vocabulary::did_you_mean;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::options::kind::{Day, Text};
use crate::options::section::{Here, Required};
use crate::section;

section! {
    /// A finding that is accepted. An ignore that silences nothing or has expired is reported.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WrittenIgnore("[[ignore]]") {
        /// The code of the rule. CX001 and CX006 cannot be silenced, because they mean that the document cannot be
        /// read. A finding that keeps a document from being sent, such as CX005, stays as well.
        code: Required<Text>, example "\"CX102\"";
        /// The variable to which it applies.
        variable: Text, else "the whole document", example "\"_legacy\"";
        /// Why the finding is accepted.
        reason: Required<Text>, example "\"renamed with the next release\"";
        /// The last day on which it applies, in UTC.
        expires: Day, else "it does not expire", example "2027-01-31";
        /// The documents to which it applies: a glob for the path from the project's folder, with `/` as separator. `*`
        /// and `?` match within one part of the path, `**` across parts; `[a-z]`, `[!a-z]` and `{a,b}` are supported.
        path: Text, else "every document", example "\"bu07/**\"";
        /// The place where it is written.
        place: Here;
    }
}

/// Rules that mean that the text could not be read. What was read of it may not be what its author meant.
pub(crate) const UNREADABLE: [&str; 2] = ["CX001", "CX006"];

/// An ignore in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignore {
    /// The code that is silenced.
    pub code: String,
    /// The variable for which it is silenced; `None` for the whole document.
    pub variable: Option<String>,
    /// Why the finding is accepted.
    pub reason: String,
    /// The last day on which it applies.
    pub expires: Option<Date>,
    /// The documents to which it applies; `None` for all.
    pub path: Option<Glob>,
    /// The place where it is written, for messages, such as `cxvars.toml:31`.
    pub origin: String,
}

/// Why an ignore is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IgnoreError {
    /// No rule has this code.
    #[error("{} is no rule{}", display::quote(code), near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    UnknownCode {
        /// The code.
        code: String,
        /// A similar code, which may be meant.
        near: Option<String>,
    },
    /// The code means that the text could not be read.
    #[error("{code} cannot be ignored: a document that cannot be read is never valid; mend it")]
    Unreadable {
        /// The code.
        code: &'static str,
    },
    /// The rule is enforced.
    #[error("{code} is enforced by {}, so it can be neither ignored nor given another severity", display::quote(by))]
    Enforced {
        /// The code.
        code: String,
        /// The file that enforces it.
        by: String,
    },
    /// The reason is missing.
    #[error("an ignore needs a reason")]
    NoReason,
    /// The path is not a valid glob.
    #[error("`path` is no glob: {0}")]
    Path(#[from] GlobError),
}

impl Ignore {
    /// An ignore of a code in the whole document that does not expire. `rules` are all rules.
    ///
    /// # Errors
    /// If no rule has the code, the code cannot be ignored, or the reason is empty. Whether a rule of the team's own is
    /// declared is for [`CheckOptions::check_reference`](crate::options::CheckOptions::check_reference).
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
        Ok(Self { code, variable: None, reason, expires: None, path: None, origin: origin.into() })
    }

    /// The ignore of a section. Messages call it `origin`.
    ///
    /// # Errors
    /// As [`Ignore::new`], and if the path is not a valid glob.
    pub fn from_written(
        rules: &[&'static Rule],
        written: &WrittenIgnore,
        origin: impl Into<String>,
    ) -> Result<Self, IgnoreError> {
        let mut ignore = Self::new(rules, &written.code, &written.reason, origin)?;
        ignore.variable.clone_from(&written.variable);
        ignore.expires = written.expires;
        ignore.path = written.path.as_deref().map(Glob::new).transpose()?;
        Ok(ignore)
    }

    /// Whether it applies to the document at this path, relative to the folder of the globs. A document without a path
    /// matches no glob.
    pub fn applies_to(&self, path: Option<&str>) -> bool {
        self.path.as_ref().is_none_or(|glob| path.is_some_and(|path| glob.matches(path)))
    }

    /// Whether it has expired. If `today` is not given, nothing expires.
    pub fn is_expired(&self, today: Option<Date>) -> bool {
        matches!((self.expires, today), (Some(expires), Some(today)) if expires < today)
    }

    pub(crate) fn matches(&self, finding: &Diagnostic, variable: Option<&str>) -> bool {
        self.code == finding.code && self.variable.as_deref().is_none_or(|wanted| variable == Some(wanted))
    }
}

/// Checks that findings of this code may be silenced.
///
/// # Errors
/// If the code is not that of one of `rules`, or means that the text could not be read.
pub(crate) fn check_code(rules: &[&'static Rule], code: &str) -> Result<(), IgnoreError> {
    if let Some(code) = UNREADABLE.into_iter().find(|unreadable| *unreadable == code) {
        return Err(IgnoreError::Unreadable { code });
    }
    let known = || rules.iter().map(|rule| rule.code);
    if known().any(|known| known == code) || is_custom(code) {
        return Ok(());
    }
    let near = did_you_mean(code, known()).map(str::to_owned);
    Err(IgnoreError::UnknownCode { code: code.to_owned(), near })
}

/// Whether a code has the form of those of a team's own rules.
#[cfg(feature = "config")]
pub(crate) fn is_custom(code: &str) -> bool {
    crate::options::rule::text::is_code(code)
}

/// Whether a code has the form of those of a team's own rules, which this build does not have.
#[cfg(not(feature = "config"))]
pub(crate) fn is_custom(_: &str) -> bool {
    false
}
