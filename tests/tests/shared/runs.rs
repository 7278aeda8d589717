//! Runs that several processes share.

use std::collections::BTreeSet;

use cxvars_host::shared::lease::Lease;
use cxvars_host::shared::postgres::Postgres;
use cxvars_host::shared::run::{EnterError, Next, Task, TaskEnd};
use cxvars_host::shared::{ActionPlace, Lost, SharedRuns as _, SharedState as _, Tenant};

use super::{block_on, database, expire, lease, open, place, worker};

/// Tasks for this many actions, alternately of two tenants.
fn tasks(count: usize) -> Vec<Task> {
    (0..count)
        .map(|number| Task {
            place: place(&format!("a{number}")),
            tenant: Tenant::named(["even", "odd"][number % 2]),
            wanted: format!("wanted {number}"),
        })
        .collect()
}

/// The tenants of these tasks.
fn all() -> [Tenant; 2] {
    ["even", "odd"].map(Tenant::named)
}

/// The next task, with its lease.
async fn next(shared: &Postgres) -> Option<(ActionPlace, Lease)> {
    match shared.next("nightly", &all(), &worker("run")).await.unwrap() {
        Next::Task(task) => Some((task.place, task.lease)),
        Next::Wait(_) | Next::Over => None,
    }
}

/// Takes the next task and ends it.
async fn work(shared: &Postgres, end: TaskEnd) -> Option<ActionPlace> {
    let (place, taken) = next(shared).await?;
    shared.finish("nightly", &taken, end, "applied").await.unwrap();
    Some(place)
}

fn is_over(next: &Next) -> bool {
    matches!(next, Next::Over)
}

#[test]
fn a_run_goes_through_its_tasks_in_their_order_and_the_next_one_continues() {
    let database = database();
    block_on(async {
        let (first, tasks) = (open(&database), tasks(3));
        assert!(first.enter("nightly", &tasks, false).await.unwrap().done.is_empty());
        assert_eq!(work(&first, TaskEnd::Done).await, Some(place("a0")));
        let second = open(&database);
        let entered = second.enter("nightly", &tasks, false).await.unwrap();
        assert_eq!(entered.done, BTreeSet::from([place("a0")]));
        assert_eq!(work(&second, TaskEnd::Done).await, Some(place("a1")));
        assert_eq!(work(&second, TaskEnd::Done).await, Some(place("a2")));
        assert!(is_over(&second.next("nightly", &all(), &worker("run")).await.unwrap()));
    });
}

