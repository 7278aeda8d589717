//! Runs every command, with every fault, on 200 canary secrets in values from every source: none may appear in any
//! output.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use cxvars_tests::document::{document, secret, secret_from};
use cxvars_tests::leak::{Searcher, forms};
use cxvars_tests::lsp::framed;
use cxvars_tests::process::{Output, Sandbox, Workspace};
use serde_json::{Value, json};

/// Number of canaries per document, the maximum number of variables.
const A_DOCUMENT: usize = 50;
const ALL: usize = 200;

const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                   -----END PRIVATE KEY-----\n";

/// The canary with this number. No canary is mistaken for another.
fn canary(number: usize) -> String {
    // Each contains a different word, and no two have eight consecutive bytes in common.
    let word = format!("{:08x}", (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32);
    match number % 8 {
        0 => word,
        1 => format!("{word}\n{}\nq{word}z", word.to_uppercase().chars().rev().collect::<String>()),
        2 => format!("ñ{word}ü😀{word}"),
        3 => format!("\"{word}\\{word}\""),
        4 => format!("{word}+/{word}=="),
        5 => format!("{{\"{word}\": \"<{word}>\"}}"),
        6 => format!("{word} %{word}&a=b?"),
        _ => format!("\t{word}'{word}$`"),
    }
}

static SEARCHER: LazyLock<Searcher> = LazyLock::new(|| {
    let secrets: Vec<String> = (0..ALL).map(canary).collect();
    Searcher::new(secrets.iter().map(String::as_str))
});

/// A project with four documents, whose values come from all sources, and the files that may contain them.
struct Scene {
    workspace: Workspace,
    searcher: &'static Searcher,
    inputs: Vec<PathBuf>,
    deliveries: Arc<Mutex<Vec<u8>>>,
    /// What a build with telemetry exports.
    telemetry: Arc<Mutex<Vec<u8>>>,
}

impl Scene {
    fn new(service: Option<&Sandbox>) -> Self {
        let mut workspace = service.map_or_else(Workspace::new, Workspace::for_service);
        let (url, deliveries) = receiver();
        let (collector, telemetry) = receiver();
        workspace.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector);
        let (mut inputs, mut params, mut commands) = (Vec::new(), String::new(), String::new());
        let mut actions = String::new();
        for part in 0..ALL / A_DOCUMENT {
            let mut variables = Vec::new();
            for number in part * A_DOCUMENT..(part + 1) * A_DOCUMENT {
                let (name, value) = (format!("v{number}"), canary(number));
                let source = match number / 8 % 5 {
                    0 => {
                        variables.push(secret(&name, &value));
                        continue;
                    }
                    1 => {
                        workspace.env(&format!("CANARY_{number}"), &value);
                        json!({"env": format!("CANARY_{number}")})
                    }
                    2 => {
                        let path = workspace.write(&format!("secrets/{number}"), &value);
                        #[cfg(unix)]
                        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
                        inputs.push(path);
                        json!({"file": format!("secrets/{number}")})
                    }
                    3 => {
                        params += &format!("p{number} = {}\n", toml(&value));
                        json!({"param": format!("p{number}")})
                    }
                    _ => {
                        let path = workspace.write(&format!("secrets/{number}"), &value);
                        commands +=
                            &format!("[commands.c{number}]\nprogram = \"cat\"\nargs = [\"{}\"]\n", path.display());
                        inputs.push(path);
                        json!({"command": format!("c{number}")})
                    }
                };
                variables.push(secret_from(&name, &source));
            }
            inputs.push(workspace.write(&format!("vars-{part}.json"), document(&variables)));
            for environment in ["one", "two"] {
                let action = format!("id = \"{environment}-{part}\"\nfile = \"vars-{part}.json\"");
                actions += &format!("[env.{environment}.actions.a{part}]\n{action}\n");
            }
        }
        let environments = ["one", "two"].map(|name| format!("[env.{name}.params]\n{params}"));
        let waits = "max_attempts = 2\ndeadline_s = 2\n";
        workspace.profile(&format!("{waits}[webhook]\nurl = \"{url}\"\n{}{actions}{RULES}", environments.concat()));
        inputs.push(workspace.project().join("cxvars.toml"));
        let user = workspace.home().join("config/cxvars");
        fs::create_dir_all(&user).unwrap();
        fs::write(user.join("config.toml"), commands).unwrap();
        workspace.env("CXVARS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        workspace.env("CXVARS_CHECKPOINT_KEY", KEY).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        // The password of a database that is not there.
        workspace.env("CXVARS_SHARED_URL", &format!("postgres://u:{}@127.0.0.1:1/d?sslmode=disable", canary(0)));
        workspace.write("shared.toml", "[shared]\n");
        Self { workspace, searcher: &SEARCHER, inputs, deliveries, telemetry }
    }

    /// Runs a command at full verbosity, with both log formats, and searches all output and files.
    #[track_caller]
    fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, b"")
    }

    /// The same, with this standard input.
    #[track_caller]
    fn run_with(&self, args: &[&str], input: &[u8]) -> Output {
        let mut last = None;
        for log in ["text", "json"] {
            let output = self.workspace.run_with(&[args, &["-vv", "--log-format", log]].concat(), input);
            assert!(!output.stderr().contains("panicked"), "{args:?}: {output:?}");
            assert_eq!(self.leaks(&output), [""; 0], "{args:?}: {output:?}");
            last = Some(output);
        }
        last.expect("it ran")
    }

    fn leaks(&self, output: &Output) -> Vec<String> {
        let mut found = self.searcher.search_files(self.workspace.root(), &self.inputs);
        let (deliveries, telemetry) = (self.deliveries.lock().unwrap(), self.telemetry.lock().unwrap());
        for (place, bytes) in [
            ("stdout", &output.stdout),
            ("stderr", &output.stderr),
            ("a webhook", &*deliveries),
            ("the telemetry", &*telemetry),
        ] {
            found.extend(self.searcher.search(bytes).into_iter().map(|what| format!("{what} in {place}")));
        }
        found
    }
}

