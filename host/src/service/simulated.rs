//! The simulator that runs within this process: `--sandbox`.

use std::fs::File;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cxvars_core::base::secret::Secret;
use cxvars_simulator::Snapshot;
use cxvars_simulator::http::{Running, Server};
use cxvars_simulator::service::{Options, Service};
use url::Url;

use super::error::ServiceError;
use crate::profile::login::Credentials;
use crate::project::context::Context;
use crate::project::input::shown;
use crate::state::folder;
use crate::system::terminal::Terminal;
use crate::system::{System, files, random};

const BANNER: &str = "SANDBOX: simulated service; no tenant contacted, no credentials read";

/// The simulator, running within this process.
pub(crate) struct Simulator {
    address: Url,
    service: Arc<Mutex<Service>>,
    state: PathBuf,
    _running: Running,
    /// Held while the simulator runs: two processes that share a state would overwrite each other's commits.
    _lock: File,
}

/// Starts the simulator within this process.
pub(crate) async fn start(context: &Context) -> Result<Simulator, ServiceError> {
    let paths = &context.settings.state;
    folder::ensure(&paths.folder).map_err(ServiceError::io)?;
    context.terminal.note(BANNER);
    context.terminal.note(&format!(
        "state and audit in {}; the real service may behave differently",
        shown(paths.folder.strip_prefix(&context.working_directory).unwrap_or(&paths.folder))
    ));
    let options = Options {
        auto_create: true,
        seed: random::seed(context.system).map_err(ServiceError::io)?,
        ..Options::default()
    };
    let mut service = Service::new(options);
    let lock = files::lock_beside(&paths.sandbox).map_err(|error| {
        ServiceError::io(format!("cannot lock the simulator's state `{}`: {error}", shown(&paths.sandbox)))
    })?;
    restore(&mut service, &paths.sandbox)?;
    let (service, state) = (Arc::new(Mutex::new(service)), paths.sandbox.clone());
    let server = bind(Arc::clone(&service), 0, Some(state.clone()), context.system, context.terminal).await?;
    let running = server.spawn();
    let address = Url::parse(&running.url()).map_err(ServiceError::io)?;
    Ok(Simulator { address, service, state, _running: running, _lock: lock })
}

impl Simulator {
    /// Points the settings to the simulator. Its actions are those of the configuration, under the names that are
    /// expected there.
    pub(crate) fn attach(&self, context: &mut Context) {
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner);
        for action in context.settings.actions() {
            if let Some(name) = &action.expect_name {
                service.name_action(&action.id, name);
            }
        }
        // Entity tags derive from the random seed drawn at the start. It is saved at once, because a plan and its apply
        // are two processes and must see the same tags.
        save(&service.snapshot(), &self.state, context.terminal);
        let credentials = Credentials::Client { id: Secret::new("sandbox"), secret: Secret::new("sandbox") };
        context.settings.attach_simulator(&self.address, credentials);
    }
}

/// Listens on loopback. Every commit is saved in the file `state`, if there is one.
pub(crate) async fn bind(
    service: Arc<Mutex<Service>>,
    port: u16,
    state: Option<PathBuf>,
    system: &'static dyn System,
    terminal: Terminal,
) -> Result<Server, ServiceError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let clock = move || (system.epoch_s() * 1000.0) as u64;
    let server = Server::bind(address, service, clock).await.map_err(ServiceError::io)?;
    let Some(path) = state else { return Ok(server) };
    Ok(server.on_commit(move |snapshot| save(snapshot, &path, terminal)))
}

fn save(snapshot: &Snapshot, path: &Path, terminal: Terminal) {
    let saved = serde_json::to_vec(snapshot).map_err(std::io::Error::from);
    if let Err(error) = saved.and_then(|text| files::replace(path, &text)) {
        terminal.warn(&format!("warning: the simulator's state could not be saved in `{}`: {error}", shown(path)));
    }
}

/// Restores the state that was saved at this path, if there is any.
pub(crate) fn restore(service: &mut Service, path: &Path) -> Result<(), ServiceError> {
    let damaged = |error: &dyn std::fmt::Display| {
        ServiceError::io(format!(
            "cannot use the simulator's state `{}`: {error}; delete it to start over",
            shown(path)
        ))
    };
    let read = || -> std::io::Result<Vec<u8>> {
        let mut text = Vec::new();
        files::open_file(path)?.read_to_end(&mut text)?;
        Ok(text)
    };
    let text = match read() {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(damaged(&error)),
    };
    let snapshot = serde_json::from_slice(&text).map_err(|_| damaged(&"it is not what was saved"))?;
    service.restore(snapshot).map_err(|error| damaged(&error))
}
