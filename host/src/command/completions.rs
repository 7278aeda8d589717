//! `cxvars completions`.

use clap::Args;

use crate::cli::arguments::Global;
use crate::cli::exit::{CommandResult, Exit};
use crate::system::terminal::Terminal;

/// Print the completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Shell to complete commands in
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments, _: &Global, terminal: Terminal) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command_line(), "cxvars", &mut script);
    terminal.result(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
