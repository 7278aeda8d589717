//! `cxvars lsp`.

mod files;
mod frames;
mod rule_pages;
mod searching;
mod session;
mod stdio;
mod watching;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::channel;

use clap::Args;
use cxvars_language_server::{Flags, Server};

use self::files::ProjectFiles;
use self::session::Session;
use crate::cli::arguments::Global;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::config::{CONFIG_VARIABLE, ENVIRONMENT_VARIABLE};
use crate::system::environment;
use crate::system::terminal::Terminal;

/// Serve an editor by the Language Server Protocol
#[derive(Debug, Args)]
#[command(
    after_help = "An editor starts it, and talks to it on standard input and output. It reads the cxvars.toml that is nearest to each document. Examples:\n  \
                        cxvars lsp --env prod       only the parameters of [env.prod] count\n  \
                        vim.lsp.config('cxvars', { cmd = { 'cxvars', 'lsp' }, filetypes = { 'json', 'yaml' } })"
)]
pub(crate) struct Arguments {
    /// Use standard input and output, as it does in any case; many clients add this
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(_: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    stdio::hide_panics(terminal);
    let host = Arc::new(ProjectFiles::new());
    let (sender, events) = channel();
    stdio::read(sender.clone()).map_err(|error| CommandError::io(format!("cannot read standard input: {error}")))?;
    let server = Server::new(host, flags(global)?);
    let is_orderly = Session::new(server, sender, Box::new(io::stdout())).run(&events);
    // The protocol asks for 1 if the client ended without `shutdown`.
    Ok(if is_orderly { Exit::Success } else { Exit::Findings })
}

/// What chooses the configuration for all documents.
fn flags(global: &Global) -> Result<Flags, CommandError> {
    let here = environment::working_directory()
        .map_err(|error| CommandError::io(format!("cannot determine the working directory: {error}")))?;
    let variable = |name| environment::read(&environment::process, name);
    let config = global.config.clone().or_else(|| variable(CONFIG_VARIABLE).map(Into::into));
    let (environment, environment_named_by) = match &global.environment {
        Some(name) => (Some(name.clone()), "`--env`"),
        None => (variable(ENVIRONMENT_VARIABLE), "`CXVARS_ENV`"),
    };
    Ok(Flags {
        config: config.map(|path| here.join(path)),
        no_config: global.no_config,
        environment,
        environment_named_by,
    })
}
