//! The JSON report, version 1. Later releases only add keys, and consumers ignore keys that they do not know.
//!
//! Lines and columns count from 1, offsets from 0. Columns are in Unicode scalar values and offsets in bytes; for
//! JavaScript both are in UTF-16 code units ([`FileReport::in_unit`]). Arrays are always present. An absent scalar is
//! `null`.

use serde::Serialize;

use crate::base::small_map::SmallMap;
use crate::base::span::{LineIndex, Position, Span, Unit};
use crate::check::Report;
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::render::{File, Rendering, Totals, joined, not_shown, pretty, shown};

pub(super) static FORMAT: Rendering = Rendering {
    name: "json",
    summary: "For programs; grows only by new keys",
    names_unread: true,
    needs_project_path: false,
    part: |file, _| part(file),
    whole,
};

/// The report of `validate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ValidateReport {
    /// Version of the report format: 1.
    pub version: u32,
    /// Every checked document, including those without findings.
    pub files: Vec<FileReport>,
    /// Documents that could not be read.
    pub errors: Vec<FileError>,
    /// Counts over all documents.
    pub summary: Summary,
}

impl ValidateReport {
    /// The report on one document. `text` is the text that was checked.
    pub fn of(path: impl Into<String>, text: &str, report: &Report) -> Self {
        let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
        let summary = Summary { files: 1, skipped: 0, errors, warnings, known: report.known() };
        Self { version: 1, files: vec![FileReport::new(path, text, report)], errors: Vec::new(), summary }
    }
}

fn part(file: &File<'_>) -> String {
    pretty(&FileReport::of(file), 2)
}

fn whole(parts: &[&str], totals: &Totals) -> String {
    let summary = Summary::of(totals);
    let (files, errors, summary) = (joined(parts, 1), pretty(&totals.unread, 1), pretty(&summary, 1));
    format!("{{\n  \"version\": 1,\n  \"files\": {files},\n  \"errors\": {errors},\n  \"summary\": {summary}\n}}\n")
}

/// Counts over all files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Documents that were checked.
    pub files: usize,
    /// Files that were skipped because they are clearly not variable documents.
    pub skipped: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that the baseline knows; they are in no other count. The key is omitted if it is zero.
    #[serde(skip_serializing_if = "is_zero")]
    pub known: usize,
}

impl Summary {
    /// The counts of a run.
    pub(in crate::render) fn of(totals: &Totals) -> Self {
        let &Totals { files, skipped, errors, warnings, known, .. } = totals;
        Self { files, skipped, errors, warnings, known }
    }
}

/// A document that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileError {
    /// The document's path, as the user gave it.
    pub path: String,
    /// Why it could not be read.
    pub message: String,
    /// The path from the root of the project, if it is known.
    #[serde(skip)]
    project_path: Option<String>,
}

impl FileError {
    /// A document that could not be read, and the reason.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), project_path: None }
    }

    /// Sets the path from the root of the project.
    #[must_use]
    pub fn in_project(self, project_path: Option<String>) -> Self {
        Self { project_path, ..self }
    }

    /// The path from the root of the project; the one that the user gave if it is not known.
    pub(super) fn project_path(&self) -> &str {
        self.project_path.as_deref().unwrap_or(&self.path)
    }
}

/// The findings of one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// The document's path, as the user gave it.
    pub path: String,
    /// The findings, in the order of the text; at most [`MAX_SHOWN`](crate::render::MAX_SHOWN).
    pub diagnostics: Vec<DiagnosticReport>,
    /// Number of findings that are not in `diagnostics`. The key is omitted if it is zero.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_shown: usize,
}

impl FileReport {
    /// The report on a document, with offsets in bytes. `text` is the text that was checked.
    pub fn new(path: impl Into<String>, text: &str, report: &Report) -> Self {
        Self::in_unit(path, text, report, Unit::Bytes)
    }

    fn of(file: &File<'_>) -> Self {
        Self { path: file.path.to_owned(), diagnostics: diagnostics_of(file), not_shown: not_shown(file.report) }
    }

    /// The report on a document, with columns and offsets in `unit`.
    pub fn in_unit(path: impl Into<String>, text: &str, report: &Report, unit: Unit) -> Self {
        Self { path: path.into(), diagnostics: diagnostics_in(text, report, unit), not_shown: not_shown(report) }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DiagnosticReport {
    /// Code of the rule.
    pub code: String,
    /// Name of the rule.
    pub name: String,
    /// Severity in force.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// JSON Pointer (RFC 6901) to the element that the finding is about.
    pub pointer: String,
    /// Name of the variable that the finding is about, if it is known.
    pub variable: Option<String>,
    /// Where in the text it is.
    pub range: Range,
    /// Other places that belong to the finding.
    pub related: Vec<RelatedReport>,
    /// Possible fixes.
    pub fixes: Vec<FixReport>,
    /// The variable parts of the message, for translations.
    pub params: SmallMap<&'static str, String>,
}

/// A range of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Range {
    /// Place of the first character.
    pub start: Place,
    /// Place after the last character.
    pub end: Place,
}

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in Unicode scalar values (UTF-16 code units for JavaScript).
    pub column: usize,
    /// Offset, from 0, in bytes (UTF-16 code units for JavaScript).
    pub offset: usize,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RelatedReport {
    /// What is there.
    pub message: String,
    /// Where in the text it is.
    pub range: Range,
}

/// A fix for a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FixReport {
    /// What the fix does.
    pub message: String,
    /// Whether it may be applied without review.
    pub applicability: Applicability,
    /// The replacements that make up the fix.
    pub edits: Vec<EditReport>,
}

