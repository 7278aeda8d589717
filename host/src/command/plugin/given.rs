//! What a policy learns from the command line: its settings and the target of the document.

use std::fs;
use std::path::Path;

use cxvars_core::policy::{Setting, Settings};

use super::Given;
use crate::cli::exit::CommandError;
use crate::project::input::shown;
use crate::system::files;

impl Given {
    /// The settings of the flags; `None` if there are no such flags.
    pub(super) fn read(&self) -> Result<Option<Vec<Setting>>, CommandError> {
        if let Some(path) = &self.settings {
            return file(path).map(Some);
        }
        if self.lines.is_empty() {
            return Ok(None);
        }
        parse(&self.lines.join("\n"), Path::new("--setting")).map(Some)
    }
}

/// The settings in a file.
pub(super) fn file(path: &Path) -> Result<Vec<Setting>, CommandError> {
    let text = fs::read_to_string(path);
    let text =
        text.map_err(|error| CommandError::io(format!("cannot read `{}`: {}", shown(path), files::describe(&error))))?;
    parse(&text, path)
}

fn parse(text: &str, path: &Path) -> Result<Vec<Setting>, CommandError> {
    match Settings::parse(text, path) {
        Ok(settings) => Ok(settings.list),
        Err(problems) => Err(CommandError::usage(
            problems
                .iter()
                .map(|problem| {
                    let position = problem.position;
                    format!("{}:{}:{}: {}", shown(path), position.line, position.column, problem.message)
                })
                .collect::<Vec<_>>()
                .join("; "),
        )),
    }
}
