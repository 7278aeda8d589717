//! Shared state in files, for the processes of one machine.
//!
//! A lease is a lock of the system, which ends with its process, so it needs neither a time nor a fence. Nothing waits
//! while another file is locked, so the other calls may block.

mod budget;

use std::path::PathBuf;
use std::time::Duration;

use cxvars_flow::Now;

use self::budget::Budgets;
use super::error::Lost;
use super::head::Head;
use super::lease::{Acquired, Lease, Standing};
use super::place::{ActionPlace, Tenant, Worker};
use super::{Answer, Decide, Known, SharedState, Waiting};
use crate::state::pending_update::PendingUpdate;
use crate::state::store::{StateChange, StateStore, Unsynced};
use crate::state::updating::{CannotUpdate, Updating};
use crate::system::System;
use crate::system::files::describe;

/// Where the files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// The state folder of the project, which has the locks of its actions.
    pub state: PathBuf,
    /// The folder of request budgets. `None` if this process shares its budgets with nobody.
    pub budget: Option<PathBuf>,
}

/// Shared state in files.
pub struct FileState {
    folders: Folders,
    store: StateStore,
    budgets: Budgets,
    system: &'static dyn System,
}

impl FileState {
    /// The state in these folders. `store` has what is known of actions.
    pub fn new(folders: Folders, store: StateStore, system: &'static dyn System) -> Self {
        let budgets = Budgets::new(folders.budget.clone());
        Self { folders, store, budgets, system }
    }
}

/// An answer that is there.
fn ready<'a, T: Send + 'a, E: Send + 'a>(answer: Result<T, E>) -> Answer<'a, T, E> {
    Box::pin(std::future::ready(answer))
}

impl SharedState for FileState {
    fn change_budget<'a>(&'a self, tenant: &'a Tenant, now: Now, decide: &'a mut Decide<'a>) -> Answer<'a, ()> {
        ready(self.budgets.change(tenant, now, decide))
    }

    fn acquire<'a>(&'a self, place: &'a ActionPlace, worker: &'a Worker, wait: Waiting<'a>) -> Answer<'a, Acquired> {
        // The lock announces its wait itself.
        Box::pin(async move {
            let folder = &self.folders.state;
            let me = worker.holder.clone();
            match Updating::begin_async(folder, &place.target, &place.action, me, wait.limit).await {
                Ok(lock) => Ok(Acquired::Lease(Lease::locked(place.clone(), lock))),
                Err(CannotUpdate::Held(holder)) => Ok(Acquired::Held(holder)),
                Err(CannotUpdate::Interrupted) => Ok(Acquired::Interrupted),
                Err(CannotUpdate::Impossible(error)) => {
                    let problem = describe(&error);
                    Err(Lost::File(format!("cannot lock the action in `{}`: {problem}", folder.display())))
                }
            }
        })
    }

    fn renew<'a>(&'a self, _: &'a Lease) -> Answer<'a, ()> {
        ready(Ok(()))
    }

    fn release<'a>(&'a self, _: &'a Lease) -> Answer<'a, ()> {
        // The lock is released when the lease is dropped.
        ready(Ok(()))
    }

    fn standing<'a>(&'a self, place: &'a ActionPlace) -> Answer<'a, Standing> {
        let (folder, target, action) = (&self.folders.state, &place.target, &place.action);
        let now = self.system.epoch_s();
        let last_put = Updating::last_put(folder, target, action);
        let quiet = last_put.map(|at| Duration::try_from_secs_f64(now - at).unwrap_or_default());
        ready(Ok(Standing { holder: Updating::by_whom(folder, target, action), quiet }))
    }

    fn recall<'a>(&'a self, place: &'a ActionPlace) -> Answer<'a, Known> {
        ready(Ok(Known { state: self.store.recall(&place.target, &place.action), fence: None }))
    }

    fn begin<'a>(&'a self, lease: &'a Lease, update: PendingUpdate) -> Answer<'a, Unsynced> {
        let ActionPlace { target, action } = &lease.place;
        ready(self.store.begin(target, action, update).map_err(Lost::File))
    }

    fn conclude<'a>(&'a self, lease: &'a Lease, after: StateChange, decided: Option<&'a str>) -> Answer<'a, ()> {
        let ActionPlace { target, action } = &lease.place;
        ready(self.store.conclude(target, action, after, decided).map_err(Lost::File))
    }

    fn note_head<'a>(&'a self, _: &'a Head) -> Answer<'a, ()> {
        // Whoever can change the log could change such a file as well.
        ready(Ok(()))
    }

    fn heads<'a>(&'a self, _: &'a str) -> Answer<'a, Option<Vec<Head>>> {
        ready(Ok(None))
    }

    fn predecessor<'a>(&'a self, _: &'a str) -> Answer<'a, Option<String>> {
        ready(Ok(None))
    }
}
