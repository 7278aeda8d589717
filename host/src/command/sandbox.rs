//! `cxvars sandbox`: the simulated service, served until it is interrupted.

use cxvars_simulator::fault::FaultScript;
use cxvars_simulator::service::{Options, Service};

use crate::cli::arguments::{Global, SandboxArgs};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::input::shown;
use crate::service::block_on;
use crate::service::simulated::{bind, restore};
use crate::system::terminal::Terminal;
use crate::system::{Real, random, signals};

pub(super) fn run(args: &SandboxArgs, _global: &Global, terminal: Terminal) -> CommandResult {
    let options = Options {
        auto_create: args.auto_create,
        requests_per_minute: args.requests_per_minute,
        seed: random::seed(&Real).map_err(CommandError::io)?,
        ..Options::default()
    };
    let mut service = Service::new(options);
    if let Some(path) = &args.state {
        restore(&mut service, path)?;
    }
    if let Some(path) = &args.faults {
        let text = std::fs::read_to_string(path)
            .map_err(|error| CommandError::io(format!("cannot read `{}`: {error}", shown(path))))?;
        let script =
            FaultScript::parse(&text).map_err(|error| CommandError::usage(format!("`{}`: {error}", shown(path))))?;
        service.set_faults(script);
    }
    block_on(async {
        let server = bind(service, args.port, args.state.clone(), &Real, terminal).await?;
        terminal.result(&format!("listening on http://{}\n", server.addr))?;
        terminal.note("SANDBOX: simulated service on loopback; any client id and secret are accepted; Ctrl-C ends it");
        server.run(signals::stop()).await;
        Ok(Exit::Success)
    })
}
