//! The signed event of a registration, as a receiver on loopback sees it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Output, Workspace};
use cxvars_tests::registration::ACTION;
use http::{HeaderMap, HeaderName};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A received request.
struct Received {
    headers: HeaderMap,
    body: String,
}

impl Received {
    fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    fn verifies(&self, secret: &str, body: &[u8]) -> bool {
        Webhook::new(secret).unwrap().verify(body, &self.headers).is_ok()
    }
}

/// Answers each request with the next of these statuses, and returns the received requests.
fn receiver(statuses: &'static [u16]) -> (String, JoinHandle<Vec<Received>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?key=in-the-url", listener.local_addr().unwrap());
    let receive = move |status: &u16| {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut headers, mut line) = (HeaderMap::new(), String::new());
        reader.read_line(&mut line).unwrap();
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        let mut body = vec![0; headers["content-length"].to_str().unwrap().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        Received { headers, body: String::from_utf8(body).unwrap() }
    };
    (url, thread::spawn(move || statuses.iter().map(receive).collect()))
}

fn workspace(url: &str) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.profile(&format!("[webhook]\nurl = \"{url}\""));
    workspace.env("CXVARS_WEBHOOK_SECRET", SECRET);
    workspace
}

/// A receiver that never answers, and a project for it with more lines of configuration.
fn hanging(lines: &str) -> (TcpListener, Workspace) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut workspace = Workspace::new();
    workspace.env("CXVARS_WEBHOOK_SECRET", SECRET);
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    workspace.write("cxvars.toml", format!("[webhook]\nurl = \"{url}\"\n{lines}\n"));
    (listener, workspace)
}

fn apply(workspace: &Workspace, document: &str) -> Output {
    workspace.write("vars.json", document);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox", "--format", "json"])
}

fn waiting(workspace: &Workspace) -> usize {
    fs::read_dir(workspace.project().join(".cxvars/outbox")).map_or(0, Iterator::count)
}

#[test]
fn the_event_is_signed_and_one_changed_byte_breaks_the_signature() {
    let (url, receiver) = receiver(&[204]);
    let workspace = workspace(&url);
    let output = apply(&workspace, EXAMPLE);
    output.exits(0);
    let event = &receiver.join().unwrap()[0];
    assert!(event.verifies(SECRET, event.body.as_bytes()));
    for at in 0..event.body.len() {
        let mut changed = event.body.clone().into_bytes();
        changed[at] ^= 1;
        assert!(!event.verifies(SECRET, &changed), "byte {at}");
    }
    assert!(!event.verifies("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", event.body.as_bytes()));
    assert_eq!(waiting(&workspace), 0);
}

#[test]
fn the_event_tells_names_counts_and_the_outcome_and_no_value() {
    let (url, receiver) = receiver(&[200]);
    let workspace = workspace(&url);
    apply(&workspace, EXAMPLE).exits(0);
    let event = &receiver.join().unwrap()[0];
    let body: Value = serde_json::from_str(&event.body).unwrap();
    assert_eq!(body["type"], "registration.applied");
    let data = &body["data"];
    assert_eq!(
        (&data["action"], &data["outcome"], &data["target"]),
        (&json!(ACTION), &json!("applied"), &json!("sandbox"))
    );
    assert_eq!((&data["variables"], &data["encrypted"], &data["attempts"]), (&json!(3), &json!(1), &json!(1)));
    assert_eq!(data["run_id"], workspace.sandbox_audit()[1]["run_id"]);
    for value in ["sk_live_abc123", "api.example.com"] {
        assert!(!event.body.contains(value), "{}", event.body);
    }
}

#[test]
fn a_receiver_in_trouble_gets_the_event_with_the_next_run_under_the_same_id() {
    let (url, receiver) = receiver(&[500, 200]);
    let workspace = workspace(&url);
    let first = apply(&workspace, EXAMPLE);
    first.exits(0).says(&["500", "next run"]);
    assert_eq!(first.stderr().matches("next run").count(), 1, "said once: {first:?}");
    assert!(!first.stderr().contains("in-the-url"), "the path of a webhook's URL often is a token");
    assert_eq!(waiting(&workspace), 1);
    // A run without an event of its own delivers waiting events too.
    assert_eq!(apply(&workspace, EXAMPLE).exits(0).json()["results"][0]["outcome"], "unchanged");
    let events = receiver.join().unwrap();
    assert_eq!((events[0].id(), &events[0].body), (events[1].id(), &events[1].body));
    assert!(events.iter().all(|event| event.verifies(SECRET, event.body.as_bytes())));
    assert_eq!(waiting(&workspace), 0);
}

