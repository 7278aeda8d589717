//! Arguments for the document that a command works on.

use std::path::PathBuf;

use clap::Args;
use cxvars_core::base::hex;

use super::check::{CheckArgs, FailLevel};
use super::format::ReviewFormat;
use crate::project::prepare::DocumentRequest;
use crate::system::shell;

/// The document to plan from, and how to plan.
#[derive(Clone, Debug, Args)]
pub(crate) struct DocumentArgs {
    /// Document to read; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Remove stored variables that the document does not name; with =NAME, only that one (repeatable)
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) prune: Vec<String>,
    /// Send nothing if more than N variables would be removed
    #[arg(long, value_name = "N")]
    pub(crate) max_deletes: Option<usize>,
    /// Read the value of this variable from standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReviewFormat,
}

impl DocumentArgs {
    /// The flags that plan the same again, for a command that a message suggests. Each follows a space, and is quoted for
    /// a shell. The document is not among them.
    pub(crate) fn same_flags(&self) -> String {
        let mut text = self.check.same_flags();
        for name in &self.prune {
            text += " --prune";
            if !name.is_empty() {
                text += &format!("={}", shell::word(name));
            }
        }
        if let Some(most) = self.max_deletes {
            text += &format!(" --max-deletes {most}");
        }
        if let Some(name) = &self.stdin {
            text += &format!(" --stdin {}", shell::word(name));
        }
        text
    }

    /// What to read and check.
    pub(crate) fn request(&self) -> DocumentRequest<'_> {
        DocumentRequest {
            file: self.file.as_deref(),
            revision: None,
            plugins: &self.check.plugins,
            parent_scope: self.check.parent_scope(),
            fails_on_warnings: self.check.fail_level == FailLevel::Warning,
            stdin_name: self.check.stdin_filename.as_deref(),
            stdin: self.stdin.as_deref(),
        }
    }
}

/// Parses the hash of an audit record: 64 lower-case hexadecimal digits.
pub(crate) fn audit_head(text: &str) -> Result<String, &'static str> {
    hex::is_digest(text).then(|| text.to_owned()).ok_or("a hash is 64 lower-case hexadecimal digits")
}
