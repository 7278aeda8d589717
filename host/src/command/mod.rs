//! The commands: what each does is in a file of its own, this list is where they meet.

mod apply;
mod audit;
mod completions;
mod doctor;
mod env_diff;
mod explain;
mod metrics;
mod plan;
#[cfg(feature = "plugins")]
mod plugin;
mod pull;
mod reconcile;
mod rotation;
#[cfg(feature = "simulator")]
mod sandbox;
mod schema;
mod validate;

use std::process::ExitCode;

use crate::cli::arguments::{Cli, Command};
#[cfg(not(feature = "plugins"))]
use crate::cli::exit::CommandError;
use crate::cli::exit::CommandResult;
use crate::cli::logging;
#[cfg(not(feature = "plugins"))]
use crate::policy::PluginError;
use crate::system::environment;
use crate::system::terminal::Terminal;

/// Runs a command and says on stderr why it could not do its work, if so.
pub fn run(cli: Cli) -> ExitCode {
    logging::start(cli.global.verbose, cli.global.log_format);
    let terminal = Terminal::new(cli.global.color.is_on(&environment::process), cli.global.quiet);
    match dispatch(cli, terminal) {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal.warn(&format!("error: {error}"));
            error.exit().into()
        }
    }
}

fn dispatch(cli: Cli, terminal: Terminal) -> CommandResult {
    let Cli { global, command } = cli;
    match command {
        Command::Validate(args) => validate::run(&args, &global, terminal),
        Command::Plan(args) => plan::run(&args, &global, terminal),
        Command::Apply(args) => apply::run(&args, &global, terminal),
        Command::Pull(args) => pull::run(&args, &global, terminal),
        Command::Reconcile(args) => reconcile::run(&args, &global, terminal),
        Command::Rotation(args) => rotation::run(&args, &global, terminal),
        Command::Audit(command) => audit::run(&command, &global, terminal),
        Command::Metrics(args) => metrics::run(&args, &global, terminal),
        Command::Doctor(args) => doctor::run(&args, &global, terminal),
        #[cfg(feature = "plugins")]
        Command::Plugin(command) => plugin::run(&command, terminal),
        #[cfg(not(feature = "plugins"))]
        Command::Plugin(_) => Err(CommandError::usage(PluginError::NotBuilt)),
        Command::Env(command) => env_diff::run(&command, &global, terminal),
        Command::Explain(args) => explain::run(&args, terminal),
        Command::Schema(args) => schema::run(&args, terminal),
        #[cfg(feature = "simulator")]
        Command::Sandbox(args) => sandbox::run(&args, &global, terminal),
        Command::Completions { shell } => completions::run(shell, terminal),
    }
}
