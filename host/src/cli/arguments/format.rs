//! Output formats.

use clap::ValueEnum;
use serde::Serialize;

use crate::system::terminal::{OutputError, Terminal};

/// Output formats of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; grows only by new keys
    Json,
}

/// Output formats of plans and of their outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    /// For people
    #[default]
    Text,
    /// For programs; grows only by new keys
    Json,
    /// For programs: one result on each line, as it ends; the last line is the rest of the report
    Jsonl,
    /// For a comment on a pull request; its first line stays the same, so that it can be found again
    Markdown,
}

impl ReviewFormat {
    /// Prints a report for programs, as the whole output.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub(crate) fn print(self, terminal: Terminal, report: &impl Serialize) -> Result<(), OutputError> {
        if self == Self::Jsonl { terminal.json_line(report) } else { terminal.json(report) }
    }
}
