//! State that many machines share in PostgreSQL, with a real server. What a machine shares in files has to do the same.
#![cfg(unix)]

mod budget;
mod command;
mod connection;
mod database_gone;
mod heads;
mod interleavings;
mod kills;
mod leases;
mod lost_answers;
mod privileges;
mod processes;
mod renewal;
mod runs;
mod secrecy;
mod state;
mod tenant_budget;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use cxvars_core::base::secret::Secret;
use cxvars_host::shared::files::{FileState, Folders};
use cxvars_host::shared::lease::{Acquired, Lease};
use cxvars_host::shared::postgres::{Address, Postgres, schema};
use cxvars_host::shared::{ActionPlace, Limits, SharedState, Waiting, Worker};
use cxvars_host::state::store::StateStore;
use cxvars_host::state::updating::Holder;
use cxvars_host::system::Real;
use cxvars_host::system::clock::Clock;
use cxvars_host::system::random::{NoRandomness, Randomness};
use cxvars_host::system::terminal::Terminal;
use cxvars_tests::postgres::{self, Database};

/// How long a lease lasts in the tests. None of them waits for its end: it is set by SQL.
const TERM: Duration = Duration::from_secs(60);

/// Runs a test's async code.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn address(url: &str) -> Address {
    Address::parse(&Secret::new(url)).unwrap_or_else(|error| panic!("{error}"))
}

/// A terminal that shows nothing.
fn terminal() -> Terminal {
    Terminal::new(false, false, true, &|_| None)
}

/// A new database with our schema.
fn database() -> Database {
    let database = postgres::database();
    block_on(schema::init(&address(&database.url()), None)).unwrap();
    database
}

/// A process's view of a database.
fn open(database: &Database) -> Postgres {
    open_url(&database.url(), Duration::from_secs(10))
}

fn open_url(url: &str, patience: Duration) -> Postgres {
    Postgres::new(address(url), Limits { patience, term: TERM }, terminal(), &Real)
}

/// The view of a process with this clock.
fn open_on(database: &Database, clock: &'static Skewed) -> Postgres {
    let limits = Limits { patience: Duration::from_secs(10), term: TERM };
    Postgres::new(address(&database.url()), limits, terminal(), clock)
}

/// The clocks of the system, shifted.
struct Skewed(AtomicI64);

/// So far that no shift leads before the beginning of the clock, in milliseconds.
const FAR_MS: i64 = 1_000_000_000;

impl Skewed {
    fn leaked() -> &'static Self {
        Box::leak(Box::new(Self(AtomicI64::new(FAR_MS))))
    }

    fn shift(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    fn shifted(&self) -> f64 {
        self.0.load(Ordering::Relaxed) as f64 / 1000.0
    }
}

impl Clock for Skewed {
    fn epoch_s(&self) -> f64 {
        Real.epoch_s() + self.shifted()
    }

    fn monotonic(&self) -> Duration {
        Real.monotonic() + Duration::from_secs_f64(self.shifted())
    }

    fn block(&self, time: Duration) {
        Real.block(time);
    }
}

impl Randomness for Skewed {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        Real.fill(bytes)
    }
}

/// The state in files of a process that works in this folder.
fn in_files(folder: &std::path::Path) -> FileState {
    let folders = Folders { state: folder.to_owned(), budget: Some(folder.to_owned()) };
    FileState::new(folders, StateStore::at(folder.join("state.json"), terminal(), &Real), &Real)
}

/// Runs a test over both implementations. Each call of the function that it gets returns the view of another process.
fn over_both(test: impl Fn(&dyn Fn() -> Arc<dyn SharedState>)) {
    let folder = tempfile::tempdir().unwrap();
    test(&|| Arc::new(in_files(folder.path())));
    let database = database();
    test(&|| Arc::new(open(&database)));
}

fn worker(run_id: &str) -> Worker {
    let holder = Holder { pid: 4711, host: Some("build-3".to_owned()), since: "2026-01-31T12:00:00Z".to_owned() };
    Worker { run_id: run_id.to_owned(), holder }
}

fn place(action: &str) -> ActionPlace {
    ActionPlace::new("https://api.test", action)
}

/// No wait for another holder.
const AT_ONCE: Waiting<'static> = Waiting { limit: Duration::ZERO, announce: &|_| None };

/// Takes a lease that nobody has.
async fn lease(shared: &dyn SharedState, action: &str) -> Lease {
    match shared.acquire(&place(action), &worker("run"), AT_ONCE).await.unwrap() {
        Acquired::Lease(lease) => lease,
        other => panic!("{other:?}"),
    }
}

/// Lets all leases end.
fn expire(database: &Database) {
    database.sql(
        "UPDATE cxvars_shared.task SET until = clock_timestamp() - interval '5 s' WHERE until IS NOT NULL;
         UPDATE cxvars_shared.lease SET until = clock_timestamp() - interval '5 s'",
    );
}
