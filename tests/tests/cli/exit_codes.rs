//! Exit codes. A command that ends early sends nothing.

use std::fs;
use std::net::TcpListener;

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 5] = ["apply", ACTION, "-f", "vars.json", "--yes"];

/// A working service, and a project that can use it.
fn working() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    (service, workspace)
}

/// Runs all commands that talk to the service. Each must exit with this code, print this, and send nothing.
#[track_caller]
fn all_stop(service: &Sandbox, workspace: &Workspace, flags: &[&str], code: i32, words: &[&str]) {
    let plan = ["plan", ACTION, "-f", "vars.json"];
    let rotation = ["rotation", ACTION];
    for command in [&APPLY[..], &plan, &rotation] {
        let output = workspace.run(&[command, flags].concat());
        output.exits(code).says(words);
        assert!(output.stdout.is_empty(), "{output:?}");
    }
    assert!(service.requests().is_empty(), "nothing was sent");
    assert!(workspace.audit().is_empty(), "nothing was recorded");
}

#[test]
fn a_document_that_cannot_be_read_is_3_and_named() {
    let (service, workspace) = working();
    for (path, words) in [
        ("missing.json", "no such file"),
        ("no/such/folder/vars.json", "no such file"),
        ("vars.json/inside.json", "vars.json/inside.json"),
    ] {
        for command in [&["apply", ACTION, "--yes", "-f", path][..], &["plan", ACTION, "-f", path]] {
            workspace.run(command).exits(3).says(&["error: ", path, words]);
        }
    }
    assert!(service.requests().is_empty());
}

#[test]
fn a_folder_is_no_document() {
    let (service, workspace) = working();
    workspace.run(&["apply", ACTION, "--yes", "-f", "."]).exits(2).says(&["folder"]);
    assert!(service.requests().is_empty());
}

#[test]
fn a_wrong_command_line_is_2() {
    let (service, workspace) = working();
    for args in [
        &["apply"][..],
        &["apply", ACTION, "--yes"],
        &["apply", ACTION, "-f", "vars.json", "--yes", "--exit-zero"],
        &["apply", ACTION, "-f", "vars.json", "--yes", "--format", "xml"],
        &["applly", ACTION],
        &["rotation", ACTION, "--max-age-days", "soon"],
        &["explain", "CX999"],
        &["apply", ACTION, "-f", "-", "--stdin", "auth_token", "--yes"],
        &["apply", ACTION, "-f", "vars.json", "--stdin", "not_in_the_document", "--yes"],
        &["--no-such-flag"],
        &[],
    ] {
        let output = workspace.run(args);
        output.exits(2);
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{args:?} {output:?}");
    }
    assert!(service.requests().is_empty());
}

#[test]
fn missing_credentials_are_2_and_all_named() {
    let (service, mut workspace) = working();
    workspace.env("CXONE_CLIENT_SECRET", "");
    all_stop(&service, &workspace, &[], 2, &["missing credentials", "CXONE_CLIENT_SECRET"]);
    workspace.without_env("CXONE_CLIENT_ID").without_env("CXONE_CLIENT_SECRET");
    all_stop(&service, &workspace, &[], 2, &["CXONE_CLIENT_ID", "CXONE_CLIENT_SECRET"]);
    workspace.profile("auth = \"static_bearer\"");
    all_stop(&service, &workspace, &[], 2, &["CXONE_TOKEN"]);
    workspace.profile("[env.prod]\nclient_id_env = \"PROD_ID\"\nclient_secret_env = \"PROD_SECRET\"");
    all_stop(&service, &workspace, &["--env", "prod"], 2, &["PROD_ID", "PROD_SECRET"]);
}

