//! The last steps of a check, after the rules.

use std::path::{Path, PathBuf};

use cxvars_core::check::Checked;
use cxvars_core::policy::PolicyRule;

use crate::baseline::{BaselineFile, Match};

/// Judges a document by a team's own rules.
pub trait Judge {
    /// Adds findings to the report. A document that could not be read to its end already has errors and is left out.
    fn judge(&self, checked: &mut Checked<'_>);

    /// The rules by which it judges.
    fn rules(&self) -> Vec<PolicyRule>;
}

/// No policies.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPolicies;

impl Judge for NoPolicies {
    fn judge(&self, _: &mut Checked<'_>) {}

    fn rules(&self) -> Vec<PolicyRule> {
        Vec::new()
    }
}

/// Hides what the baseline knows of the document at `path`, which is absolute, then lets the policies judge it: their
/// findings cannot be silenced. `real` follows links.
pub fn conclude(
    checked: &mut Checked<'_>,
    path: Option<&Path>,
    baseline: Option<&BaselineFile>,
    real: &dyn Fn(&Path) -> PathBuf,
    policies: &dyn Judge,
) -> Option<Match> {
    let known = baseline.zip(path).map(|(baseline, path)| baseline.hide(path, real, checked.report_mut()));
    policies.judge(checked);
    known
}
