//! Kills the process at many points of an update. No record is lost, and the result of `reconcile` always agrees with
//! the service's journal.

use std::fs;
use std::time::{Duration, Instant};

use cxvars_tests::campaign::Size;
use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

/// Number of kills.
const KILLS: Size = Size { usual: 64, campaign: 512 };

/// Maximum time from an intent to a kill after it, in microseconds. The rest of an update takes about as long.
const AFTER_INTENT_US: u64 = 12_000;

/// An action whose PUTs are committed, but answered so late that the kill always comes first.
const COMMITTED: &str = "da-committed";
/// An action whose PUTs are answered just as late, and change nothing.
const LOST: &str = "da-lost";

/// Deterministic noise (xorshift, after Marsaglia 2003).
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// The document of a round. The second update of an action changes only the secret, which cannot be read back.
fn vars(round: u64) -> String {
    document(&[
        plain("endpoint", &format!("https://{}.example.com", round / 8)),
        secret("token", &format!("s3cret-of-round-{round}")),
    ])
}

fn log_length(workspace: &Workspace) -> u64 {
    fs::metadata(workspace.project().join(".cxvars/audit.jsonl")).map_or(0, |metadata| metadata.len())
}

fn pause(length: Duration) {
    let began = Instant::now();
    while began.elapsed() < length {
        std::thread::yield_now();
    }
}

/// Faults that prolong the critical moments: some PUTs are lost and sent again, and every answer is slow.
fn faults(kills: u64) -> Value {
    let lost = json!({"kind": "reset", "when": "before_commit"});
    let mut faults: Vec<Value> =
        (1..=kills).step_by(3).map(|nth| json!({"on": "put", "action": ACTION, "nth": nth, "fault": lost})).collect();
    faults.push(json!({"on": "put", "action": ACTION, "every": true, "fault": {"kind": "slow", "delay_ms": 3}}));
    // As many times as a run is killed there; the update after that succeeds.
    let held = |action: &str, fault: Value| json!({"on": "put", "action": action, "from": 1, "times": kills / 4, "fault": fault});
    faults.push(held(COMMITTED, json!({"kind": "slow", "delay_ms": 20_000})));
    faults.push(held(LOST, json!({"kind": "slow", "delay_ms": 20_000, "commit": false})));
    Value::from(faults)
}

/// Starts a run and kills it at a point that depends on the round. Returns the action that it updated.
fn run_until_killed(
    round: u64,
    noise: &mut Noise,
    longest: u64,
    service: &Sandbox,
    workspace: &Workspace,
) -> &'static str {
    let start = |action: &'static str| workspace.start(&["apply", action, "-f", "vars.json", "--yes"], b"");
    let action = [ACTION, ACTION, COMMITTED, LOST][(round % 4) as usize];
    let (length, puts) = (log_length(workspace), service.count("PUT"));
    let run = start(action);
    match round % 4 {
        // At any time.
        0 => pause(Duration::from_micros(noise.below(longest))),
        // After the intent, independently of the machine's load.
        1 => {
            let began = Instant::now();
            while log_length(workspace) == length && began.elapsed() < Duration::from_secs(5) {
                std::thread::yield_now();
            }
            pause(Duration::from_micros(noise.below(AFTER_INTENT_US)));
        }
        // While it waits for the answer to its PUT.
        _ => service.wait_for("PUT", puts + 1),
    }
    drop(run);
    action
}

#[test]
fn killed_anywhere_it_loses_nothing_and_claims_nothing_wrong() {
    let kills = KILLS.get() as u64;
    let service = Sandbox::start(&faults(kills));
    let workspace = Workspace::for_service(&service);
    // Measure a run, so that kills are spread over it on any machine. The first run does more work than the others.
    let mut times: Vec<Duration> = (0..8)
        .map(|warm_up| {
            workspace.write("vars.json", vars(8 * (kills + warm_up)));
            let began = Instant::now();
            workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
            began.elapsed()
        })
        .collect();
    times.sort();
    let longest = u64::try_from(times[5].as_micros()).expect("a run is short");
    let mut noise = Noise(20_261_123);
    let (mut open, mut applied, mut not_applied, mut unknown) = (0, 0, 0, 0);
    let mut seen_records = workspace.audit().len();
    for round in 1..=kills {
        workspace.write("vars.json", vars(round));
        let commits = service.commits().len();
        let action = run_until_killed(round, &mut noise, longest, &service, &workspace);
        let decided = workspace.run(&["reconcile", "--format", "json"]);
        let report = decided.json();
        // An undecidable update stays on the list until another update has replaced it.
        let results = report["results"].as_array().expect("results").iter();
        let this_round = results.filter(|each| each["superseded_by"].is_null() && each["action"] == action);
        // It is too early to call an update not applied, but it is said that the state before is stored.
        let said = |each: &Value| match each["evidence"].as_str() {
            Some(evidence) if evidence.contains("may still be storing the update") => "not yet applied".to_owned(),
            _ => each["outcome"].as_str().unwrap_or_default().to_owned(),
        };
        let outcomes: Vec<_> = this_round.map(said).collect();
        let committed = service.commits().len() > commits;
        open += outcomes.len();
        match outcomes.last().map(String::as_str) {
            Some("applied") => {
                applied += 1;
                assert!(committed, "round {round}: applied without a commit\n{report:#}");
            }
            Some("not yet applied") => {
                not_applied += 1;
                assert!(!committed, "round {round}: committed, and said not to be\n{report:#}");
            }
            Some("unknown") => unknown += 1,
            Some(other) => panic!("round {round}: {other}\n{report:#}"),
            // No update was open: either nothing was sent, or the outcome was recorded before the kill.
            None => {
                let last = workspace.audit().last().cloned().expect("there are records");
                assert!(
                    !committed || last["outcome"] == "applied",
                    "round {round}: a commit without a record\n{last:#}"
                );
            }
        }
        let records = workspace.audit().len();
        assert!(records >= seen_records, "round {round}: records were lost");
        seen_records = records;
    }
    workspace.run(&["audit", "verify"]).exits(0);
    println!("{open} left open: {applied} applied, {not_applied} not yet applied, {unknown} unknown at some time");
    assert!(applied > 5 && not_applied > 5 && unknown > 5, "the kills fall everywhere");
    // A successful update settles everything that is still open.
    for action in [ACTION, COMMITTED, LOST] {
        workspace.run(&["apply", action, "-f", "vars.json", "--yes", "--force"]).exits(0);
    }
    workspace.run(&["reconcile"]).exits(0);
}
