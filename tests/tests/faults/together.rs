//! Concurrent registrations of one action.

use std::rc::Rc;

use cxvars_core::service::outcome::Outcome;
use cxvars_flow::register::Registration;
use cxvars_host::service::session::Target;
use cxvars_tests::memory_world::MemoryWorld;
use cxvars_tests::scenario::{ACTION, Scenario, action_url, session, simulate, wanted};

/// Ten concurrent callers that each want another value. Returns how they ended, and the number of commits.
fn ten_at_once(base: &Scenario) -> (Vec<Outcome>, usize) {
    simulate(async {
        let world = MemoryWorld::new(base.service(), 1);
        let session = Rc::new(session(world.clone(), 0));
        let local = tokio::task::LocalSet::new();
        let tasks: Vec<_> = (0..10)
            .map(|number| {
                let (session, mut scenario) = (session.clone(), base.clone());
                scenario.wanted[0] = wanted("limit", &format!("new-{number}"), false);
                local.spawn_local(async move {
                    let policy = scenario.policy();
                    let target = Target { url: &action_url(ACTION), waits: policy.waits, before_put: &|| Ok(()) };
                    let registration = Registration::new(policy, scenario.goal());
                    session
                        .run(registration, &target, &[], async |_: &Registration| Ok::<(), ()>(()))
                        .await
                        .ok()
                        .unwrap()
                        .outcome
                })
            })
            .collect();
        local.await;
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.unwrap());
        }
        let commits = world.service().borrow().journal().len();
        (outcomes, commits)
    })
}

#[test]
fn with_if_match_one_of_many_wins_and_the_others_are_told() {
    let (outcomes, commits) = ten_at_once(&Scenario::change().guarded());
    let applied = outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count();
    let conflicts = outcomes.iter().filter(|outcome| **outcome == Outcome::Conflict).count();
    assert_eq!((applied, conflicts, commits), (1, 9, 1));
}

#[test]
fn without_if_match_the_last_one_wins_and_each_was_stored() {
    let (outcomes, commits) = ten_at_once(&Scenario::change());
    // A run that reads another run's variables after its own PUT reports a mismatch.
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied | Outcome::Mismatch)));
    assert!(outcomes.contains(&Outcome::Applied));
    assert_eq!(commits, 10);
}
