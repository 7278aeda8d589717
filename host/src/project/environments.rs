//! `--env` with a pattern: one run for each environment that it matches.

use globset::Glob;

use super::context::flags;
use crate::cli::arguments::Global;
use crate::cli::exit::CommandError;
use crate::cli::suggest;
use crate::config::{self, Flags};
use crate::system::environment;

/// The variable that chooses an environment where `--env` does not.
const ENVIRONMENT_VARIABLE: &str = "CXVARS_ENV";

/// The environments that `--env` means.
pub(crate) enum Chosen {
    /// At most one, by its name.
    One,
    /// The ones that a pattern matches, in the order of their names.
    Matching(Vec<String>),
}

/// Finds out which environments `--env` means.
///
/// # Errors
/// A configuration that cannot be read, and a pattern that matches nothing.
pub(crate) fn chosen(global: &Global) -> Result<Chosen, CommandError> {
    let Some(pattern) = global.environment.as_deref().filter(|name| name.contains(['*', '?', '[', '{'])) else {
        return Ok(Chosen::One);
    };
    let quoted = cxvars_core::base::display::quote(pattern);
    let glob = Glob::new(pattern).map_err(|error| CommandError::usage(format!("--env {quoted}: {}", error.kind())))?;
    let glob = glob.compile_matcher();
    let working_directory = std::env::current_dir()
        .map_err(|error| CommandError::io(format!("cannot tell the working directory: {error}")))?;
    let env = |name: &str| if name == ENVIRONMENT_VARIABLE { None } else { environment::process(name) };
    let flags = Flags { environment: None, ..flags(global) };
    let known = config::load(&flags, &working_directory, &env).map_err(CommandError::usage)?.environments;
    let matching: Vec<String> = known.iter().filter(|name| glob.is_match(name)).cloned().collect();
    if matching.is_empty() {
        let help = suggest::help(pattern, known.iter().map(String::as_str));
        return Err(CommandError::usage(format!("no environment matches --env {quoted}; {help}")));
    }
    Ok(Chosen::Matching(matching))
}

/// The flags for one of the environments.
pub(crate) fn within(global: &Global, environment: &str) -> Global {
    Global { environment: Some(environment.to_owned()), ..global.clone() }
}
