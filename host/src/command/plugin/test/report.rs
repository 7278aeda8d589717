//! What `cxvars plugin test` reports.

use std::collections::BTreeSet;

use cxvars_core::base::display::escape;
use cxvars_core::policy::Description;
use serde::Serialize;

use super::expected::Differences;
use crate::command::plugin::trial::Found;

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// What was found is what is expected.
    Passed,
    /// It is not.
    Differs(Differences),
    /// Nothing says what is expected.
    NothingExpected,
    /// The document cannot be read to its end.
    Unreadable,
    /// What was found has been written as what is expected.
    Updated,
}

impl Outcome {
    pub(super) fn of(differences: Differences) -> Self {
        if differences == Differences::default() { Self::Passed } else { Self::Differs(differences) }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Updated => "updated",
            Self::Differs(_) | Self::NothingExpected | Self::Unreadable => "failed",
        }
    }

    fn problem(&self) -> Option<&'static str> {
        match self {
            Self::NothingExpected => Some("there is no file of expected findings beside it; write it with --update"),
            Self::Unreadable => Some("it cannot be read to its end, so no policy judges it; see `cxvars validate`"),
            Self::Passed | Self::Differs(_) | Self::Updated => None,
        }
    }
}

/// A document and what became of it.
#[derive(Serialize)]
pub(super) struct Tested {
    path: String,
    outcome: &'static str,
    problem: Option<&'static str>,
    #[serde(flatten)]
    differences: Differences,
    #[serde(skip)]
    codes: Vec<String>,
}

impl Tested {
    pub(super) fn new(path: String, outcome: Outcome, findings: &[Found]) -> Self {
        let (word, problem) = (outcome.word(), outcome.problem());
        let differences = match outcome {
            Outcome::Differs(differences) => differences,
            _ => Differences::default(),
        };
        let codes = findings.iter().map(|finding| finding.code.clone()).collect();
        Self { path, outcome: word, problem, differences, codes }
    }
}

/// All documents.
#[derive(Serialize)]
pub(super) struct Report {
    version: u32,
    policy: String,
    policy_version: String,
    passed: usize,
    updated: usize,
    pub(super) failed: usize,
    /// Rules that found nothing in any document.
    untested_rules: BTreeSet<String>,
    documents: Vec<Tested>,
}

impl Report {
    pub(super) fn new(policy: &Description) -> Self {
        Self {
            version: 1,
            policy: policy.name.clone(),
            policy_version: policy.version.clone(),
            passed: 0,
            updated: 0,
            failed: 0,
            untested_rules: policy.rules.iter().map(|rule| rule.code.clone()).collect(),
            documents: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, tested: Tested) {
        *match tested.outcome {
            "passed" => &mut self.passed,
            "updated" => &mut self.updated,
            _ => &mut self.failed,
        } += 1;
        tested.codes.iter().for_each(|code| {
            self.untested_rules.remove(code);
        });
        self.documents.push(tested);
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for Tested { path, outcome, problem, differences, .. } in &self.documents {
            out += &format!("{outcome:<8} {}\n", escape(path));
            if let Some(problem) = problem {
                out += &format!("  {problem}\n");
            }
            for (what, findings) in [("missing", &differences.missing), ("unexpected", &differences.unexpected)] {
                out.extend(findings.iter().map(|finding| format!("  {what:<10} {}\n", finding.line())));
            }
        }
        let updated = if self.updated > 0 { format!(", {} updated", self.updated) } else { String::new() };
        let count = self.documents.len();
        let s = if count == 1 { "" } else { "s" };
        out += &format!("\n{count} document{s}: {} passed, {} failed{updated}\n", self.passed, self.failed);
        if !self.untested_rules.is_empty() {
            let rules: Vec<&str> = self.untested_rules.iter().map(String::as_str).collect();
            out += &format!("found in no document: {}\n", rules.join(", "));
        }
        out
    }
}
