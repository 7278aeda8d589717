//! Shared state in a PostgreSQL database, for any number of machines.
//!
//! The database does what databases are good at: its row locks, its clock and its durability decide who may do what. It
//! runs no code of ours, so that every server that speaks its protocol and locks rows will do (PostgreSQL 12 and later).
//! Each call is one statement or a few, each of them a transaction of its own that is safe to repeat.

mod address;
mod budget;
mod clock;
mod connection;
mod fault;
mod head;
mod lease;
mod run;
pub mod schema;
mod state;
pub mod status;

use std::time::Duration;

use cxvars_flow::Now;
use serde::Serialize;
use tokio_postgres::Row;
use tokio_postgres::types::FromSqlOwned;

pub use self::address::{Address, AddressError};
use self::budget::Budgets;
use self::connection::Connection;
use super::error::Lost;
use super::head::Head;
use super::lease::{Acquired, Lease, Standing};
use super::open::Limits;
use super::place::{ActionPlace, Tenant, Worker};
use super::run::{EnterError, Entered, Next, Task, TaskEnd};
use super::{Answer, Decide, Known, SharedRuns, SharedState, Waiting};
use crate::state::pending_update::PendingUpdate;
use crate::state::store::{StateChange, Unsynced};
use crate::system::System;
use crate::system::terminal::Terminal;

/// Shared state in a database.
pub struct Postgres {
    connection: Connection,
    budgets: Budgets,
    term: Duration,
    system: &'static dyn System,
}

impl Postgres {
    /// The state at this address. Nothing is connected yet. Calls need a tokio runtime.
    pub fn new(address: Address, limits: Limits, terminal: Terminal, system: &'static dyn System) -> Self {
        let connection = Connection::new(address, limits.patience, terminal, system);
        Self { connection, budgets: Budgets::new(system), term: limits.term, system }
    }
}

impl SharedState for Postgres {
    fn change_budget<'a>(&'a self, tenant: &'a Tenant, _: Now, decide: &'a mut Decide<'a>) -> Answer<'a, ()> {
        Box::pin(self.budgets.change(&self.connection, tenant, decide))
    }

    fn acquire<'a>(&'a self, place: &'a ActionPlace, worker: &'a Worker, wait: Waiting<'a>) -> Answer<'a, Acquired> {
        Box::pin(self.acquire_lease(place, worker, wait))
    }

    fn renew<'a>(&'a self, lease: &'a Lease) -> Answer<'a, ()> {
        Box::pin(self.renew_lease(lease))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Answer<'a, ()> {
        Box::pin(self.release_lease(lease))
    }

    fn standing<'a>(&'a self, place: &'a ActionPlace) -> Answer<'a, Standing> {
        Box::pin(self.lease_standing(place))
    }

    fn recall<'a>(&'a self, place: &'a ActionPlace) -> Answer<'a, Known> {
        Box::pin(self.recall_state(place))
    }

    fn begin<'a>(&'a self, lease: &'a Lease, update: PendingUpdate) -> Answer<'a, Unsynced> {
        // A transaction that the server has confirmed is on its disk.
        Box::pin(async move { self.begin_update(lease, &update).await.map(|()| Unsynced::nothing()) })
    }

    fn conclude<'a>(&'a self, lease: &'a Lease, after: StateChange, decided: Option<&'a str>) -> Answer<'a, ()> {
        Box::pin(self.conclude_update(lease, after, decided))
    }

    fn runs(&self) -> Option<&dyn SharedRuns> {
        Some(self)
    }

    fn note_head<'a>(&'a self, head: &'a Head) -> Answer<'a, ()> {
        Box::pin(self.upsert_head(head))
    }

    fn heads<'a>(&'a self, log: &'a str) -> Answer<'a, Option<Vec<Head>>> {
        Box::pin(async { self.noted_heads(log).await.map(Some) })
    }

    fn predecessor<'a>(&'a self, log: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(async { self.predecessor_of_segments(log).await.map(Some) })
    }
}

impl SharedRuns for Postgres {
    fn enter<'a>(&'a self, run: &'a str, tasks: &'a [Task], restart: bool) -> Answer<'a, Entered, EnterError> {
        Box::pin(self.enter_run(run, tasks, restart))
    }

    fn next<'a>(&'a self, run: &'a str, tenants: &'a [Tenant], worker: &'a Worker) -> Answer<'a, Next> {
        Box::pin(self.next_task(run, tenants, worker))
    }

    fn finish<'a>(&'a self, run: &'a str, lease: &'a Lease, end: TaskEnd, outcome: &'a str) -> Answer<'a, ()> {
        Box::pin(self.finish_task(run, lease, end, outcome))
    }

    fn stop<'a>(&'a self, run: &'a str, tenant: &'a Tenant, why: &'a str) -> Answer<'a, ()> {
        Box::pin(self.stop_tenant(run, tenant, why))
    }
}

/// A column of a row.
fn get<T: FromSqlOwned>(row: &Row, column: usize) -> Result<T, Lost> {
    row.try_get(column)
        .map_err(|_| Lost::Database("the shared state has a row in another form than this program writes".to_owned()))
}

fn to_json(value: &impl Serialize) -> Result<String, Lost> {
    serde_json::to_string(value).map_err(|error| Lost::Database(format!("the state cannot be written: {error}")))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
