//! One line per finding, for editors and for `grep`: `path:line:column: error[CX103] message`.

use crate::base::display::escape;
use crate::diagnostic::Diagnostic;
use crate::render::text;
use crate::render::{File, Rendering, shown};

pub(super) static FORMAT: Rendering = Rendering {
    name: "concise",
    summary: "One line a finding",
    names_unread: false,
    needs_project_path: false,
    part: |file, _| part(file),
    whole: text::whole,
};

fn part(file: &File<'_>) -> String {
    let index = file.lines();
    let path = escape(file.path);
    let line = |diagnostic: &Diagnostic| {
        let at = index.position(diagnostic.span.start());
        let (severity, code) = (diagnostic.severity.as_str(), &diagnostic.code);
        format!("{path}:{}:{}: {severity}[{code}] {}\n", at.line, at.column, diagnostic.message)
    };
    shown(file.report).into_iter().map(line).collect()
}
