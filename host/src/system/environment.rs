//! Environment variables, read through a function that is passed in.
//!
//! No other code in the host reads the environment of the process. Tests can therefore pass their own variables, and a
//! test of the sandbox can show that no `CXONE_*` variable was read.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

pub use cxvars_project::variable::SERVICE_PREFIX;

/// Looks up an environment variable by its name.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Returns the variable's text. An empty variable counts as unset.
pub fn read(lookup: Lookup<'_>, name: &str) -> Option<String> {
    lookup(name).filter(|text| !text.is_empty())
}

/// Looks a variable up in the environment of the process. One that is not Unicode counts as unset.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub fn process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The names of all variables of the process.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub(crate) fn names() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name)
}

/// The working directory of the process.
///
/// # Errors
/// If it was deleted, or its permissions do not allow looking at it.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub(crate) fn working_directory() -> io::Result<PathBuf> {
    std::env::current_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let lookup = |name: &str| match name {
            "EMPTY" => Some(String::new()),
            "FULL" => Some("x".to_owned()),
            _ => None,
        };
        assert_eq!(read(&lookup, "EMPTY"), None);
        assert_eq!(read(&lookup, "ABSENT"), None);
        assert_eq!(read(&lookup, "FULL").as_deref(), Some("x"));
    }
}
