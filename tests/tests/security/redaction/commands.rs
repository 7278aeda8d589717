//! Runs every command, with many faults, on canary secrets: none may appear in any output or file.

use std::fs;
use std::path::PathBuf;

use cxvars_tests::document::{document, plain, secret, secret_from};
use cxvars_tests::leak::{Searcher, forms};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const LITERAL: &str = "cnry-literal-8f2a61";
const LIKE_BASE64: &str = "Y25yeS1sb29rcy1saWtlLWJhc2U2NA==";
const FROM_ENV: &str = "cnry \"env\" \\ /quoted/ 51c0";
const FROM_FILE: &str = "cnry-line-one-77aa\n  cnry+line/two=99bb\ncnry line three";
const FROM_STDIN: &str = "cnryÜñïcødé😀4e-stdin";
const CLIENT: &str = "cnry-client-secret/+?02d7";
const BEARER: &str = "cnry.bearer-token.77c1aa";
const WEBHOOK: &str = "whsec_Y25yeS13ZWJob29rLXNlY3JldC0wMDAwMDAwMDAwMDAwMDAwMDA=";
const ALL: [&str; 8] = [LITERAL, LIKE_BASE64, FROM_ENV, FROM_FILE, FROM_STDIN, CLIENT, BEARER, WEBHOOK];
/// The secrets that the service has received when it answers a PUT. The token endpoint has received fewer.
const SENT: [&str; 6] = [LITERAL, LIKE_BASE64, FROM_ENV, FROM_FILE, FROM_STDIN, CLIENT];

const APPLY: [&str; 8] = ["apply", ACTION, "-f", "vars.json", "--yes", "--stdin", "from_stdin", "-vv"];

/// A project with a secret in every place that can hold one.
fn prepare(mut workspace: Workspace) -> Workspace {
    let variables = [
        plain("plain", "not a secret"),
        secret("literal", LITERAL),
        secret("like_base64", LIKE_BASE64),
        secret_from("from_env", &json!({"env": "CANARY"})),
        secret_from("from_file", &json!({"file": "secret.txt"})),
        secret_from("from_stdin", &json!({"env": "NOT_SET"})),
    ];
    workspace.write("vars.json", document(&variables));
    let file = workspace.write("secret.txt", FROM_FILE);
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    workspace.profile("max_attempts = 2\ndeadline_s = 1\n[webhook]\nurl = \"http://127.0.0.1:9/hook\"");
    workspace.env("CANARY", FROM_ENV).env("CXVARS_WEBHOOK_SECRET", WEBHOOK).env("CXONE_CLIENT_SECRET", CLIENT);
    workspace.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    workspace
}

/// The secrets that a run leaked, in its output and in all files except the inputs.
fn leaks(workspace: &Workspace, output: &Output) -> Vec<String> {
    let searcher = Searcher::new(ALL);
    let inputs: [PathBuf; 2] = ["vars.json", "secret.txt"].map(|name| workspace.project().join(name));
    let mut found = searcher.search_files(workspace.root(), &inputs);
    for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        found.extend(searcher.search(bytes).into_iter().map(|what| format!("{what} in {stream}")));
    }
    found
}

#[track_caller]
fn assert_clean(what: &str, workspace: &Workspace, output: &Output) {
    assert!(!output.stderr().contains("panicked"), "{what}: {output:?}");
    assert_eq!(leaks(workspace, output), [""; 0], "{what}: {output:?}");
}

/// Applies with these faults, in both formats, then runs commands on the log and the plan.
fn apply_and_look(what: &str, faults: &Value) {
    let service = Sandbox::start(faults);
    let workspace = prepare(Workspace::for_service(&service));
    for format in ["text", "json"] {
        let output = workspace.run_with(&[&APPLY[..], &["--format", format]].concat(), FROM_STDIN.as_bytes());
        assert!(!output.stdout.is_empty(), "{what}: {output:?}");
        assert_clean(what, &workspace, &output);
    }
    let show = workspace.run(&["audit", "show", "--format", "json", "-vv"]);
    assert_clean(what, &workspace, show.exits(0));
}

