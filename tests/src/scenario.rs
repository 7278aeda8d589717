//! One simulated registration: the stored and wanted variables, and the faults.

use cxvars_core::base::secret::Secret;
use cxvars_core::base::vocabulary::{Scope, VariableType};
use cxvars_core::plan::{PlanOptions, Remembered, Wanted};
use cxvars_core::service::stored::EncryptedRoundtrip;
use cxvars_flow::Cost;
use cxvars_flow::approval::Approved;
use cxvars_flow::register::{Apply, Finished, Goal, Limits, Registration};
use cxvars_flow::retry::Waits;
use cxvars_flow::scrub::Scrubber;
use cxvars_host::profile::login::{TokenRequest, TokenSource};
use cxvars_host::service::budget::Budget;
use cxvars_host::service::session::{Session, SessionLimits, Target};
use cxvars_simulator::Variable;
use cxvars_simulator::fault::FaultScript;
use cxvars_simulator::service::{Options, Service};
use serde_json::{Value, json};
use url::Url;

use crate::memory_world::{Edit, MemoryWorld, ORIGIN, Sent, Trouble};

/// The id of the action in every scenario.
pub const ACTION: &str = "da-1";
/// Deadline of a run, in milliseconds.
pub const DEADLINE_MS: u64 = 300_000;
/// Timeout of one request, in milliseconds.
pub const REQUEST_MS: u64 = 30_000;
/// Maximum number of PUTs in a run.
pub const MAX_PUTS: u32 = 5;
/// How long a change may take to become readable, in milliseconds.
pub const SETTLE_MS: u64 = 15_000;
/// Minimum wait after a server error, in milliseconds.
pub const SERVER_ERROR_WAIT_MS: u64 = 3000;

/// The start of a run, and what goes wrong in it.
#[derive(Clone)]
pub struct Scenario {
    /// The variables that the service has.
    pub stored: Vec<Variable>,
    /// The variables that are wanted.
    pub wanted: Vec<Wanted>,
    /// The entries of the fault script.
    pub faults: Vec<Value>,
    /// Whether the entity tag is sent as `If-Match`.
    pub if_match: bool,
    /// Whether a PUT sends the whole definition instead of the variables alone.
    pub full_body: bool,
    /// Whether to wait for a busy action.
    pub wait_when_busy: bool,
    /// Whether an accepted PUT is verified by reading the action, and not by its answer.
    pub read_back: bool,
    /// The options of the plan.
    pub options: PlanOptions,
    /// What is remembered of the last update.
    pub remembered: Remembered,
    /// What goes wrong outside the service.
    pub trouble: Trouble,
    /// How answers are changed before the client sees them.
    pub edit: Option<Edit>,
    /// The seed of the jitter.
    pub seed: u64,
}

/// A wanted variable of type string.
pub fn wanted(name: &str, value: &str, encrypted: bool) -> Wanted {
    Wanted {
        name: name.to_owned(),
        variable_type: VariableType::String,
        scope: Scope::Action,
        encrypted,
        value: Some(Secret::new(value)),
        fingerprint: None,
        secret_version: None,
        absent: false,
    }
}

impl Scenario {
    /// An action with a plain and an encrypted variable, both of which change.
    pub fn change() -> Self {
        Self {
            stored: vec![Variable::plain("limit", "1"), Variable::encrypted("token", "old-secret")],
            wanted: vec![wanted("limit", "2", false), wanted("token", "new-secret", true)],
            faults: Vec::new(),
            if_match: false,
            full_body: false,
            wait_when_busy: false,
            read_back: true,
            options: PlanOptions::default(),
            remembered: Remembered::default(),
            trouble: Trouble::default(),
            edit: None,
            seed: 1,
        }
    }

    /// Only the encrypted variable changes, so that readable values do not distinguish the states before and after.
    pub fn secret_change() -> Self {
        let mut scenario = Self::change();
        scenario.wanted = vec![wanted("limit", "1", false), wanted("token", "new-secret", true)];
        scenario
    }

    /// Adds a fault. `on` is `token`, `get` or `put`; `when` is, for example, `{"nth": 1}`.
    #[must_use]
    pub fn fault(mut self, on: &str, when: &Value, fault: &Value) -> Self {
        let mut entry = json!({ "on": on, "fault": fault });
        for (key, value) in when.as_object().into_iter().flatten() {
            entry[key] = value.clone();
        }
        self.faults.push(entry);
        self
    }

