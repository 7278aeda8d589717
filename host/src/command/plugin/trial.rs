//! Runs a policy on one document.

use std::path::Path;

use cxvars_core::check::Source;
use cxvars_core::diagnostic::Diagnostic;
use cxvars_core::options::CheckOptions;
use cxvars_core::policy::{Facts, Subject, Target};
use cxvars_core::reader::format::DocumentFormat;
use serde::Serialize;

use crate::policy::{Cost, Plugin};

/// What a policy was told of a document, and what it answered.
pub(super) struct Trial {
    /// What it was told.
    pub(super) facts: Facts,
    /// Its findings, in the order of the document; the only one is PX000 if it failed.
    pub(super) findings: Vec<Found>,
    /// The cost of the call, or why it gave no verdict.
    pub(super) cost: Result<Cost, String>,
}

/// A finding of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Found {
    pub(super) code: String,
    pub(super) severity: &'static str,
    /// The name of the variable; `None` for the document.
    pub(super) variable: Option<String>,
    pub(super) pointer: String,
    /// Without the name of the policy, which reports add.
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Found {
    fn of(finding: &Diagnostic, policy: &str) -> Self {
        let message = finding.message.strip_suffix(&format!(" (policy {policy})")).unwrap_or(&finding.message);
        Self {
            code: finding.code.to_string(),
            severity: finding.severity.as_str(),
            variable: finding.variable.clone(),
            pointer: finding.pointer.clone(),
            message: message.to_owned(),
            help: finding.help.clone(),
        }
    }
}

/// Runs the policy on a document with this name and content. `None` if the document cannot be read to its end, so that no
/// policy judges it.
pub(super) fn run(plugin: &Plugin, name: &Path, bytes: &[u8], target: Target) -> Option<Trial> {
    let mut options = CheckOptions::default();
    let format = name.file_name().and_then(|name| DocumentFormat::of_file_name(&name.to_string_lossy()));
    options.format = format.unwrap_or(options.format);
    options.target = target;
    let source = Source::read(bytes, &options);
    let checked = source.check(&options, None);
    let subject = Subject::of(&checked)?;
    let policy = plugin.description();
    let mut report = checked.into_report();
    let cost = match plugin.check(subject.facts()) {
        Ok(verdict) => {
            let judged = subject.judge(policy, verdict.findings, &mut report);
            judged.map(|()| verdict.cost).map_err(|refused| refused.to_string())
        }
        Err(failure) => Err(failure.to_string()),
    };
    if let Err(problem) = &cost {
        subject.fail(&policy.name, problem, &mut report);
    }
    let of_policy = report.diagnostics().iter().filter(|finding| finding.code.starts_with("PX"));
    let findings = of_policy.map(|finding| Found::of(finding, &policy.name)).collect();
    Some(Trial { facts: subject.facts().clone(), findings, cost })
}
