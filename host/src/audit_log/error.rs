//! Errors of reading and writing the audit log.

use std::io;
use std::path::{Path, PathBuf};

use crate::system::files::describe;

/// Why the log could not be read or a record could not be appended. The log is unchanged unless the message says
/// otherwise.
#[derive(Debug, thiserror::Error)]
#[error("cannot {attempt} the audit log `{}`: {problem}; {advice}", path.display())]
pub struct AuditError {
    attempt: &'static str,
    path: PathBuf,
    problem: String,
    advice: &'static str,
    #[source]
    source: Option<io::Error>,
}

impl AuditError {
    pub(super) fn new(attempt: &'static str, path: &Path, problem: impl Into<String>, advice: &'static str) -> Self {
        Self { attempt, path: path.to_owned(), problem: problem.into(), advice, source: None }
    }

    pub(super) fn io(attempt: &'static str, path: &Path, advice: &'static str, source: io::Error) -> Self {
        let problem = describe(&source);
        Self { source: Some(source), ..Self::new(attempt, path, problem, advice) }
    }
}
