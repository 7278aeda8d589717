//! `cxvars schema`.

use crate::exit::{CommandResult, Exit};
use crate::terminal::Terminal;

pub(super) fn run(terminal: Terminal) -> CommandResult {
    terminal.json(&cxvars_core::schema::manifest())?;
    Ok(Exit::Success)
}
