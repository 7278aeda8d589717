//! How often each rule fired: the table of `validate --statistics`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::Totals;
use super::formats::json_v1::Summary;
use super::formats::text;
use crate::check::Report;
use crate::diagnostic::{Applicability, Severity};

/// The findings of a run, counted by code and severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics(BTreeMap<(Cow<'static, str>, bool), Count>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Count {
    name: Cow<'static, str>,
    severity: Severity,
    findings: usize,
    files: usize,
    fixable: usize,
}

impl Statistics {
    /// Adds the findings of one document, all of them, whether or not they are shown.
    pub fn add(&mut self, report: &Report) {
        let mut here = Self::default();
        for finding in report.diagnostics() {
            let key = (finding.code.clone(), finding.severity == Severity::Warning);
            let (name, severity) = (finding.name.clone(), finding.severity);
            let count = here.0.entry(key).or_insert(Count { name, severity, findings: 0, files: 1, fixable: 0 });
            count.findings += 1;
            count.fixable += usize::from(finding.fixes.iter().any(|fix| fix.applicability == Applicability::Safe));
        }
        self.join(here);
    }

    /// Adds the counts of another thread.
    pub fn join(&mut self, other: Self) {
        for (key, more) in other.0 {
            let none = Count { findings: 0, files: 0, fixable: 0, ..more.clone() };
            let count = self.0.entry(key).or_insert(none);
            count.findings += more.findings;
            count.files += more.files;
            count.fixable += more.fixable;
        }
    }

    /// The table for people: most frequent first, with the summary of the run below it.
    pub fn text(&self, totals: &Totals) -> String {
        let rows = self.rows();
        let mut out = String::new();
        if !rows.is_empty() {
            out += "findings  files  fixable  severity  code   name\n";
        }
        for Row { code, name, severity, findings, files, fixable } in rows {
            let severity = severity.as_str();
            out += &format!("{findings:>8}  {files:>5}  {fixable:>7}  {severity:<8}  {code:<5}  {name}\n");
        }
        out + &text::whole(&[], totals)
    }

    /// The table for programs.
    pub fn json(&self, totals: &Totals) -> String {
        let report = StatisticsReport { version: 1, statistics: self.rows(), summary: Summary::of(totals) };
        // Strings and numbers always serialize.
        serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
    }

    fn rows(&self) -> Vec<Row> {
        let row = |((code, _), count): (&'_ (Cow<'static, str>, bool), &'_ Count)| Row {
            code: code.to_string(),
            name: count.name.to_string(),
            severity: count.severity,
            findings: count.findings,
            files: count.files,
            fixable: count.fixable,
        };
        let mut rows: Vec<Row> = self.0.iter().map(row).collect();
        // The map is sorted by code, and the sort keeps that order among equals.
        rows.sort_by_key(|row| std::cmp::Reverse(row.findings));
        rows
    }
}

#[derive(Serialize)]
struct StatisticsReport {
    version: u32,
    statistics: Vec<Row>,
    summary: Summary,
}

/// One line of the table.
#[derive(Serialize)]
struct Row {
    code: String,
    name: String,
    severity: Severity,
    /// Number of findings.
    findings: usize,
    /// Number of documents that have some.
    files: usize,
    /// Number of findings with a safe fix.
    fixable: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn findings_are_counted_by_rule_over_documents_and_threads() {
        let texts = [
            r#"[{"name": "_a", "type": "string", "value": 3}, {"name": "_b", "type": "string", "value": ""}]"#,
            r#"[{"name": "_c", "type": "string", "value": "x"}]"#,
        ];
        let (mut first, mut second, mut totals) = (Statistics::default(), Statistics::default(), Totals::default());
        for (statistics, text) in [&mut first, &mut second].into_iter().zip(texts) {
            let report = check(text.as_bytes(), &CheckOptions::default());
            statistics.add(&report);
            totals.add(&report);
        }
        first.join(second);
        assert_eq!(
            first.text(&totals),
            "findings  files  fixable  severity  code   name\n       \
             3      2        0  error     CX102  leading-underscore\n       \
             1      1        1  error     CX002  wrong-shape\n       \
             1      1        0  warning   CX207  empty-value\n\
             4 errors, 1 warning in 2 files; nothing was sent\n"
        );
        let json: serde_json::Value = serde_json::from_str(&first.json(&totals)).unwrap();
        assert_eq!(json["statistics"][1]["code"], "CX002");
        assert_eq!((&json["statistics"][1]["fixable"], &json["summary"]["errors"]), (&1.into(), &4.into()));
        assert_eq!(
            Statistics::default().text(&Totals::default()),
            "0 errors, 0 warnings in 0 files; nothing was sent\n"
        );
    }
}
