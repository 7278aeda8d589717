//! The commands, one file or folder each, in the order in which `--help` lists them. To add a command, write a file
//! with its `Arguments` and a function `run`, and add a `mod` line to this list.

mod validate;

mod lsp;

mod plan;

mod apply;
mod pull;
mod reconcile;
mod rollback;
mod rotation;

mod audit;
mod metrics;

mod doctor;

mod env;

mod shared;

mod plugin;

mod rule;

mod explain;
mod schema;

#[cfg(feature = "simulator")]
mod sandbox;

mod completions;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches as _, Parser, Subcommand};

use crate::cli::arguments::Global;
use crate::cli::color::ColorChoice;
use crate::cli::exit::CommandResult;
use crate::cli::logging;
use crate::system::terminal::Terminal;
use crate::system::{environment, locks};
use crate::telemetry;

const EXAMPLES: &str = "\
Examples:
  cxvars validate vars.json                          find every mistake, send nothing
  cxvars apply demo -f vars.json --sandbox           register with the simulated service
  cxvars plan 3f2c -f vars.json --env prod           what would change, values never shown
  cxvars apply 3f2c -f vars.json --env prod --yes    register, verify, audit
  cxvars explain CX103                               what a finding means and how to fix it";

/// Validates and registers environment variables of NICE CXone Data Actions.
#[derive(Debug, Parser)]
#[command(name = "cxvars", version, after_help = EXAMPLES, max_term_width = 100, propagate_version = false)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
    /// What the command is called.
    #[arg(skip)]
    name: String,
}

/// Declares the enum of the commands, and the function that runs the chosen one. `build.rs` generates the call, with
/// the modules above.
macro_rules! list {
    ($($(#[$attribute:meta])* $module:ident $name:ident)+) => {
        /// The commands.
        #[derive(Debug, Subcommand)]
        enum Command {
            $($(#[$attribute])* $name($module::Arguments)),+
        }

        fn dispatch(cli: Cli, terminal: Terminal) -> CommandResult {
            let Cli { global, command, .. } = cli;
            match command {
                $($(#[$attribute])* Command::$name(arguments) => $module::run(&arguments, &global, terminal)),+
            }
        }
    };
}
include!(concat!(env!("OUT_DIR"), "/commands.rs"));

impl Cli {
    /// Reads the command line. If it is wrong, says so in the colours that it asks for, and ends the process.
    pub fn of(args: impl Iterator<Item = OsString>) -> Self {
        let args: Vec<OsString> = args.collect();
        let choice = ColorChoice::among(&args);
        // What is not decided by a flag or a variable, clap decides for each stream, and by the same rules.
        let color = match [true, false].map(|is_terminal| choice.is_on(&environment::process, is_terminal)) {
            [_, true] => clap::ColorChoice::Always,
            [false, false] => clap::ColorChoice::Never,
            [true, false] => clap::ColorChoice::Auto,
        };
        let matches = Self::command().color(color).get_matches_from(args);
        let name = matches.subcommand_name().unwrap_or_default().to_owned();
        let cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        Self { name, ..cli }
    }
}

/// Runs a command. If it cannot do its work, prints the reason on stderr.
pub fn run(cli: Cli) -> ExitCode {
    logging::start(cli.global.verbose, cli.global.log_format);
    let color = |is_terminal: bool| cli.global.color.is_on(&environment::process, is_terminal);
    let [stdout, stderr] = [io::stdout().is_terminal(), io::stderr().is_terminal()];
    let terminal = Terminal::new(color(stdout), color(stderr), cli.global.quiet, &environment::process);
    locks::announce_on(terminal);
    let telemetry = telemetry::start(&cli.name, terminal);
    let exit = dispatch(cli, terminal).unwrap_or_else(|error| {
        terminal.warn(&format!("error: {error}"));
        error.exit()
    });
    telemetry.end(exit.code(), exit.error());
    exit.into()
}

/// The definition of the whole command line, for completions.
fn command_line() -> clap::Command {
    Cli::command()
}
