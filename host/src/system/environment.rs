//! Environment variables, read through a function that is passed in.
//!
//! Nothing else in the host asks the process for a variable, so a test needs no process environment and a run in the
//! sandbox can show that it read no `CXONE_*` variable.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// Looks up an environment variable: its name in, its text out.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Names that start so belong to the service's credentials and are never the source of a variable's value.
pub const SERVICE_PREFIX: &str = "CXONE_";

/// The variable's text; an empty variable counts as unset.
pub fn read(lookup: Lookup<'_>, name: &str) -> Option<String> {
    lookup(name).filter(|text| !text.is_empty())
}

/// The process environment. A variable whose text is not Unicode counts as unset.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub fn process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The names of all variables of the process.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub(crate) fn names() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name)
}

/// The folder that the process works in.
///
/// # Errors
/// When it is gone, or may not be looked at.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub(crate) fn working_directory() -> io::Result<PathBuf> {
    std::env::current_dir()
}

/// Whether `name` can be the name of a variable in a configuration: capital letters, digits and `_`, as POSIX names
/// them (POSIX.1-2017, 8.1). Lower case is refused because the commonest mistake is to paste the secret itself, whose
/// text would then be shown as the name of a variable that is not set.
pub fn is_conventional_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_uppercase() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
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

    #[test]
    fn a_pasted_secret_is_not_a_variable_name() {
        assert!(is_conventional_name("CXONE_CLIENT_ID"));
        assert!(is_conventional_name("_X1"));
        for text in ["", "1A", "s3cr3t", "A-B", "A B", "Ä", "A=B"] {
            assert!(!is_conventional_name(text), "{text}");
        }
    }
}
