//! The Code Quality report of GitLab: a JSON array of findings. GitLab recognises known findings by their fingerprints.
//!
//! The format has no place for documents that could not be read.

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::diagnostic::identity::plain_path;
use crate::render::{File, Rendering, between, identified, joined, message_and_help, pretty};

pub(super) static FORMAT: Rendering = Rendering {
    name: "gitlab",
    summary: "Code Quality report of GitLab",
    names_unread: false,
    needs_project_path: true,
    part: |file, _| part(file),
    whole: |parts, _| whole(parts),
};

#[derive(Serialize)]
struct Issue<'i> {
    description: String,
    check_name: &'i str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'i>,
}

#[derive(Serialize)]
struct Location<'l> {
    path: &'l str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

fn part(file: &File<'_>) -> String {
    let index = file.lines();
    let issues = identified(file).map(|(fingerprint, diagnostic)| {
        let issue = Issue {
            description: message_and_help(diagnostic),
            check_name: &diagnostic.code,
            fingerprint,
            severity: match diagnostic.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            location: Location {
                path: plain_path(file.project_path),
                lines: Lines { begin: index.position(diagnostic.span.start()).line },
            },
        };
        pretty(&issue, 1)
    });
    issues.collect::<Vec<_>>().join(&between(0))
}

fn whole(parts: &[&str]) -> String {
    joined(parts, 0) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;
    use serde_json::{Value, json};

    #[test]
    fn an_issue_has_what_the_report_format_asks_for() {
        let text = "[\n{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}, {}]";
        let mut options = CheckOptions::default();
        options.validate.severity = Some([("CX102".into(), Some(Severity::Warning))].into());
        let report = check(text.as_bytes(), &options);
        let part = part(&File::new("./a/b.json", text, &report));
        let issues: Value = serde_json::from_str(&whole(&["", &part, ""])).unwrap();
        let location = json!({"path": "a/b.json", "lines": {"begin": 2}});
        assert_eq!((&issues[0]["severity"], &issues[0]["location"]), (&json!("minor"), &location));
        assert_eq!((&issues[1]["severity"], &issues[1]["check_name"]), (&json!("major"), &json!("CX005")));
        assert_eq!(issues[0]["fingerprint"].as_str().map(str::len), Some(64));
        assert_eq!(whole(&["", ""]), "[]\n");
    }
}
