//! Carries out the schedule of a fleet: does what it says next, and reports how that ended.

pub(crate) mod display;
pub(crate) mod reading;
pub(crate) mod sites;

use std::pin::Pin;

use cxvars_flow::limiter::Full;
use cxvars_flow::schedule::{End, Next, Schedule, UnderWay};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::service::budget::Taken;

/// What a fleet is made of: tenants and actions, by their numbers in the schedule.
pub trait Fleet {
    /// Milliseconds on the clock of the schedule.
    fn now_ms(&self) -> u64;

    /// Waits this many milliseconds.
    fn sleep(&self, ms: u64) -> impl Future<Output = ()>;

    /// Completes when the user asks to stop.
    fn interrupted(&self) -> impl Future<Output = ()>;

    /// Opens the service of a tenant and logs in there.
    fn open(&self, tenant: usize) -> impl Future<Output = End>;

    /// Takes from the tenant's budget what the action needs.
    ///
    /// # Errors
    /// The budget has no room for it now.
    fn take(&self, tenant: usize, action: usize) -> Result<Taken, Full>;

    /// Applies an action. Returns how it ended, and whether the service had trouble.
    fn apply(&self, tenant: usize, action: usize, taken: Taken) -> impl Future<Output = (End, bool)>;
}

/// What has ended.
enum Ended {
    Login { tenant: usize, end: End },
    Action { under_way: UnderWay, end: End, had_trouble: bool },
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
            Next::Begin { tenant, waiting } => match fleet.take(tenant, waiting.action) {
                Ok(taken) => {
                    let begun = schedule.begun(tenant, waiting);
                    under_way.push(Box::pin(async move {
                        let (end, had_trouble) = fleet.apply(tenant, waiting.action, taken).await;
                        Ended::Action { under_way: begun, end, had_trouble }
                    }));
                }
                Err(Full::NoRoom(ms) | Full::Closed(ms)) => {
                    schedule.no_room(tenant, fleet.now_ms().saturating_add(ms));
                }
            },
            Next::Wait(until_ms) => {
                let room = async {
                    match until_ms {
                        Some(until_ms) => fleet.sleep(until_ms.saturating_sub(fleet.now_ms())).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    Some(ended) = under_way.next() => match ended {
                        Ended::Login { tenant, end } => schedule.opened(tenant, end),
                        Ended::Action { under_way, end, had_trouble } => schedule.ended(under_way, end, had_trouble),
                    },
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
