//! `cxvars plugin`.

#[cfg(feature = "plugins")]
mod inspect;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::arguments::{Format, Global};

#[cfg(not(feature = "plugins"))]
use crate::cli::exit::CommandError;
use crate::cli::exit::CommandResult;
#[cfg(not(feature = "plugins"))]
use crate::policy::PluginError;
use crate::system::terminal::Terminal;

/// Inspect policies: your own rules, as WebAssembly components
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: PluginCommand,
}

/// `plugin …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Inspect a plugin and try it on an example; nothing is sent
    Inspect(InspectArgs),
}

/// Arguments of `plugin inspect`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars plugin inspect policy.wasm\n  cxvars plugin inspect policy.wasm --format json\n\n\
                        Exits with 3 if the plugin cannot be used. docs/policies.md says how to write one."
)]
pub(crate) struct InspectArgs {
    /// Plugin, a WebAssembly component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[cfg(feature = "plugins")]
pub(super) fn run(arguments: &Arguments, _: &Global, terminal: Terminal) -> CommandResult {
    let PluginCommand::Inspect(args) = &arguments.command;
    inspect::run(args, terminal)
}

#[cfg(not(feature = "plugins"))]
pub(super) fn run(_: &Arguments, _: &Global, _: Terminal) -> CommandResult {
    Err(CommandError::usage(PluginError::NotBuilt))
}
