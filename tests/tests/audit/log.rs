//! The audit log, as processes write it and as commands read it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use cxvars_core::audit::{Entry, Event, Status, scan, seal};
use cxvars_tests::campaign::Size;
use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Output, Running, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 5] = ["apply", ACTION, "-f", "vars.json", "--yes"];

/// An Ed25519 key pair in the form of `openssl genpkey` and `openssl pkey -pubout` (RFC 8032, section 7.1, test 1).
const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                   -----END PRIVATE KEY-----\n";
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
                          MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
                          -----END PUBLIC KEY-----\n";

/// The number of records that each process appends.
const RECORDS: Size = Size { usual: 250, campaign: 1_000 };

/// Eight processes append concurrently. Returns the content of the log, by run.
fn eight_at_once(log: &Path, max_bytes: Option<&str>) -> (BTreeMap<String, Vec<u64>>, usize) {
    let children: Vec<_> = (0..8)
        .map(|_| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_append_records"));
            command.arg(log).arg(RECORDS.get().to_string()).args(max_bytes).stdin(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let files = cxvars_host::audit_log::read(log).unwrap();
    let verified = files.verify(&[]);
    assert_eq!(verified.status, Status::Intact, "{:?}", verified.first_bad);
    let mut runs: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for record in files.files.iter().flat_map(|file| scan(&file.bytes)) {
        let entry = record.entry();
        if entry.event == Event::Outcome {
            runs.entry(entry.run_id.clone()).or_default().push(entry.timestamp as u64);
        }
    }
    (runs, files.files.len())
}

#[test]
fn eight_processes_at_once_tear_lose_and_mix_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // All records together are several times as large.
    let max_bytes = (RECORDS.get() * 500).to_string();
    for (name, max_bytes) in [("one.jsonl", None), ("many.jsonl", Some(&*max_bytes)), ("folder/", None)] {
        let (runs, files) = eight_at_once(&folder.path().join(name), max_bytes);
        let all: Vec<u64> = (0..RECORDS.get() as u64).collect();
        assert_eq!(runs.len(), 8, "{name}");
        assert!(runs.values().all(|records| *records == all), "{name}");
        assert!(match name {
            "one.jsonl" => files == 1,
            "many.jsonl" => files > 4,
            _ => files == 8,
        });
    }
}

/// A log of real records up to this size.
fn log_of(bytes: usize) -> Vec<u8> {
    let (mut log, mut head) = (Vec::new(), None);
    loop {
        let sealed = seal(&Entry::new(Event::Outcome, 1.0, "earlier"), head.as_ref()).unwrap();
        if log.len() + sealed.line.len() > bytes {
            return log;
        }
        log.extend(sealed.line);
        head = Some(sealed.head);
    }
}

/// Runs a command that cannot write a file beyond 64 KiB, as if the disk were full.
#[cfg(target_os = "linux")]
fn run_on_a_full_disk(workspace: &Workspace, args: &[&str]) -> Output {
    let command = workspace.command(args);
    let mut limited = Command::new("bash");
    // Ignore the signal, so that writes fail instead.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""]);
    limited.arg(command.get_program()).args(command.get_args()).env_clear().current_dir(workspace.project());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Running::start(limited, b"").wait()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_the_update_from_being_sent_and_the_log_whole() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let log = log_of(64 * 1024);
    workspace.write(".cxvars/audit.jsonl", &log);
    run_on_a_full_disk(&workspace, &APPLY).exits(3).says(&["audit log", "audit.jsonl", "check the disk"]);
    assert!(service.commits().is_empty() && !service.methods().contains("PUT"));
    assert_eq!(workspace.read(".cxvars/audit.jsonl").as_bytes(), log);
    workspace.run(&APPLY).exits(0);
    workspace.run(&["audit", "verify"]).exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn what_decides_an_update_is_kept_while_its_outcome_is_not_recorded() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    // The intent fits, and the outcome does not.
    workspace.write(".cxvars/audit.jsonl", log_of(64 * 1024 - 1_200));
    let output = run_on_a_full_disk(&workspace, &APPLY);
    output.exits(3).prints(&["applied  da-1"]).says(&["audit log", "check the disk"]);
    assert_eq!(workspace.audit().last().map(|record| record["event"].clone()), Some(json!("intent")));
    // Names alone would not decide it: all of the variables exist now.
    let reconcile = ["reconcile", ACTION];
    // Nor does a decision that cannot be recorded take away what decides.
    let intent = workspace.read(".cxvars/audit.jsonl");
    let filler = " ".repeat(64 * 1024 - intent.len());
    workspace.write(".cxvars/audit.jsonl", format!("{intent}{filler}"));
    run_on_a_full_disk(&workspace, &reconcile).exits(3);
    workspace.write(".cxvars/audit.jsonl", intent);
    workspace.run(&reconcile).exits(0).prints(&["applied  da-1", "what can be read is what was sent"]);
    workspace.run(&APPLY).exits(0).prints(&["unchanged"]);
}

#[test]
fn a_broken_log_is_not_continued() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    workspace.run(&APPLY).exits(0);
    workspace.run(&APPLY).exits(0);
    let whole = workspace.read(".cxvars/audit.jsonl");
    let requests = service.requests().len();
    let lines: Vec<&str> = whole.lines().collect();
    for (broken, line) in [
        // A changed record, also the last one; a removed one; garbage before the last line.
        (whole.replacen("\"attempts\":1", "\"attempts\":2", 1), 2),
        (whole.replace("\"outcome\":\"unchanged\"", "\"outcome\":\"refused\""), 3),
        (format!("{}\n{}\n", lines[0], lines[2]), 2),
        (format!("{}\n{}\ngarbage\n{}\n", lines[0], lines[1], lines[2]), 3),
        (format!("{whole}garbage\nmore"), 4),
    ] {
        workspace.write(".cxvars/audit.jsonl", &broken);
        let told = format!("audit.jsonl is BROKEN at line {line}: ");
        workspace.run(&APPLY).exits(3).says(&["nothing was sent", &told, "cxvars audit verify", "move the file aside"]);
        assert_eq!(workspace.read(".cxvars/audit.jsonl"), broken, "it is left as it is");
    }
    assert_eq!(service.requests().len(), requests, "nothing was sent");
    // Only the remains of an append are set aside, and a log that was moved away is begun again.
    workspace.write(".cxvars/audit.jsonl", format!("{whole}{{\"torn"));
    workspace.run(&APPLY).exits(0);
    workspace.run(&["audit", "verify"]).exits(0);
    fs::rename(workspace.project().join(".cxvars/audit.jsonl"), workspace.project().join("kept.jsonl")).unwrap();
    workspace.run(&APPLY).exits(0);
    workspace.run(&["audit", "verify"]).exits(0);
}

