//! `cxvars plugin`.

#[cfg(feature = "plugins")]
mod given;
#[cfg(feature = "plugins")]
mod inspect;
#[cfg(feature = "plugins")]
mod test;
#[cfg(feature = "plugins")]
mod trial;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::arguments::{Format, Global};

#[cfg(not(feature = "plugins"))]
use crate::cli::exit::CommandError;
use crate::cli::exit::CommandResult;
#[cfg(not(feature = "plugins"))]
use crate::policy::PluginError;
use crate::system::terminal::Terminal;

/// Inspect and test policies: your own rules, as WebAssembly components
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: PluginCommand,
}

/// `plugin …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Inspect a plugin and try it on a document; nothing is sent
    Inspect(InspectArgs),
    /// Test a plugin on documents with expected findings
    Test(TestArgs),
}

/// Arguments of `plugin inspect`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars plugin inspect policy.wasm\n  cxvars plugin inspect policy.wasm --format json\n  \
                        cxvars plugin inspect policy.wasm --document vars.yaml --env sales-prod\n\n\
                        With --document, the facts that the policy gets are printed as JSON, and what it finds. -v names the\n\
                        function in which a policy breaks off. No configuration is read. Exits with 3 if the plugin cannot\n\
                        be used. docs/policies.md says how to write one."
)]
pub(crate) struct InspectArgs {
    /// Plugin, a WebAssembly component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Document to try it on, instead of an example
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// Id of the action that the document is for
    #[arg(long, value_name = "ID", requires = "document")]
    action: Option<String>,
    /// Alias of that action
    #[arg(long, value_name = "NAME", requires = "action")]
    alias: Option<String>,
    #[command(flatten)]
    given: Given,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Arguments of `plugin test`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars plugin test policy.wasm tests --update\n  cxvars plugin test policy.wasm tests\n  \
                        cxvars plugin test policy.wasm tests --setting 'prefixes.sales = \"crm\"' --format json\n\n\
                        Beside each document, such as vars.yaml, is a file vars.yaml.expected.json:\n\n  \
                        {\"environment\": \"sales-prod\", \"findings\": [{\"code\": \"PX001\", \"variable\": \"crm_url\"}]}\n\n\
                        It may also have the keys `action` (with `id` and `alias`) and `path`. A finding is compared by the\n\
                        keys that it has: code, severity, variable, pointer, message, help. --update writes the files of\n\
                        documents that fail. Settings are read from the nearest settings.toml. Exits with 0 if all documents\n\
                        pass, with 1 if one fails, and with 3 if the plugin cannot be used."
)]
pub(crate) struct TestArgs {
    /// Plugin, a WebAssembly component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Folder with documents and expected findings
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Write the findings of documents that fail, as the expected ones
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    given: Given,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The settings of the policy.
#[derive(Debug, Args)]
struct Given {
    /// Settings, a TOML file with what [plugin.settings] would hold
    #[arg(long, value_name = "FILE.toml")]
    settings: Option<PathBuf>,
    /// A setting, as a line of TOML (repeatable)
    #[arg(long = "setting", value_name = "KEY = VALUE", conflicts_with = "settings")]
    lines: Vec<String>,
}

#[cfg(feature = "plugins")]
pub(super) fn run(arguments: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    match &arguments.command {
        PluginCommand::Inspect(args) => inspect::run(args, global.environment.as_deref(), terminal),
        PluginCommand::Test(args) => test::run(args, global.environment.as_deref(), terminal),
    }
}

#[cfg(not(feature = "plugins"))]
pub(super) fn run(_: &Arguments, _: &Global, _: Terminal) -> CommandResult {
    Err(CommandError::usage(PluginError::NotBuilt))
}
