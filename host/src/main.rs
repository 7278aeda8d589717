//! The command `cxvars`.

use std::process::ExitCode;

use clap::Parser;
use cxvars_host::cli::Cli;
use cxvars_host::command;

fn main() -> ExitCode {
    command::run(Cli::parse())
}