#[test]
fn a_broken_segment_is_not_continued_and_a_missing_one_is_elsewhere() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("[audit]\nlog = \"audit/\"");
    workspace.write("vars.json", EXAMPLE);
    let segments = || {
        let entries = fs::read_dir(workspace.project().join("audit")).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    workspace.run(&APPLY).exits(0);
    workspace.run(&APPLY).exits(0);
    let first = segments()[0].clone();
    let whole = fs::read_to_string(&first).unwrap();
    fs::write(&first, whole.replacen("\"attempts\":1", "\"attempts\":2", 1)).unwrap();
    let name = first.file_name().unwrap().to_string_lossy().into_owned();
    workspace.run(&APPLY).exits(3).says(&[&format!("{name} in audit"), "is BROKEN at line 2", "nothing was sent"]);
    assert_eq!(segments().len(), 2, "a refused run leaves no segment");
    // A run that was killed leaves the beginning of a line, and a runner may have only the last segments.
    fs::write(&first, format!("{whole}{{\"torn")).unwrap();
    workspace.run(&APPLY).exits(0);
    fs::remove_file(&first).unwrap();
    workspace.run(&APPLY).exits(0);
}

/// A project with a signed log.
fn signed() -> Workspace {
    let mut workspace = Workspace::new();
    workspace.env("CXVARS_CHECKPOINT_KEY", KEY);
    workspace.write("vars.json", EXAMPLE);
    workspace.write("checkpoint.pub", PUBLIC_KEY);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]).exits(0);
    let checkpoint = ["audit", "checkpoint", "--sandbox", "--out", "checkpoint.json"];
    workspace.run(&checkpoint).exits(0).says(&["signed 2 records", "keep checkpoint.json out of reach"]);
    workspace
}

const VERIFY: [&str; 7] =
    ["audit", "verify", "--sandbox", "--checkpoint", "checkpoint.json", "--public-key", "checkpoint.pub"];

