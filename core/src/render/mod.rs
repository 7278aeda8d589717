//! Reports in the formats that people and programs read. One file a format; this one is the list.
//!
//! A run may check thousands of documents in parallel. Each is rendered to a part while its text is at hand, and the
//! parts are put together at the end: what is kept in memory grows with the findings, not with the texts.

pub mod diff;
mod formats;
mod identity;
pub(crate) mod mask;

use std::cell::OnceCell;
use std::fmt;
use std::str::FromStr;

use crate::base::span::LineIndex;
use crate::check::{Checked, Report};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::policy::Description;
use crate::reader::read;
pub use formats::{json_v1, text};
use json_v1::FileError;
use mask::Masks;
use text::Color;

/// How findings are printed: one of [`Format::all`].
#[derive(Clone, Copy)]
pub struct Format(&'static Rendering);

/// What a format is. Each file in `formats/` declares one.
struct Rendering {
    /// Its name on the command line.
    name: &'static str,
    /// What it is, in a few words.
    summary: &'static str,
    /// Whether it names the documents that could not be read.
    names_unread: bool,
    /// Renders what was found in one document.
    part: fn(&File<'_>, Color) -> String,
    /// Puts the parts of a run together, in the order of the documents.
    whole: fn(&[&str], &Totals) -> String,
}

/// So many findings of a document are shown, the first ones. All are counted.
///
/// A document of 1 MiB can have several hundred thousand, which nobody reads.
pub const MAX_SHOWN: usize = 1_000;

/// A checked document, for rendering. Formats that need the same of it share it.
pub struct File<'c> {
    path: &'c str,
    text: &'c str,
    report: &'c Report,
    /// Where the text was decoded and is still at hand.
    document: Option<&'c Document<'c>>,
    lines: OnceCell<LineIndex<'c>>,
    masks: OnceCell<Option<Masks>>,
}

impl<'c> File<'c> {
    /// The document at `path`, as it was given; `report` is what was found in `text`.
    pub fn new(path: &'c str, text: &'c str, report: &'c Report) -> Self {
        Self { path, text, report, document: None, lines: OnceCell::new(), masks: OnceCell::new() }
    }

    /// A document that was just checked, which need not be read again to know what has to be hidden.
    pub fn of(path: &'c str, checked: &'c Checked<'c>) -> Self {
        Self { document: Some(&checked.document), ..Self::new(path, checked.text, &checked.report) }
    }

    /// Its path, as it was given.
    pub fn path(&self) -> &str {
        self.path
    }

    /// What was found in it.
    pub fn report(&self) -> &Report {
        self.report
    }

    /// Where its lines begin.
    pub fn lines(&self) -> &LineIndex<'c> {
        self.lines.get_or_init(|| LineIndex::new(self.text))
    }

    /// The places that a snippet has to hide.
    ///
    /// None where only a part of the text could be read: nobody can tell there what is a name and what is a value, so
    /// no line of it may be shown.
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
    /// Every format, in the order in which `--help` lists them.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        formats::ALL.iter().map(|rendering| Self(rendering))
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What it is, in a few words.
    pub fn summary(self) -> &'static str {
        self.0.summary
    }

    /// Whether the rendering names the documents that could not be read. With the others somebody has to say it.
    pub fn names_unread(self) -> bool {
        self.0.names_unread
    }

    /// Renders what was found in one document.
    pub fn part(self, file: &File<'_>, color: Color) -> String {
        (self.0.part)(file, color)
    }

    /// Puts the parts of a run together, in the order of the documents.
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

/// No format has this name.
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
