//! The known findings of an old project, so that only new ones count.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::check::Report;
use crate::diagnostic::identity::identities;

/// Version of the file format.
const VERSION: u32 = 1;

/// The known findings of a project, by their identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<String, Known>,
}

/// A known finding. All but the identifier is for people who read the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Known {
    /// The path of its document from the folder of the file, with `/` between its parts.
    pub path: String,
    /// The name of its variable, if it is known.
    pub variable: Option<String>,
    /// The code of its rule.
    pub code: String,
    /// Its identifier; see [`identities`].
    pub fingerprint: String,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    findings: Vec<Known>,
}

/// Why a text is not a baseline. No message repeats a part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It is not JSON of this form.
    #[error("it is no baseline: line {line}, column {column}")]
    Malformed {
        /// Line of the mistake, from 1.
        line: usize,
        /// Column of the mistake, from 1, in bytes.
        column: usize,
    },
    /// It was written in a later form.
    #[error("it is a baseline of version {version}, and this program reads version {VERSION}")]
    Version {
        /// The version that the text names.
        version: u32,
    },
}

impl Baseline {
    /// Reads the text of a baseline file.
    ///
    /// # Errors
    /// The text is not JSON of this form or version.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_str(text)
            .map_err(|error| BaselineError::Malformed { line: error.line(), column: error.column() })?;
        if file.version != VERSION {
            return Err(BaselineError::Version { version: file.version });
        }
        Ok(file.findings.into_iter().collect())
    }

    /// The text of a baseline file. The same findings give the same text, with a line for each of them.
    pub fn to_text(&self) -> String {
        let findings: BTreeSet<&Known> = self.known.values().collect();
        // Strings always serialize.
        let line = |known: &&Known| format!("    {}", serde_json::to_string(known).unwrap_or_default());
        let lines = findings.iter().map(line).collect::<Vec<_>>().join(",\n");
        let list = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{lines}\n  ]") };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": {list}\n}}\n")
    }

    /// The known findings.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = &Known> {
        self.known.values()
    }

    /// Removes the known findings from the report on the document at `path`, and returns them.
    pub fn hide(&self, path: &str, report: &mut Report) -> Vec<Known> {
        let mut found = Vec::new();
        if self.known.is_empty() {
            return found;
        }
        let identities: Vec<String> = identities(path, &report.diagnostics).collect();
        let mut identities = identities.into_iter();
        let may_become_known: Vec<bool> =
            report.diagnostics.iter().map(|finding| report.may_become_known(&finding.code)).collect();
        let mut may_become_known = may_become_known.into_iter();
        report.diagnostics.retain(|_| {
            let known = identities.next().and_then(|identity| self.known.get(&identity));
            let known = known.filter(|_| may_become_known.next().unwrap_or_default());
            found.extend(known.cloned());
            known.is_none()
        });
        report.known += found.len();
        found
    }
}

impl FromIterator<Known> for Baseline {
    fn from_iter<I: IntoIterator<Item = Known>>(findings: I) -> Self {
        Self { known: findings.into_iter().map(|known| (known.fingerprint.clone(), known)).collect() }
    }
}

/// The findings of the report on the document at `path` that can become known.
pub fn to_know(path: &str, report: &Report) -> Vec<Known> {
    let findings = identities(path, report.diagnostics()).zip(report.diagnostics());
    let known = findings.filter(|(_, finding)| report.may_become_known(&finding.code)).map(|(fingerprint, finding)| {
        Known { path: path.to_owned(), variable: finding.variable.clone(), code: finding.code.to_string(), fingerprint }
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    const OLD: &str =
        r#"[{"name": "_a", "type": "string", "value": "x"}, {"name": "b", "type": "integer", "value": "CANARY"}]"#;

    fn report(text: &str) -> Report {
        check(text.as_bytes(), &CheckOptions::default())
    }

    fn baseline() -> Baseline {
        to_know("bu07/a.json", &report(OLD)).into_iter().collect()
    }

    #[test]
    fn known_findings_are_hidden_and_new_ones_are_not() {
        let new = OLD.replace(r#"[{"name""#, r#"[{"name": "c", "type": "boolean", "value": "1"}, {"name""#);
        let mut after = report(&new);
        assert_eq!(baseline().hide("bu07/a.json", &mut after).len(), 2);
        let codes: Vec<_> = after.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
        assert_eq!((codes, after.known()), (vec!["CX203"], 2));
        let mut elsewhere = report(OLD);
        assert!(baseline().hide("bu08/a.json", &mut elsewhere).is_empty());
        assert_eq!((elsewhere.diagnostics().len(), elsewhere.known()), (2, 0));
        let mut twice = report(&format!("[{}, {}", OLD.trim_matches(['[', ']']), &OLD[1..]));
        baseline().hide("bu07/a.json", &mut twice);
        assert_eq!(twice.diagnostics().len(), 3, "each once more, and a name that is there already");
    }

    #[test]
    fn what_could_not_be_read_never_becomes_known() {
        assert_eq!(to_know("a.json", &report("[{")), []);
        let mut broken = report("[");
        let forged: Baseline = identities("a.json", broken.diagnostics())
            .map(|fingerprint| Known { path: "a.json".into(), variable: None, code: "CX001".into(), fingerprint })
            .collect();
        assert_eq!(forged.hide("a.json", &mut broken), []);
        assert!(!broken.is_valid());
    }

    #[test]
    fn the_file_has_a_line_for_each_finding_and_reads_as_it_was_written() {
        let text = baseline().to_text();
        assert_eq!(Baseline::parse(&text), Ok(baseline()));
        assert_eq!(text.lines().filter(|line| line.contains("bu07/a.json")).count(), 2);
        assert!(!text.contains("CANARY"));
        assert_eq!(Baseline::parse(&Baseline::default().to_text()), Ok(Baseline::default()));
    }

    #[test]
    fn another_file_is_refused_without_its_text() {
        for (text, message) in [
            ("", "it is no baseline: line 1, column 0"),
            ("{\"version\": \"hunter2\"}", "it is no baseline: line 1, column 21"),
            (r#"{"version": 2, "findings": []}"#, "it is a baseline of version 2, and this program reads version 1"),
        ] {
            assert_eq!(Baseline::parse(text).unwrap_err().to_string(), message);
        }
    }
}
