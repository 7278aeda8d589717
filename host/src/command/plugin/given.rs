//! What a policy learns from the command line: its settings and the target of the document.

use std::path::Path;

use cxvars_core::policy::{Setting, Settings};

use super::Given;
use crate::cli::exit::CommandError;
use crate::project::input::shown;
use crate::system::files;

/// Largest file of settings that is read, in bytes. Those of a policy have at most 64 KiB of text.
const MAX_FILE_BYTES: usize = 1 << 20;

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
    let bytes = files::open_named(path).and_then(|file| files::read_capped(file, MAX_FILE_BYTES));
    let bytes = bytes
        .map_err(|error| CommandError::io(format!("cannot read `{}`: {}", shown(path), files::describe(&error))))?
        .ok_or_else(|| {
            CommandError::usage(format!("`{}` is larger than 1 MiB, too large for settings", shown(path)))
        })?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| CommandError::usage(format!("`{}` is not UTF-8 text", shown(path))))?;
    parse(text, path)
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
