//! Runs that go wrong: processes that are killed or frozen, and a database that is restarted in between.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use cxvars_host::shared::postgres::schema;
use cxvars_tests::postgres::Server;
use cxvars_tests::process::{Running, Sandbox, Workspace};
use cxvars_tests::random::Random;
use serde_json::{Value, json};

use super::processes::{RUN, machine};
use super::{address, block_on};

const PROCESSES: usize = 8;
const TENANTS: usize = 4;
const ACTIONS: usize = 100;
/// How long processes are killed, one every second. What is left then goes on undisturbed.
const SECONDS: u32 = 10;
/// When a process is frozen, and when it wakes up: after its lease, which lasts six seconds, has ended.
const FROZEN: [u32; 2] = [2, 10];
/// When the database is restarted.
const RESTARTED: u32 = 4;

fn rounds() -> u64 {
    if std::env::var("CXVARS_CAMPAIGN").as_deref() == Ok("full") { 100 } else { 5 }
}

/// A process with three actions under way.
fn run() -> Vec<&'static str> {
    [&RUN[..], &["--max-parallel", "3"]].concat()
}

/// A process of the run on each machine. It is started again when it was killed.
struct Fleet<'f> {
    machines: &'f [Workspace],
    running: Vec<Option<Running>>,
}

impl<'f> Fleet<'f> {
    fn start(machines: &'f [Workspace]) -> Self {
        Self { machines, running: machines.iter().map(|machine| Some(machine.start(&run(), b""))).collect() }
    }

    /// Kills a process, and starts another one in its place.
    fn kill(&mut self, at: usize) {
        if let Some(run) = self.running[at].take() {
            run.signal("-KILL");
            run.wait();
        }
        self.running[at] = Some(self.machines[at].start(&run(), b""));
    }

    fn signal(&self, at: usize, signal: &str) {
        self.running[at].iter().for_each(|run| run.signal(signal));
    }

    /// Waits until all have ended by themselves. Returns their exit codes.
    fn wait(self) -> Vec<Option<i32>> {
        self.running.into_iter().flatten().map(|run| run.wait().code).collect()
    }
}

/// Sends the profile of a machine whose requests end within two seconds, at a service with a limit.
fn hurried(machine: Workspace) -> Workspace {
    let config = machine
        .read("cxvars.toml")
        .replace("requests_per_minute = 0", "requests_per_minute = 600\nrequest_s = 2\ndeadline_s = 100");
    machine.write("cxvars.toml", config);
    machine
}

/// Whether a GET of the action comes between any two of its updates.
fn reads_between(requests: &[Value]) -> Result<(), String> {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    for request in requests {
        let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        if method == "PUT" && last.get(path) == Some(&"PUT") {
            return Err(path.to_owned());
        }
        if method == "PUT" || method == "GET" {
            last.insert(path, method);
        }
    }
    Ok(())
}

#[test]
fn nothing_is_lost_or_applied_twice_whatever_is_killed_frozen_or_restarted() {
    for round in 1..=rounds() {
        let mut server = Server::start("");
        let database = server.database();
        block_on(schema::init(&address(&database.url()), None)).unwrap();
        // So that the work lasts as long as the trouble.
        let slow = |on: &str| json!({"on": on, "every": true, "fault": {"kind": "slow", "delay_ms": 250}});
        let slow = json!([slow("get"), slow("put")]);
        let service = Sandbox::with(&slow, &["--requests-per-minute", "600", "--auto-create"]);
        let machines: Vec<Workspace> =
            (0..PROCESSES).map(|_| hurried(machine(&database, &service, TENANTS, ACTIONS))).collect();
        let mut random = Random(round);
        let mut fleet = Fleet::start(&machines);
        let frozen = random.below(PROCESSES);
        for second in 1..=SECONDS {
            thread::sleep(Duration::from_secs(1));
            match second {
                _ if second == FROZEN[0] => fleet.signal(frozen, "-STOP"),
                _ if second == FROZEN[1] => fleet.signal(frozen, "-CONT"),
                RESTARTED => {
                    server.stop();
                    server.restart();
                }
                _ => {
                    let at = random.below(PROCESSES);
                    if at != frozen {
                        fleet.kill(at);
                    }
                }
            }
        }
        fleet.wait();
        // Whatever the last ones left, because the database was gone for them, one process does.
        let last = hurried(machine(&database, &service, TENANTS, ACTIONS));
        let output = last.run(&RUN);
        let status = last.run(&["shared", "status", "--format", "json"]).exits(0).json();
        output.exits(0);
        let requests = service.requests();
        assert_eq!(reads_between(&requests), Ok(()), "round {round}: two updates without a read between");
        let is_throttled = |request: &&Value| request["status"] == 429;
        assert_eq!(requests.iter().filter(is_throttled).count(), 0, "round {round}: the budget was passed");
        let committed = super::processes::commits(&service);
        assert_eq!(committed.len(), TENANTS * ACTIONS, "round {round}: an action was lost");
        assert_eq!(status["pending"], json!([]), "round {round}: {status}");
        for machine in &machines {
            machine.run(&["audit", "verify"]).exits(0);
        }
    }
}
