//! Waits for other processes and for answers: none outlasts the deadline or a signal, and none is silent.

use std::fs::{self, File};
use std::process::Command;

use cxvars_tests::document::EXAMPLE;
#[cfg(unix)]
use cxvars_tests::process::{PseudoTerminal, Streams};
use cxvars_tests::process::{Running, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 7] = ["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"];

/// A service whose first PUT is stored and answered late, and a project for it.
fn slow(delay_ms: u64) -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([{"on": "put", "fault": {"kind": "slow", "delay_ms": delay_ms}}]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    (service, workspace)
}

fn signal(run: &Running, signal: &str) {
    assert!(Command::new("kill").args([signal, &run.pid().to_string()]).status().unwrap().success());
}

/// Waits until a process handles signals, which it does from a thread of that name.
fn wait_for_signal_handler(run: &Running) {
    let names = || {
        let tasks = fs::read_dir(format!("/proc/{}/task", run.pid())).unwrap();
        tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default()).collect::<String>()
    };
    assert!(std::iter::repeat_with(names).take(100_000).any(|names| names.contains("signals")));
}

fn result(report: &Value) -> (&str, &Value) {
    (report["results"][0]["outcome"].as_str().unwrap(), &report["results"][0]["error"]["code"])
}

/// Holds the lock of a file of the project, as another process would.
fn hold(workspace: &Workspace, path: &str) -> File {
    let path = workspace.project().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = File::options().create(true).append(true).open(path).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn a_cancelled_pipeline_lets_the_put_in_flight_be_answered_and_read_back() {
    for by in ["-TERM", "-HUP", "-INT"] {
        let (service, workspace) = slow(1200);
        let run = workspace.start(&APPLY, b"");
        service.wait_for("PUT", 1);
        signal(&run, by);
        let report = run.wait().exits(0).json();
        assert_eq!(result(&report), ("applied", &Value::Null), "{by}");
        assert_eq!(service.methods(), "POST GET PUT GET");
        let last = workspace.audit().pop().unwrap();
        assert_eq!((&last["event"], &last["outcome"]), (&json!("outcome"), &json!("applied")));
    }
}

#[test]
fn a_second_apply_of_the_action_waits_for_the_first_one() {
    let (service, workspace) = slow(1500);
    let older = workspace.start(&APPLY, b"");
    service.wait_for("PUT", 1);
    workspace.write("newer.json", EXAMPLE.replace("\"3\"", "\"4\""));
    let newer = workspace.run(&["apply", ACTION, "-f", "newer.json", "--yes", "--format", "json"]);
    newer.exits(0).says(&["waiting until", "another update of this action (process "]);
    assert_eq!(result(&older.wait().exits(0).json()).0, "applied");
    assert_eq!(result(&newer.json()).0, "applied");
    assert_eq!(newer.json()["results"][0]["changes"]["update"], json!(["retry_limit"]));
    // Neither of them went between the other's requests.
    assert_eq!(service.methods(), "POST GET PUT GET POST GET PUT GET");
    workspace.run(&["audit", "verify"]).exits(0);
}

#[test]
fn an_apply_that_waits_for_another_one_in_vain_says_for_whom() {
    let (service, workspace) = slow(4000);
    let first = workspace.start(&APPLY, b"");
    service.wait_for("PUT", 1);
    workspace.profile("deadline_s = 1");
    let second = workspace.run(&APPLY);
    let report = second.exits(6).json();
    assert_eq!(result(&report), ("conflict", &json!("under_way")));
    let message = report["results"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("process {}", first.pid())), "{message}");
    let last = workspace.audit().pop().unwrap();
    assert_eq!(
        (&last["event"], &last["outcome"], &last["attempts"]),
        (&json!("outcome"), &json!("conflict"), &json!(0))
    );
    // A read-only look says that it is under way, and records nothing.
    let records = workspace.audit().len();
    let under_way = workspace.run(&["reconcile"]);
    under_way.exits(7).prints(&["under way", &format!("process {}", first.pid())]);
    assert!(!under_way.stdout().contains("--force"), "{under_way:?}");
    assert_eq!(workspace.audit().len(), records);
    // A third one is stopped by a signal.
    workspace.profile("deadline_s = 60");
    let third = workspace.start(&APPLY, b"");
    wait_for_signal_handler(&third);
    signal(&third, "-TERM");
    assert_eq!(result(&third.wait().exits(130).json()), ("unavailable", &json!("interrupted")));
    assert_eq!(result(&first.wait().exits(0).json()).0, "applied");
    assert_eq!(service.methods(), "POST GET PUT GET");
}