#[test]
fn no_fault_brings_a_secret_out() {
    apply_and_look("no fault", &json!([]));
    for on in ["token", "get", "put"] {
        for fault in [
            json!({"kind": "status", "status": 500}),
            json!({"kind": "reset", "when": "before_commit"}),
            json!({"kind": "reset", "when": "mid_body"}),
            json!({"kind": "garbage"}),
            json!({"kind": "redirect", "location": "http://127.0.0.1:9/elsewhere"}),
        ] {
            apply_and_look(&format!("{on} {fault}"), &json!([{"on": on, "times": 3, "fault": fault}]));
        }
    }
    for fault in [
        json!({"kind": "reset", "when": "after_commit"}),
        json!({"kind": "drop_variable", "name": "literal"}),
        json!({"kind": "flip_encrypted", "name": "literal"}),
        json!({"kind": "empty"}),
        json!({"kind": "state", "state": "PUBLISHING"}),
    ] {
        apply_and_look(&fault.to_string(), &json!([{"on": "put", "every": true, "fault": fault}]));
    }
}

/// Error bodies that contain the secret in every form, short enough to be shown completely.
fn echoes(secret: &str) -> Vec<String> {
    let forms: Vec<String> = forms(secret).into_iter().map(|(_, text)| text).collect();
    let mut bodies: Vec<String> = forms
        .chunks(3)
        .map(|forms| {
            json!({"error": {"code": secret, "message": forms.join(" | ")}, "correlation_id": secret}).to_string()
        })
        .collect();
    bodies.push(json!({"error": secret, "error_description": format!("user:{secret}@host")}).to_string());
    bodies.push(format!("<html>{secret}</html>"));
    bodies
}

fn echo(secret: &str, on: &str, status: u16) {
    for body in echoes(secret) {
        let fault = json!({"kind": "status", "status": status, "body": body});
        let service = Sandbox::start(&json!([{"on": on, "every": true, "fault": fault}]));
        let workspace = prepare(Workspace::for_service(&service));
        let output = workspace.run_with(&[&APPLY[..], &["--format", "json"]].concat(), FROM_STDIN.as_bytes());
        assert_clean(&format!("{on} echoes {body}"), &workspace, &output);
    }
}

#[test]
fn a_service_that_echoes_what_it_was_sent_does_not_bring_it_out() {
    for secret in SENT {
        echo(secret, "put", 400);
    }
}

#[test]
fn a_service_that_echoes_secrets_earlier_does_not_bring_them_out() {
    for secret in [CLIENT, FROM_STDIN, FROM_FILE] {
        echo(secret, "token", 401);
        echo(secret, "get", 403);
    }
}

#[test]
fn a_stored_action_that_shows_a_secret_does_not_bring_it_out() {
    // Names are shown, values never, even if the service does not mask them.
    let body = json!({"id": "da-1", "name": "crm", "state": "PUBLISHED", "variables": [secret("literal", LITERAL)]});
    let fault = json!({"kind": "status", "status": 200, "body": body.to_string()});
    apply_and_look("unmasked", &json!([{"on": "get", "every": true, "fault": fault}]));
    apply_and_look("unmasked", &json!([{"on": "put", "every": true, "fault": fault}]));
}

#[test]
fn the_sandbox_and_the_commands_that_read_keep_secrets() {
    let mut workspace = prepare(Workspace::new());
    workspace.env("CXONE_TOKEN", BEARER);
    let sandbox = workspace.run_with(&[&APPLY[..], &["--sandbox"]].concat(), FROM_STDIN.as_bytes());
    // The simulator's state holds plain values as they are, and salted digests of encrypted values.
    assert_clean("sandbox", &workspace, sandbox.exits(0));
    assert!(workspace.read(".cxvars/sandbox.json").contains("not a secret"));
    for args in [
        &["validate", "vars.json"][..],
        &["validate", "vars.json", "--format", "json", "-vv"],
        &["plan", ACTION, "-f", "vars.json", "--sandbox", "-vv"],
        &["plan", ACTION, "-f", "vars.json", "--sandbox", "--resolve", "--stdin", "from_stdin", "--format", "json"],
        &["rotation", ACTION, "--sandbox", "-vv"],
        &["metrics", "--sandbox", "--format", "json"],
        &["audit", "show", "--sandbox"],
        &["audit", "verify", "--sandbox", "-vv"],
    ] {
        let output = workspace.run_with(args, FROM_STDIN.as_bytes());
        assert_clean(&args.join(" "), &workspace, output.exits(0));
    }
}

