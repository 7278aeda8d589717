//! The saved state under another fingerprint key, and damaged: what it does not show is never said.

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 7] = ["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"];
const STATE: &str = ".cxvars/state.json";

fn values(endpoint: &str, token: &str) -> String {
    document(&[plain("endpoint", endpoint), secret("token", token)])
}

/// An action whose first update was verified under this key.
fn applied(faults: &Value, key: &str) -> (Sandbox, Workspace) {
    let service = Sandbox::start(faults);
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXVARS_FINGERPRINT_KEY", &key.repeat(32));
    workspace.write("vars.json", values("https://a.example.com", "first-secret-of-the-tests"));
    workspace.run(&APPLY).exits(0);
    (service, workspace)
}

/// The same, and then an update of the endpoint that is stored, but whose process is killed before it knows.
fn open_update() -> (Sandbox, Workspace) {
    let (service, workspace) =
        applied(&json!([{"on": "put", "nth": 2, "fault": {"kind": "slow", "delay_ms": 60_000}}]), "0a");
    workspace.write("vars.json", values("https://b.example.com", "second-secret-of-the-tests"));
    let run = workspace.start(&APPLY, b"");
    service.wait_for("PUT", 2);
    drop(run);
    (service, workspace)
}

/// What the last record of the audit log says of the secret.
fn recorded_change(workspace: &Workspace) -> Value {
    let audit = workspace.audit();
    let changed = audit.last().expect("a record")["changed"].as_array().expect("changes").clone();
    changed.iter().find(|each| each["name"] == "token").expect("the secret")["change"].clone()
}

fn doctor_key(workspace: &Workspace) -> Value {
    let report = workspace.run(&["doctor", "--format", "json"]).exits(0).json();
    report["checks"].as_array().expect("checks").iter().rfind(|check| check["name"] == "key").expect("a check").clone()
}

fn reconcile(workspace: &Workspace) -> Output {
    workspace.run(&["reconcile", ACTION, "--format", "json"])
}

#[test]
fn under_another_key_a_masked_value_is_neither_the_same_nor_changed() {
    for token in ["first-secret-of-the-tests", "second-secret-of-the-tests"] {
        let (_service, mut workspace) = applied(&json!([]), "0a");
        workspace.env("CXVARS_FINGERPRINT_KEY", &"0b".repeat(32));
        workspace.write("vars.json", values("https://a.example.com", token));
        let plan = workspace.run(&["plan", ACTION, "-f", "vars.json"]);
        plan.exits(0).prints(&["~ token", "not comparable (masked); the fingerprint key is not the one"]);
        let report = workspace.run(&APPLY).exits(0).json();
        assert_eq!(report["results"][0]["outcome"], "applied");
        assert_eq!(report["results"][0]["changes"]["unknown"], json!(["token"]));
        assert_eq!(recorded_change(&workspace), "unknown");
        // From now on, it is recognised by the new key.
        assert_eq!(workspace.run(&APPLY).exits(0).json()["results"][0]["outcome"], "unchanged");
    }
}

#[test]
fn a_new_home_does_not_make_a_secret_younger() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.write("vars.json", values("https://a.example.com", "first-secret-of-the-tests"));
    workspace.run(&APPLY).exits(0);
    let age = |workspace: &Workspace| {
        workspace.run(&["rotation", ACTION, "--format", "json"]).exits(0).json()["variables"][0]["last_changed"].clone()
    };
    let before = age(&workspace);
    workspace.env("XDG_STATE_HOME", &workspace.home().join("new").display().to_string());
    workspace.run(&APPLY).exits(0);
    assert_eq!((recorded_change(&workspace), age(&workspace)), (json!("unknown"), before));
    workspace.write("vars.json", values("https://a.example.com", "second-secret-of-the-tests"));
    workspace.run(&APPLY).exits(0);
    assert_eq!(recorded_change(&workspace), "update", "the key is the same again");
}

#[test]
fn what_an_earlier_version_saved_without_the_name_of_its_key_proves_no_change() {
    let (_service, workspace) = applied(&json!([]), "0a");
    let state = workspace.read(STATE);
    let id = state.split("\"fingerprint\":\"").nth(1).expect("a fingerprint").split(':').next().expect("an id");
    assert!(id.len() == 16 && state.contains(&format!("{id}:")), "{state}");
    workspace.write(STATE, state.replace(&format!("{id}:"), ""));
    workspace.write("vars.json", values("https://a.example.com", "second-secret-of-the-tests"));
    workspace.run(&APPLY).exits(0);
    assert_eq!(recorded_change(&workspace), "unknown");
}

#[test]
fn doctor_warns_of_another_key() {
    let (_service, mut workspace) = applied(&json!([]), "0a");
    assert_eq!(doctor_key(&workspace)["status"], "ok");
    for key in [Some("0b".repeat(32)), None] {
        match key {
            Some(key) => workspace.env("CXVARS_FINGERPRINT_KEY", &key),
            None => workspace.without_env("CXVARS_FINGERPRINT_KEY"),
        };
        let check = doctor_key(&workspace);
        assert_eq!(check["status"], "warn", "{check:#}");
        assert!(check["detail"].as_str().expect("text").contains("another key for 1 action:"), "{check:#}");
    }
    let (_service, mut workspace) = open_update();
    workspace.env("CXVARS_FINGERPRINT_KEY", &"0b".repeat(32));
    assert_eq!(doctor_key(&workspace)["status"], "warn");
}

