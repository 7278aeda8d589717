//! A lease is extended while its holder works, in simulated time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cxvars_flow::Now;
use cxvars_host::shared::head::Head;
use cxvars_host::shared::lease::{Acquired, Lease, Moment, Standing, Term};
use cxvars_host::shared::{
    ActionPlace, Answer, Decide, Fence, Known, Lost, SharedState, Tenant, Waiting, Worker, keep,
};
use cxvars_host::state::pending_update::PendingUpdate;
use cxvars_host::state::store::{StateChange, Unsynced};
use cxvars_host::system::Real;
use tokio::time::{Instant, sleep};

use super::{TERM, in_files, lease, place};

/// Shared state that only extends leases, with these answers and then without any trouble.
#[derive(Default)]
struct Renews {
    answers: Mutex<VecDeque<Lost>>,
    /// When a lease was to be extended.
    asked: Mutex<Vec<Instant>>,
}

impl Renews {
    fn with(answers: impl IntoIterator<Item = Lost>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), ..Self::default() })
    }

    /// When a lease was to be extended, in seconds after `begun`.
    fn asked_s(&self, begun: Instant) -> Vec<u64> {
        self.asked.lock().unwrap().iter().map(|at| (*at - begun).as_secs()).collect()
    }
}

impl SharedState for Renews {
    fn renew<'a>(&'a self, _: &'a Lease) -> Answer<'a, ()> {
        self.asked.lock().unwrap().push(Instant::now());
        let answer = self.answers.lock().unwrap().pop_front().map_or(Ok(()), Err);
        Box::pin(std::future::ready(answer))
    }

    fn change_budget<'a>(&'a self, _: &'a Tenant, _: Now, _: &'a mut Decide<'a>) -> Answer<'a, ()> {
        unreachable!()
    }

    fn acquire<'a>(&'a self, _: &'a ActionPlace, _: &'a Worker, _: Waiting<'a>) -> Answer<'a, Acquired> {
        unreachable!()
    }

    fn release<'a>(&'a self, _: &'a Lease) -> Answer<'a, ()> {
        unreachable!()
    }

    fn standing<'a>(&'a self, _: &'a ActionPlace) -> Answer<'a, Standing> {
        unreachable!()
    }

    fn recall<'a>(&'a self, _: &'a ActionPlace) -> Answer<'a, Known> {
        unreachable!()
    }

    fn begin<'a>(&'a self, _: &'a Lease, _: PendingUpdate) -> Answer<'a, Unsynced> {
        unreachable!()
    }

    fn conclude<'a>(&'a self, _: &'a Lease, _: StateChange, _: Option<&'a str>) -> Answer<'a, ()> {
        unreachable!()
    }

    fn note_head<'a>(&'a self, _: &'a Head) -> Answer<'a, ()> {
        unreachable!()
    }

    fn heads<'a>(&'a self, _: &'a str) -> Answer<'a, Option<Vec<Head>>> {
        unreachable!()
    }

    fn predecessor<'a>(&'a self, _: &'a str) -> Answer<'a, Option<String>> {
        unreachable!()
    }
}

/// A lease that ends by itself.
fn ending() -> Arc<Lease> {
    Arc::new(Lease::until(place("a"), Fence(1), None, Term::new(TERM, Moment::now(&Real))))
}

const MINUTES: Duration = Duration::from_secs(130);

#[tokio::test(start_paused = true)]
async fn a_lease_is_extended_three_times_as_often_as_it_has_to_be() {
    let (shared, begun) = (Renews::with([]), Instant::now());
    let renewal = keep(shared.clone(), ending());
    sleep(MINUTES).await;
    assert_eq!(shared.asked_s(begun), [20, 40, 60, 80, 100, 120]);
    drop(renewal);
    sleep(MINUTES).await;
    assert_eq!(shared.asked_s(begun).len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_gone_is_asked_again_soon() {
    let gone = || Lost::Database("gone".to_owned());
    let (shared, begun) = (Renews::with([gone(), gone()]), Instant::now());
    let _renewal = keep(shared.clone(), ending());
    sleep(Duration::from_secs(50)).await;
    assert_eq!(shared.asked_s(begun), [20, 21, 22, 42]);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_lost_is_not_asked_for_again() {
    let (shared, begun) = (Renews::with([Lost::Lease(place("a"))]), Instant::now());
    let _renewal = keep(shared.clone(), ending());
    sleep(MINUTES).await;
    assert_eq!(shared.asked_s(begun), [20]);
}

#[tokio::test(start_paused = true)]
async fn a_lock_of_the_system_needs_no_extension() {
    let folder = tempfile::tempdir().unwrap();
    let locked = Arc::new(lease(&in_files(folder.path()), "a").await);
    let (shared, begun) = (Renews::with([]), Instant::now());
    let _renewal = keep(shared.clone(), Arc::clone(&locked));
    sleep(MINUTES).await;
    assert_eq!(shared.asked_s(begun), [0; 0]);
    assert!(locked.may_send(MINUTES, &Real));
}
