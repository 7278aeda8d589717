//! Leases of actions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cxvars_host::shared::lease::Acquired;
use cxvars_host::shared::{Fence, Lost, SharedState as _, Waiting};
use cxvars_host::system::Real;

use super::{AT_ONCE, block_on, database, expire, lease, open, over_both, place, worker};

#[test]
fn one_process_at_a_time_has_the_lease_of_an_action() {
    over_both(|open| {
        block_on(async {
            let (first, second) = (open(), open());
            let held = lease(&*first, "a").await;
            match second.acquire(&place("a"), &worker("other"), AT_ONCE).await.unwrap() {
                Acquired::Held(holder) => assert_eq!(holder, Some(worker("run").holder)),
                other => panic!("{other:?}"),
            }
            let who = second.standing(&place("a")).await.unwrap().holder.unwrap();
            assert!(who.starts_with("process 4711 on build-3, since 2026-01-31T12:00:00Z"), "{who}");
            lease(&*second, "b").await;
            first.release(&held).await.unwrap();
            drop(held);
            assert_eq!(second.standing(&place("a")).await.unwrap().holder, None);
            let held = lease(&*second, "a").await;
            assert_eq!(held.taken_over, None);
        });
    });
}

#[test]
fn who_waits_gets_the_lease_when_it_is_released() {
    let database = database();
    let (first, second) = (open(&database), open(&database));
    block_on(async {
        let held = lease(&first, "a").await;
        let place = place("a");
        let worker = worker("other");
        let wait = Waiting { limit: Duration::from_secs(60), ..AT_ONCE };
        let is_released = AtomicBool::new(false);
        let release = async {
            // Only when the other one has found it held.
            while database.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%lease.until <=%'") == "0" {
                tokio::task::yield_now().await;
            }
            is_released.store(true, Ordering::Relaxed);
            first.release(&held).await.unwrap();
        };
        let (acquired, ()) = tokio::join!(second.acquire(&place, &worker, wait), release);
        assert!(is_released.load(Ordering::Relaxed));
        match acquired.unwrap() {
            Acquired::Lease(lease) => assert_eq!((lease.fence, lease.taken_over), (Some(Fence(2)), None)),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn the_clock_of_the_database_ends_a_lease_and_the_next_holder_knows_whose_it_was() {
    let database = database();
    let (first, second) = (open(&database), open(&database));
    block_on(async {
        let held = lease(&first, "a").await;
        assert_eq!(held.fence, Some(Fence(1)));
        expire(&database);
        // Nobody else has it yet, but it has ended all the same.
        assert_eq!(first.renew(&held).await, Err(Lost::Lease(place("a"))));
        let taken = lease(&second, "a").await;
        assert_eq!(taken.fence, Some(Fence(2)));
        let over = taken.taken_over.as_ref().unwrap();
        assert_eq!(over.from, Some(worker("run")));
        assert!(over.expired >= Duration::from_secs(5), "{over:?}");
        // The earlier holder can neither extend nor end the lease of the later one.
        assert_eq!(first.renew(&held).await, Err(Lost::Lease(place("a"))));
        first.release(&held).await.unwrap();
        assert!(second.standing(&place("a")).await.unwrap().holder.is_some());
        second.renew(&taken).await.unwrap();
    });
}

#[test]
fn a_renewed_lease_lasts_longer_on_both_clocks() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        let held = lease(&shared, "a").await;
        database.sql("UPDATE cxvars_shared.lease SET until = clock_timestamp() + interval '1 s'");
        shared.renew(&held).await.unwrap();
        let left = database.sql("SELECT until > clock_timestamp() + interval '30 s' FROM cxvars_shared.lease");
        assert_eq!(left, "t");
        assert!(held.may_send(Duration::from_secs(30), &Real));
        assert!(!held.may_send(Duration::from_secs(60), &Real));
    });
}

#[test]
fn many_at_once_get_different_fences_or_nothing() {
    let database = database();
    let fences: Vec<Option<Fence>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let shared = open(&database);
                scope.spawn(move || {
                    block_on(async {
                        match shared.acquire(&place("a"), &worker("run"), AT_ONCE).await.unwrap() {
                            Acquired::Lease(lease) => lease.fence,
                            _ => None,
                        }
                    })
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(fences.iter().flatten().collect::<Vec<_>>(), [&Fence(1)]);
}