#[test]
fn a_checkpoint_shows_what_the_log_alone_does_not() {
    let workspace = signed();
    workspace.run(&VERIFY).exits(0).prints(&["anchored", "(records 1–2): all there"]);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]).exits(0);
    let report = workspace.run(&[&VERIFY[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!((&report["status"], &report["records"]), (&json!("anchored"), &json!(3)));

    let whole = workspace.read(".cxvars/sandbox-audit.jsonl");
    workspace.write(".cxvars/sandbox-audit.jsonl", whole.lines().next().unwrap().to_owned() + "\n");
    workspace.run(&["audit", "verify", "--sandbox"]).exits(0).prints(&["intact"]);
    let output = workspace.run(&VERIFY);
    output.exits(1).prints(&["BROKEN", "line 2: ends before record 2", "does not match"]);
    let report = workspace.run(&[&VERIFY[..], &["--format", "json"]].concat()).exits(1).json();
    assert_eq!((&report["status"], &report["first_bad"]["line"]), (&json!("broken"), &json!(2)));

    // The log is broken after the signed part.
    workspace.write(".cxvars/sandbox-audit.jsonl", whole + "{\"torn");
    workspace.run(&VERIFY).exits(1).prints(&["BROKEN", "line 4", "lines 1–3: consistent", "(records 1–2): matches"]);
}

#[test]
fn a_checkpoint_or_key_that_is_none_is_a_usage_error_and_shows_nothing_of_the_key() {
    let mut workspace = signed();
    let text = workspace.read("checkpoint.json");
    workspace.write("checkpoint.json", text.replace("\"records\":2", "\"records\":3"));
    workspace.run(&VERIFY).exits(2).says(&["checkpoint.json", "the signature does not match"]);
    workspace.write("checkpoint.json", "{}");
    workspace.run(&VERIFY).exits(2).says(&["not a checkpoint"]);
    workspace.write("checkpoint.pub", "-----BEGIN PUBLIC KEY-----");
    workspace.run(&VERIFY).exits(2).says(&["checkpoint.pub", "not an Ed25519 public key"]);
    fs::remove_file(workspace.project().join("checkpoint.pub")).unwrap();
    workspace.run(&VERIFY).exits(3).says(&["checkpoint.pub", "no such file or folder"]);
    workspace.run(&VERIFY[..5]).exits(2).says(&["--public-key"]);

    let checkpoint = ["audit", "checkpoint", "--sandbox"];
    workspace.env("CXVARS_CHECKPOINT_KEY", "hunter2-is-no-key");
    let output = workspace.run(&checkpoint);
    output.exits(2).says(&["CXVARS_CHECKPOINT_KEY", "not an Ed25519 private key"]);
    assert!(!output.stderr().contains("hunter2"));
    workspace.without_env("CXVARS_CHECKPOINT_KEY");
    workspace.run(&checkpoint).exits(2).says(&["CXVARS_CHECKPOINT_KEY is not set", "openssl genpkey"]);
    workspace.env("CXVARS_CHECKPOINT_KEY", KEY);
    workspace.write(".cxvars/sandbox-audit.jsonl", "");
    workspace.run(&checkpoint).exits(2).says(&["no records yet"]);
    workspace.write(".cxvars/sandbox-audit.jsonl", "{");
    workspace.run(&checkpoint).exits(1).says(&["broken"]);
}

#[test]
fn runs_that_keep_nothing_leave_a_segment_each() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("[audit]\nlog = \"audit/\"");
    workspace.write("vars.json", EXAMPLE);
    workspace.run(&APPLY).exits(0);
    workspace.run(&APPLY).exits(0);
    let verify = ["audit", "verify", "--format", "json"];
    let report = workspace.run(&verify).exits(0).json();
    assert_eq!((&report["status"], &report["records"]), (&json!("intact"), &json!(3)));
    let head = report["heads"][0]["hash"].as_str().unwrap();

    // Another runner, which has only the hash.
    let away = Workspace::for_service(&service);
    away.profile("[audit]\nlog = \"audit/\"");
    away.write("vars.json", EXAMPLE);
    away.run(&[&APPLY[..], &["--audit-head", head]].concat()).exits(0);
    let segment = fs::read_dir(away.project().join("audit")).unwrap().next().unwrap().unwrap();
    let first: Value =
        serde_json::from_str(fs::read_to_string(segment.path()).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!(first["prev"], *head);
    fs::copy(segment.path(), workspace.project().join("audit").join(segment.file_name())).unwrap();
    assert_eq!(workspace.run(&verify).exits(0).json()["records"], 5);
    let metrics = workspace.run(&["metrics", "--format", "json"]).exits(0).json();
    assert_eq!(metrics["success_count"], 3);

    workspace.profile("");
    workspace.run(&[&APPLY[..], &["--audit-head", head]].concat()).exits(2).says(&["--audit-head", "folder"]);
    workspace.run(&[&APPLY[..], &["--audit-head", "abc"]].concat()).exits(2).says(&["64 lower-case"]);
}

#[test]
fn a_log_that_may_not_grow_goes_on_in_another_file_and_is_read_as_one() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.profile("[audit]\nmax_bytes = 65536");
    workspace.write("vars.json", EXAMPLE);
    workspace.write(".cxvars/audit.jsonl", log_of(65_000));
    workspace.run(&APPLY).exits(0);
    let show = workspace.run(&["audit", "show", "--format", "json"]).exits(0).json();
    let events: Vec<_> = show.as_array().unwrap().iter().rev().take(4).map(|record| &record["event"]).collect();
    assert_eq!(events, ["outcome", "intent", "rotated", "outcome"]);
    assert!(workspace.project().join(".cxvars/audit.0001.jsonl").exists());
    workspace.run(&["audit", "verify"]).exits(0).prints(&["intact"]);
    fs::remove_file(workspace.project().join(".cxvars/audit.jsonl")).unwrap();
    let age = workspace.run(&["rotation", ACTION, "--format", "json"]).exits(0).json();
    assert_eq!(age["variables"][0]["age_days"], Value::Null);
    workspace.profile("[audit]\nmax_bytes = 10");
    workspace.run(&["audit", "verify"]).exits(2).says(&["max_bytes", "65536"]);
}