    /// The same scenario with `If-Match`.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.if_match = true;
        self
    }

    /// Runs it, in simulated time.
    pub fn run(&self) -> Ran {
        simulate(self.run_here())
    }

    async fn run_here(&self) -> Ran {
        let world = MemoryWorld::new(self.service(), self.seed).with_trouble(self.trouble.clone());
        if let Some(edit) = &self.edit {
            world.edit_answers(edit.clone());
        }
        let session = session(world.clone(), 0);
        let limits = self.policy();
        let target = Target { url: &action_url(ACTION), waits: limits.waits, before_put: &|| Ok(()) };
        let values: Vec<Secret> = self.wanted.iter().filter_map(|wanted| wanted.value.clone()).collect();
        let mut intents = Vec::new();
        let finished: Result<Finished, std::convert::Infallible> = session
            .run(Registration::new(limits, self.goal()), &target, &values, async |_: &Registration| {
                intents.push(world.sent().len());
                Ok(())
            })
            .await;
        let Ok(finished) = finished;
        let over_ms = world.elapsed_ms();
        world.deliver_the_rest();
        Ran { finished, world, intents, over_ms }
    }

    /// The goal of the run.
    pub fn goal(&self) -> Goal {
        Goal::Apply(Apply {
            action: ACTION.to_owned(),
            wanted: self.wanted.clone(),
            remembered: self.remembered.clone(),
            options: self.options.clone(),
            expected_name: None,
            approved: Approved::Any,
            spent: Cost::default(),
        })
    }

    /// The limits of the run.
    pub fn policy(&self) -> Limits {
        Limits {
            waits: Waits {
                backoff_base_ms: 1000,
                backoff_cap_ms: 60_000,
                server_error_wait_ms: SERVER_ERROR_WAIT_MS,
                deadline_at_ms: DEADLINE_MS,
            },
            max_attempts: MAX_PUTS,
            busy_states: vec!["PUBLISHING".to_owned(), "DELETING".to_owned()],
            wait_when_busy: self.wait_when_busy,
            if_match: self.if_match,
            full_body: self.full_body,
            read_back: self.read_back,
            settle_ms: SETTLE_MS,
            ignore_etags: false,
        }
    }

    /// The service before the run.
    pub fn service(&self) -> Service {
        let mask_keeps = self.options.roundtrip == EncryptedRoundtrip::MaskKeeps;
        let mut service = Service::new(Options { mask_keeps, requests_per_minute: 0, ..Options::default() });
        service.create_action(ACTION, "CRM Lookup", None, &self.stored);
        service.set_faults(FaultScript::parse(&json!({ "faults": self.faults }).to_string()).unwrap());
        service
    }
}

/// Runs `work` on a clock that moves only when all tasks wait, so that simulated waits take no real time.
pub fn simulate<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(work)
}

/// The URL of an action.
pub fn action_url(id: &str) -> Url {
    url(&format!("/api/v2/dataactions/{id}"))
}

fn url(path: &str) -> Url {
    format!("{ORIGIN}{path}").parse().expect("a URL")
}

/// A session with arbitrary credentials. If `requests_per_minute` is 0, there is no budget.
pub fn session(world: MemoryWorld, requests_per_minute: u32) -> Session<MemoryWorld> {
    let source = TokenSource::Request(TokenRequest {
        url: url("/api/v2/oauth/token"),
        headers: vec![("content-type", Secret::new("application/x-www-form-urlencoded"))],
        body: Secret::new("grant_type=client_credentials&client_id=me&client_secret=client-secret"),
    });
    let limits = SessionLimits {
        request_ms: REQUEST_MS,
        token_buffer_s: 60,
        needed_scopes: vec!["dataactions:read".to_owned(), "dataactions:write".to_owned()],
    };
    Session::new(
        world,
        source,
        limits,
        Budget::own(requests_per_minute),
        Scrubber::new([&Secret::new("client-secret")]),
    )
}

/// A finished run.
pub struct Ran {
    /// How it ended.
    pub finished: Finished,
    /// The transport, with the service and all requests.
    pub world: MemoryWorld,
    /// For each intent, the number of requests that had been sent when it was recorded.
    pub intents: Vec<usize>,
    /// When it ended, in milliseconds since it began.
    pub over_ms: u64,
}

impl Ran {
    /// Every request that was sent.
    pub fn sent(&self) -> Vec<Sent> {
        self.world.sent()
    }

    /// The number of requests that were sent with this method.
    pub fn count(&self, method: &str) -> usize {
        self.world.count(method)
    }

    /// The code and message of the failure; empty without one.
    pub fn failure(&self) -> (&str, &str) {
        let failure = self.finished.failure.as_ref();
        failure.map_or(("", ""), |failure| (failure.code.as_str(), failure.message.as_str()))
    }

    /// The advice of the failure; empty without one.
    pub fn advice(&self) -> &str {
        self.finished.failure.as_ref().and_then(|failure| failure.advice.as_deref()).unwrap_or_default()
    }
}