/// The ways in which a file is damaged.
fn damages(state: &str) -> [(&'static str, Vec<u8>); 7] {
    let future = state.replacen("\"version\":2", "\"version\":99", 1);
    assert_ne!(future, state);
    let mut zeros = state.as_bytes().to_vec();
    zeros.fill(0);
    let mut middle = state.as_bytes().to_vec();
    let second = state.find('\n').expect("a header") + 1;
    middle.get_mut(second..second + 40).expect("a line").fill(b'#');
    let last = state.trim_end().rfind('\n').expect("lines") + 1;
    let lost = [state.as_bytes().get(..last).expect("lines"), b"#####\n{}\n"].concat();
    [
        ("truncated", state.as_bytes().get(..20).expect("a header").to_vec()),
        ("empty", Vec::new()),
        ("garbage", b"\xff\xfe no state \n at all\n".to_vec()),
        ("zero-filled", zeros),
        ("from the future", future.into_bytes()),
        ("a line in the middle", middle),
        ("the last lines", lost),
    ]
}

#[test]
fn a_damaged_state_is_kept_aside_and_decides_nothing_that_it_does_not_show() {
    let (service, workspace) = open_update();
    let (state, log) = (workspace.read(STATE), workspace.read(".cxvars/audit.jsonl"));
    for (number, (name, damaged)) in damages(&state).into_iter().enumerate() {
        workspace.write(STATE, &damaged);
        workspace.write(".cxvars/audit.jsonl", &log);
        let copy = workspace.project().join(format!("{STATE}.damaged-{}", number + 1));
        let is_readable = name == "a line in the middle";
        let decision = reconcile(&workspace);
        decision.exits(if is_readable { 0 } else { 7 }).says(&["is damaged", "keep its old credentials"]);
        let decision = decision.json()["results"][0].clone();
        if is_readable {
            assert_eq!(decision["outcome"], "applied", "{name}: {decision:#}");
        } else {
            assert_eq!((&decision["outcome"], &decision["keep"]), (&json!("unknown"), &json!(["token"])), "{name}");
            let evidence = decision["evidence"].as_str().expect("text");
            assert!(evidence.contains("this machine's saved state is damaged"), "{name}: {evidence}");
            assert!(!copy.exists() && std::fs::read(workspace.project().join(STATE)).unwrap() == damaged, "{name}");
            workspace.run(&[&APPLY[..], &["--force"]].concat()).exits(0).says(&["is damaged", "is kept as"]);
        }
        assert_eq!(std::fs::read(&copy).unwrap_or_default(), damaged, "{name}: the file is kept");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
        let clean = workspace.run(&APPLY);
        assert!(!clean.exits(0).stderr().contains("damaged"), "{name}: {clean:?}");
        assert_eq!(clean.json()["results"][0]["outcome"], "unchanged", "{name}");
    }
    assert!(service.count("PUT") > 2);
}

#[test]
fn after_a_damaged_state_was_replaced_it_is_still_the_reason() {
    let (_service, workspace) = open_update();
    workspace.write(STATE, "garbage\n");
    workspace.run(&["apply", "another", "-f", "vars.json", "--yes"]).exits(0).says(&["state.json.damaged-1"]);
    let decision = reconcile(&workspace).exits(7).json()["results"][0].clone();
    let evidence = decision["evidence"].as_str().expect("text");
    assert!(evidence.contains("saved state was damaged") && evidence.contains("damaged-1"), "{evidence}");
}

#[test]
fn what_was_remembered_before_an_open_update_does_not_come_back_when_the_next_one_is_refused() {
    let refused = json!({"on": "put", "nth": 3, "fault": {"kind": "status", "status": 403}});
    let slow = json!({"on": "put", "nth": 2, "fault": {"kind": "slow", "delay_ms": 60_000}});
    let service = Sandbox::start(&json!([slow, refused]));
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXVARS_FINGERPRINT_KEY", &"0a".repeat(32));
    workspace.profile("etag = \"ignore\"");
    let [first, second] = ["first", "second"].map(|token| values("https://a.example.com", token));
    workspace.write("vars.json", &first);
    workspace.run(&APPLY).exits(0);
    workspace.write("vars.json", &second);
    let run = workspace.start(&APPLY, b"");
    service.wait_for("PUT", 2);
    drop(run);
    workspace.write("vars.json", &first);
    workspace.run(&APPLY).exits(4);
    // The second secret is stored.
    assert_eq!(workspace.run(&APPLY).exits(0).json()["results"][0]["outcome"], "applied");
    assert_eq!(workspace.run(&APPLY).exits(0).json()["results"][0]["outcome"], "unchanged");
}

#[test]
fn a_saved_state_without_its_key_is_not_called_missing() {
    let (_service, mut workspace) = open_update();
    workspace.without_env("CXVARS_FINGERPRINT_KEY").without_env("HOME").without_env("XDG_STATE_HOME");
    let decision = reconcile(&workspace).exits(7).json()["results"][0].clone();
    assert!(decision["evidence"].as_str().expect("text").contains("no fingerprint key"), "{decision:#}");
}
