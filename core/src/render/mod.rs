//! Renders reports in the formats that people and programs read. Each format has its own file in `formats/`.
//!
//! A run may check thousands of documents in parallel. Each document is rendered to a part while its text is in memory,
//! and the parts are joined at the end. Memory use therefore grows with the findings, not with the texts.

mod bare_line;
pub mod diff;
mod formats;
pub(crate) mod mask;
mod shares;
pub mod statistics;

use std::cell::OnceCell;
use std::fmt;
use std::str::FromStr;

use crate::base::span::LineIndex;
use crate::check::{Checked, Report};
use crate::diagnostic::identity::identities;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
#[cfg(feature = "config")]
use crate::options::rule::CustomRules;
use crate::policy::Description;
use crate::reader::read;
pub use formats::{json_v1, text};
use json_v1::FileError;
use mask::Masks;
use text::Color;

/// An output format for findings; [`Format::all`] lists them.
#[derive(Clone, Copy)]
pub struct Format(&'static Rendering);

/// The definition of a format. Each file in `formats/` declares one.
struct Rendering {
    /// Name on the command line.
    name: &'static str,
    /// Short description for `--help`.
    summary: &'static str,
    /// Whether the output lists the documents that could not be read.
    names_unread: bool,
    /// Whether the readers of the format know files by their path from the root of the project.
    needs_project_path: bool,
    /// Renders the findings of one document.
    part: fn(&File<'_>, Color) -> String,
    /// Joins the parts of a run, in the order of the documents.
    whole: fn(&[&str], &Totals) -> String,
}

/// Maximum number of findings shown per document. The first ones are shown, of the engine and of each policy; all are
/// counted.
///
/// A document of 1 MiB can have several hundred thousand findings, which nobody reads.
pub const MAX_SHOWN: usize = 1_000;

/// A checked document to render. What several formats need (line index, masks) is computed once and shared.
pub struct File<'c> {
    path: &'c str,
    /// The path from the root of the project; `path` if it is not known.
    project_path: &'c str,
    text: &'c str,
    report: &'c Report,
    /// The decoded text, if the check still has it.
    document: Option<&'c Document<'c>>,
    lines: OnceCell<LineIndex<'c>>,
    masks: OnceCell<Option<Masks>>,
}

impl<'c> File<'c> {
    /// A document from its path as the user gave it, its text, and the report of checking that text.
    pub fn new(path: &'c str, text: &'c str, report: &'c Report) -> Self {
        Self { path, project_path: path, text, report, document: None, lines: OnceCell::new(), masks: OnceCell::new() }
    }

    /// A document that was just checked. Its decoded form is reused, so that masking does not read the text again.
    pub fn of(path: &'c str, checked: &'c Checked<'c>) -> Self {
        Self { document: Some(&checked.document), ..Self::new(path, checked.text, &checked.report) }
    }

    /// Sets the path from the root of the project, for the formats whose readers know files by it.
    #[must_use]
    pub fn in_project(mut self, project_path: &'c str) -> Self {
        self.project_path = project_path;
        self
    }

    /// The document's path, as the user gave it.
    pub fn path(&self) -> &str {
        self.path
    }

    /// The report of the check.
    pub fn report(&self) -> &Report {
        self.report
    }

    /// Index of the text's lines.
    pub fn lines(&self) -> &LineIndex<'c> {
        self.lines.get_or_init(|| LineIndex::new(self.text))
    }

    /// The spans that a snippet must hide.
    ///
    /// Returns `None` if only a part of the text could be read. Names and values cannot be told apart then, so no line
    /// of the text may be shown.
    fn masks(&self) -> Option<&Masks> {
        let masks = || match self.document {
            _ if self.report.is_unread() => None,
            Some(document) => Some(Masks::of(document)),
            None => {
                let tree = read(self.text.as_bytes(), self.report.reading());
                Some(Masks::of(&Document::decode(&tree, None)))
            }
        };
        self.masks.get_or_init(masks).as_ref()
    }
}

/// Counts and failures of a whole run.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Documents that were checked.
    pub files: usize,
    /// Files that were skipped because they are clearly not variable documents.
    pub skipped: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that the baseline knows. They are neither shown nor counted above.
    pub known: usize,
    /// Findings that are not shown because their document has more than [`MAX_SHOWN`].
    pub not_shown: usize,
    /// Documents that could not be read.
    pub unread: Vec<FileError>,
    /// Policies that were evaluated in addition to the built-in rules.
    pub policies: Vec<Description>,
    /// The rules of the team's own that were in force.
    #[cfg(feature = "config")]
    pub custom_rules: CustomRules,
}