#[test]
fn eight_processes_take_each_of_400_tasks_once() {
    let database = database();
    let taken: Vec<ActionPlace> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let shared = open(&database);
                scope.spawn(move || {
                    block_on(async {
                        shared.enter("nightly", &tasks(400), false).await.unwrap();
                        let mut taken = Vec::new();
                        loop {
                            match shared.next("nightly", &all(), &worker("run")).await.unwrap() {
                                Next::Task(task) => {
                                    let lease = task.lease;
                                    shared.finish("nightly", &lease, TaskEnd::Done, "applied").await.unwrap();
                                    taken.push(task.place);
                                }
                                // Another process is at the last ones.
                                Next::Wait(_) => tokio::task::yield_now().await,
                                Next::Over => break taken,
                            }
                        }
                    })
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(taken.len(), 400);
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 400);
    let count = "SELECT count(*) FROM cxvars_shared.task WHERE status = 'done' AND fence = 1";
    assert_eq!(database.sql(count), "400");
}

#[test]
fn a_task_whose_lease_ran_out_is_taken_over_and_its_earlier_holder_cannot_end_it() {
    let database = database();
    let (first, second) = (open(&database), open(&database));
    block_on(async {
        let tasks = tasks(1);
        first.enter("nightly", &tasks, false).await.unwrap();
        second.enter("nightly", &tasks, false).await.unwrap();
        let (_, old) = next(&first).await.unwrap();
        let old = old;
        assert!(matches!(second.next("nightly", &all(), &worker("run")).await.unwrap(), Next::Wait(_)));
        expire(&database);
        let (_, new) = next(&second).await.unwrap();
        let new = new;
        assert_eq!(new.taken_over.as_ref().and_then(|over| over.from.clone()), Some(worker("run")));
        let late = first.finish("nightly", &old, TaskEnd::Failed, "unknown").await;
        assert_eq!(late, Err(Lost::Lease(place("a0"))));
        second.finish("nightly", &new, TaskEnd::Done, "applied").await.unwrap();
        // The same once more, as after a broken connection.
        second.finish("nightly", &new, TaskEnd::Done, "applied").await.unwrap();
        assert!(is_over(&first.next("nightly", &all(), &worker("run")).await.unwrap()));
        assert_eq!(database.sql("SELECT status, outcome FROM cxvars_shared.task"), "done|applied");
    });
}

#[test]
fn a_renewed_lease_keeps_its_task_and_a_released_one_gives_it_back() {
    let database = database();
    let (first, second) = (open(&database), open(&database));
    block_on(async {
        first.enter("nightly", &tasks(1), false).await.unwrap();
        let (_, held) = next(&first).await.unwrap();
        let held = held;
        database.sql("UPDATE cxvars_shared.task SET until = clock_timestamp()");
        first.renew(&held).await.unwrap();
        let kept = "SELECT task.until = lease.until FROM cxvars_shared.task, cxvars_shared.lease";
        assert_eq!(database.sql(kept), "t");
        assert!(next(&second).await.is_none());
        first.release(&held).await.unwrap();
        assert!(next(&second).await.is_some());
    });
}

#[test]
fn an_action_that_somebody_updates_outside_of_the_run_is_left_for_later() {
    let database = database();
    let (run, other) = (open(&database), open(&database));
    block_on(async {
        run.enter("nightly", &tasks(2), false).await.unwrap();
        let held = lease(&other, "a0").await;
        assert_eq!(work(&run, TaskEnd::Done).await, Some(place("a1")));
        assert!(matches!(run.next("nightly", &all(), &worker("run")).await.unwrap(), Next::Wait(_)));
        other.release(&held).await.unwrap();
        assert_eq!(work(&run, TaskEnd::Done).await, Some(place("a0")));
    });
}

#[test]
fn a_process_takes_tasks_of_the_tenants_that_it_has_room_for() {
    let database = database();
    block_on(async {
        let shared = open(&database);
        shared.enter("nightly", &tasks(4), false).await.unwrap();
        let mut taken = Vec::new();
        while let Next::Task(task) = shared.next("nightly", &all()[1..], &worker("run")).await.unwrap() {
            shared.finish("nightly", &task.lease, TaskEnd::Done, "applied").await.unwrap();
            taken.push(task.place.action);
        }
        assert_eq!(taken, ["a1", "a3"]);
        assert!(is_over(&shared.next("nightly", &all()[1..], &worker("run")).await.unwrap()));
        assert!(is_over(&shared.next("nightly", &[], &worker("run")).await.unwrap()));
        assert_eq!(work(&shared, TaskEnd::Done).await, Some(place("a0")));
    });
}

#[test]
fn a_stop_ends_the_tasks_of_its_tenant_for_all_and_of_no_other() {
    let database = database();
    block_on(async {
        let (first, tasks) = (open(&database), tasks(6));
        first.enter("nightly", &tasks, false).await.unwrap();
        assert_eq!(work(&first, TaskEnd::Failed).await, Some(place("a0")));
        first.stop("nightly", &tasks[0].tenant, "unknown").await.unwrap();
        let mut left = Vec::new();
        while let Some(place) = work(&first, TaskEnd::Done).await {
            left.push(place.action);
        }
        assert_eq!(left, ["a1", "a3", "a5"]);
    });
    let database = super::database();
    let (first, second) = (open(&database), open(&database));
    block_on(async {
        let tasks = tasks(2);
        first.enter("nightly", &tasks, false).await.unwrap();
        first.stop("nightly", &tasks[0].tenant, "403").await.unwrap();
        let entered = second.enter("nightly", &tasks, false).await.unwrap();
        assert_eq!(entered.stopped, [(tasks[0].tenant.clone(), "403".to_owned())]);
        assert_eq!(work(&second, TaskEnd::Done).await, Some(place("a1")));
        assert!(is_over(&second.next("nightly", &all(), &worker("run")).await.unwrap()));
    });
}

#[test]
fn a_run_has_one_content_until_it_is_restarted() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        shared.enter("nightly", &tasks(2), false).await.unwrap();
        let mut other = tasks(2);
        other[1].wanted = "another value".to_owned();
        for different in [&tasks(1), &tasks(3), &other] {
            let error = shared.enter("nightly", different, false).await.unwrap_err();
            assert!(matches!(error, EnterError::OtherContent(_)), "{error}");
            assert!(error.to_string().contains("`nightly`") && error.to_string().contains("--restart"), "{error}");
        }
        let (_, held) = next(&shared).await.unwrap();
        let under_way = shared.enter("nightly", &other, true).await.unwrap_err();
        assert!(matches!(under_way, EnterError::UnderWay(_)), "{under_way}");
        shared.finish("nightly", &held, TaskEnd::Done, "applied").await.unwrap();
        assert!(shared.enter("nightly", &other, true).await.unwrap().done.is_empty());
        assert_eq!(database.sql("SELECT count(*) FROM cxvars_shared.task WHERE status = 'open'"), "2");
    });
}

#[test]
fn runs_of_last_month_are_forgotten_and_their_fences_are_not() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        shared.enter("nightly", &tasks(2), false).await.unwrap();
        work(&shared, TaskEnd::Done).await;
        database.sql("UPDATE cxvars_shared.run SET created = created - interval '31 days'");
        shared.enter("another", &tasks(2), false).await.unwrap();
        assert_eq!(database.sql("SELECT name FROM cxvars_shared.run"), "another");
        assert_eq!(database.sql("SELECT count(*) FROM cxvars_shared.task WHERE run = 'nightly'"), "0");
        assert_eq!(database.sql("SELECT fence FROM cxvars_shared.lease"), "1");
    });
}
