//! The findings of a document, as `plan` and `apply` print them.

use cxvars_core::diagnostic::Severity;
use cxvars_core::reader::readable_text;
use cxvars_core::render;
use cxvars_core::render::json_v1::{self, DiagnosticReport, ValidateReport};
use cxvars_core::render::text::Color;

use super::prepare::Prepared;

/// The findings of a document that may not be sent, for people.
pub(crate) fn text(prepared: &Prepared, color: bool) -> String {
    format!("{}; nothing was sent\n", listed(prepared, color))
}

/// The findings of a document that may be sent, for people: its warnings. Empty if it has none.
pub(crate) fn warnings(prepared: &Prepared, color: bool) -> String {
    if prepared.report.diagnostics().is_empty() { String::new() } else { listed(prepared, color) + "\n" }
}

fn listed(prepared: &Prepared, color: bool) -> String {
    let color = if color { Color::On } else { Color::Off };
    let report = &prepared.report;
    let more = match render::not_shown(report) {
        0 => String::new(),
        1 => "1 more finding is not shown\n".to_owned(),
        count => format!("{count} more findings are not shown\n"),
    };
    format!(
        "{}{more}{}",
        render::text::render(&prepared.input.name, readable_text(&prepared.input.bytes), report, color),
        render::text::summary(report.count(Severity::Error), report.count(Severity::Warning), 1)
    )
}

/// The findings for programs, as `validate` reports them.
pub(crate) fn json(prepared: &Prepared) -> ValidateReport {
    ValidateReport::of(&prepared.input.name, readable_text(&prepared.input.bytes), &prepared.report)
}

/// The `diagnostics` of a report for programs.
pub(crate) fn diagnostics(prepared: &Prepared) -> Vec<DiagnosticReport> {
    json_v1::diagnostics(readable_text(&prepared.input.bytes), &prepared.report)
}

/// For keys of reports that are omitted if they are zero.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "called by serde")]
pub(crate) fn is_zero(count: &usize) -> bool {
    *count == 0
}
