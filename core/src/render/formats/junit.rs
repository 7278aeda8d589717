//! JUnit XML, for services that show test reports.
//!
//! Each document is a test suite. An error is a failed test case. A warning is a passed case whose output is the
//! message, because a warning does not make the command fail either. A document without findings has one passed case.
//! A document that could not be read has one case that ended in an error.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};
use crate::render::{File, Rendering, Totals, message_and_help, shown};

pub(super) static FORMAT: Rendering = Rendering {
    name: "junit",
    summary: "JUnit XML, for test reports",
    names_unread: true,
    needs_project_path: false,
    part: |file, _| part(file),
    whole,
};

fn part(file: &File<'_>) -> String {
    let index = file.lines();
    let case = |diagnostic: &Diagnostic| {
        let at = index.position(diagnostic.span.start());
        let (code, severity) = (&diagnostic.code, diagnostic.severity.as_str());
        let name = format!("{code} {} at {}:{}", diagnostic.name, at.line, at.column);
        let message = message_and_help(diagnostic);
        let text = escape(&format!("{}:{}:{}: {severity}[{code}] {message}", file.path, at.line, at.column));
        let inner = match diagnostic.severity {
            Severity::Error => format!("<failure type=\"{code}\" message=\"{}\">{text}</failure>", escape(&message)),
            Severity::Warning => format!("<system-out>{text}</system-out>"),
        };
        case(file.path, &name, &inner)
    };
    let diagnostics = shown(file.report);
    let cases: String = match &diagnostics[..] {
        [] => case_passed(file.path),
        found => found.iter().copied().map(case).collect(),
    };
    suite(file.path, diagnostics.len().max(1), cases.matches("<failure ").count(), 0, &cases)
}

fn whole(parts: &[&str], totals: &Totals) -> String {
    // Texts are escaped and contain no `<`, so every match is a tag.
    let count = |tag: &str| parts.iter().map(|part| part.matches(tag).count()).sum::<usize>();
    let counts = counts(count("<testcase ") + totals.unread.len(), count("<failure "), totals.unread.len());
    let mut out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cxvars\" {counts}>\n");
    out += &parts.concat();
    for unread in &totals.unread {
        let message = escape(&unread.message);
        let inner = format!("<error type=\"unread\" message=\"{message}\">{message}</error>");
        out += &suite(&unread.path, 1, 0, 1, &case(&unread.path, "is readable", &inner));
    }
    out + "</testsuites>\n"
}

fn suite(path: &str, tests: usize, failures: usize, errors: usize, cases: &str) -> String {
    let counts = counts(tests, failures, errors);
    format!("  <testsuite name=\"{}\" {counts}>\n{cases}  </testsuite>\n", escape(path))
}

fn counts(tests: usize, failures: usize, errors: usize) -> String {
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
}

fn case(path: &str, name: &str, inner: &str) -> String {
    let (path, name) = (escape(path), escape(name));
    format!("    <testcase classname=\"{path}\" name=\"{name}\">{inner}</testcase>\n")
}

fn case_passed(path: &str) -> String {
    case(path, "no findings", "")
}

/// Escapes a text for XML, between tags and in attributes. Characters that XML 1.0 forbids (section 2.2) become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Unescaped, a parser would turn them into spaces in attributes. Writing to a `String` cannot fail.
            '\t' | '\n' | '\r' => drop(write!(out, "&#{};", u32::from(character))),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;
    use crate::render::json_v1::FileError;

    fn part_of(text: &str) -> String {
        let mut options = CheckOptions::default();
        options.validate.severity = Some([("CX102".into(), Some(Severity::Warning))].into());
        part(&File::new("a<\u{1}>&\".json", text, &check(text.as_bytes(), &options)))
    }

    #[test]
    fn errors_fail_warnings_speak_and_a_clean_document_passes() {
        let clean = part_of("[]");
        assert!(clean.contains("tests=\"1\" failures=\"0\" errors=\"0\">"), "{clean}");
        assert!(clean.contains(" name=\"no findings\"></testcase>"), "{clean}");
        let found = part_of(r#"[{"name": "_a", "type": "string", "value": "x"}, 3]"#);
        assert!(found.contains("tests=\"2\" failures=\"1\" errors=\"0\">"), "{found}");
        assert!(found.contains("at 1:11\"><system-out>") && found.contains("<failure type=\"CX002\" "), "{found}");
        assert!(found.contains("name=\"a&lt;\u{fffd}&gt;&amp;&quot;.json\""), "{found}");
    }

    #[test]
    fn the_counts_of_the_whole_are_the_sums() {
        let parts = [part_of("[]"), part_of(r#"[{"name": "<testcase ", "type": "string", "value": "x"}, 3]"#)];
        let unread = vec![FileError::new("b.json", "gone & away")];
        let totals = Totals { errors: 2, unread, ..Totals::default() };
        let whole = whole(&[&parts[0], &parts[1]], &totals);
        assert!(whole.contains("<testsuites name=\"cxvars\" tests=\"4\" failures=\"2\" errors=\"1\">"), "{whole}");
        assert!(
            whole.contains("<error type=\"unread\" message=\"gone &amp; away\">gone &amp; away</error>"),
            "{whole}"
        );
    }

    #[test]
    fn line_breaks_survive_in_attributes() {
        assert_eq!(escape("a\r\n\tb\u{ffff}"), "a&#13;&#10;&#9;b\u{fffd}");
    }
}
