//! The request budget of a tenant.

use std::sync::Arc;

use cxvars_flow::Now;
use cxvars_flow::limiter::{Full, Limiter};
use cxvars_host::shared::{SharedState, Tenant, decide};

use cxvars_tests::postgres::Database;

use super::{Skewed, block_on, database, in_files, open, open_on, over_both};

/// Any time: the test names the times itself.
const NOW: Now = Now { ms: 0, epoch_s: 1.8e9, random: 0.0 };

fn tenant() -> Tenant {
    Tenant::named("https://api.test client")
}

/// Takes a request at a moment of the database's clock, or says how long to wait.
async fn take(shared: &dyn SharedState, per_minute: u32) -> Result<(), Full> {
    decide(shared, &tenant(), NOW, |limiter, now_ms| limiter.take(&[0], per_minute, now_ms)).await.unwrap()
}

#[test]
fn many_connections_never_take_more_than_there_is() {
    let database = database();
    let took: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let shared = open(&database);
                scope.spawn(move || {
                    block_on(async {
                        let mut took = 0;
                        for _ in 0..20 {
                            took += usize::from(take(&shared, 100).await.is_ok());
                        }
                        took
                    })
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!(took, 100);
    // Each of the 160 decisions has counted once, and none was lost.
    assert_eq!(database.sql("SELECT version FROM cxvars_shared.budget"), "160");
}

#[test]
fn tasks_of_one_process_share_the_budget_as_well() {
    let shared: Arc<dyn SharedState> = Arc::new(open(&database()));
    let took = block_on(async {
        let tasks: Vec<_> = (0..30)
            .map(|_| {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { take(&*shared, 10).await.is_ok() })
            })
            .collect();
        let mut took = 0;
        for task in tasks {
            took += usize::from(task.await.unwrap());
        }
        took
    });
    assert_eq!(took, 10);
}

/// What a client may do with its budget.
#[derive(Clone, Copy, Debug)]
enum Step {
    Take(usize),
    Send,
    GiveBack,
    Throttled(Option<u64>),
}

/// A sequence of steps with the time before each, in milliseconds. The same for the same seed.
fn sequence(seed: u64) -> Vec<(u64, Step)> {
    let mut state = seed;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..60)
        .map(|_| {
            let step = match next(8) {
                0..=3 => Step::Take(1 + next(3) as usize),
                4 | 5 => Step::Send,
                6 => Step::GiveBack,
                _ => Step::Throttled([None, Some(1000), Some(5000)][next(3) as usize]),
            };
            (next(4000), step)
        })
        .collect()
}

/// What a sequence of steps leads to: the answers, and the limiter in the end. Every third step comes from another process.
fn answers(shared: &[&dyn SharedState], steps: &[(u64, Step)]) -> Vec<String> {
    let tenant = tenant();
    let (mut now_ms, mut taken) = (1_800_000_000_000, Vec::new());
    let mut answers = Vec::new();
    block_on(async {
        for (index, (pause, step)) in steps.iter().enumerate() {
            now_ms += pause;
            let apply = |limiter: &mut Limiter, _: u64| match step {
                Step::Take(count) => limiter.take(&[0, 300, 900][..*count], 10, now_ms),
                Step::Send => taken.last().map_or(Ok(()), |at| limiter.send(*at, 10, now_ms)),
                Step::GiveBack => {
                    taken.last().into_iter().for_each(|at| limiter.give_back(*at));
                    Ok(())
                }
                Step::Throttled(after) => {
                    limiter.throttled(*after, now_ms);
                    Ok(())
                }
            };
            let answer = decide(shared[(index / 3) % shared.len()], &tenant, NOW, apply).await.unwrap();
            if answer.is_ok() && matches!(step, Step::Take(_)) {
                taken.push(now_ms);
            }
            answers.push(format!("{answer:?}"));
        }
        let whole = |limiter: &mut Limiter, _: u64| format!("{limiter:?}");
        answers.push(decide(shared[0], &tenant, NOW, whole).await.unwrap());
    });
    answers
}

