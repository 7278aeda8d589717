//! Workflow commands of GitHub Actions, which become annotations of the changed lines.
//!
//! Of one step GitHub shows ten errors and ten warnings. Where there are more, a notice at the end states the totals.

use super::text::summary;
use crate::base::display::escape;
use crate::base::span::LineIndex;
use crate::diagnostic::{Diagnostic, Severity};
use crate::render::{Checked, Totals, message_and_help, plain_path, shown};

/// Annotations of one severity that a step may have.
const SHOWN: usize = 10;

pub(in crate::render) fn part(checked: Checked<'_>) -> String {
    let index = LineIndex::new(checked.text);
    let file = property(plain_path(checked.path));
    let command = |diagnostic: &Diagnostic| {
        let (start, end) = (index.position(diagnostic.span.start()), index.position(diagnostic.span.end()));
        let severity = diagnostic.severity.as_str();
        let title = property(&format!("{} {}", diagnostic.code, diagnostic.name));
        // Columns are only understood within one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let place = format!("file={file},line={},endLine={}{columns}", start.line, end.line);
        format!("::{severity} {place},title={title}::{}\n", data(&message_and_help(diagnostic)))
    };
    shown(checked.report).iter().map(command).collect()
}

pub(in crate::render) fn whole(parts: &[&str], totals: &Totals) -> String {
    let mut out = parts.concat();
    for unread in &totals.unread {
        let (file, message) = (property(plain_path(&unread.path)), data(&unread.message));
        out += &format!("::error file={file},title=unread document::{message}\n");
    }
    let errors = totals.errors + totals.unread.len();
    if errors > SHOWN || totals.warnings > SHOWN {
        let all = summary(errors, totals.warnings, totals.files + totals.unread.len());
        out += &format!("::notice title=cxvars::{all}; the log of this step has more, annotations end at {SHOWN} ");
        out += &format!("{}s and {SHOWN} {}s\n", Severity::Error.as_str(), Severity::Warning.as_str());
    }
    out
}

/// The text behind `::`. Line breaks are escaped as they are everywhere, so that `%0A` is never needed.
fn data(text: &str) -> String {
    escape(text).replace('%', "%25")
}

/// The text of a property, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    fn rendered(path: &str, text: &str) -> String {
        part(Checked { path, text, report: &check(text.as_bytes(), &CheckOptions::default()) })
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
