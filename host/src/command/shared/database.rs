//! What the subcommands do with the database.

use super::text;
use super::{InitArgs, SharedCommand, StatusArgs};
use crate::cli::arguments::{Format, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::shared::postgres::{Address, schema, status};
use crate::shared::{Lost, address};
use crate::system::environment;
use crate::system::runtime::block_on;
use crate::system::terminal::Terminal;

pub(super) fn run(command: &SharedCommand, global: &Global, terminal: Terminal) -> CommandResult {
    let address = &database(global, terminal)?;
    match command {
        SharedCommand::Init(args) => init(args, address, terminal),
        SharedCommand::Status(args) => show(args, address, terminal),
        SharedCommand::Migrate(_) => migrate(address, terminal),
    }
}

/// The database that the configuration names.
fn database(global: &Global, terminal: Terminal) -> Result<Address, CommandError> {
    if global.sandbox {
        return Err(CommandError::usage("nothing is shared with --sandbox; leave it out"));
    }
    let context = global.context(terminal)?;
    let variable = context.settings.shared_url_variable.as_deref().ok_or_else(|| {
        CommandError::usage(
            "the configuration shares nothing; add a section `[shared]` to cxvars.toml, and set CXVARS_SHARED_URL to the \
             URL of a PostgreSQL database",
        )
    })?;
    address(variable, &environment::process).map_err(CommandError::usage)
}

fn init(args: &InitArgs, address: &Address, terminal: Terminal) -> CommandResult {
    let role = args.role.as_deref();
    let made = block_on(async { schema::init(address, role).await.map_err(lost) })?;
    terminal.result(&text::init(made, role, address.shown()))?;
    Ok(Exit::Success)
}

fn migrate(address: &Address, terminal: Terminal) -> CommandResult {
    let made = block_on(async { schema::migrate(address).await.map_err(lost) })?;
    terminal.result(&text::migrate(made, address.shown()))?;
    Ok(Exit::Success)
}

fn show(args: &StatusArgs, address: &Address, terminal: Terminal) -> CommandResult {
    let status = block_on(async { status::status(address).await.map_err(lost) })?;
    match args.format {
        Format::Json => terminal.json(&text::Report { version: 1, status: &status })?,
        Format::Text => terminal.result(&text::status(&status, address.shown()))?,
    }
    Ok(Exit::Success)
}

fn lost(lost: Lost) -> CommandError {
    CommandError::new(Exit::Unavailable, lost)
}