#[test]
fn a_project_file_cannot_have_credentials_sent_elsewhere() {
    let (service, mut workspace) = working();
    workspace.without_env("CXONE_BASE_URL");
    for url in [
        "https://attacker.example",
        "https://api.nicecxone.com.attacker.example",
        "https://evilnicecxone.com",
        "https://nicecxone.com",
        "http://api.us-east-1.my.nicecxone.com",
        "https://user:password@api.us-east-1.my.nicecxone.com",
        "https://127.0.0.1.attacker.example",
        "http://169.254.169.254",
        "ftp://api.us-east-1.my.nicecxone.com",
    ] {
        workspace.profile(&format!("base_url = \"{url}\""));
        all_stop(&service, &workspace, &[], 2, &["cxvars.toml"]);
    }
    workspace.profile("token_url = \"https://attacker.example/token\"");
    all_stop(&service, &workspace, &[], 2, &["attacker.example", "cxvars.toml"]);
    workspace.write("cxvars.toml", "trusted_hosts = [\"attacker.example\"]\n");
    all_stop(&service, &workspace, &[], 2, &["trusted_hosts", "--trust-host"]);
    // The environment variable chooses the host, but does not make it trusted.
    workspace.profile("");
    workspace.env("CXONE_BASE_URL", "https://attacker.example");
    all_stop(&service, &workspace, &[], 2, &["attacker.example", "CXONE_BASE_URL"]);
}

#[test]
fn without_a_terminal_an_apply_needs_yes() {
    let (service, workspace) = working();
    workspace.run(&["apply", ACTION, "-f", "vars.json"]).exits(2).says(&["--yes", "terminal"]);
    // Piped input does not answer the question.
    workspace.run_with(&["apply", ACTION, "-f", "vars.json"], b"yes\n").exits(2);
    assert!(service.requests().is_empty());
}

#[test]
fn flags_that_contradict_each_other_are_2() {
    let (service, mut workspace) = working();
    all_stop(&service, &workspace, &["--no-config", "--config", "cxvars.toml"], 2, &["--no-config", "--config"]);
    all_stop(&service, &workspace, &["--no-config", "--env", "prod"], 2, &["--no-config", "--env"]);
    workspace.env("CXVARS_ENV", "prod");
    all_stop(&service, &workspace, &["--no-config"], 2, &["--no-config", "CXVARS_ENV"]);
}

#[test]
fn a_mistake_in_the_configuration_is_2_with_a_place_and_a_suggestion() {
    let (service, workspace) = working();
    for (text, words) in [
        ("[profile]\nmax_attempt = 2\n", &["cxvars.toml:2:1", "max_attempts"][..]),
        ("[profil]\nmax_attempts = 2\n", &["cxvars.toml:1:", "profile"]),
        ("[validate.severity]\nCX501 = \"fatal\"\n", &["cxvars.toml:2:", "warning"]),
        ("[validate]\nname_pattern = \"[\"\n", &["name_pattern"]),
        ("[validate.severity]\nCX130 = \"off\"\n", &["CX130", "CX103"]),
        ("[profile]\nmax_attempts = \"2\"\n", &["cxvars.toml:2:", "max_attempts"]),
        ("[profile\n", &["cxvars.toml:1:"]),
        ("[webhook]\nsecret_env = \"hunter2-is-a-pasted-secret\"\nurl = \"https://x.example\"\n", &["cxvars.toml:2:"]),
    ] {
        workspace.write("cxvars.toml", text);
        all_stop(&service, &workspace, &[], 2, words);
        assert!(!workspace.run(&APPLY).stderr().contains("hunter2"), "{text}");
    }
    all_stop(&service, &workspace, &["--config", "missing.toml"], 2, &["missing.toml"]);
    workspace.profile("");
    all_stop(&service, &workspace, &["--env", "prod"], 2, &["prod"]);
}

#[test]
fn a_protected_environment_has_to_be_named_on_the_command_line() {
    let (service, mut workspace) = working();
    workspace.profile("[env.prod]\nprotected = true\n");
    workspace.env("CXVARS_ENV", "prod");
    workspace.run(&APPLY).exits(2).says(&["protected", "--env"]);
    assert!(service.requests().is_empty());
    workspace.run(&[&APPLY[..], &["--env", "prod"]].concat()).exits(0);
}

