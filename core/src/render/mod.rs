//! Reports in the formats that people and programs read. One file a format; this one is the list.
//!
//! A run may check thousands of documents in parallel. Each is rendered to a part while its text is at hand, and the
//! parts are put together at the end: what is kept in memory grows with the findings, not with the texts.

pub mod diff;
mod formats;
mod identity;
pub(crate) mod mask;

use std::str::FromStr;

use crate::check::Report;
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::Description;
use formats::{concise, github, gitlab, jsonl, junit, sarif};
pub use formats::{json_v1, text};
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
    /// One JSON object a finding, each on a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// The Code Quality report of GitLab.
    Gitlab,
    /// JUnit XML.
    Junit,
}

/// So many findings of a document are shown, the first ones. All are counted.
///
/// A document of 1 MiB can have several hundred thousand, which nobody reads.
pub const MAX_SHOWN: usize = 1_000;

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
    /// Findings beyond the [`MAX_SHOWN`] of their document.
    pub not_shown: usize,
    /// Documents that could not be read.
    pub unread: Vec<FileError>,
    /// The policies that were asked beside the rules.
    pub policies: Vec<Description>,
}

impl Totals {
    /// Counts one more document.
    pub fn add(&mut self, report: &Report) {
        self.files += 1;
        self.errors += report.count(Severity::Error);
        self.warnings += report.count(Severity::Warning);
        self.not_shown += not_shown(report);
    }

    /// Adds what another thread counted.
    pub fn join(&mut self, other: Self) {
        self.files += other.files;
        self.skipped += other.skipped;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.not_shown += other.not_shown;
        self.unread.extend(other.unread);
    }
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] =
        [Self::Text, Self::Concise, Self::Json, Self::Jsonl, Self::Sarif, Self::Github, Self::Gitlab, Self::Junit];

    /// Its name on the command line, and what it is.
    const fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text", "With the marked lines, values masked"),
            Self::Concise => ("concise", "One line a finding"),
            Self::Json => ("json", "For programs; grows only by new keys"),
            Self::Jsonl => ("jsonl", "One JSON object a finding, each on a line"),
            Self::Sarif => ("sarif", "SARIF 2.1.0, for code scanning and editors"),
            Self::Github => ("github", "Annotations of a GitHub Actions step"),
            Self::Gitlab => ("gitlab", "Code Quality report of GitLab"),
            Self::Junit => ("junit", "JUnit XML, for test reports"),
        }
    }

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        self.described().0
    }

    /// What it is, in a few words.
    pub const fn summary(self) -> &'static str {
        self.described().1
    }

    /// Whether the rendering names the documents that could not be read. With the others somebody has to say it.
    pub const fn names_unread(self) -> bool {
        !matches!(self, Self::Text | Self::Concise | Self::Gitlab)
    }

    /// Renders what was found in one document.
    pub fn part(self, checked: Checked<'_>, color: Color) -> String {
        match self {
            Self::Text => text::part(checked, color),
            Self::Concise => concise::part(checked),
            Self::Json => json_v1::part(checked),
            Self::Jsonl => jsonl::part(checked),
            Self::Sarif => sarif::part(checked),
            Self::Github => github::part(checked),
            Self::Gitlab => gitlab::part(checked),
            Self::Junit => junit::part(checked),
        }
    }

    /// Puts the parts of a run together, in the order of the documents.
    pub fn whole(self, parts: &[&str], totals: &Totals) -> String {
        match self {
            Self::Text | Self::Concise => text::whole(parts, totals),
            Self::Json => json_v1::whole(parts, totals),
            Self::Jsonl => jsonl::whole(parts, totals),
            Self::Sarif => sarif::whole(parts, totals),
            Self::Github => github::whole(parts, totals),
            Self::Gitlab => gitlab::whole(parts),
            Self::Junit => junit::whole(parts, totals),
        }
    }
}

/// The name is none of [`Format::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such format")]
#[non_exhaustive]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or(UnknownFormat)
    }
}

/// The findings of a document that are shown.
fn shown(report: &Report) -> &[Diagnostic] {
    let all = report.diagnostics();
    all.get(..MAX_SHOWN).unwrap_or(all)
}

/// How many others it has.
fn not_shown(report: &Report) -> usize {
    report.diagnostics().len().saturating_sub(MAX_SHOWN)
}

/// What is wrong and the way out, on one line.
fn message_and_help(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.as_deref().map_or_else(String::new, |help| format!("; {help}"));
    format!("{}{help}", diagnostic.message)
}

/// The path as CI services know it, which compare texts: without `./` before it.
fn plain_path(mut path: &str) -> &str {
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    path
}

/// The elements of a JSON array that lies `depth` levels deep: every part holds some, or none.
fn joined(parts: &[&str], depth: usize) -> String {
    let filled: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if filled.is_empty() {
        return "[]".to_owned();
    }
    let indent = "  ".repeat(depth);
    format!("[\n{indent}  {}\n{indent}]", filled.join(&between(depth)))
}

/// What stands between two elements of such an array.
fn between(depth: usize) -> String {
    format!(",\n{}", "  ".repeat(depth + 1))
}

/// Indented JSON that stands `depth` levels deep in a larger text.
fn pretty(value: &impl serde::Serialize, depth: usize) -> String {
    // Texts and numbers always serialize, and no JSON string holds a line break.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.replace('\n', &format!("\n{}", "  ".repeat(depth)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn of_very_many_findings_every_format_shows_the_first_ones_and_all_are_counted() {
        let text = format!("[{}1]", "1,".repeat(MAX_SHOWN + 1));
        let report = check(text.as_bytes(), &CheckOptions::default());
        let found = report.diagnostics().len();
        assert!(found > MAX_SHOWN);
        let mut totals = Totals::default();
        totals.add(&report);
        totals.join(totals.clone());
        assert_eq!((totals.errors, totals.not_shown), (2 * found, 2 * (found - MAX_SHOWN)));
        for format in Format::ALL {
            let part = format.part(Checked { path: "v.json", text: &text, report: &report }, Color::Off);
            let mark = match format {
                Format::Text => "\n  --> ",
                Format::Concise => ": error[",
                Format::Json | Format::Jsonl => "\"help\"",
                Format::Sarif => "\"ruleId\"",
                Format::Github => "::error ",
                Format::Gitlab => "\"fingerprint\"",
                Format::Junit => "<failure ",
            };
            assert_eq!(part.matches(mark).count(), MAX_SHOWN, "{}", format.name());
        }
    }
}
