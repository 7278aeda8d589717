//! `cxvars completions`.

use clap::CommandFactory;

use crate::cli::arguments::Cli;
use crate::cli::exit::{CommandResult, Exit};
use crate::system::terminal::Terminal;

pub(super) fn run(shell: clap_complete::Shell, terminal: Terminal) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cxvars", &mut script);
    terminal.result(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
