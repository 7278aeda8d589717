//! A fleet in simulated time: many tenants side by side, each with a budget, a latency and faults of its own.

use std::cell::{Cell, RefCell};

use cxvars_core::service::outcome::Outcome;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::{Finished, Goal, Registration};
use cxvars_flow::schedule::{End, Schedule, Waiting};
use cxvars_host::fleet::{Begin, Fleet, carry_out};
use cxvars_host::service::budget::Taken;
use cxvars_host::service::session::{Session, Target};
use cxvars_host::service::transport::Transport as _;
use cxvars_simulator::fault::FaultScript;
use cxvars_simulator::service::{Options, Service};
use cxvars_tests::memory_world::MemoryWorld;
use cxvars_tests::random::Random;
use cxvars_tests::scenario::{Scenario, action_url, session, simulate};
use serde_json::{Value, json};

const PER_MINUTE: u32 = 100;
const MINUTE_MS: u64 = 60_000;

struct Tenant {
    session: Session<MemoryWorld>,
    world: MemoryWorld,
    /// The longest time of an action, in milliseconds.
    longest_ms: Cell<u64>,
    /// When its last action began, in milliseconds.
    last_began_ms: Cell<u64>,
    over_ms: Cell<u64>,
}

/// Tenants, the outcomes of their actions, and the most actions that were under way at the same time.
struct Simulated {
    tenants: Vec<Tenant>,
    outcomes: RefCell<Vec<(Outcome, bool)>>,
    most: Cell<usize>,
    running: Cell<usize>,
}

impl Tenant {
    /// A tenant whose service takes some time for an answer and fails one request in a hundred.
    fn new(seed: u64, within_ms: (u64, u64), random: &mut Random) -> Self {
        let options = Options { requests_per_minute: PER_MINUTE, auto_create: true, ..Options::default() };
        let mut service = Service::new(options);
        service.set_faults(FaultScript::parse(&faults(random).to_string()).unwrap());
        let world = MemoryWorld::new(service, seed).answering_within(within_ms.0, within_ms.1);
        let session = session(world.clone(), PER_MINUTE);
        Self { session, world, longest_ms: Cell::default(), last_began_ms: Cell::default(), over_ms: Cell::default() }
    }

    async fn apply(&self, action: usize, taken: Taken) -> Finished {
        let began_ms = self.world.elapsed_ms();
        self.last_began_ms.set(began_ms);
        let scenario = Scenario::change();
        let mut limits = scenario.policy();
        limits.waits.deadline_at_ms = began_ms + 300_000;
        let mut goal = scenario.goal();
        let id = format!("da-{action}");
        if let Goal::Apply(apply) = &mut goal {
            apply.action.clone_from(&id);
        }
        let target = Target { url: &action_url(&id), waits: limits.waits, before_put: &|| Ok(()) };
        let no_intent = async |_: &Registration| Ok::<(), std::convert::Infallible>(());
        let Ok(finished) =
            self.session.run_with(Some(taken), Registration::new(limits, goal), &target, &[], no_intent).await;
        let now_ms = self.world.elapsed_ms();
        self.longest_ms.set(self.longest_ms.get().max(now_ms - began_ms));
        self.over_ms.set(now_ms);
        finished
    }

    /// When the budget has room for the last request that was sent, and an action's time after that: no order can be
    /// faster than that.
    fn ideal_ms(&self) -> u64 {
        let sent = self.world.sent().len() as u64;
        (sent - 1) / u64::from(PER_MINUTE) * MINUTE_MS + self.longest_ms.get()
    }

    fn sent_ms(&self) -> Vec<u64> {
        self.world.sent().iter().map(|sent| sent.at_ms).collect()
    }

    /// The most requests in any minute.
    fn busiest_minute(&self) -> usize {
        let sent = self.sent_ms();
        let until = |from: u64| sent.partition_point(|at| *at < from + MINUTE_MS);
        sent.iter().enumerate().map(|(at, from)| until(*from) - at).max().unwrap_or_default()
    }
}

/// One request in a hundred fails, before or after the service has handled it.
fn faults(random: &mut Random) -> Value {
    let kinds = [
        json!({"kind": "status", "status": 503}),
        json!({"kind": "reset", "when": "before_commit"}),
        json!({"kind": "reset", "when": "after_commit"}),
        json!({"kind": "truncated"}),
    ];
    let mut entries = Vec::new();
    for on in ["get", "put"] {
        for nth in 1..400 {
            if random.below(100) == 0 {
                entries.push(json!({"on": on, "nth": nth, "fault": kinds[random.below(kinds.len())]}));
            }
        }
    }
    json!({ "faults": entries })
}