/// Rules that look at values, and find something in each document.
const RULES: &str = r#"
[[rule]]
code = "TR001"
message = "too long"
severity = "warning"
forbid = {min_length = 8, not = {value = "url"}}
passes = ["vars-0.json", "[{name: a}"]
[[rule]]
code = "TR002"
message = "not an address"
severity = "warning"
require = {value = ["url-https", "integer", "credential"]}
[[rule]]
code = "TR003"
message = "twice"
severity = "warning"
document = {unique_values = true, require_names = ["absent"], max_variables = 1}
"#;

/// A text as a TOML string.
fn toml(text: &str) -> String {
    // TOML has the escapes of JSON.
    Value::from(text).to_string()
}

/// A receiver of webhooks or telemetry that accepts everything, and the received requests.
fn receiver() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let deliveries: Arc<Mutex<Vec<u8>>> = Arc::default();
    let kept = Arc::clone(&deliveries);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while reader.read_line(&mut head).is_ok_and(|read| read > 2) {
                let line = head.lines().last().unwrap_or_default().to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            kept.lock().unwrap().extend([head.as_bytes(), &body].concat());
            let _ = write!(stream, "HTTP/1.1 204 X\r\nconnection: close\r\n\r\n");
        }
    });
    (url, deliveries)
}

/// The names of all commands, from `--help`.
fn commands() -> BTreeSet<String> {
    let help = Workspace::new().run(&["--help"]).stdout();
    let list = help.split("Commands:\n").nth(1).expect("a list of commands");
    let names = list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

/// What an editor sends that has a document and the configuration open, whole and cut off, and asks about each of their
/// lines.
fn editing(scene: &Scene) -> Vec<u8> {
    let root = format!("file://{}", scene.workspace.project().display());
    let capabilities = json!({"textDocument": {"diagnostic": {}, "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}});
    let ask = |id: usize, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let tell = |method: &str, params: Value| json!({"jsonrpc": "2.0", "method": method, "params": params});
    let mut messages = vec![ask(0, "initialize", json!({"rootUri": root, "capabilities": capabilities}))];
    for (name, language) in [("vars-0.json", "json"), ("cxvars.toml", "toml")] {
        let (text, uri) = (scene.workspace.read(name), format!("{root}/{name}"));
        let half = text.floor_char_boundary(text.len() / 2);
        for (version, text) in [text.as_str(), &text[..half]].into_iter().enumerate() {
            let document = json!({"uri": uri, "languageId": language, "version": version, "text": text});
            messages.push(tell("textDocument/didOpen", json!({"textDocument": document})));
            let document = json!({"uri": uri});
            for method in ["diagnostic", "documentSymbol", "foldingRange"] {
                messages.push(ask(
                    messages.len(),
                    &format!("textDocument/{method}"),
                    json!({"textDocument": document}),
                ));
            }
            for (line, content) in text.lines().enumerate() {
                for character in (0..content.len()).step_by(16) {
                    let position = json!({"line": line, "character": character});
                    for method in ["hover", "completion", "definition", "prepareRename"] {
                        let params = json!({"textDocument": document, "position": position});
                        messages.push(ask(messages.len(), &format!("textDocument/{method}"), params));
                    }
                    let range = json!({"start": position, "end": position});
                    let params = json!({"textDocument": document, "range": range, "context": {"diagnostics": []}});
                    messages.push(ask(messages.len(), "textDocument/codeAction", params));
                }
            }
        }
    }
    messages.push(ask(messages.len(), "shutdown", Value::Null));
    messages.push(tell("exit", Value::Null));
    framed(&messages)
}

#[test]
fn no_command_brings_a_canary_out() {
    let service = Sandbox::start(&json!([]));
    let scene = Scene::new(Some(&service));
    scene.workspace.commit(&["vars-0.json"]);
    let runs: &[(i32, &[&str])] = &[
        (0, &["validate", "."]),
        (0, &["validate", "vars-0.json", "--format", "sarif", "--output", "junit=report.xml"]),
        (1, &["validate", "vars-1.json", "--unsafe-fixes", "--diff"]),
        (0, &["plan", "a0", "--env", "one"]),
        (0, &["plan", "a0", "--env", "*", "--resolve", "--format", "json"]),
        (0, &["plan", "a0", "--env", "one", "--resolve", "--format", "markdown", "--out", "plan.json"]),
        (6, &["apply", "--plan", "plan.json", "--env", "one"]),
        (0, &["apply", "--all", "--env", "*", "--yes", "--restart"]),
        (0, &["apply", "a3", "--env", "one", "--yes", "--format", "json", "--force"]),
        (0, &["apply", "a3", "--env", "two", "--yes", "--format", "markdown"]),
        (0, &["apply", "a1", "--env", "one", "--sandbox"]),
        (0, &["pull", "a2", "--env", "one"]),
        (0, &["pull", "a2", "--env", "one", "--format", "yaml"]),
        (0, &["pull", "--all", "--env", "one", "--format", "env", "--out", "pulled", "--force"]),
        (0, &["rollback", "a0", "--env", "one", "--to", "HEAD", "--resolve", "--format", "json"]),
        (0, &["reconcile", "--env", "one"]),
        (0, &["rotation", "a0", "--env", "one", "--max-age-days", "0", "--notify"]),
        (0, &["audit", "verify"]),
        (0, &["audit", "show", "--format", "json"]),
        (0, &["audit", "checkpoint", "--out", "checkpoint.json"]),
        (0, &["metrics", "--format", "json"]),
        (0, &["metrics", "--format", "prometheus"]),
        (0, &["doctor", "a0", "--env", "one"]),
        (0, &["env", "list"]),
        (0, &["env", "diff", "one", "two", "--format", "json"]),
        (if cfg!(feature = "shared") { 5 } else { 2 }, &["shared", "status", "--config", "shared.toml"]),
        (if cfg!(feature = "plugins") { 3 } else { 2 }, &["plugin", "inspect", "vars-0.json"]),
        (0, &["explain", "CX501"]),
        (0, &["explain", "TR001"]),
        (1, &["rule", "test"]),
        (1, &["rule", "test", "--format", "json"]),
        (0, &["schema"]),
        (0, &["completions", "bash"]),
    ];
    for (code, args) in runs {
        // Each command runs twice; the second time, a carried-out plan is stale.
        scene.run(args).exits(*code);
    }
    let said = scene.run_with(&["lsp"], &editing(&scene)).exits(0).stdout();
    assert!(said.matches("\"result\"").count() > 100 && !said.contains("\"error\":{"), "{said}");
    assert!(service.commits().len() > 8, "the values were sent");
    assert!(scene.deliveries.lock().unwrap().len() > 1000, "the webhook was told");
    assert_eq!(scene.telemetry.lock().unwrap().len() > 1000, cfg!(feature = "telemetry"), "the collector was told");
    let run: BTreeSet<String> = runs.iter().map(|(_, args)| args[0]).chain(["lsp"]).map(str::to_owned).collect();
    // The simulator's state is searched separately, below.
    let missing: Vec<String> = commands()
        .into_iter()
        .filter(|name| !run.contains(name) && !["help", "sandbox"].contains(&name.as_str()))
        .collect();
    assert_eq!(missing, [""; 0], "commands that no canary went through");
}

/// Every kind of fault, at every request to which it applies.
fn faults() -> Vec<Value> {
    let mut faults = Vec::new();
    for on in ["token", "get", "put"] {
        for fault in [
            json!({"kind": "status", "status": 400}),
            json!({"kind": "status", "status": 403}),
            json!({"kind": "status", "status": 429, "retry_after": 0}),
            json!({"kind": "status", "status": 500}),
            json!({"kind": "redirect", "location": "http://127.0.0.1:9/"}),
            json!({"kind": "reset", "when": "before_commit"}),
            json!({"kind": "reset", "when": "mid_body"}),
            json!({"kind": "reset", "when": "after_commit"}),
            json!({"kind": "truncated"}),
            json!({"kind": "garbage"}),
            json!({"kind": "empty"}),
            json!({"kind": "slow", "delay_ms": 1}),
        ] {
            faults.push(json!({"on": on, "every": true, "fault": fault}));
        }
    }
    for fault in [
        json!({"kind": "status", "status": 500, "commit": true}),
        json!({"kind": "slow", "delay_ms": 1, "commit": true}),
        json!({"kind": "no_variables"}),
        json!({"kind": "drop_variable", "name": "v0"}),
        json!({"kind": "flip_encrypted", "name": "v0"}),
        json!({"kind": "writer_before", "name": "other", "value": "9"}),
        json!({"kind": "writer_after", "name": "other", "value": "9"}),
        json!({"kind": "revoke_token"}),
        json!({"kind": "state", "state": "PUBLISHING"}),
    ] {
        faults.push(json!({"on": "put", "every": true, "fault": fault}));
    }
    faults
        .push(json!({"on": "token", "every": true, "fault": {"kind": "token_body", "body": "{\"access_token\": 7}"}}));
    faults.push(json!({"on": "token", "every": true, "fault": {"kind": "token_scope", "scope": "nothing"}}));
    faults
}

#[test]
fn no_fault_brings_a_canary_out() {
    let outcomes = Mutex::new(BTreeSet::new());
    let faults = Mutex::new(faults().into_iter().enumerate());
    let next = || faults.lock().unwrap().next();
    let run = |(at, fault): (usize, Value)| {
        let service = Sandbox::start(&json!([fault]));
        let scene = Scene::new(Some(&service));
        let action = format!("a{}", at % 4);
        let apply = ["apply", &action, "--env", "one", "--yes", "--format", "json"];
        let output = scene.workspace.run(&[&apply[..], &["-vv", "--log-format", "json"]].concat());
        assert_eq!(scene.leaks(&output), [""; 0], "{fault}: {output:?}");
        outcomes.lock().unwrap().insert(output.code);
        if output.code == Some(7) {
            let reconcile = scene.workspace.run(&["reconcile", "--env", "one", "-vv"]);
            assert_eq!(scene.leaks(&reconcile), [""; 0], "{fault}: {reconcile:?}");
        }
    };
    // The runs mostly wait, for answers and for the disk.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(fault) = next() {
                    run(fault);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    for code in [0, 4, 5, 6, 7] {
        assert!(outcomes.contains(&Some(code)), "no fault ended with {code}: {outcomes:?}");
    }
}

#[test]
fn the_simulator_keeps_no_canary_in_the_clear() {
    let scene = Scene::new(None);
    scene.run(&["apply", "--all", "--env", "one", "--sandbox"]).exits(0);
    assert!(scene.workspace.read(".cxvars/sandbox.json").len() > 10_000);
}

#[cfg(target_os = "linux")]
#[test]
fn no_canary_is_among_the_arguments_of_a_process() {
    let service = Sandbox::start(&json!([{"on": "get", "fault": {"kind": "slow", "delay_ms": 20_000}}]));
    let scene = Scene::new(Some(&service));
    let run = scene.workspace.start(&["apply", "a0", "--env", "one", "--yes", "-vv"], b"");
    service.wait_for("GET", 1);
    let arguments = fs::read(format!("/proc/{}/cmdline", run.pid())).unwrap();
    assert!(arguments.starts_with(b"cxvars\0apply\0"));
    assert_eq!(scene.searcher.search(&arguments), [""; 0]);
    run.interrupt();
    let output = run.wait();
    assert_eq!(scene.leaks(output.exits(130)), [""; 0]);
}

#[test]
fn a_planted_leak_of_any_canary_is_found_wherever_it_is() {
    let scene = Scene::new(None);
    let output = |text: &str| Output { code: Some(0), stdout: text.into(), stderr: Vec::new() };
    assert_eq!(scene.leaks(&output("clean")), [""; 0]);
    for number in 0..ALL {
        for (form, text) in forms(&canary(number)) {
            let found = scene.searcher.search(format!("some {text} text").as_bytes());
            assert!(found.iter().any(|what| what.starts_with(&format!("secret {} ", number + 1))), "{number} {form}");
        }
    }
    scene.deliveries.lock().unwrap().extend(canary(7).into_bytes());
    assert!(scene.leaks(&output("clean")).iter().all(|leak| leak.ends_with("in a webhook")));
    assert!(!scene.leaks(&output("clean")).is_empty());
}
