//! Translates a report into the records of the component. Its keys are those of `cxvars validate --format json`.

use cxvars_core::diagnostic::Applicability;
use cxvars_core::render::json_v1::{DiagnosticReport, FileReport, FixReport, Place, Range};

use crate::wit;

pub(crate) fn file(report: FileReport) -> wit::FileReport {
    wit::FileReport {
        path: report.path,
        diagnostics: report.diagnostics.into_iter().map(diagnostic).collect(),
        not_shown: number(report.not_shown),
    }
}

fn diagnostic(report: DiagnosticReport) -> wit::Diagnostic {
    let related = report
        .related
        .into_iter()
        .map(|related| wit::Related { message: related.message, range: range(related.range) });
    wit::Diagnostic {
        code: report.code,
        name: report.name,
        severity: crate::severity(report.severity),
        message: report.message,
        help: report.help,
        pointer: report.pointer,
        range: range(report.range),
        related: related.collect(),
        fixes: report.fixes.into_iter().map(fix).collect(),
        params: report.params.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
    }
}

fn fix(report: FixReport) -> wit::Fix {
    let edits = report.edits.into_iter().map(|edit| wit::Edit {
        start: number(edit.start),
        end: number(edit.end),
        text: edit.text,
    });
    wit::Fix {
        message: report.message,
        applicability: match report.applicability {
            Applicability::Safe => wit::Applicability::Safe,
            Applicability::Unsafe => wit::Applicability::Unsafe,
            Applicability::DisplayOnly => wit::Applicability::DisplayOnly,
        },
        edits: edits.collect(),
    }
}

fn range(range: Range) -> wit::Range {
    wit::Range { start: place(range.start), end: place(range.end) }
}

fn place(place: Place) -> wit::Place {
    wit::Place { line: number(place.line), column: number(place.column), offset: number(place.offset) }
}

/// Converts a place in a text or a number of findings. It always fits, because a component's memory has 32-bit
/// addresses.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
