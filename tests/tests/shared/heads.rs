//! Heads of audit logs.

use std::fs;
use std::path::{Path, PathBuf};

use cxvars_host::shared::SharedState as _;
use cxvars_host::shared::head::Head;
use cxvars_tests::process::{Sandbox, Workspace};
use serde_json::json;

use super::processes::{RUN, machine};
use super::{block_on, database, open};

fn head(segment: &str, seq: u64) -> Head {
    Head { log: "log".to_owned(), segment: segment.to_owned(), seq, hash: format!("hash of {seq}") }
}

#[test]
fn the_last_record_of_each_segment_is_kept_and_never_goes_back() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        for (segment, seq) in [("a", 1), ("b", 7), ("a", 3), ("a", 2)] {
            shared.note_head(&head(segment, seq)).await.unwrap();
        }
        let other = Head { log: "other".to_owned(), ..head("a", 9) };
        shared.note_head(&other).await.unwrap();
        assert_eq!(shared.heads("log").await.unwrap().unwrap(), [head("a", 3), head("b", 7)]);
    });
}

#[test]
fn a_machine_begins_after_what_was_noted_last_and_all_first_ones_after_the_same() {
    let database = database();
    let (shared, elsewhere) = (open(&database), open(&database));
    block_on(async {
        let origin = shared.predecessor("log").await.unwrap().unwrap();
        assert!(origin.len() == 64 && origin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{origin}");
        assert_eq!(elsewhere.predecessor("log").await.unwrap().as_ref(), Some(&origin));
        assert_ne!(shared.predecessor("other").await.unwrap(), Some(origin));
        assert_eq!(shared.heads("log").await.unwrap().unwrap(), [], "what they follow is no segment");
        shared.note_head(&head("a", 1)).await.unwrap();
        shared.note_head(&head("b", 2)).await.unwrap();
        assert_eq!(elsewhere.predecessor("log").await.unwrap(), Some("hash of 2".to_owned()));
    });
}

/// Puts the segments of all machines into one folder of the first one.
fn collect(machines: &[Workspace]) -> PathBuf {
    let all = machines[0].project().join("all");
    fs::create_dir(&all).unwrap();
    for machine in machines {
        for segment in fs::read_dir(machine.project().join("audit")).unwrap() {
            let segment = segment.unwrap();
            fs::copy(segment.path(), all.join(segment.file_name())).unwrap();
        }
    }
    all
}

#[test]
fn the_logs_of_all_machines_are_one_and_the_database_knows_their_ends() {
    let (database, service) = (database(), Sandbox::with(&json!([]), &["--requests-per-minute", "0", "--auto-create"]));
    let machines: Vec<Workspace> = (0..3)
        .map(|_| {
            let machine = machine(&database, &service, 2, 6);
            machine.write("cxvars.toml", machine.read("cxvars.toml") + "[audit]\nlog = \"audit/\"\n");
            machine
        })
        .collect();
    let verify = |folder: &str| machines[0].run(&["audit", "verify", folder, "--shared"]);
    fs::create_dir(machines[0].project().join("none")).unwrap();
    for run in [RUN.to_vec(), [&RUN[..], &["--restart"]].concat()] {
        let running: Vec<_> = machines.iter().take(2).map(|machine| machine.start(&RUN, b"")).collect();
        for running in running {
            running.wait().exits(0);
        }
        machines[2].run(&run).exits(0);
    }
    let all = collect(&machines);
    verify("all").exits(0).prints(&["anchored", "one unbroken chain", "shared state (ends of"]);
    let newest = |path: &Path| {
        let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.pop().unwrap()
    };
    let segment = newest(&all);
    let text = fs::read_to_string(&segment).unwrap();
    let shorter = text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n";
    fs::write(&segment, shorter).unwrap();
    verify("all").exits(1).prints(&["BROKEN", "ends before record", "does not match"]);
    fs::remove_file(&segment).unwrap();
    verify("all").exits(1).prints(&["BROKEN", "the segment is missing"]);
}

#[test]
fn the_database_knows_the_ends_of_folders_only() {
    let (database, service) = (database(), Sandbox::with(&json!([]), &["--requests-per-minute", "0", "--auto-create"]));
    let machine = machine(&database, &service, 1, 1);
    machine.run(&RUN).exits(0);
    machine.run(&["audit", "verify", "--shared"]).exits(2).says(&["is one file", "`[audit] log`"]);
    let status = machine.run(&["shared", "status", "--format", "json"]).exits(0).json();
    assert_eq!(status["heads"], json!([]));
    machine.write("cxvars.toml", machine.read("cxvars.toml") + "[audit]\nlog = \"audit/\"\n");
    machine.run(&[&RUN[..], &["--restart"]].concat()).exits(0);
    let other = machine.read("cxvars.toml").replace("audit/", "other/");
    machine.write("cxvars.toml", &other);
    let output = machine.run(&["audit", "verify", "audit", "--shared"]);
    output.exits(1).prints(&["NOT ANCHORED", "no runner has noted anything"]);
    machine.write("cxvars.toml", other.replace("[shared]\n", ""));
    machine.run(&["audit", "verify", "audit", "--shared"]).exits(2).says(&["no section `[shared]`"]);
}