#[test]
fn a_lock_that_is_never_released_ends_every_command_at_the_deadline() {
    let (service, workspace) = slow(0);
    workspace.profile("deadline_s = 1");
    let held = hold(&workspace, ".cxvars/audit.jsonl");
    for command in [&APPLY[..], &["audit", "verify"], &["metrics"], &["reconcile"], &["rotation", ACTION]] {
        let output = workspace.run(command);
        output.exits(3).says(&["another process holds its lock, and did not release it within 1 s", "run again"]);
    }
    drop(held);
    let held = hold(&workspace, ".cxvars/state.lock");
    workspace.run(&APPLY).exits(3).says(&["state.json", "another process holds its lock"]);
    assert!(!service.methods().contains("PUT"));
    drop(held);
    // On a busy machine, an update may take longer than a second.
    workspace.profile("deadline_s = 60");
    workspace.run(&APPLY).exits(0);
}

#[test]
fn a_signal_ends_the_wait_for_a_lock() {
    let (service, workspace) = slow(0);
    let held = hold(&workspace, ".cxvars/state.lock");
    for by in ["-INT", "-TERM"] {
        let run = workspace.start(&APPLY, b"");
        let gets = service.methods().matches("GET").count();
        service.wait_for("GET", gets + 1);
        signal(&run, by);
        run.wait().exits(130).says(&["interrupted"]);
    }
    drop(held);
    let held = hold(&workspace, ".cxvars/audit.jsonl");
    let run = workspace.start(&APPLY, b"");
    wait_for_signal_handler(&run);
    signal(&run, "-TERM");
    run.wait().exits(130).says(&["interrupted"]);
    drop(held);
    assert!(!service.methods().contains("PUT"));
}

#[test]
fn an_answer_that_takes_long_is_announced_unless_quiet() {
    let run = |flags: &[&str]| {
        let (_service, workspace) = slow(1300);
        let output = workspace.run(&[&APPLY, flags].concat());
        output.exits(0);
        output.stderr()
    };
    let stderr = run(&[]);
    assert!(stderr.contains("waiting until 2") && stderr.contains("at the latest for the answer to PUT; Ctrl-C"));
    assert_eq!(stderr.matches("waiting").count(), 1, "{stderr}");
    assert!(!stderr.contains('\u{1b}'), "without a terminal, no line is rewritten: {stderr}");
    assert!(!run(&["-q"]).contains("waiting"));
}

#[test]
fn the_wait_for_a_lock_is_announced_unless_quiet() {
    let (_service, workspace) = slow(0);
    workspace.profile("deadline_s = 2");
    let held = hold(&workspace, ".cxvars/audit.jsonl");
    let (aloud, quiet) = (workspace.start(&["metrics"], b""), workspace.start(&["metrics", "-q"], b""));
    aloud.wait().exits(3).says(&["waiting until 2", "at the latest for another process", "audit.jsonl"]);
    let quiet = quiet.wait();
    assert!(!quiet.exits(3).stderr().contains("waiting"), "{quiet:?}");
    drop(held);
}

/// What a slow apply prints on stderr, if that is a terminal of this kind.
#[cfg(unix)]
fn on_terminal(kind: &str) -> String {
    let (_service, workspace) = slow(1300);
    let (code, shown) = PseudoTerminal::start(workspace.command(&APPLY), kind, Streams::Stderr).wait();
    assert_eq!(code, Some(0), "{shown}");
    shown
}

#[cfg(unix)]
#[test]
fn a_terminal_shows_a_wait_in_its_line_of_progress_until_it_is_over() {
    let shown = on_terminal("xterm");
    let (_, wait) = shown.split_once("\r\u{1b}[K\u{1b}[?7lwaiting until 2").expect("a wait in the current line");
    let (text, rest) = wait.split_once("\u{1b}[?7h").expect("its end");
    assert!(text.ends_with("at the latest for the answer to PUT; Ctrl-C ends the run"), "{shown:?}");
    assert!(rest.starts_with("\r\u{1b}[K") && !rest.contains("waiting"), "{shown:?}");
    let dumb = on_terminal("dumb");
    assert!(dumb.contains("the answer to PUT; Ctrl-C ends the run\r\n") && !dumb.contains('\u{1b}'), "{dumb:?}");
}
