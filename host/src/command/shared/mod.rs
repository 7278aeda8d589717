//! `cxvars shared`: makes, changes and shows the state that runs on several machines share.

#[cfg(feature = "shared")]
mod database;
#[cfg(feature = "shared")]
mod text;

use clap::{Args, Subcommand};

use crate::cli::arguments::{Format, Global};
#[cfg(not(feature = "shared"))]
use crate::cli::exit::CommandError;
use crate::cli::exit::CommandResult;
use crate::system::terminal::Terminal;

/// Make, change or show the state that runs on several machines share
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: SharedCommand,
}

/// `shared …`.
#[derive(Debug, Subcommand)]
pub(crate) enum SharedCommand {
    /// Make the tables, and let a role use them; needs the owner of the database
    Init(InitArgs),
    /// Show runs, leases, open updates, request budgets and heads of audit logs; no value is in there
    Status(StatusArgs),
    /// Bring the tables to the version of this program; needs their owner
    Migrate(MigrateArgs),
}

/// Arguments of `shared init`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars shared init\n  cxvars shared init --role ci   then give the runners a URL of this role"
)]
pub(crate) struct InitArgs {
    /// Role of the database that runs log in with: it may read and write the rows, and nothing else
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,
}

/// Arguments of `shared status`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars shared status\n  cxvars shared status --format json")]
pub(crate) struct StatusArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `shared migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {}

#[cfg(feature = "shared")]
pub(super) fn run(arguments: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    database::run(&arguments.command, global, terminal)
}

#[cfg(not(feature = "shared"))]
pub(super) fn run(_: &Arguments, _: &Global, _: Terminal) -> CommandResult {
    Err(CommandError::usage(crate::shared::NotOpened::NotBuilt))
}
