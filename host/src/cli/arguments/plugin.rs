//! `plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::format::Format;

/// `plugin …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Look at a plugin and try it on an example; nothing is sent
    Inspect(InspectArgs),
}

/// Arguments of `plugin inspect`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars plugin inspect policy.wasm\n  cxvars plugin inspect policy.wasm --format json\n\n\
                        Ends with 3 where the plugin cannot be used. docs/policies.md says how to write one."
)]
pub(crate) struct InspectArgs {
    /// The plugin: a WebAssembly component
    #[arg(value_name = "FILE.wasm")]
    pub(crate) file: PathBuf,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
