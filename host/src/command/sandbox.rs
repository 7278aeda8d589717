//! `cxvars sandbox`: serves the simulated service until it is interrupted.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use clap::Args;
use cxvars_simulator::fault::FaultScript;
use cxvars_simulator::service::{Options, Service};

use crate::cli::arguments::Global;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::input::shown;
use crate::service::simulated::{bind, restore};
use crate::system::runtime::block_on;
use crate::system::terminal::Terminal;
use crate::system::{Real, files, random, signals};

/// Serve the simulated service on loopback
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars sandbox --port 8080 --auto-create\n  \
                        CXONE_BASE_URL=http://127.0.0.1:8080 CXONE_CLIENT_ID=me CXONE_CLIENT_SECRET=any \\\n    \
                        cxvars apply demo -f vars.json --yes")]
pub(crate) struct Arguments {
    /// Port on 127.0.0.1; 0 lets the system choose
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Create an empty action for an unknown id instead of answering 404
    #[arg(long)]
    pub(crate) auto_create: bool,
    /// Script of faults to inject
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Keep the actions in this file between runs
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Limit of requests per minute and tenant; 0 turns it off
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub(crate) requests_per_minute: u32,
}

pub(super) fn run(args: &Arguments, _: &Global, terminal: Terminal) -> CommandResult {
    let options = Options {
        auto_create: args.auto_create,
        requests_per_minute: args.requests_per_minute,
        seed: random::seed(&Real).map_err(CommandError::io)?,
        ..Options::default()
    };
    let mut service = Service::new(options);
    if let (Some(state), Some(faults)) = (&args.state, &args.faults)
        && files::are_same(state, faults)
    {
        let message = "--state and --faults name the same file, and the script would be lost; give each its own";
        return Err(CommandError::usage(message));
    }
    if let Some(path) = &args.state {
        restore(&mut service, path)?;
    }
    if let Some(path) = &args.faults {
        let text = files::open_named(path)
            .and_then(std::io::read_to_string)
            .map_err(|error| CommandError::io(format!("cannot read `{}`: {error}", shown(path))))?;
        let script =
            FaultScript::parse(&text).map_err(|error| CommandError::usage(format!("`{}`: {error}", shown(path))))?;
        service.set_faults(script);
    }
    block_on(async {
        let server = bind(Arc::new(Mutex::new(service)), args.port, args.state.clone(), &Real, terminal).await?;
        terminal.result(&format!("listening on http://{}\n", server.addr))?;
        terminal.note("SANDBOX: simulated service on loopback; any client id and secret are accepted; Ctrl-C ends it");
        server.run(signals::stop()).await;
        Ok(Exit::Success)
    })
}
