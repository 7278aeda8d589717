//! The findings that keep a document from being sent, as `plan` and `apply` print them.

use cxvars_core::diagnostic::Severity;
use cxvars_core::render;
use cxvars_core::render::json_v1::ValidateReport;
use cxvars_core::render::text::Color;

use super::prepare::Prepared;

/// The findings of a document that may not be sent, for people.
pub(crate) fn text(prepared: &Prepared, color: bool) -> String {
    let color = if color { Color::On } else { Color::Off };
    let source = cxvars_core::reader::readable_text(&prepared.input.bytes);
    let report = &prepared.report;
    format!(
        "{}{}; nothing was sent\n",
        render::text::render(&prepared.input.name, source, report, color),
        render::text::summary(report.count(Severity::Error), report.count(Severity::Warning), 1)
    )
}

/// The findings for programs, as `validate` reports them.
pub(crate) fn json(prepared: &Prepared) -> ValidateReport {
    let source = cxvars_core::reader::readable_text(&prepared.input.bytes);
    ValidateReport::of(&prepared.input.name, source, &prepared.report)
}