impl Fleet for Simulated {
    fn now_ms(&self) -> u64 {
        self.tenants[0].world.elapsed_ms()
    }

    async fn sleep(&self, ms: u64) {
        self.tenants[0].world.sleep(ms).await;
    }

    async fn interrupted(&self) {
        std::future::pending::<()>().await;
    }

    async fn open(&self, tenant: usize) -> End {
        let session = &self.tenants[tenant].session;
        let mut waits = Scenario::change().policy().waits;
        waits.deadline_at_ms = 300_000;
        session.log_in(waits).await.map_or(End::Stop, |_| End::Done)
    }

    async fn take(&self, tenant: usize, action: usize) -> Begin {
        Begin::of(action, self.tenants[tenant].session.take(3).await)
    }

    async fn apply(&self, tenant: usize, action: usize, taken: Taken) -> (End, bool) {
        self.running.set(self.running.get() + 1);
        self.most.set(self.most.get().max(self.running.get()));
        let finished = self.tenants[tenant].apply(action, taken).await;
        self.running.set(self.running.get() - 1);
        let had_trouble = finished.cost.retries.keys().any(|cause| *cause != Reason::NotReadableYet);
        self.outcomes.borrow_mut().push((finished.outcome, had_trouble));
        (if finished.outcome.is_success() { End::Done } else { End::Failed }, had_trouble)
    }
}

/// Carries out a run over `actions` actions of each of `count` tenants.
fn run(count: usize, actions: usize, within_ms: impl Fn(usize) -> (u64, u64)) -> (Simulated, u64) {
    let mut random = Random(7);
    simulate(async {
        let tenants: Vec<Tenant> =
            (0..count).map(|at| Tenant::new(at as u64 + 1, within_ms(at), &mut random)).collect();
        let waiting = |at: usize| (0..actions).map(move |number| at * actions + number);
        let waiting = |at| waiting(at).map(|action| Waiting { action, place: action, is_canary: false }).collect();
        let schedule = Schedule::new((0..count).map(waiting).collect(), usize::MAX, true);
        let fleet =
            Simulated { tenants, outcomes: RefCell::default(), most: Cell::default(), running: Cell::default() };
        let schedule = carry_out(&fleet, schedule).await;
        assert_eq!(schedule.left().count(), 0);
        let over_ms = fleet.now_ms();
        (fleet, over_ms)
    })
}

#[test]
fn two_hundred_tenants_take_the_time_of_the_slowest_and_none_passes_its_budget() {
    const ACTIONS: usize = 50;
    // From 0.1 to 5 seconds.
    let latency = |at: usize| 100.0 * 50_f64.powf(at as f64 / 199.0);
    let (fleet, over_ms) = run(200, ACTIONS, |at| ((latency(at) * 0.7) as u64, latency(at) as u64));
    let slowest_ms = fleet.tenants.iter().map(Tenant::ideal_ms).max().unwrap();
    assert!(over_ms * 100 <= slowest_ms * 105, "{over_ms} ms, the slowest tenant needs {slowest_ms}");
    for tenant in &fleet.tenants {
        assert!(tenant.busiest_minute() <= PER_MINUTE as usize, "{}", tenant.busiest_minute());
        assert!(tenant.world.sent().iter().all(|sent| sent.status != Some(429)), "the service never had to say 429");
    }
    let outcomes = fleet.outcomes.borrow();
    let applied = outcomes.iter().filter(|(outcome, _)| *outcome == Outcome::Applied).count();
    assert_eq!((outcomes.len(), applied), (200 * ACTIONS, 200 * ACTIONS));
    assert!(outcomes.iter().any(|(_, had_trouble)| *had_trouble), "one request in a hundred failed");
}

#[test]
fn a_long_run_uses_its_budget_to_the_full_whatever_the_latency() {
    const ACTIONS: usize = 400;
    for within_ms in [(90, 100), (700, 1000), (2000, 3000), (3500, 5000), (100, 5000)] {
        let (fleet, over_ms) = run(1, ACTIONS, |_| within_ms);
        let tenant = &fleet.tenants[0];
        let sent = tenant.sent_ms();
        assert!(tenant.busiest_minute() <= PER_MINUTE as usize);
        // As long as there is work for all of a minute.
        let minutes = tenant.last_began_ms.get() / MINUTE_MS;
        let used = sent.iter().filter(|at| **at < minutes * MINUTE_MS).count() as u64;
        let budget = minutes * u64::from(PER_MINUTE);
        assert!(used * 100 >= budget * 98, "{within_ms:?}: {used} of {budget}");
        assert!(over_ms * 100 <= tenant.ideal_ms() * 105, "{within_ms:?}: {over_ms} of {}", tenant.ideal_ms());
    }
}
