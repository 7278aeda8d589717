//! Properties that hold for any input, however hostile. The fuzz targets and the test of their seeds share them.
#![allow(dead_code, reason = "each fuzz target uses one of the functions")]

use std::collections::BTreeSet;

use cxvars_core::base::span::{LineIndex, Span};
use cxvars_core::check::fix::{apply, apply_fixes};
use cxvars_core::check::{Report, Source, check};
use cxvars_core::convert::mask::mask;
use cxvars_core::convert::{Converted, Refused, convert, export};
use cxvars_core::diagnostic::{Applicability, Severity};
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::reader::readable_text;
use cxvars_core::render::diff::unified;
use cxvars_core::render::text::Color;
use cxvars_core::render::{File, Format, Totals};

/// Every document format.
pub(crate) const FORMATS: [DocumentFormat; 4] =
    [DocumentFormat::Json, DocumentFormat::Jsonc, DocumentFormat::Yaml, DocumentFormat::Env];

fn options(format: DocumentFormat) -> CheckOptions {
    let mut options = CheckOptions::default();
    options.format = format;
    options
}

/// Checks an input, and renders the report in every report format, with and without color.
pub(crate) fn checked(input: &[u8], format: DocumentFormat) -> Report {
    let report = check(input, &options(format));
    let text = readable_text(input);
    holds_together(text, &report);
    let file = File::new("vars", text, &report);
    let mut totals = Totals::default();
    totals.add(&report);
    for format in Format::all() {
        for color in [Color::On, Color::Off] {
            let whole = format.whole(&[&format.part(&file, color)], &totals);
            assert!(whole.is_empty() || whole.ends_with('\n'));
        }
    }
    report
}

/// Asserts that spans lie in the text and on character boundaries, that every fix can be applied, and that the findings
/// are in the order of the text.
fn holds_together(text: &str, report: &Report) {
    let index = LineIndex::new(text);
    let fits = |span: Span| {
        assert!(text.get(span.start()..span.end()).is_some(), "{span:?} is not one of the text");
        let (start, end) = (index.position(span.start()), index.position(span.end()));
        assert!((start.line, start.column) <= (end.line, end.column));
    };
    for finding in report.diagnostics() {
        fits(finding.span);
        finding.related.iter().for_each(|related| fits(related.span));
        assert!(!finding.message.contains('\n') && !finding.message.is_empty());
        for fix in &finding.fixes {
            fix.edits.iter().for_each(|edit| fits(edit.span));
            assert!(apply_fixes(text, std::slice::from_ref(fix)).is_some(), "{fix:?}");
        }
    }
    assert!(report.diagnostics().is_sorted_by_key(|finding| finding.span));
}

/// Applies the fixes of a text. Asserts that this adds no error, and that applying fixes again changes nothing.
pub(crate) fn fixed(text: &str, format: DocumentFormat) {
    let options = options(format);
    let before = errors(&check(text.as_bytes(), &options));
    for level in [Applicability::Safe, Applicability::Unsafe] {
        let fixed = apply(text, &options, level);
        let after = fixed.text().expose();
        let mut known = before.clone();
        for code in errors(&check(after.as_bytes(), &options)) {
            let at = known.iter().position(|known| *known == code);
            known.swap_remove(at.unwrap_or_else(|| panic!("{code} is new")));
        }
        let again = apply(after, &options, level);
        assert!(again.applied().is_empty() && again.text() == fixed.text(), "once more changes something");
        assert_eq!(fixed.applied().is_empty(), text == after);
        if let Some(diff) = unified("vars", text, after, &options, Color::Off) {
            assert_eq!(diff.is_empty(), text == after);
        }
    }
}

/// Writes a text in every other format, as exports, and masked. Asserts that each result can be read, and that a
/// conversion keeps the findings. Returns whether a format could not hold it.
pub(crate) fn converted(text: &str, format: DocumentFormat) -> bool {
    let from = options(format);
    let is_read = |result: &Converted, format: DocumentFormat| {
        assert!(Source::read(result.text().expose().as_bytes(), &options(format)).is_whole(), "{format:?}");
    };
    let mut cannot_hold = false;
    for to in FORMATS {
        match convert(text, &from, to) {
            Ok(result) => {
                is_read(&result, to);
                keeps_findings(text, format, result.text().expose(), to);
            }
            Err(refused) => cannot_hold |= matches!(refused, Refused::CannotHold { .. }),
        }
        if let Ok(result) = export::manifest(text, &from, to) {
            is_read(&result, to);
        }
    }
    if let Ok(result) = export::wire(text, &from) {
        is_read(&result, DocumentFormat::Json);
    }
    if let Ok(masked) = mask(text, &from) {
        is_read(&masked, format);
        let again = mask(masked.text().expose(), &from).expect("a masked text can be read");
        assert!(again.text() == masked.text(), "once more changes something");
    }
    cannot_hold
}

/// Asserts that a conversion keeps the findings, except what depends on the format: CX007 of YAML is CX002 elsewhere,
/// and gone if the value became a string; CX008 is about `.env`; CX502 knows only credentials in JSON that may be made
/// to be sent; CX701 is about comments. Lines of `.env` hold no mistakes of structure, and JSON no comments that
/// silence.
fn keeps_findings(text: &str, from: DocumentFormat, result: &str, to: DocumentFormat) {
    if [from, to].contains(&DocumentFormat::Env) || text.contains("cxvars:") {
        return;
    }
    let findings = |text: &str, format| -> BTreeSet<(String, String)> {
        let report = check(text.as_bytes(), &options(format));
        let found = report.diagnostics().iter().map(|finding| (finding.code.to_string(), finding.pointer.clone()));
        found.filter(|(code, _)| !["CX002", "CX007", "CX008", "CX502", "CX701"].contains(&code.as_str())).collect()
    };
    let is_quoted = check(text.as_bytes(), &options(from)).diagnostics().iter().any(|finding| finding.code == "CX007");
    assert!(is_quoted || findings(text, from) == findings(result, to), "{from:?} to {to:?}");
}

/// The codes of the errors in a report.
fn errors(report: &Report) -> Vec<String> {
    let errors = report.diagnostics().iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code.to_string()).collect()
}
