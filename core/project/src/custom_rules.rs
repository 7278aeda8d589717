//! `[[rule]]`: the rules of the team's own that are in force, and what names them.

use cxvars_core::base::small_map::SmallMap;
use cxvars_core::options::CheckOptions;
use cxvars_core::options::rule::{CustomRules, Mistake, WrittenRule};

use crate::error::{Problem, ProjectError};
use crate::ignores::Ignores;
use crate::paths::Base;

/// Reads rules; `written` are those of all files, of the nearest file first.
///
/// # Errors
/// Every rule that is refused.
pub(crate) fn read(written: &[WrittenRule], base: &Base) -> Result<CustomRules, ProjectError> {
    // Messages show the file that enforces a rule as they show others.
    let shown = |rule: &WrittenRule| {
        let enforced_by = rule.enforced_by.as_ref().map(|_| base.shown(&rule.place.file));
        WrittenRule { enforced_by, ..rule.clone() }
    };
    let written: Vec<WrittenRule> = written.iter().map(shown).collect();
    let origin = |rule: &WrittenRule| format!("{}:{}", base.shown(&rule.place.file), rule.place.position.line);
    CustomRules::new(&written, origin).map_err(|mistakes| {
        let problem = |mistake: &Mistake| {
            let rule = written.get(mistake.rule)?;
            let message = format!("[[rule]]: {}", mistake.problem);
            let line = format!("{}: {message}", origin(rule));
            Some(Problem::new(Some(&rule.place.file), Some(rule.place.position), message, line))
        };
        ProjectError::new(mistakes.iter().filter_map(problem).collect())
    })
}

/// Checks that the rules exist that severities and ignores name, and that they are not enforced.
///
/// # Errors
/// Every severity and every ignore that is refused.
pub(crate) fn check_references(options: &CheckOptions, ignores: &Ignores) -> Result<(), ProjectError> {
    let severities = options.validate.severity.iter().flat_map(SmallMap::iter);
    let of_severities = severities.filter_map(|(code, _)| {
        let error = options.check_reference(code).err()?;
        Some(Problem::at_key(&["validate", "severity", code], format!("[validate.severity]: {error}")))
    });
    let problems: Vec<Problem> = of_severities.chain(ignores.refused(options)).collect();
    if problems.is_empty() { Ok(()) } else { Err(ProjectError::new(problems)) }
}
