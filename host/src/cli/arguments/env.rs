//! Arguments of `env`.

use clap::{Args, Subcommand};

use super::format::ReviewFormat;

/// `env …`.
#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// Compare what is stored in two environments, by action and variable; reads only, and shows no value
    Diff(EnvDiffArgs),
}

/// Arguments of `env diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars env diff staging prod\n  \
                        cxvars env diff staging prod --only crm-lookup --exit-code")]
pub(crate) struct EnvDiffArgs {
    /// One environment of the configuration
    #[arg(value_name = "A")]
    pub(crate) first: String,
    /// The other one
    #[arg(value_name = "B")]
    pub(crate) second: String,
    /// These actions alone, by alias (repeatable, or separated by commas)
    #[arg(long, value_name = "ALIAS", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// End with 1 where they differ
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReviewFormat,
}