#[test]
fn a_receiver_in_trouble_is_not_asked_again_by_the_same_run() {
    let (url, receiver) = receiver(&[503]);
    let mut workspace = Workspace::new();
    workspace.env("CXVARS_WEBHOOK_SECRET", SECRET).write("vars.json", EXAMPLE);
    let action = |name: &str| format!("[env.e.actions.{name}]\nid = \"{name}\"\nfile = \"vars.json\"\n");
    let config = format!("[webhook]\nurl = \"{url}\"\n{}{}{}", action("a"), action("b"), action("c"));
    workspace.write("cxvars.toml", config);
    let output = workspace.run(&["apply", "--all", "--env", "e", "--sandbox"]);
    output.exits(0).says(&["answered 503", "undelivered webhook events: 3;"]);
    // The receiver answers only once. A second attempt would be reported as not answered.
    assert!(!output.stderr().contains("did not answer"), "{}", output.stderr());
    assert_eq!(waiting(&workspace), 3);
    drop(receiver);
}

#[cfg(unix)]
#[test]
fn an_interruption_does_not_wait_for_a_receiver_that_hangs() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let workspace = workspace(&format!("http://{}/hook", listener.local_addr().unwrap()));
    workspace.write("vars.json", EXAMPLE);
    let run = workspace.start(&["apply", ACTION, "-f", "vars.json", "--sandbox"], b"");
    let hanging = listener.accept().unwrap();
    run.interrupt();
    // The update was already applied. If the run had waited for the answer until the timeout, it would report that none
    // came.
    run.wait().exits(0).says(&["webhook", "interrupted", "undelivered"]);
    assert_eq!(waiting(&workspace), 1);
    drop(hanging);
    // An unfinished file of a killed process is not an event.
    workspace.write(".cxvars/outbox/evt_1.tmp", "{");
    workspace.run(&["doctor", "--sandbox"]).exits(0).prints(&["warn  outbox", "that wait in", ": 1;"]);
}

#[cfg(unix)]
#[test]
fn the_result_is_printed_before_the_webhook_is_told() {
    let all = ["apply", "--all", "--env", "e", "--sandbox", "--format", "json"];
    let one = ["apply", ACTION, "-f", "vars.json", "--sandbox", "--format", "json"];
    for args in [&all[..], &one, &all[..5], &one[..5]] {
        let (listener, workspace) = hanging("[env.e.actions.a]\nid = \"a\"\nfile = \"vars.json\"");
        workspace.write("vars.json", EXAMPLE);
        let mut command = workspace.command(args);
        let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let hanging = listener.accept().unwrap();
        let mut lines = BufReader::new(run.stdout.take().unwrap()).lines().map(Result::unwrap);
        let is_last = |line: &String| line == "}" || line.contains("audit records") || line.contains("1 applied");
        assert!(lines.any(|line| is_last(&line)), "{args:?}");
        let interrupt = Command::new("kill").args(["-INT", &run.id().to_string()]).status();
        assert!(interrupt.unwrap().success());
        let output = run.wait_with_output().unwrap();
        // Had the result come after the delivery, the delivery would have ended by its time limit.
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && stderr.contains("did not answer: interrupted"), "{args:?} {stderr}");
        drop(hanging);
    }
}

