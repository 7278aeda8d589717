//! Processes on several machines that share a run: `cxvars apply --all --run NAME`.

use std::collections::BTreeMap;

use cxvars_host::shared::postgres::schema;
use cxvars_tests::document::{document, plain};
use cxvars_tests::postgres::Database;
use cxvars_tests::process::{Sandbox, Workspace};
use serde_json::{Value, json};

use super::{address, block_on, database};

pub(super) const RUN: [&str; 9] = ["apply", "--all", "--env", "bu-*", "--yes", "--run", "nightly", "--format", "jsonl"];

/// A machine with a checkout of the project: its own state, audit log and home.
pub(super) fn machine(database: &Database, service: &Sandbox, tenants: usize, actions: usize) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.env("CXVARS_SHARED_URL", &database.url()).env("CXVARS_FINGERPRINT_KEY", &"0f".repeat(32));
    workspace.env("SECRET", "secret-of-the-tests");
    let waits = "backoff_base_ms = 1\nbackoff_cap_ms = 5\nserver_error_wait_ms = 5\nsettle_s = 0\n";
    let mut config = format!("[shared]\n[profile]\n{waits}requests_per_minute = 0\n");
    for tenant in 0..tenants {
        workspace.env(&format!("CLIENT_{tenant}"), &format!("client-{tenant}"));
        config += &format!(
            "[env.bu-{tenant}]\nbase_url = \"{}\"\nclient_id_env = \"CLIENT_{tenant}\"\nclient_secret_env = \"SECRET\"\n",
            service.url()
        );
        for action in 0..actions {
            config += &format!("actions.a{action} = {{id = \"bu{tenant}-a{action}\", file = \"vars.json\"}}\n");
        }
    }
    workspace.write("cxvars.toml", config);
    workspace.write("vars.json", document(&[plain("endpoint", "https://crm.example.com")]));
    workspace
}

fn service(faults: &Value) -> Sandbox {
    Sandbox::with(faults, &["--requests-per-minute", "0", "--auto-create"])
}

/// How often each action was committed.
pub(super) fn commits(service: &Sandbox) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for commit in service.commits() {
        *counts.entry(commit["action"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn processes_of_one_run_apply_each_action_once_and_know_what_the_others_did() {
    let (database, service) = (database(), service(&json!([])));
    let machines: Vec<Workspace> = (0..4).map(|_| machine(&database, &service, 2, 10)).collect();
    let running: Vec<_> = machines.iter().map(|machine| machine.start(&RUN, b"")).collect();
    let mut results = 0;
    for run in running {
        let output = run.wait();
        let lines: Vec<Value> =
            output.exits(0).stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (last, own) = lines.split_last().unwrap();
        assert!(own.iter().all(|result| result["outcome"] == "applied"));
        assert_eq!(own.len() + last["already_done"].as_array().unwrap().len(), 20);
        results += own.len();
    }
    assert_eq!(results, 20, "each action is in the report of one process");
    let commits = commits(&service);
    assert_eq!((commits.len(), commits.values().max()), (20, Some(&1)));
    for machine in &machines {
        machine.run(&["audit", "verify"]).exits(0);
    }
    // Who comes later finds nothing left.
    let late = machine(&database, &service, 2, 10);
    let requests = service.requests().len();
    late.run(&RUN).exits(0);
    assert!(service.requests().len() - requests <= 2, "two logins at most");
}

#[test]
fn all_tenants_of_a_process_have_one_connection() {
    let (database, service) = (database(), service(&json!([])));
    database.sql("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1");
    block_on(schema::init(&address(&database.url()), Some("narrow"))).unwrap();
    let mut machine = machine(&database, &service, 5, 2);
    machine.env("CXVARS_SHARED_URL", &database.url_of("narrow"));
    let output = machine.run(&RUN);
    assert!(!output.exits(0).stderr().contains("shared state"), "{output:?}");
    assert_eq!(commits(&service).len(), 10);
}

#[test]
fn a_stop_at_one_tenant_ends_its_part_for_all_processes() {
    let refused = json!({"on": "put", "action": "bu0-a0", "every": true, "fault": {"kind": "status", "status": 403}});
    let (database, service) = (database(), service(&json!([refused])));
    let first = machine(&database, &service, 2, 3);
    first.run(&[&RUN[..], &["--keep-going"]].concat()).exits(8);
    let commits = commits(&service);
    assert_eq!(commits.keys().collect::<Vec<_>>(), ["bu1-a0", "bu1-a1", "bu1-a2"]);
    let second = machine(&database, &service, 2, 3);
    let requests = service.requests().len();
    second.run(&RUN).exits(8);
    assert!(service.requests().len() - requests <= 2, "nothing of the stopped tenant is tried");
    // Started anew, everything is read again.
    second.run(&[&RUN[..], &["--restart", "--keep-going"]].concat()).exits(8);
}

#[test]
fn a_run_has_the_same_documents_in_every_process_and_needs_a_database() {
    let (database, service) = (database(), service(&json!([])));
    let first = machine(&database, &service, 1, 2);
    first.run(&RUN).exits(0);
    let other = machine(&database, &service, 1, 2);
    other.write("vars.json", document(&[plain("endpoint", "https://other.example.com")]));
    other.run(&RUN).exits(2).says(&["other actions or other variables", "`nightly`"]);
    let alone = machine(&database, &service, 1, 2);
    let config = alone.read("cxvars.toml").replace("[shared]\n", "");
    alone.write("cxvars.toml", config);
    alone.run(&RUN).exits(2).says(&["--run", "[shared]"]);
}

#[test]
fn what_one_machine_remembers_the_others_know() {
    let (database, service) = (database(), service(&json!([])));
    let secret = json!({"name": "token", "type": "string", "value_from": {"env": "TOKEN"}, "encrypted": true});
    let machines = [(); 2].map(|()| {
        let mut machine = machine(&database, &service, 1, 1);
        machine.env("TOKEN", "s3cret-of-the-tests");
        machine.write("vars.json", json!({"variables": [secret]}).to_string());
        machine
    });
    let apply = ["apply", "a0", "--env", "bu-0", "--yes"];
    machines[0].run(&apply).exits(0).prints(&["applied"]);
    machines[1].run(&apply).exits(0).prints(&["unchanged", "recognised from the last apply"]);
    // Each intent records the fence of its lease, and a later lease has a higher one.
    machines[1].run(&[&apply[..], &["--force"]].concat()).exits(0).prints(&["applied"]);
    let fence = |machine: &Workspace| {
        let records = machine.audit();
        records.iter().find(|record| record["event"] == "intent").unwrap()["fence"].as_u64().unwrap()
    };
    assert!(fence(&machines[0]) < fence(&machines[1]));
    let has_fence = |record: &Value| record.get("fence").is_some();
    assert!(machines[0].audit().iter().all(|record| has_fence(record) == (record["event"] == "intent")));
    assert!(!database.dump().contains("s3cret"));
}
