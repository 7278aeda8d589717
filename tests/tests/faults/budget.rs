//! The tenant's request budget: a limit on the requests in any sliding minute.

use std::rc::Rc;

use cxvars_core::service::outcome::Outcome;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::{Goal, Read, Registration};
use cxvars_host::service::session::Target;
use cxvars_simulator::service::{Options, Service};
use cxvars_tests::memory_world::MemoryWorld;
use cxvars_tests::scenario::{ACTION, Scenario, action_url, session, simulate};

/// The maximum number of requests in any window of one minute.
fn busiest_minute(world: &MemoryWorld) -> usize {
    let times: Vec<u64> = world.sent().iter().map(|sent| sent.at_ms).collect();
    let within = |from: &u64| times.iter().filter(|at| (*from..from + 60_000).contains(*at)).count();
    times.iter().map(within).max().unwrap_or_default()
}

#[test]
fn no_sliding_minute_holds_more_than_the_budget_and_little_of_it_is_wasted() {
    const PER_MINUTE: u32 = 20;
    let options = Options { requests_per_minute: PER_MINUTE, auto_create: true, ..Options::default() };
    simulate(async {
        let world = MemoryWorld::new(Service::new(options), 1);
        let session = Rc::new(session(world.clone(), PER_MINUTE));
        let local = tokio::task::LocalSet::new();
        let tasks: Vec<_> = (0..60)
            .map(|number| {
                let session = session.clone();
                local.spawn_local(async move {
                    let scenario = Scenario::change();
                    let mut policy = scenario.policy();
                    policy.waits.deadline_at_ms = 3_600_000;
                    let target = Target {
                        url: &action_url(&format!("da-{number}")),
                        waits: policy.waits,
                        before_put: &|| Ok(()),
                    };
                    let run = session.run(
                        Registration::new(policy, scenario.goal()),
                        &target,
                        &[],
                        async |_: &Registration| Ok::<(), ()>(()),
                    );
                    run.await.ok().unwrap()
                })
            })
            .collect();
        local.await;
        let mut waited_ms = 0;
        for task in tasks {
            let finished = task.await.unwrap();
            assert_eq!(finished.outcome, Outcome::Applied);
            waited_ms += finished.cost.wait_ms;
        }
        let sent = world.sent();
        assert_eq!(sent.len(), 181, "a token, then a GET, a PUT and a GET each");
        // An update is sent once there is room for all of its three requests.
        assert!(busiest_minute(&world) >= PER_MINUTE as usize - 2, "{}", busiest_minute(&world));
        assert!(busiest_minute(&world) <= PER_MINUTE as usize, "{}", busiest_minute(&world));
        assert!(sent.iter().all(|request| request.status == Some(200)), "the service never had to say 429");
        assert!(world.elapsed_ms() < 10 * 60_000 && waited_ms > 0, "{}", world.elapsed_ms());
    });
}

#[test]
fn sixteen_at_once_use_up_the_budget_and_never_more() {
    const PER_MINUTE: u32 = 100;
    const MINUTES: u64 = 10;
    let options = Options { requests_per_minute: PER_MINUTE, auto_create: true, ..Options::default() };
    simulate(async {
        let world = MemoryWorld::new(Service::new(options), 1);
        let session = Rc::new(session(world.clone(), PER_MINUTE));
        let local = tokio::task::LocalSet::new();
        for task in 0..16 {
            let (session, world) = (session.clone(), world.clone());
            local.spawn_local(async move {
                while world.elapsed_ms() < MINUTES * 60_000 {
                    let scenario = Scenario::change();
                    let mut policy = scenario.policy();
                    policy.waits.deadline_at_ms = u64::MAX;
                    let target =
                        Target { url: &action_url(&format!("da-{task}")), waits: policy.waits, before_put: &|| Ok(()) };
                    let run = session.run(
                        Registration::new(policy, Goal::Read(Read::default())),
                        &target,
                        &[],
                        async |_: &Registration| Ok::<(), ()>(()),
                    );
                    assert_eq!(run.await.ok().unwrap().outcome, Outcome::Unchanged);
                }
            });
        }
        local.await;
        let in_time = world.sent().iter().filter(|sent| sent.at_ms < MINUTES * 60_000).count();
        assert_eq!(busiest_minute(&world), PER_MINUTE as usize);
        let budget = PER_MINUTE as usize * MINUTES as usize;
        assert!(in_time * 100 >= budget * 98, "{in_time} of {budget}");
        assert!(world.sent().iter().all(|request| request.status == Some(200)), "the service never had to say 429");
    });
}