#[test]
fn an_action_of_another_name_is_left_alone() {
    let (service, workspace) = working();
    workspace.profile("[env.prod.actions.crm]\nid = \"da-1\"\nfile = \"vars.json\"\nexpect_name = \"CRM Lookup\"");
    for name in ["crm", "da-1"] {
        for command in [&["apply", name, "--env", "prod", "--yes"][..], &["plan", name, "--env", "prod"]] {
            workspace.run(command).exits(2).says(&["CRM Lookup", "expect_name"]);
            workspace.run(&[command, &["--sandbox"]].concat()).exits(0);
        }
    }
    assert!(service.commits().is_empty() && !service.methods().contains("PUT"));
}

#[test]
fn without_a_durable_audit_log_nothing_is_sent() {
    let (service, mut workspace) = working();
    for log in ["/dev/full", "vars.json/audit.jsonl", "vars.json/", "/proc/no/such/audit.jsonl"] {
        workspace.env("CXVARS_AUDIT_LOG", log);
        let output = workspace.run(&[&APPLY[..], &["--format", "json"]].concat());
        output.exits(3).says(&["audit log", log]);
    }
    workspace.without_env("CXVARS_AUDIT_LOG");
    workspace.profile("[audit]\nlog = \"/dev/full\"");
    workspace.run(&APPLY).exits(3).says(&["audit log", "/dev/full"]);
    assert!(!service.methods().contains("PUT") && service.commits().is_empty());
}

