//! One line a finding, for editors and for `grep`: `path:line:column: error[CX103] message`.

use crate::base::display::escape;
use crate::base::span::LineIndex;
use crate::diagnostic::Diagnostic;
use crate::render::{Checked, shown};

/// The findings of one document.
pub(in crate::render) fn part(checked: Checked<'_>) -> String {
    let index = LineIndex::new(checked.text);
    let path = escape(checked.path);
    let line = |diagnostic: &Diagnostic| {
        let at = index.position(diagnostic.span.start());
        let (severity, code) = (diagnostic.severity.as_str(), &diagnostic.code);
        format!("{path}:{}:{}: {severity}[{code}] {}\n", at.line, at.column, diagnostic.message)
    };
    shown(checked.report).iter().map(line).collect()
}
