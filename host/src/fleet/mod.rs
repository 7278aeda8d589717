//! Carries out the schedule of a fleet: does what it says next, and reports how that ended.

pub(crate) mod display;
pub(crate) mod in_order;
pub(crate) mod order;
pub(crate) mod reading;
pub(crate) mod sites;

use std::pin::{Pin, pin};
use std::time::Duration;

use cxvars_flow::schedule::{End, Next, Schedule, UnderWay};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::service::budget::{NotNow, Taken};
use crate::system::{clock, signals};

/// What a fleet is made of: tenants and actions, by their numbers in the schedule.
pub trait Fleet {
    /// Milliseconds on the clock of the schedule.
    fn now_ms(&self) -> u64;

    /// Waits this many milliseconds.
    fn sleep(&self, ms: u64) -> impl Future<Output = ()> {
        clock::sleep(Duration::from_millis(ms))
    }

    /// Completes when the user asks to stop.
    fn interrupted(&self) -> impl Future<Output = ()> {
        signals::stop()
    }

    /// Opens the service of a tenant and logs in there.
    fn open(&self, tenant: usize) -> impl Future<Output = End>;

    /// Takes from the tenant's budget what an action needs: this one, or another one of the tenant.
    fn take(&self, tenant: usize, action: usize) -> impl Future<Output = Begin>;

    /// Applies an action. Returns how it ended, and whether the service had trouble.
    fn apply(&self, tenant: usize, action: usize, taken: Taken) -> impl Future<Output = (End, bool)>;
}

/// Whether an action begins.
pub enum Begin {
    /// This one does, with these requests.
    Now {
        /// Its number.
        action: usize,
        /// Its requests.
        taken: Taken,
    },
    /// None does now. Ask again after this many milliseconds.
    Later(u64),
    /// The shared state was lost, so that no action of any tenant begins any more.
    Lost(String),
    /// None ever does at this tenant: others have done the rest.
    Over,
}

impl Begin {
    /// An action, if its requests were taken.
    pub fn of(action: usize, taken: Result<Taken, NotNow>) -> Self {
        match taken {
            Ok(taken) => Self::Now { action, taken },
            Err(NotNow::Lost(problem)) => Self::Lost(problem),
            Err(not_now) => Self::Later(not_now.wait_ms()),
        }
    }
}

/// What has ended.
enum Ended {
    Login { tenant: usize, end: End },
    Action { under_way: UnderWay, end: End, had_trouble: bool },
}

impl Ended {
    fn report(self, schedule: &mut Schedule) {
        match self {
            Self::Login { tenant, end } => schedule.opened(tenant, end),
            Self::Action { under_way, end, had_trouble } => schedule.ended(under_way, end, had_trouble),
        }
    }
}

/// Carries out a schedule to its end. What is left of it was not begun.
pub async fn carry_out<F: Fleet>(fleet: &F, mut schedule: Schedule) -> Schedule {
    type Work<'f> = Pin<Box<dyn Future<Output = Ended> + 'f>>;
    let mut under_way: FuturesUnordered<Work<'_>> = FuturesUnordered::new();
    let mut is_interrupted = false;
    loop {
        match schedule.next(fleet.now_ms()) {
            Next::Finish => return schedule,
            Next::Open(tenant) => {
                under_way.push(Box::pin(async move { Ended::Login { tenant, end: fleet.open(tenant).await } }));
            }
            Next::Begin { tenant, waiting } => {
                // What is under way goes on meanwhile: it may hold what is asked for.
                let mut asking = pin!(fleet.take(tenant, waiting.action));
                let begin = loop {
                    tokio::select! {
                        biased;
                        begin = &mut asking => break begin,
                        Some(ended) = under_way.next() => ended.report(&mut schedule),
                    }
                };
                match begin {
                    Begin::Now { action, taken } => {
                        let begun = schedule.begun(tenant, action);
                        under_way.push(Box::pin(async move {
                            let (end, had_trouble) = fleet.apply(tenant, action, taken).await;
                            Ended::Action { under_way: begun, end, had_trouble }
                        }));
                    }
                    Begin::Later(ms) => schedule.no_room(tenant, fleet.now_ms().saturating_add(ms)),
                    Begin::Lost(_) => schedule.stop_all(),
                    Begin::Over => schedule.over(tenant),
                }
            }
            Next::Wait(until_ms) => {
                let room = async {
                    match until_ms {
                        Some(until_ms) => fleet.sleep(until_ms.saturating_sub(fleet.now_ms())).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    Some(ended) = under_way.next() => ended.report(&mut schedule),
                    () = fleet.interrupted(), if !is_interrupted => {
                        is_interrupted = true;
                        schedule.stop_all();
                    }
                    () = room => {}
                }
            }
        }
    }
}
