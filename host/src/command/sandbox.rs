//! The simulated service: `cxvars sandbox`, and `--sandbox` within a command.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cxvars_core::base::secret::Secret;
use cxvars_simulator::Snapshot;
use cxvars_simulator::fault::FaultScript;
use cxvars_simulator::http::{Running, Server};
use cxvars_simulator::service::{Options, Service};
use reqwest::Url;

use crate::cli::arguments::{Global, SandboxArgs};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::terminal::Terminal;
use crate::profile::login::Credentials;
use crate::project::context::Context;
use crate::project::input::shown;
use crate::service::block_on;
use crate::service::transport::{self, random_bytes};
use crate::state::folder;
use crate::system::private_fs;

const BANNER: &str = "SANDBOX: simulated service; no tenant contacted, no credentials read";

/// `cxvars sandbox`: serves until it is interrupted.
pub(crate) fn run(args: &SandboxArgs, _global: &Global, terminal: Terminal) -> CommandResult {
    let options = Options {
        auto_create: args.auto_create,
        requests_per_minute: args.requests_per_minute,
        seed: random_bytes()?,
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
        let server = bind(service, args.port, args.state.clone(), terminal).await?;
        terminal.result(&format!("listening on http://{}\n", server.addr))?;
        terminal.note("SANDBOX: simulated service on loopback; any client id and secret are accepted; Ctrl-C ends it");
        server.run(transport::stop_signal()).await;
        Ok(Exit::Success)
    })
}

/// The simulator within this process.
pub(crate) struct Simulator {
    _running: Running,
    /// Held as long as it runs: two processes with one state would each lose what the other commits.
    _lock: File,
}

/// Starts the simulator within this process where `--sandbox` asks for it, and aims the settings at it.
pub(crate) async fn start_if_wanted(context: &mut Context) -> Result<Option<Simulator>, CommandError> {
    if !context.settings.is_sandbox() {
        return Ok(None);
    }
    let paths = &context.settings.state;
    folder::ensure(&paths.folder).map_err(CommandError::io)?;
    context.terminal.note(BANNER);
    context.terminal.note(&format!(
        "state and audit in {}; the real service may behave differently",
        shown(paths.folder.strip_prefix(&context.working_directory).unwrap_or(&paths.folder))
    ));
    let options = Options { auto_create: true, seed: random_bytes()?, ..Options::default() };
    let mut service = Service::new(options);
    let lock = private_fs::lock_beside(&paths.sandbox).map_err(|error| {
        CommandError::io(format!("cannot lock the simulator's state `{}`: {error}", shown(&paths.sandbox)))
    })?;
    restore(&mut service, &paths.sandbox)?;
    // Entity tags derive from what is drawn at the start: a plan and its apply are two processes.
    save(&service.snapshot(), &paths.sandbox, context.terminal);
    let running = bind(service, 0, Some(paths.sandbox.clone()), context.terminal).await?.spawn();
    let address = Url::parse(&running.url()).map_err(CommandError::io)?;
    let credentials = Credentials::Client { id: Secret::new("sandbox"), secret: Secret::new("sandbox") };
    context.settings.attach_simulator(&address, credentials);
    Ok(Some(Simulator { _running: running, _lock: lock }))
}

async fn bind(service: Service, port: u16, state: Option<PathBuf>, terminal: Terminal) -> Result<Server, CommandError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let clock = || (transport::epoch_s() * 1000.0) as u64;
    let server = Server::bind(address, Arc::new(Mutex::new(service)), clock).await.map_err(CommandError::io)?;
    let Some(path) = state else { return Ok(server) };
    Ok(server.on_commit(move |snapshot| save(snapshot, &path, terminal)))
}

fn save(snapshot: &Snapshot, path: &Path, terminal: Terminal) {
    let saved = serde_json::to_vec(snapshot).map_err(std::io::Error::from);
    if let Err(error) = saved.and_then(|text| private_fs::replace(path, &text)) {
        terminal.warn(&format!("warning: the simulator's state could not be saved in `{}`: {error}", shown(path)));
    }
}

fn restore(service: &mut Service, path: &Path) -> Result<(), CommandError> {
    let damaged = |error: &dyn std::fmt::Display| {
        CommandError::io(format!(
            "cannot use the simulator's state `{}`: {error}; delete it to start anew",
            shown(path)
        ))
    };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(damaged(&error)),
    };
    let snapshot = serde_json::from_slice(&text).map_err(|_| damaged(&"it is not what was saved"))?;
    service.restore(snapshot).map_err(|error| damaged(&error))
}
