//! `--env` with a pattern: one run for each environment that it matches.

use globset::Glob;

use super::ProjectError;
use crate::config::{self, Flags};
use crate::system::{environment, suggest};

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
/// The configuration cannot be read, or the pattern is invalid or matches nothing.
pub(crate) fn chosen(flags: &Flags) -> Result<Chosen, ProjectError> {
    let Some(pattern) = flags.environment.as_deref().filter(|name| name.contains(['*', '?', '[', '{'])) else {
        return Ok(Chosen::One);
    };
    let quoted = cxvars_core::base::display::quote(pattern);
    let glob = Glob::new(pattern).map_err(|error| ProjectError::usage(format!("--env {quoted}: {}", error.kind())))?;
    let glob = glob.compile_matcher();
    let working_directory = environment::working_directory()
        .map_err(|error| ProjectError::io(format!("cannot determine the working directory: {error}")))?;
    let env = |name: &str| if name == config::ENVIRONMENT_VARIABLE { None } else { environment::process(name) };
    let flags = Flags { environment: None, ..flags.clone() };
    let known = config::load(&flags, &working_directory, &env).map_err(ProjectError::usage)?.environments;
    let matching: Vec<String> = known.iter().filter(|name| glob.is_match(name)).cloned().collect();
    if matching.is_empty() {
        let help = suggest::help(pattern, known.iter().map(String::as_str));
        return Err(ProjectError::usage(format!("no environment matches --env {quoted}; {help}")));
    }
    Ok(Chosen::Matching(matching))
}