#[test]
fn a_wait_for_the_budget_never_comes_between_the_get_and_the_put() {
    simulate(async {
        let scenario = Scenario::change();
        let world = MemoryWorld::new(scenario.service(), 1);
        // The first run leaves room for one request, the second one needs three.
        let session = session(world.clone(), 5);
        for _ in 0..2 {
            let mut policy = scenario.policy();
            policy.waits.deadline_at_ms = 300_000;
            let target = Target { url: &action_url(ACTION), waits: policy.waits, before_put: &|| Ok(()) };
            let mut goal = scenario.goal();
            if let Goal::Apply(apply) = &mut goal {
                apply.options.force = true;
            }
            let run =
                session.run(Registration::new(policy, goal), &target, &[], async |_: &Registration| Ok::<(), ()>(()));
            assert_eq!(run.await.ok().unwrap().outcome, Outcome::Applied);
        }
        let sent = world.sent();
        let methods: Vec<_> = sent.iter().map(|sent| sent.method).collect();
        assert_eq!(methods, ["POST", "GET", "PUT", "GET", "GET", "PUT", "GET"]);
        assert!(sent[4].at_ms >= 59_000, "the second run waits before it reads");
        assert!(sent[6].at_ms - sent[4].at_ms < 100, "and not after that");
    });
}

#[test]
fn a_budget_without_room_before_the_deadline_says_so_at_once() {
    // With two requests a minute, the token leaves no room for a GET and a PUT before the deadline.
    simulate(async {
        let scenario = Scenario::change();
        let world = MemoryWorld::new(scenario.service(), 1);
        let session = session(world.clone(), 2);
        let mut policy = scenario.policy();
        policy.waits.deadline_at_ms = 50_000;
        let target = Target { url: &action_url(ACTION), waits: policy.waits, before_put: &|| Ok(()) };
        let run = session
            .run(Registration::new(policy, scenario.goal()), &target, &[], async |_: &Registration| Ok::<(), ()>(()));
        let finished = run.await.ok().unwrap();
        assert_eq!((finished.outcome, finished.attempts, finished.cost.requests), (Outcome::Unavailable, 0, 1));
        assert_eq!(finished.failure.unwrap().reason(), Reason::Budget);
        assert!(world.elapsed_ms() < 100);
        assert!(world.service().borrow().journal().is_empty());
    });
}

#[test]
fn a_request_that_waited_past_the_deadline_for_its_turn_is_not_sent() {
    // The first caller's token request ends after the second caller's deadline.
    let slow = serde_json::json!({"kind": "slow", "delay_ms": 20_000});
    let scenario = Scenario::change().fault("token", &serde_json::json!({"nth": 1}), &slow);
    simulate(async {
        let world = MemoryWorld::new(scenario.service(), 1);
        let session = Rc::new(session(world.clone(), 0));
        let local = tokio::task::LocalSet::new();
        let tasks = [300_000, 15_000].map(|deadline_at_ms| {
            let (session, scenario) = (session.clone(), scenario.clone());
            local.spawn_local(async move {
                let mut policy = scenario.policy();
                policy.waits.deadline_at_ms = deadline_at_ms;
                let target = Target { url: &action_url(ACTION), waits: policy.waits, before_put: &|| Ok(()) };
                let run =
                    session.run(Registration::new(policy, scenario.goal()), &target, &[], async |_: &Registration| {
                        Ok::<(), ()>(())
                    });
                run.await.ok().unwrap()
            })
        });
        local.await;
        let [patient, hurried] = tasks;
        assert_eq!(patient.await.unwrap().outcome, Outcome::Applied);
        let hurried = hurried.await.unwrap();
        assert_eq!((hurried.outcome, hurried.cost.requests), (Outcome::Unavailable, 0));
        assert_eq!(hurried.failure.unwrap().reason(), Reason::Deadline);
        assert_eq!(world.sent().len(), 4);
    });
}
