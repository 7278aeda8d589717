//! JSON Lines: one object per finding, with the keys of the JSON report and the `path` of its document.
//!
//! A document without findings adds no line, so a clean run prints nothing. A document that could not be read adds
//! `{"path": …, "error": …}` after all findings. There is no summary line.

use serde::Serialize;

use super::json_v1::{DiagnosticReport, FileError, diagnostics_of};
use crate::render::{File, Rendering, Totals};

pub(super) static FORMAT: Rendering = Rendering {
    name: "jsonl",
    summary: "One JSON object a finding, each on a line",
    names_unread: true,
    needs_project_path: false,
    part: |file, _| part(file),
    whole,
};

#[derive(Serialize)]
struct Finding<'f> {
    path: &'f str,
    #[serde(flatten)]
    diagnostic: DiagnosticReport,
}

#[derive(Serialize)]
struct Unread<'u> {
    path: &'u str,
    error: &'u str,
}

fn part(file: &File<'_>) -> String {
    let findings = diagnostics_of(file).into_iter();
    findings.map(|diagnostic| line(&Finding { path: file.path, diagnostic })).collect()
}

fn whole(parts: &[&str], totals: &Totals) -> String {
    let unread = |FileError { path, message, .. }: &FileError| line(&Unread { path, error: message });
    parts.concat() + &totals.unread.iter().map(unread).collect::<String>()
}

fn line(value: &impl Serialize) -> String {
    // Strings and numbers always serialize.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;
    use serde_json::{Value, json};

    #[test]
    fn every_line_stands_alone() {
        let text = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}, 3]";
        let report = check(text.as_bytes(), &CheckOptions::default());
        let part = part(&File::new("a\n.json", text, &report));
        let totals = Totals { unread: vec![FileError::new("b.json", "gone")], ..Totals::default() };
        let lines: Vec<Value> =
            whole(&[&part, ""], &totals).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!((&lines[0]["path"], &lines[0]["code"]), (&json!("a\n.json"), &json!("CX102")));
        assert_eq!(lines[1]["range"]["start"]["column"], 50);
        assert_eq!(lines[2], json!({"path": "b.json", "error": "gone"}));
        assert_eq!(whole(&["", ""], &Totals::default()), "");
    }
}