/// A replacement of the text from `start` to `end`, in bytes (UTF-16 code units for JavaScript).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EditReport {
    /// Offset of the start.
    pub start: usize,
    /// Offset after the end.
    pub end: usize,
    /// The replacement text.
    pub text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "called by serde")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The shown findings of a report, with offsets in bytes of `text`.
pub fn diagnostics(text: &str, report: &Report) -> Vec<DiagnosticReport> {
    diagnostics_in(text, report, Unit::Bytes)
}

/// The shown findings of a document, with their places in its text.
pub(in crate::render) fn diagnostics_of(file: &File<'_>) -> Vec<DiagnosticReport> {
    shown(file.report).into_iter().map(|diagnostic| one(diagnostic, file.lines())).collect()
}

fn diagnostics_in(text: &str, report: &Report, unit: Unit) -> Vec<DiagnosticReport> {
    if report.diagnostics().is_empty() {
        return Vec::new();
    }
    let index = LineIndex::in_unit(text, unit);
    shown(report).into_iter().map(|diagnostic| one(diagnostic, &index)).collect()
}

fn one(diagnostic: &Diagnostic, index: &LineIndex<'_>) -> DiagnosticReport {
    let fixes = diagnostic.fixes.iter().map(|fix| FixReport {
        message: fix.message.clone(),
        applicability: fix.applicability,
        edits: fix
            .edits
            .iter()
            .map(|edit| EditReport {
                start: index.offset(edit.span.start()),
                end: index.offset(edit.span.end()),
                text: edit.text.clone(),
            })
            .collect(),
    });
    let related = diagnostic
        .related
        .iter()
        .map(|related| RelatedReport { message: related.message.to_string(), range: range(related.span, index) });
    DiagnosticReport {
        code: diagnostic.code.to_string(),
        name: diagnostic.name.to_string(),
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
        pointer: diagnostic.pointer.clone(),
        variable: diagnostic.variable.clone(),
        range: range(diagnostic.span, index),
        related: related.collect(),
        fixes: fixes.collect(),
        params: diagnostic.params.clone(),
    }
}

fn range(span: Span, index: &LineIndex<'_>) -> Range {
    let place = |Position { line, column, offset }| Place { line, column, offset };
    Range { start: place(index.position(span.start())), end: place(index.position(span.end())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn the_keys_are_those_of_the_contract() {
        let text = "[{\"name\": \"ä\",\n  \"name\": \"b\", \"type\": \"integer\", \"value\": 3}]";
        let report = check(text.as_bytes(), &CheckOptions::default());
        let file = FileReport::new("vars.json", text, &report);
        let mut totals = Totals { skipped: 2, unread: vec![FileError::new("x", "y")], ..Totals::default() };
        totals.add(&report);
        let whole = whole(&[&part(&File::new("vars.json", text, &report))], &totals);
        let json: serde_json::Value = serde_json::from_str(&whole).unwrap();
        assert!(whole.ends_with("}\n"));
        assert_eq!(json["files"][0], serde_json::to_value(file).unwrap());
        assert_eq!(json["version"], 1);
        assert_eq!(json["errors"], serde_json::json!([{"path": "x", "message": "y"}]));
        assert_eq!(json["summary"], serde_json::json!({"files": 1, "skipped": 2, "errors": 3, "warnings": 0}));
        let finding = &json["files"][0]["diagnostics"][1];
        assert_eq!(finding["code"], "CX003");
        assert_eq!(finding["severity"], "error");
        assert_eq!(finding["pointer"], "/0/name");
        assert_eq!(finding["range"]["start"], serde_json::json!({"line": 2, "column": 3, "offset": 18}));
        assert_eq!(finding["related"][0]["message"], "first here");
        let edit = serde_json::json!({"start": 14, "end": 29, "text": ""});
        assert_eq!(finding["fixes"][0]["edits"], serde_json::json!([edit]));
        let fixed = &json["files"][0]["diagnostics"][2];
        assert_eq!((&fixed["code"], &fixed["fixes"][0]["applicability"]), (&"CX002".into(), &"safe".into()));
        assert_eq!(fixed["fixes"][0]["edits"][0]["text"], "\"");
    }
}
