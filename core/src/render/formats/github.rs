//! Workflow commands of GitHub Actions, which GitHub shows as annotations on the changed lines.
//!
//! GitHub shows at most ten errors and ten warnings per step. If there are more, a notice at the end states the totals.

use super::text::summary;
use crate::base::display::escape;
use crate::diagnostic::identity::plain_path;
use crate::diagnostic::{Diagnostic, Severity};
use crate::render::{File, Rendering, Totals, message_and_help, shown};

pub(super) static FORMAT: Rendering = Rendering {
    name: "github",
    summary: "Annotations of a GitHub Actions step",
    names_unread: true,
    needs_project_path: true,
    part: |file, _| part(file),
    whole,
};

/// Maximum number of annotations of one severity that GitHub shows for a step.
const MAX_ANNOTATIONS: usize = 10;

fn part(file: &File<'_>) -> String {
    let index = file.lines();
    let path = property(plain_path(file.project_path));
    let command = |diagnostic: &Diagnostic| {
        let (start, end) = (index.position(diagnostic.span.start()), index.position(diagnostic.span.end()));
        let severity = diagnostic.severity.as_str();
        let title = property(&format!("{} {}", diagnostic.code, diagnostic.name));
        // GitHub accepts columns only if the range is within one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let place = format!("file={path},line={},endLine={}{columns}", start.line, end.line);
        format!("::{severity} {place},title={title}::{}\n", data(&message_and_help(diagnostic)))
    };
    shown(file.report).into_iter().map(command).collect()
}

fn whole(parts: &[&str], totals: &Totals) -> String {
    let mut out = parts.concat();
    for unread in &totals.unread {
        let (file, message) = (property(plain_path(unread.project_path())), data(&unread.message));
        out += &format!("::error file={file},title=unread document::{message}\n");
    }
    let errors = totals.errors + totals.unread.len();
    if errors > MAX_ANNOTATIONS || totals.warnings > MAX_ANNOTATIONS {
        let all = summary(errors, totals.warnings, totals.files + totals.unread.len());
        out += &format!("::notice title=cxvars::{all}; the log of this step has more, annotations end at ");
        let (error, warning) = (Severity::Error.as_str(), Severity::Warning.as_str());
        out += &format!("{MAX_ANNOTATIONS} {error}s and {MAX_ANNOTATIONS} {warning}s\n");
    }
    out
}

/// The message after `::`. [`escape`] already turns line breaks into visible text, so `%0A` is never needed.
fn data(text: &str) -> String {
    escape(text).replace('%', "%25")
}

/// The value of a property. Commas and colons would end it, so they are encoded.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    fn rendered(path: &str, text: &str) -> String {
        part(&File::new(path, text, &check(text.as_bytes(), &CheckOptions::default())))
    }

    #[test]
    fn a_finding_is_one_command_with_its_place() {
        let text = "[\n{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]";
        let out = rendered("./a:b, 100%\n.json", text);
        let place = "file=a%3Ab%2C 100%25\\u{a}.json,line=2,endLine=2,col=10,endColumn=14";
        assert!(out.starts_with(&format!("::error {place},title=CX102 leading-underscore::`_a` ")), "{out}");
        assert_eq!(out.lines().count(), 1);
    }

    #[test]
    fn a_finding_over_several_lines_has_no_columns() {
        let out = rendered("v", "[{\"name\": \"a\",\n\"type\": \"string\"}]");
        assert!(out.starts_with("::error file=v,line=1,endLine=2,title=CX005 "), "{out}");
    }

    #[test]
    fn a_name_cannot_start_a_command() {
        let out = rendered("v", r#"[{"name": "\r\n::error::%0Ax", "type": "string", "value": "x"}]"#);
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(out.contains("%250Ax") && !out.contains('\r'), "{out}");
    }

    #[test]
    fn totals_beyond_the_limit_are_stated() {
        let totals = |errors, warnings| Totals { files: 2, errors, warnings, ..Totals::default() };
        assert_eq!(whole(&["x\n"], &totals(10, 10)), "x\n");
        assert!(whole(&[], &totals(11, 0)).contains("11 errors, 0 warnings in 2 files"));
        assert!(whole(&[], &totals(0, 11)).starts_with("::notice title=cxvars::0 errors, 11 warnings"));
    }
}