#[test]
fn a_bearer_token_stays_where_it_is() {
    for status in [401, 403, 400] {
        let body = json!({"error": {"message": format!("Bearer {BEARER} is not welcome")}}).to_string();
        let fault = json!({"kind": "status", "status": status, "body": body});
        let service = Sandbox::start(&json!([{"on": "get", "every": true, "fault": fault}]));
        let mut workspace = prepare(Workspace::for_service(&service));
        workspace.env("CXONE_TOKEN", BEARER);
        let output = workspace.run_with(&APPLY, FROM_STDIN.as_bytes());
        assert_clean("bearer", &workspace, output.exits(4));
    }
}

#[test]
fn a_document_with_mistakes_does_not_show_its_values() {
    let workspace = prepare(Workspace::new());
    for secret in [LITERAL, FROM_ENV, LIKE_BASE64] {
        let quoted = Value::from(secret).to_string();
        let text = &quoted[1..quoted.len() - 1];
        for document in [
            format!(r#"[{{"name": "a", "type": "integer", "value": "{text}"}}]"#),
            format!(r#"[{{"name": "a", "type": "boolean", "value": "{text}"}}]"#),
            format!(r#"[{{"name": "a", "type": "{text}", "value": "x", "scope": "{text}"}}]"#),
            format!(
                r#"[{{"name": "a", "type": "object", "value": {}}}]"#,
                Value::from(format!("{{{quoted}: {secret}"))
            ),
            format!(r#"[{{"name": "a", "value": "{text}, "type": "string"}}]"#),
            format!(r#"[{{"name": "a", "value": "{text}"#),
            format!(r#"[{{"name": "a", "value": '{text}'}}]"#),
            format!(r#"[{{"name": "a", "value": ["{text}"], "encrypted": "{text}"}}]"#),
            format!(r#"[{{"name": "a" "{text}": 1}}]"#),
            format!(r#"[{{"name": "a", "{text}", "type": "string"}}]"#),
            format!(r#"[{{"value": "{text}"}}]"#),
            format!(r#""{text}""#),
            format!("{{\"variables\": {text}}}"),
        ] {
            workspace.write("vars.json", &document);
            for args in [
                &["validate", "vars.json"][..],
                &["validate", "vars.json", "--format", "json"],
                &["validate", "vars.json", "--format", "concise"],
                &["plan", ACTION, "-f", "vars.json", "--sandbox"],
                &["apply", ACTION, "-f", "vars.json", "--sandbox", "--format", "json"],
            ] {
                let output = workspace.run(args);
                assert_clean(&document, &workspace, output.exits(1));
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_secret_is_among_the_arguments_of_the_process() {
    let service = Sandbox::start(&json!([{"on": "get", "fault": {"kind": "slow", "delay_ms": 20_000}}]));
    let workspace = prepare(Workspace::for_service(&service));
    let run = workspace.start(&APPLY, FROM_STDIN.as_bytes());
    service.wait_for("GET", 1);
    let arguments = fs::read(format!("/proc/{}/cmdline", run.pid())).unwrap();
    assert!(arguments.windows(5).any(|word| word == b"apply"));
    assert_eq!(Searcher::new(ALL).search(&arguments), [""; 0]);
    run.interrupt();
    assert_clean("interrupted", &workspace, run.wait().exits(130));
}

#[test]
fn a_planted_leak_is_found() {
    let workspace = prepare(Workspace::new());
    let output = |text: &str| Output { code: Some(0), stdout: text.into(), stderr: Vec::new() };
    assert_eq!(leaks(&workspace, &output("clean")), [""; 0]);
    for secret in ALL {
        for (form, text) in forms(secret) {
            assert!(!leaks(&workspace, &output(&format!("some {text} text"))).is_empty(), "{form}");
        }
    }
    workspace.write("planted.log", format!("{{\"error\": {}}}", Value::from(FROM_ENV)));
    assert!(leaks(&workspace, &output("clean")).iter().all(|leak| leak.ends_with("planted.log")));
    assert!(!leaks(&workspace, &output("clean")).is_empty());
}
