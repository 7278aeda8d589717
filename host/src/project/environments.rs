//! `--env` with a pattern: one run for each environment that it matches.

use globset::Glob;

use super::ProjectError;
use super::context::Project;
use crate::config::Flags;
use crate::system::suggest;

/// The environments that `--env` selects.
pub(crate) enum Chosen {
    /// At most one, by its name.
    One,
    /// All environments that a pattern matches, sorted by name.
    Matching(Vec<String>),
}

/// Finds the environments that `--env` selects.
///
/// # Errors
/// The pattern is invalid or matches nothing.
pub(crate) fn chosen(flags: &Flags, project: &Project) -> Result<Chosen, ProjectError> {
    let Some(pattern) = flags.environment.as_deref().filter(|name| name.contains(['*', '?', '[', '{'])) else {
        return Ok(Chosen::One);
    };
    let quoted = cxvars_core::base::display::quote(pattern);
    let glob = Glob::new(pattern).map_err(|error| ProjectError::usage(format!("--env {quoted}: {}", error.kind())))?;
    let glob = glob.compile_matcher();
    let matching: Vec<String> = project.environments().filter(|name| glob.is_match(name)).map(str::to_owned).collect();
    if matching.is_empty() {
        let help = suggest::help(pattern, project.environments());
        return Err(ProjectError::usage(format!("no environment matches --env {quoted}; {help}")));
    }
    Ok(Chosen::Matching(matching))
}
