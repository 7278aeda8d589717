//! The JSON report, version 1. It grows only by new keys, and consumers ignore keys that they do not know.
//!
//! Lines and columns count from 1, columns in Unicode scalar values, offsets in bytes from 0; for JavaScript, columns and
//! offsets count UTF-16 code units ([`FileReport::in_unit`]). Arrays are always present; a scalar that is absent is
//! `null`.

use serde::Serialize;

use crate::base::small_map::SmallMap;
use crate::base::span::{LineIndex, Position, Span, Unit};
use crate::check::Report;
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::render::{Checked, Totals, joined, not_shown, pretty, shown};

/// The report of `validate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ValidateReport {
    /// 1.
    pub version: u32,
    /// Every checked document, clean ones too.
    pub files: Vec<FileReport>,
    /// Documents that could not be read.
    pub errors: Vec<FileError>,
    /// Counts.
    pub summary: Summary,
}

impl ValidateReport {
    /// The report on one document; `text` is what was checked.
    pub fn of(path: impl Into<String>, text: &str, report: &Report) -> Self {
        let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
        let summary = Summary { files: 1, skipped: 0, errors, warnings };
        Self { version: 1, files: vec![FileReport::new(path, text, report)], errors: Vec::new(), summary }
    }
}

pub(in crate::render) fn part(checked: Checked<'_>) -> String {
    pretty(&FileReport::new(checked.path, checked.text, checked.report), 2)
}

pub(in crate::render) fn whole(parts: &[&str], totals: &Totals) -> String {
    let summary =
        Summary { files: totals.files, skipped: totals.skipped, errors: totals.errors, warnings: totals.warnings };
    let (files, errors, summary) = (joined(parts, 1), pretty(&totals.unread, 1), pretty(&summary, 1));
    format!("{{\n  \"version\": 1,\n  \"files\": {files},\n  \"errors\": {errors},\n  \"summary\": {summary}\n}}\n")
}

/// Counts over all files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Checked documents.
    pub files: usize,
    /// Files that were passed over, because they are plainly something else.
    pub skipped: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
}

/// A document that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileError {
    /// Its path, as it was given.
    pub path: String,
    /// Why.
    pub message: String,
}

impl FileError {
    /// A document that could not be read, and why.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// The findings of one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// Its path, as it was given.
    pub path: String,
    /// Its findings, in the order of the text; of very many the first ones.
    pub diagnostics: Vec<DiagnosticReport>,
    /// How many others there are; the key stands only where there are some.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_shown: usize,
}

impl FileReport {
    /// The report on a document; `text` is what was checked.
    pub fn new(path: impl Into<String>, text: &str, report: &Report) -> Self {
        Self::in_unit(path, text, report, Unit::Bytes)
    }

    /// The report on a document, its places in this unit.
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
    /// The way out.
    pub help: Option<String>,
    /// JSON Pointer (RFC 6901).
    pub pointer: String,
    /// Where.
    pub range: Range,
    /// Other places that belong to it.
    pub related: Vec<RelatedReport>,
    /// Ways to mend it.
    pub fixes: Vec<FixReport>,
    /// The parts of the message, for translations.
    pub params: SmallMap<&'static str, String>,
}

/// A range of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Range {
    /// First character.
    pub start: Place,
    /// Behind the last character.
    pub end: Place,
}

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1.
    pub column: usize,
    /// Offset in bytes, from 0.
    pub offset: usize,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RelatedReport {
    /// What is there.
    pub message: String,
    /// Where.
    pub range: Range,
}

/// A way to mend a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FixReport {
    /// What applying it does.
    pub message: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// The replacements, offsets in bytes.
    pub edits: Vec<EditReport>,
}

/// A replacement of the bytes from `start` to `end`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EditReport {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
    /// What stands there afterwards.
    pub text: String,
}

// The signature is the one that serde asks for.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "called by serde")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The findings of a report that are shown, with their places in `text`.
pub fn diagnostics(text: &str, report: &Report) -> Vec<DiagnosticReport> {
    diagnostics_in(text, report, Unit::Bytes)
}

fn diagnostics_in(text: &str, report: &Report, unit: Unit) -> Vec<DiagnosticReport> {
    if report.diagnostics().is_empty() {
        return Vec::new();
    }
    let index = LineIndex::in_unit(text, unit);
    shown(report).iter().map(|diagnostic| one(diagnostic, &index)).collect()
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
        let whole = whole(&[&part(Checked { path: "vars.json", text, report: &report })], &totals);
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
