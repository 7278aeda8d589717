//! `cxvars schema`.

use cxvars_core::manifest::schema::{Draft, manifest};

use crate::cli::arguments::{DraftArg, SchemaArgs};
use crate::cli::exit::{CommandResult, Exit};
use crate::config;
use crate::system::terminal::Terminal;

pub(super) fn run(args: &SchemaArgs, terminal: Terminal) -> CommandResult {
    let draft = match args.draft {
        DraftArg::Draft7 => Draft::Draft7,
        DraftArg::Draft202012 => Draft::Draft202012,
    };
    let schema = if args.of_configuration() { config::schema(draft) } else { manifest(draft) };
    terminal.json(&schema)?;
    Ok(Exit::Success)
}
