//! Reports in the formats that people and programs read. One file a format; this one is the list.
//!
//! A run may check thousands of documents in parallel. Each is rendered to a part while its text is at hand, and the
//! parts are put together at the end: what is kept in memory grows with the findings, not with the texts.

pub mod concise;
pub mod json_v1;
pub mod text;

use crate::check::Report;
use crate::diagnostic::Severity;
use json_v1::FileError;
use text::Color;

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: the marked lines, values masked.
    Text,
    /// One line a finding.
    Concise,
    /// The JSON report, version 1.
    Json,
}

/// A document and what was found in it.
#[derive(Clone, Copy)]
pub struct Checked<'c> {
    /// Its path, as it was given.
    pub path: &'c str,
    /// What was checked.
    pub text: &'c str,
    /// What was found.
    pub report: &'c Report,
}

/// What a whole run came to.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Documents that were checked.
    pub files: usize,
    /// Files that were passed over, because they are plainly something else.
    pub skipped: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Documents that could not be read.
    pub unread: Vec<FileError>,
}

impl Totals {
    /// Counts one more document.
    pub fn add(&mut self, report: &Report) {
        self.files += 1;
        self.errors += report.count(Severity::Error);
        self.warnings += report.count(Severity::Warning);
    }

    /// Adds what another thread counted.
    pub fn join(&mut self, other: Self) {
        self.files += other.files;
        self.skipped += other.skipped;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.unread.extend(other.unread);
    }
}

impl Format {
    /// Renders what was found in one document.
    pub fn part(self, checked: Checked<'_>, color: Color) -> String {
        match self {
            Self::Text => text::part(checked, color),
            Self::Concise => concise::part(checked),
            Self::Json => json_v1::part(checked),
        }
    }

    /// Puts the parts of a run together, in the order of the documents.
    pub fn whole(self, parts: &[String], totals: &Totals) -> String {
        match self {
            Self::Text | Self::Concise => text::whole(parts, totals),
            Self::Json => json_v1::whole(parts, totals),
        }
    }
}