#[test]
fn a_receiver_that_hangs_is_announced_and_asked_once() {
    let (listener, workspace) = hanging("[profile]\nrequest_s = 2");
    workspace.write(".cxvars/outbox/evt_0.json", r#"{"type": "a", "timestamp": "b", "data": {}}"#);
    let output = apply(&workspace, EXAMPLE);
    let announced = "at the latest for the webhook at `127.0.0.1`; Ctrl-C";
    output.exits(0).says(&["waiting until 2", announced, "no answer in time", "undelivered webhook events: 2;"]);
    assert_eq!(output.stderr().matches("waiting until").count(), 1, "{output:?}");
    listener.set_nonblocking(true).unwrap();
    assert_eq!(std::iter::from_fn(|| listener.accept().ok()).count(), 1);
}

#[test]
fn a_refused_event_is_moved_aside_and_the_next_one_goes_out() {
    let (url, receiver) = receiver(&[410, 200]);
    let workspace = workspace(&url);
    apply(&workspace, EXAMPLE).exits(0).says(&["refused event `evt_", "(410)", "not sent again", "refused"]);
    workspace.run(&["doctor", "--sandbox"]).exits(0).prints(&["warn  outbox", "that were refused", ": 1;"]);
    let second = apply(&workspace, &EXAMPLE.replace("abc123", "def456"));
    second.exits(0);
    assert!(!second.stderr().contains("webhook"), "{second:?}");
    let events = receiver.join().unwrap();
    let refused = workspace.project().join(format!(".cxvars/outbox/refused/{}.json", events[0].id()));
    assert_eq!(fs::read_to_string(refused).unwrap(), events[0].body);
    assert_ne!(events[0].id(), events[1].id());
    assert_eq!(waiting(&workspace), 1, "only the folder of refused events is left");
}

#[test]
fn an_outbox_that_is_full_loses_its_oldest_events_and_says_so() {
    let (url, receiver) = receiver(&[401]);
    let workspace = workspace(&url);
    for number in 0..1003 {
        workspace.write(&format!(".cxvars/outbox/evt_0{number:04}.json"), r#"{"type": 1, "timestamp": 1, "data": 1}"#);
    }
    let output = apply(&workspace, EXAMPLE);
    output.exits(0).says(&["the oldest were deleted: 4", "answered 401", "undelivered webhook events: 1000;"]);
    assert_eq!((receiver.join().unwrap()[0].id(), waiting(&workspace)), ("evt_00004", 1000));
}

#[test]
fn every_registration_has_an_event_of_its_own() {
    let (url, receiver) = receiver(&[200, 200]);
    let workspace = workspace(&url);
    apply(&workspace, EXAMPLE).exits(0);
    apply(&workspace, &EXAMPLE.replace("abc123", "def456")).exits(0);
    let events = receiver.join().unwrap();
    assert_ne!(events[0].id(), events[1].id());
}

#[test]
fn nobody_listening_and_a_redirect_change_nothing_about_the_apply() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let deaf = workspace(&format!("http://{free}/hook"));
    apply(&deaf, EXAMPLE).exits(0).says(&["next run"]);
    assert_eq!(waiting(&deaf), 1);
    let (url, receiver) = receiver(&[307]);
    let moved = workspace(&url);
    apply(&moved, EXAMPLE).exits(0).says(&["307"]);
    assert_eq!((receiver.join().unwrap().len(), waiting(&moved)), (1, 1));
}

#[test]
fn a_secret_that_is_missing_or_malformed_stops_before_anything_is_sent() {
    for secret in ["", "whsec_", "whsec_short", "not-base64-of-anything!"] {
        let mut workspace = workspace("http://127.0.0.1:9/hook");
        workspace.env("CXVARS_WEBHOOK_SECRET", secret);
        let output = apply(&workspace, EXAMPLE);
        output.exits(2).says(&["CXVARS_WEBHOOK_SECRET"]);
        assert!(secret.len() < 10 || !output.stderr().contains(secret), "{output:?}");
        assert!(workspace.sandbox_audit().is_empty());
    }
}

#[test]
fn plain_http_beyond_loopback_is_refused() {
    let service = cxvars_tests::process::Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXVARS_WEBHOOK_SECRET", SECRET).env("CXVARS_TRUSTED_HOSTS", "hooks.example");
    workspace.profile("[webhook]\nurl = \"http://hooks.example/hook\"");
    workspace.write("vars.json", EXAMPLE);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(2).says(&["https"]);
    assert!(service.requests().is_empty());
}

#[test]
fn a_webhook_that_only_this_network_knows_needs_the_users_word() {
    let service = cxvars_tests::process::Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXVARS_WEBHOOK_SECRET", SECRET);
    workspace.write("vars.json", EXAMPLE);
    for host in ["169.254.169.254", "10.1.2.3", "[fd00::1]", "0.0.0.0"] {
        workspace.profile(&format!("[webhook]\nurl = \"https://{host}/hook\""));
        let refused = workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]);
        refused.exits(2).says(&["not on the public network", host, "--trust-host"]);
    }
    assert!(service.requests().is_empty());
    // Nothing listens there, so the delivery fails, but it is attempted.
    workspace.profile("request_s = 1\n[webhook]\nurl = \"https://0.0.0.0:9/hook\"");
    workspace.env("CXVARS_TRUSTED_HOSTS", "0.0.0.0");
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0).says(&["no connection", "next run"]);
}