#[test]
fn a_state_folder_that_cannot_be_used_is_3_and_nothing_is_sent() {
    let (service, workspace) = working();
    workspace.write(".cxvars", "a file in its place");
    workspace.run(&APPLY).exits(3).says(&[".cxvars"]);
    assert!(service.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn an_intent_that_cannot_be_recorded_is_3_and_leaves_no_update_open() {
    let service = Sandbox::start(&json!([{"on": "get", "fault": {"kind": "slow", "delay_ms": 1000}}]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let run = workspace.start(&APPLY, b"");
    service.wait_for("GET", 1);
    fs::remove_file(workspace.project().join(".cxvars/audit.jsonl")).unwrap();
    run.wait().exits(3).says(&["audit log", "deleted"]);
    assert!(!service.methods().contains("PUT"));
    let again = workspace.run(&APPLY);
    again.exits(0);
    assert!(!again.stderr().contains("not known"), "{}", again.stderr());
}

#[cfg(unix)]
#[test]
fn an_outcome_that_cannot_be_recorded_is_printed_and_3() {
    let service = Sandbox::start(&json!([{"on": "put", "fault": {"kind": "slow", "delay_ms": 1000}}]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let run = workspace.start(&[&APPLY[..], &["--format", "json"]].concat(), b"");
    service.wait_for("PUT", 1);
    fs::remove_file(workspace.project().join(".cxvars/audit.jsonl")).unwrap();
    let output = run.wait();
    output.exits(3).says(&["audit log", "deleted"]);
    assert_eq!(output.json()["results"][0]["outcome"], "applied");
}

/// Interrupts an apply while it waits for the answer to this request.
fn interrupted(on: &str, method: &str) -> (Output, Workspace, Sandbox) {
    let service = Sandbox::start(&json!([{"on": on, "fault": {"kind": "slow", "delay_ms": 20_000}}]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let run = workspace.start(&[&APPLY[..], &["--format", "json"]].concat(), b"");
    service.wait_for(method, 1);
    run.interrupt();
    (run.wait(), workspace, service)
}

#[cfg(unix)]
#[test]
fn an_interruption_before_the_put_is_130_and_nothing_was_sent() {
    for (on, method) in [("token", "POST"), ("get", "GET")] {
        let (output, workspace, service) = interrupted(on, method);
        let report = output.exits(130).json();
        assert_eq!(report["results"][0]["outcome"], "unavailable");
        assert!(!service.methods().contains("PUT") && service.commits().is_empty());
        let records = workspace.audit();
        assert_eq!((records.len(), &records[0]["event"]), (1, &json!("outcome")));
        assert!(records[0]["error"].as_str().unwrap().contains("nothing was sent"), "{}", records[0]);
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_of_a_wait_before_the_put_is_130() {
    let fault = json!({"kind": "status", "status": 429, "retry_after": 8});
    let service = Sandbox::start(&json!([{"on": "get", "every": true, "fault": fault}]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let run = workspace.start(&APPLY, b"");
    service.wait_for("GET", 1);
    run.interrupt();
    run.wait().exits(130).prints(&["interrupted before the PUT"]);
}

#[cfg(unix)]
#[test]
fn an_interruption_after_the_put_began_is_7() {
    let (output, workspace, _service) = interrupted("put", "PUT");
    let report = output.exits(7).json();
    assert_eq!((&report["results"][0]["outcome"], &report["results"][0]["attempts"]), (&json!("unknown"), &json!(1)));
    let records = workspace.audit();
    let events: Vec<_> = records.iter().map(|record| record["event"].clone()).collect();
    assert_eq!(events, ["intent", "outcome"]);
    assert_eq!(records[1]["outcome"], "unknown");
}

#[cfg(unix)]
#[test]
fn an_interruption_of_a_command_that_only_reads_is_130() {
    for args in [&["plan", ACTION, "-f", "vars.json"][..], &["rotation", ACTION]] {
        let service = Sandbox::start(&json!([{"on": "get", "fault": {"kind": "slow", "delay_ms": 20_000}}]));
        let workspace = Workspace::for_service(&service);
        workspace.write("vars.json", EXAMPLE);
        let run = workspace.start(args, b"");
        service.wait_for("GET", 1);
        run.interrupt();
        run.wait().exits(130).says(&["interrupted"]);
    }
}

#[test]
fn a_command_that_only_reads_ends_as_the_service_answers() {
    let every = |status: u16| json!([{"on": "get", "every": true, "fault": {"kind": "status", "status": status}}]);
    for (faults, code, words) in [
        (every(403), 4, &["403", "dataactions:read", "Data Action Administrator"][..]),
        (every(404), 4, &["404"]),
        (json!([{"on": "token", "every": true, "fault": {"kind": "status", "status": 401}}]), 4, &["no token"]),
        (json!([{"on": "get", "every": true, "fault": {"kind": "garbage"}}]), 5, &["not the JSON"]),
        (
            json!([{"on": "token", "fault": {"kind": "token_scope", "scope": "integrations:read"}}]),
            4,
            &["dataactions:read"],
        ),
    ] {
        for command in [&["plan", ACTION, "-f", "vars.json"][..], &["rotation", ACTION]] {
            let service = Sandbox::start(&faults);
            let workspace = Workspace::for_service(&service);
            workspace.write("vars.json", EXAMPLE);
            workspace.run(command).exits(code).says(words);
        }
    }
}

#[test]
fn reading_asks_for_no_right_to_write() {
    let service = Sandbox::start(
        &json!([{"on": "token", "every": true, "fault": {"kind": "token_scope", "scope": "dataactions:read"}}]),
    );
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    workspace.run(&["plan", ACTION, "-f", "vars.json"]).exits(0);
    workspace.run(&["rotation", ACTION]).exits(0);
    workspace.run(&APPLY).exits(4);
}

#[test]
fn a_document_with_findings_is_1_and_never_sent() {
    let (service, workspace) = working();
    workspace.write("vars.json", EXAMPLE.replace("retry_limit", "_retry_limit"));
    let report = workspace.run(&[&APPLY[..], &["--format", "json"]].concat()).exits(1).json();
    let result = &report["results"][0];
    assert_eq!((&result["outcome"], &result["requests"]), (&json!("invalid"), &json!(0)));
    let errors: Vec<_> = result["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .collect();
    assert_eq!(errors.iter().map(|finding| &finding["code"]).collect::<Vec<_>>(), ["CX102"]);
    workspace.run(&APPLY).exits(1).prints(&["CX102", "nothing was sent"]);
    let records = workspace.audit();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["outcome"] == "invalid" && record["event"] == "outcome"));
    workspace.run(&["plan", ACTION, "-f", "vars.json"]).exits(1).prints(&["CX102"]);
    assert!(service.requests().is_empty());
}

#[test]
fn warnings_block_where_that_is_asked() {
    let (service, workspace) = working();
    workspace.profile("[validate.severity]\nCX102 = \"warning\"");
    workspace.write("vars.json", EXAMPLE.replace("auth_token", "_auth_token"));
    workspace.run(&[&APPLY[..], &["--fail-level", "warning"]].concat()).exits(1);
    assert!(service.requests().is_empty());
}

#[test]
fn broken_documents_are_1_and_never_a_panic() {
    let workspace = Workspace::new();
    for text in cxvars_tests::document::broken() {
        for command in [
            &["apply", ACTION, "-f", "-", "--sandbox", "--format", "json"][..],
            &["plan", ACTION, "-f", "-", "--sandbox", "--format", "json"],
        ] {
            workspace.run_with(command, &text).exits(1);
        }
    }
    let outcomes: Vec<Value> = workspace.sandbox_audit().iter().map(|record| record["outcome"].clone()).collect();
    assert!(!outcomes.is_empty() && outcomes.iter().all(|outcome| outcome == "invalid"), "{outcomes:?}");
}

#[test]
fn an_audit_log_that_is_none_is_broken_and_one_that_cannot_be_read_is_3() {
    let workspace = Workspace::new();
    for (name, bytes) in
        [("text", &b"not a record\n"[..]), ("bytes", b"\xff\xfe\n"), ("empty-line", b"\n"), ("torn", b"{")]
    {
        workspace.write(name, bytes);
        workspace.run(&["audit", "verify", name]).exits(1).prints(&["BROKEN", "line 1"]);
        workspace.run(&["metrics", name]).exits(0).says(&["not records"]);
        workspace.run(&["audit", "show", name]).exits(0);
    }
    workspace.run(&["audit", "verify", "."]).exits(3).says(&["no segments", "`.`"]);
    for command in
        [&["audit", "verify", "text/inside"][..], &["audit", "show", "text/inside"], &["metrics", "text/inside"]]
    {
        workspace.run(command).exits(3).says(&["audit log"]);
    }
    workspace.write("none", "");
    workspace.run(&["audit", "verify", "none"]).exits(0);
}

#[test]
fn a_fault_script_or_state_that_cannot_be_used_ends_the_sandbox_at_once() {
    let workspace = Workspace::new();
    workspace.write("faults.json", "{\"faults\": [{\"on\": \"put\", \"fault\": {\"kind\": \"explode\"}}]}");
    workspace.write("state.json", "{");
    workspace.run(&["sandbox", "--faults", "faults.json"]).exits(2).says(&["faults.json", "explode"]);
    workspace.run(&["sandbox", "--faults", "missing.json"]).exits(3).says(&["missing.json"]);
    workspace.run(&["sandbox", "--state", "state.json"]).exits(3).says(&["state.json", "delete it"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    workspace.run(&["sandbox", "--port", &port]).exits(3).says(&[&port]);
}

#[test]
fn a_log_that_is_named_and_does_not_exist_is_a_mistake() {
    let workspace = Workspace::new();
    for format in ["text", "json"] {
        let output = workspace.run(&["audit", "verify", "audti.jsonl", "--format", format]);
        output.exits(3).says(&["no file `audti.jsonl`"]);
    }
    assert!(workspace.run(&["audit", "verify"]).exits(1).stderr.is_empty(), "the default one is simply not there yet");
}
