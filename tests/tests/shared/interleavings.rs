//! Many processes at one action, whose leases end at any moment: no write of an earlier holder counts.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cxvars_core::plan::Remembered;
use cxvars_host::shared::lease::Acquired;
use cxvars_host::shared::{Lost, SharedState as _};
use cxvars_host::state::store::StateChange;

use super::state::update;
use super::{AT_ONCE, block_on, database, open, place, worker};

/// Notes for each write whether the lease under which it was made is the one that is in force when it is made.
const WITNESS: &str = "
CREATE TABLE witness (is_held boolean NOT NULL);
CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Time for somebody else.
    PERFORM pg_sleep(0.002);
    -- A begun update names its fence, and a concluded one has left it as the entity tag.
    INSERT INTO witness
    SELECT fence = coalesce(NEW.pending_fence, (NEW.remembered::json ->> 'etag')::bigint)
    FROM cxvars_shared.lease WHERE target = NEW.target AND action = NEW.action;
    RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER INSERT OR UPDATE ON cxvars_shared.action_state FOR EACH ROW EXECUTE FUNCTION witness()";

/// How often each process takes the lease.
const ROUNDS: usize = 40;

#[test]
fn no_write_of_an_earlier_holder_counts() {
    let database = database();
    database.sql(WITNESS);
    let (refused, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let shared = open(&database);
        block_on(async {
            let mut rounds = 0;
            while rounds < ROUNDS {
                let Acquired::Lease(held) = shared.acquire(&place("a"), &worker("run"), AT_ONCE).await.unwrap() else {
                    tokio::task::yield_now().await;
                    continue;
                };
                rounds += 1;
                let fence = held.fence.unwrap().to_string();
                // The entity tag tells whose write it was.
                let leaves = Remembered { etag: Some(fence.clone()), ..Remembered::default() };
                let begun = shared.begin(&held, update(&fence)).await.map(drop);
                let written = match begun {
                    Ok(()) => shared.conclude(&held, StateChange::Verified(leaves), Some(&fence)).await,
                    Err(lost) => Err(lost),
                };
                match written {
                    Ok(()) => shared.release(&held).await.unwrap(),
                    Err(Lost::Lease(_)) => drop(refused.fetch_add(1, Ordering::Relaxed)),
                    Err(other) => panic!("{other}"),
                }
            }
        });
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..6).map(|_| scope.spawn(work)).collect();
        // As if all of them had been frozen, again and again.
        let expiry = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                database.sql("UPDATE cxvars_shared.lease SET until = clock_timestamp()");
            }
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
        expiry.join().unwrap();
    });
    assert!(refused.into_inner() > 0, "no lease has ended while its holder worked");
    assert_eq!(database.sql("SELECT count(*) FROM witness WHERE NOT is_held"), "0");
    let written: usize = database.sql("SELECT count(*) FROM witness").parse().unwrap();
    assert!(written >= ROUNDS, "{written}");
}
