//! State that several runs share: request budgets, who updates an action, what is known of it, what a run has done,
//! and the heads of the audit log.
//!
//! One trait has two implementations. [`files`] keeps the state in files, for the processes of one machine.
//! `postgres` keeps it in a PostgreSQL database, for any number of machines.
//!
//! Neither holds a value of a variable: only keyed fingerprints, names, ids and times.

mod error;
pub mod files;
pub mod head;
#[cfg_attr(not(feature = "shared"), allow(dead_code, reason = "only leases of a database end by themselves"))]
pub mod lease;
mod open;
mod place;
#[cfg(feature = "shared")]
pub mod postgres;
mod renewal;
pub mod run;

use std::pin::Pin;
use std::time::Duration;

use cxvars_flow::Now;
use cxvars_flow::limiter::Limiter;

pub use self::error::Lost;
use self::head::Head;
use self::lease::{Acquired, Lease, Standing};
#[cfg(feature = "shared")]
pub use self::open::address;
pub use self::open::{Limits, NotOpened, open};
pub use self::place::{ActionPlace, Fence, Tenant, Worker};
pub use self::renewal::{Renewal, keep};
use self::run::{EnterError, Entered, Next, Task, TaskEnd};
use crate::state::pending_update::PendingUpdate;
use crate::state::store::{ActionState, StateChange, Unsynced};
use crate::system::terminal::ShownWait;

/// What a call of [`SharedState`] returns.
pub type Answer<'a, T, E = Lost> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Decides about the budget of a tenant. It gets the time in milliseconds since 1970, on the clock that all processes
/// share. It may be called several times; only what the last call has done counts.
pub type Decide<'d> = dyn FnMut(&mut Limiter, u64) + Send + 'd;

/// Shows the user what is waited for, until the result is dropped.
pub type Announce<'a> = &'a (dyn Fn(&str) -> Option<ShownWait> + Sync);

/// How long a run waits for somebody else, and how it says so.
#[derive(Clone, Copy)]
pub struct Waiting<'a> {
    /// The longest wait.
    pub limit: Duration,
    /// Called when the wait becomes noticeable.
    pub announce: Announce<'a>,
}

/// What is known of an action.
#[derive(Debug, Default, PartialEq)]
pub struct Known {
    /// Fingerprints of what was verified last, and the update that is not decided.
    pub state: ActionState,
    /// The fence of the lease under which that update was sent. `None` if there is none, or it was not fenced.
    pub fence: Option<Fence>,
}

/// The state that runs share.
///
/// A write under a lease fails with [`Lost::Lease`] once the lease has ended, whether or not somebody else has taken it.
pub trait SharedState: Send + Sync {
    /// Decides about the request budget of a tenant, while nobody else does. `now` is this process's time, for an
    /// implementation without a clock of its own. See [`decide`] for a decision that returns something.
    fn change_budget<'a>(&'a self, tenant: &'a Tenant, now: Now, decide: &'a mut Decide<'a>) -> Answer<'a, ()>;

    /// Takes the lease of an action. Waits for another holder.
    fn acquire<'a>(&'a self, place: &'a ActionPlace, worker: &'a Worker, wait: Waiting<'a>) -> Answer<'a, Acquired>;

    /// Extends a lease, counted from now.
    fn renew<'a>(&'a self, lease: &'a Lease) -> Answer<'a, ()>;

    /// Ends a lease, so that others need not wait until it ends by itself. A task that belongs to it is given back to its
    /// run, as after an interruption. A lease that has ended is no error.
    fn release<'a>(&'a self, lease: &'a Lease) -> Answer<'a, ()>;

    /// Who holds the lease of an action, and for how long nobody has.
    fn standing<'a>(&'a self, place: &'a ActionPlace) -> Answer<'a, Standing>;

    /// What is known of an action.
    fn recall<'a>(&'a self, place: &'a ActionPlace) -> Answer<'a, Known>;

    /// Records an update that is about to be sent. It must be synced before that. What was remembered before an
    /// undecided update that this one replaces is forgotten: that update may have overwritten it.
    fn begin<'a>(&'a self, lease: &'a Lease, update: PendingUpdate) -> Answer<'a, Unsynced>;

    /// Records what is known after an update. Also removes the pending update of the run `decided`, and any after a
    /// verified one.
    fn conclude<'a>(&'a self, lease: &'a Lease, after: StateChange, decided: Option<&'a str>) -> Answer<'a, ()>;

    /// The runs of several processes, where there are any.
    fn runs(&self) -> Option<&dyn SharedRuns> {
        None
    }

    /// Notes the head of a segment of an audit log, after its records were written.
    fn note_head<'a>(&'a self, head: &'a Head) -> Answer<'a, ()>;

    /// The noted heads of an audit log. `None` where none are noted.
    fn heads<'a>(&'a self, log: &'a str) -> Answer<'a, Option<Vec<Head>>>;

    /// The hash of the record that the first segment of a machine follows: the head that was noted last, or before any was
    /// noted, one that all segments share. `None` where no heads are noted.
    fn predecessor<'a>(&'a self, log: &'a str) -> Answer<'a, Option<String>>;
}

/// Runs over several actions that several processes share. Only a database has them: a run of one machine belongs to one
/// process.
pub trait SharedRuns: Send + Sync {
    /// Enters a run, which any number of processes may share if they bring the same tasks. `restart` does everything
    /// again.
    fn enter<'a>(&'a self, run: &'a str, tasks: &'a [Task], restart: bool) -> Answer<'a, Entered, EnterError>;

    /// Takes the next task of a run that needs the budget of one of these tenants. So a process that has no room in the
    /// budget of one tenant works for the others.
    fn next<'a>(&'a self, run: &'a str, tenants: &'a [Tenant], worker: &'a Worker) -> Answer<'a, Next>;

    /// Ends a task, and its lease. `outcome` is the word of the result, for people.
    fn finish<'a>(&'a self, run: &'a str, lease: &'a Lease, end: TaskEnd, outcome: &'a str) -> Answer<'a, ()>;

    /// Ends all tasks of a tenant that nobody has begun. `why` is for people.
    fn stop<'a>(&'a self, run: &'a str, tenant: &'a Tenant, why: &'a str) -> Answer<'a, ()>;
}

/// Decides about the request budget of a tenant, and returns what was decided.
///
/// The decision gets the time in milliseconds since 1970 on the clock that all processes share. What the limiter
/// remembers by that time, such as when a request was taken, has to be named by the same time later, so the decision
/// should return it.
///
/// # Errors
/// If the budget cannot be read or written. Nothing may be sent then.
pub async fn decide<T: Send>(
    shared: &dyn SharedState,
    tenant: &Tenant,
    now: Now,
    mut decision: impl FnMut(&mut Limiter, u64) -> T + Send,
) -> Result<T, Lost> {
    let mut decided = None;
    let mut once = |limiter: &mut Limiter, now_ms: u64| decided = Some(decision(limiter, now_ms));
    shared.change_budget(tenant, now, &mut once).await?;
    decided.ok_or_else(|| Lost::Database("the request budget was not decided".to_owned()))
}
