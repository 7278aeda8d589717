//! A database that goes away in the middle of a run: nothing new is sent, and what was sent is finished and recorded.

use std::thread;
use std::time::Duration;

use cxvars_host::shared::postgres::schema;
use cxvars_tests::postgres::{Database, Server};
use cxvars_tests::process::{Running, Sandbox, Workspace};
use serde_json::{Value, json};

use super::processes::{RUN, machine};
use super::{address, block_on};

/// A machine that applies three actions, one after the other, and gives the database up after `deadline_s`. The first PUT
/// is answered late.
fn apply(database: &Database, deadline_s: u32) -> (Sandbox, Workspace) {
    let slow = json!([{"on": "put", "fault": {"kind": "slow", "delay_ms": 1500}}]);
    let service = Sandbox::with(&slow, &["--requests-per-minute", "0", "--auto-create"]);
    let machine = machine(database, &service, 1, 3);
    let config = machine
        .read("cxvars.toml")
        .replace("settle_s = 0", &format!("settle_s = 0\nrequest_s = 2\ndeadline_s = {deadline_s}"));
    machine.write("cxvars.toml", config);
    (service, machine)
}

fn start(machine: &Workspace) -> Running {
    machine.start(&[&RUN[..], &["--max-parallel", "1"]].concat(), b"")
}

/// Waits until something has happened that will.
fn until(mut has_happened: impl FnMut() -> bool) {
    let often = (0..3000).any(|_| {
        let done = has_happened();
        if !done {
            thread::sleep(Duration::from_millis(10));
        }
        done
    });
    assert!(often, "it did not happen in half a minute");
}

fn puts(service: &Sandbox) -> usize {
    service.methods().split(' ').filter(|method| *method == "PUT").count()
}

fn outcomes(machine: &Workspace) -> Vec<Value> {
    let records = machine.audit();
    records.iter().filter(|record| record["event"] == "outcome").map(|record| record["outcome"].clone()).collect()
}

/// A server with our schema.
fn server() -> (Server, Database) {
    let server = Server::start("");
    let database = server.database();
    block_on(schema::init(&address(&database.url()), None)).unwrap();
    (server, database)
}

#[test]
fn what_was_sent_is_finished_and_the_rest_is_done_when_the_database_is_back() {
    let (mut server, database) = server();
    let (service, machine) = apply(&database, 60);
    let running = start(&machine);
    until(|| puts(&service) == 1);
    server.stop();
    until(|| outcomes(&machine) == ["applied"]);
    assert_eq!(puts(&service), 1, "nothing new is sent without the database");
    server.restart();
    running.wait().exits(0).says(&["nothing new is sent until it answers again", "the shared state answers again"]);
    assert_eq!(service.commits().len(), 3);
    assert_eq!(outcomes(&machine), ["applied", "applied", "applied"]);
    let status = machine.run(&["shared", "status", "--format", "json"]).exits(0).json();
    assert_eq!(status["pending"], json!([]));
}

#[test]
fn a_database_that_stays_away_ends_the_run_and_the_next_one_decides_what_is_open() {
    let (mut server, database) = server();
    let (service, machine) = apply(&database, 3);
    let running = start(&machine);
    until(|| puts(&service) == 1);
    server.stop();
    let output = running.wait();
    output.says(&[
        "warning",
        "127.0.0.1/fleet",
        "nothing new is sent until it answers again",
        "nothing else was begun",
    ]);
    assert_ne!(output.code, Some(0));
    assert_eq!((puts(&service), outcomes(&machine)), (1, vec![json!("applied")]));
    server.restart();
    let status = machine.run(&["shared", "status", "--format", "json"]).exits(0).json();
    assert_eq!(status["pending"].as_array().unwrap().len(), 1, "{status}");
    machine.run(&RUN).exits(0);
    let status = machine.run(&["shared", "status", "--format", "json"]).exits(0).json();
    assert_eq!(status["pending"], json!([]));
    let committed: Vec<String> =
        service.commits().iter().map(|commit| commit["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(committed.len(), 3, "each action was updated once: {committed:?}");
}