#[test]
fn a_database_decides_as_files_do() {
    for seed in 0..8 {
        let steps = sequence(seed);
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| in_files(folder.path()));
        let expected = answers(&[&first, &second], &steps);
        let database = database();
        let [first, second] = [(); 2].map(|()| open(&database));
        assert_eq!(answers(&[&first, &second], &steps), expected, "seed {seed}");
    }
}

#[test]
fn what_one_process_is_told_holds_for_the_others_and_not_for_other_tenants() {
    over_both(|open| {
        block_on(async {
            let (first, second) = (open(), open());
            assert_eq!(take(&*first, 100).await, Ok(()));
            decide(&*first, &tenant(), NOW, |limiter, now_ms| limiter.throttled(Some(3_000_000), now_ms))
                .await
                .unwrap();
            assert!(matches!(take(&*second, 100).await, Err(Full::Closed(_))));
            let other = Tenant::named("https://other.test client");
            let turn = decide(&*second, &other, NOW, |limiter, now_ms| limiter.take(&[0], 100, now_ms)).await.unwrap();
            assert_eq!(turn, Ok(()));
        });
    });
}

/// The times for which a decision was made, until it counted.
async fn times(shared: &dyn SharedState) -> Vec<u64> {
    let mut times = Vec::new();
    decide(shared, &tenant(), NOW, |_, now_ms| times.push(now_ms)).await.unwrap();
    times
}

/// How far a time is from the database's, in milliseconds.
fn off_by(database: &Database, now_ms: u64) -> u64 {
    let real: u64 = database.sql("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)").parse().unwrap();
    real.abs_diff(now_ms)
}

/// Far more than an answer takes, and far less than a wrong clock.
const MINUTE_MS: u64 = 60_000;

#[test]
fn the_database_takes_no_decision_that_was_made_for_another_time() {
    let database = database();
    for shift_s in [-3600, 3600] {
        let clock = Skewed::leaked();
        let shared = open_on(&database, clock);
        block_on(async {
            let right = times(&shared).await;
            assert!(off_by(&database, right[0]) < MINUTE_MS, "{right:?}");
            // As if the process had been frozen between its decision and the statement.
            clock.shift(shift_s * 1000);
            let [wrong, right] = times(&shared).await[..] else { panic!("decided once, or more than twice") };
            assert!(off_by(&database, wrong) > 10 * MINUTE_MS && off_by(&database, right) < MINUTE_MS);
        });
    }
}

#[test]
fn the_times_of_decisions_never_go_back_so_that_no_request_counts_twice() {
    let database = database();
    let clock = Skewed::leaked();
    let (ahead, right, tenant) = (open_on(&database, clock), open(&database), tenant());
    block_on(async {
        times(&right).await;
        times(&ahead).await;
        // Within what the database tolerates.
        clock.shift(450);
        let taken = decide(&ahead, &tenant, NOW, |limiter, now_ms| {
            assert_eq!(limiter.take(&[0], 10, now_ms), Ok(()));
            now_ms
        });
        let taken = taken.await.unwrap();
        let after = *times(&right).await.last().unwrap();
        assert!(after >= taken, "{after} {taken}");
        decide(&ahead, &tenant, NOW, |limiter, now_ms| limiter.send(taken, 10, now_ms)).await.unwrap().unwrap();
        let requests = decide(&right, &tenant, NOW, |limiter, now_ms| {
            (0..20).filter(|_| limiter.take(&[0], 10, now_ms).is_ok()).count()
        });
        assert_eq!(requests.await.unwrap(), 9);
        // The clock of the database was set back by an hour.
        database.sql("UPDATE cxvars_shared.budget SET decided_ms = decided_ms + 3600000, version = version + 1");
        let now_ms = *times(&right).await.last().unwrap();
        assert!(off_by(&database, now_ms) < MINUTE_MS, "{now_ms}");
    });
}

#[test]
fn a_damaged_row_counts_as_nothing() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        assert_eq!(take(&shared, 1).await, Ok(()));
        assert!(matches!(take(&shared, 1).await, Err(Full::NoRoom(_))));
        database.sql("UPDATE cxvars_shared.budget SET state = 'garbage', version = version + 1");
        assert_eq!(take(&shared, 1).await, Ok(()));
    });
}