impl Totals {
    /// Adds the counts of one document.
    pub fn add(&mut self, report: &Report) {
        self.files += 1;
        self.errors += report.count(Severity::Error);
        self.warnings += report.count(Severity::Warning);
        self.known += report.known();
        self.not_shown += not_shown(report);
    }

    /// Adds the counts of another thread, except its policies and rules.
    pub fn join(&mut self, other: Self) {
        self.files += other.files;
        self.skipped += other.skipped;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.known += other.known;
        self.not_shown += other.not_shown;
        self.unread.extend(other.unread);
    }
}

impl Format {
    /// Every format, in the order in which `--help` lists them.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        formats::ALL.iter().map(|rendering| Self(rendering))
    }

    /// The format's name on the command line.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// A short description of the format.
    pub fn summary(self) -> &'static str {
        self.0.summary
    }

    /// Whether the output lists the documents that could not be read. If not, the caller has to report them.
    pub fn names_unread(self) -> bool {
        self.0.names_unread
    }

    /// Whether the readers of the format know files by their path from the root of the project ([`File::in_project`]).
    pub fn needs_project_path(self) -> bool {
        self.0.needs_project_path
    }

    /// Renders the findings of one document.
    pub fn part(self, file: &File<'_>, color: Color) -> String {
        (self.0.part)(file, color)
    }

    /// Joins the parts of a run. `parts` are in the order of the documents.
    pub fn whole(self, parts: &[&str], totals: &Totals) -> String {
        (self.0.whole)(parts, totals)
    }
}

impl Default for Format {
    fn default() -> Self {
        Self(&text::FORMAT)
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error of [`Format::from_str`]: no format has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such format")]
#[non_exhaustive]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::all().find(|format| format.name() == name).ok_or(UnknownFormat)
    }
}

/// The findings to show: at most [`MAX_SHOWN`], in the order of the report. The engine and each policy have a share.
pub fn shown(report: &Report) -> Vec<&Diagnostic> {
    let all = report.diagnostics();
    all.iter().zip(shares::choice(all)).filter_map(|(finding, is_shown)| is_shown.then_some(finding)).collect()
}

/// The shown findings of a document, each with its identifier.
fn identified<'f>(file: &'f File<'_>) -> impl Iterator<Item = (String, &'f Diagnostic)> {
    let all = file.report.diagnostics();
    let chosen = identities(file.project_path, all).zip(all).zip(shares::choice(all));
    chosen.filter_map(|(identified, is_shown)| is_shown.then_some(identified))
}

/// Number of findings that are not shown.
pub fn not_shown(report: &Report) -> usize {
    report.diagnostics().len().saturating_sub(MAX_SHOWN)
}

/// The message and the help text, on one line.
fn message_and_help(diagnostic: &Diagnostic) -> String {
    message_and(&diagnostic.message, diagnostic.help.as_deref())
}

fn message_and(message: &str, help: Option<&str>) -> String {
    let help = help.map_or_else(String::new, |help| format!("; {help}"));
    format!("{message}{help}")
}

/// A JSON array at nesting level `depth`, from parts that each hold zero or more elements, already indented.
fn joined(parts: &[&str], depth: usize) -> String {
    let filled: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if filled.is_empty() {
        return "[]".to_owned();
    }
    let indent = "  ".repeat(depth);
    format!("[\n{indent}  {}\n{indent}]", filled.join(&between(depth)))
}

/// The separator between two elements of a JSON array at nesting level `depth`.
fn between(depth: usize) -> String {
    format!(",\n{}", "  ".repeat(depth + 1))
}

/// `value` as indented JSON, for embedding at nesting level `depth`.
fn pretty(value: &impl serde::Serialize, depth: usize) -> String {
    // Strings and numbers always serialize. JSON strings contain no raw line breaks, so every `\n` is layout.
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
        let file = File::new("v.json", &text, &report);
        for format in Format::all() {
            let part = format.part(&file, Color::Off);
            let mark = match format.name() {
                "text" => "\n  --> ",
                "concise" => ": error[",
                "json" | "jsonl" => "\"help\"",
                "sarif" => "\"ruleId\"",
                "github" => "::error ",
                "gitlab" => "\"fingerprint\"",
                "junit" => "<failure ",
                other => panic!("say here by what a finding is counted in {other}"),
            };
            assert_eq!(part.matches(mark).count(), MAX_SHOWN, "{}", format.name());
        }
    }
}
