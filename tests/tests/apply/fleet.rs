//! Several actions in one run: checked before anything is sent, stopped when the others would fail the same way,
//! continued by the next run.

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use serde_json::{Value, json};

const SECRET: &str = "s3cret-of-the-tests";

/// Three actions in each environment; all environments use one service.
fn fleet(service: &Sandbox, environments: &[&str]) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.env("CXONE_CLIENT_ID", "client-of-the-tests").env("CXONE_CLIENT_SECRET", "secret-of-the-tests");
    let waits = "backoff_base_ms = 1\nbackoff_cap_ms = 5\nserver_error_wait_ms = 5\nsettle_s = 0\ndeadline_s = 10\n";
    let mut config = format!("[profile]\n{waits}");
    for environment in environments {
        config += &format!("[env.{environment}]\nbase_url = \"{}\"\n", service.url());
        for action in ["crm", "ivr", "sms"] {
            config += &format!(
                "[env.{environment}.actions.{action}]\nid = \"{environment}-{action}\"\nfile = \"{action}.json\"\n"
            );
        }
        config += &format!("[env.{environment}.actions.bare]\nid = \"{environment}-bare\"\n");
    }
    workspace.write("cxvars.toml", config);
    for action in ["crm", "ivr", "sms"] {
        let variables = [plain("endpoint", &format!("https://{action}.example.com")), secret("token", SECRET)];
        workspace.write(&format!("{action}.json"), document(&variables));
    }
    workspace
}

fn apply(workspace: &Workspace, flags: &[&str]) -> Output {
    workspace.run(&[&["apply", "--yes", "--format", "json"], flags].concat())
}

fn outcomes(report: &Value) -> Vec<String> {
    let results = report["results"].as_array().expect("results").iter();
    results
        .map(|each| format!("{} {}", each["action"].as_str().unwrap_or("?"), each["outcome"].as_str().unwrap_or("?")))
        .collect()
}

/// The aliases in a list such as `not_done`.
fn names(report: &Value, key: &str) -> Vec<String> {
    let list = report[key].as_array().expect("a list").iter();
    list.map(|each| each["alias"].as_str().unwrap_or("?").to_owned()).collect()
}

fn on(action: &str, fault: &Value) -> Value {
    json!({"on": "put", "action": action, "every": true, "fault": fault})
}

#[test]
fn all_actions_with_a_document_are_applied_with_one_login() {
    let service = Sandbox::start(&json!([]));
    let workspace = fleet(&service, &["prod"]);
    let output = apply(&workspace, &["--all", "--env", "prod"]);
    let report = output.exits(0).says(&["3 actions in prod; up to 10 requests"]).json();
    assert_eq!(outcomes(&report), ["prod-crm applied", "prod-ivr applied", "prod-sms applied"]);
    assert_eq!((&report["not_done"], &report["already_done"]), (&json!([]), &json!([])));
    assert_eq!(report["results"][0]["environment"], "prod");
    assert_eq!(report["metrics"]["success_count"], 3);
    assert!(service.methods().starts_with("POST GET PUT GET GET"), "the first action is applied alone");
    assert_eq!(service.methods().split(' ').count(), 10);
    assert_eq!(workspace.audit().len(), 6);
    workspace.run(&["audit", "verify"]).exits(0);
    // After a complete run, the next one processes all actions again.
    let again = apply(&workspace, &["--all", "--env", "prod"]).exits(0).json();
    assert_eq!(outcomes(&again), ["prod-crm unchanged", "prod-ivr unchanged", "prod-sms unchanged"]);
}

#[test]
fn only_some_by_alias() {
    let service = Sandbox::start(&json!([]));
    let workspace = fleet(&service, &["prod"]);
    let report = apply(&workspace, &["--only", "sms,crm", "--env", "prod"]).exits(0).json();
    assert_eq!(outcomes(&report), ["prod-crm applied", "prod-sms applied"]);
    apply(&workspace, &["--only", "smz", "--env", "prod"]).exits(2).says(&["`smz`", "did you mean `sms`?"]);
    apply(&workspace, &["--only", "bare", "--env", "prod"]).exits(2).says(&["no document"]);
    apply(&workspace, &["--all"]).exits(2).says(&["choose one with --env"]);
    apply(&workspace, &["--all", "--env", "prod", "-f", "crm.json"]).exits(2);
    apply(&workspace, &["crm", "--all", "--env", "prod"]).exits(2);
}

#[test]
fn a_pattern_means_every_environment_that_it_matches() {
    let service = Sandbox::start(&json!([]));
    let workspace = fleet(&service, &["bu-a", "bu-b", "test"]);
    let report = apply(&workspace, &["--only", "crm", "--env", "bu-*"]).exits(0).json();
    assert_eq!(outcomes(&report), ["bu-a-crm applied", "bu-b-crm applied"]);
    apply(&workspace, &["--all", "--env", "bux-*"]).exits(2).says(&["no environment matches --env `bux-*`"]);
    // The same with `--sandbox`, where all actions share one simulator.
    let sandbox = workspace.run(&["apply", "--all", "--env", "bu-*", "--sandbox", "--format", "json"]).exits(0).json();
    assert_eq!(sandbox["results"].as_array().map(Vec::len), Some(6));
}

#[test]
fn a_pattern_leaves_protected_environments_out_and_says_so() {
    let service = Sandbox::start(&json!([]));
    let workspace = fleet(&service, &["bu-a", "bu-b", "bu-c"]);
    let protect = |name: &str| {
        let header = format!("[env.{name}]\n");
        let config = workspace.read("cxvars.toml").replace(&header, &format!("{header}protected = true\n"));
        workspace.write("cxvars.toml", config);
    };
    protect("bu-b");
    let output = apply(&workspace, &["--only", "crm", "--env", "bu-*"]);
    let report = output.exits(0).says(&["left out", "protected environments: `bu-b`"]).json();
    assert_eq!(outcomes(&report), ["bu-a-crm applied", "bu-c-crm applied"]);
    // Neither its documents nor its credentials keep the others from being applied.
    workspace.write(
        "cxvars.toml",
        workspace.read("cxvars.toml") + "[env.bu-b.actions.lost]\nid = \"x\"\nfile = \"no.json\"\n",
    );
    apply(&workspace, &["--all", "--env", "bu-*", "--restart"]).exits(0);
    protect("bu-a");
    protect("bu-c");
    let requests = service.requests().len();
    let none = apply(&workspace, &["--all", "--env", "bu-*"]);
    none.exits(2).says(&["every environment that --env matches is protected: `bu-a`, `bu-b`, `bu-c`"]);
    assert_eq!(service.requests().len(), requests);
    apply(&workspace, &["--all", "--env", "bu-a"]).exits(0);
}

#[test]
fn nothing_is_sent_while_any_document_is_invalid() {
    let service = Sandbox::start(&json!([]));
    let workspace = fleet(&service, &["prod"]);
    workspace.write("sms.json", document(&[plain("_sms", "1")]));
    workspace.run(&["apply", "--all", "--env", "prod", "--yes"]).exits(1).prints(&["error[CX102]", "sms.json"]);
    assert!(service.requests().is_empty());
}

#[test]
fn nothing_is_sent_while_any_environment_cannot_be_reached() {
    let service = Sandbox::start(&json!([]));
    let second = format!("[env.bu-b]\nbase_url = \"{}\"\n", service.url());
    for (instead, says) in [
        ("[env.bu-b]\nbase_url = \"https://crm.example.com\"\n".to_owned(), "crm.example.com"),
        (format!("{second}client_id_env = \"BU_B_ID\"\n"), "BU_B_ID"),
    ] {
        let workspace = fleet(&service, &["bu-a", "bu-b"]);
        let config = workspace.read("cxvars.toml");
        assert!(config.contains(&second));
        workspace.write("cxvars.toml", config.replace(&second, &instead));
        apply(&workspace, &["--all", "--env", "bu-*"]).exits(2).says(&[says]);
        assert!(service.requests().is_empty(), "{instead}");
    }
}

#[test]
fn what_is_about_one_action_does_not_stop_the_others() {
    for (fault, outcome) in [
        (json!({"kind": "status", "status": 400}), "refused"),
        (json!({"kind": "status", "status": 409}), "conflict"),
        (json!({"kind": "status", "status": 500}), "unavailable"),
    ] {
        let service = Sandbox::start(&json!([on("prod-ivr", &fault)]));
        let workspace = fleet(&service, &["prod"]);
        workspace.write(
            "cxvars.toml",
            workspace.read("cxvars.toml").replace("[profile]\n", "[profile]\nmax_attempts = 1\n"),
        );
        let report = apply(&workspace, &["--all", "--env", "prod"]).exits(8).json();
        assert_eq!(
            outcomes(&report),
            ["prod-crm applied".to_owned(), format!("prod-ivr {outcome}"), "prod-sms applied".to_owned()]
        );
        assert_eq!(report["not_done"], json!([]));
    }
}

#[test]
fn what_the_others_would_meet_as_well_stops_the_run() {
    let service = Sandbox::start(&json!([on("prod-ivr", &json!({"kind": "status", "status": 403}))]));
    let workspace = fleet(&service, &["prod"]);
    let report = apply(&workspace, &["--all", "--env", "prod", "--max-parallel", "1"]).exits(8).json();
    assert_eq!(outcomes(&report), ["prod-crm applied", "prod-ivr refused"]);
    assert_eq!(names(&report, "not_done"), ["sms"]);
    // If no action is done, the exit code is that of the failure.
    let service = Sandbox::start(&json!([on("prod-crm", &json!({"kind": "status", "status": 403}))]));
    let report = apply(&fleet(&service, &["prod"]), &["--all", "--env", "prod"]).exits(4).json();
    assert_eq!(names(&report, "not_done"), ["ivr", "sms"]);
}

#[test]
fn an_unknown_outcome_stops_the_run_and_decides_the_exit_code() {
    let lost = json!({"kind": "reset", "when": "after_commit"});
    let blind =
        json!({"on": "get", "action": "prod-ivr", "from": 2, "fault": {"kind": "reset", "when": "before_commit"}});
    let service = Sandbox::start(&json!([on("prod-ivr", &lost), blind]));
    let workspace = fleet(&service, &["prod"]);
    let config = workspace.read("cxvars.toml").replace("deadline_s = 10", "deadline_s = 1");
    workspace.write("cxvars.toml", config);
    let report = apply(&workspace, &["--all", "--env", "prod", "--max-parallel", "1"]).exits(7).json();
    assert_eq!(outcomes(&report), ["prod-crm applied", "prod-ivr unknown"]);
    assert_eq!(names(&report, "not_done"), ["sms"]);
}

#[cfg(unix)]
#[test]
fn no_update_begins_while_the_outcome_of_the_one_before_cannot_be_recorded() {
    let service = Sandbox::start(&json!([on("prod-crm", &json!({"kind": "slow", "delay_ms": 1000}))]));
    let workspace = fleet(&service, &["prod"]);
    let run = workspace.start(&["apply", "--yes", "--format", "json", "--all", "--env", "prod"], b"");
    service.wait_for("PUT", 1);
    std::fs::remove_file(workspace.project().join(".cxvars/audit.jsonl")).unwrap();
    let output = run.wait();
    let report = output.exits(3).says(&["audit log", "deleted"]).json();
    assert_eq!(outcomes(&report), ["prod-crm applied"]);
    assert_eq!(names(&report, "not_done"), ["ivr", "sms"]);
    assert_eq!(service.methods(), "POST GET PUT GET", "the next action is not even read");
    let again = apply(&workspace, &["--all", "--env", "prod"]).exits(0).json();
    assert_eq!(outcomes(&again), ["prod-ivr applied", "prod-sms applied"]);
}

#[test]
fn the_next_run_takes_up_where_the_last_one_stopped() {
    let stop = json!({"on": "put", "action": "prod-ivr", "nth": 1, "fault": {"kind": "status", "status": 403}});
    let service = Sandbox::start(&json!([stop]));
    let workspace = fleet(&service, &["prod"]);
    apply(&workspace, &["--all", "--env", "prod", "--max-parallel", "1"]).exits(8);
    let journal = workspace.read(".cxvars/fleet.json");
    assert!(journal.contains("prod-crm") && !journal.contains(SECRET) && !journal.contains("example.com"), "{journal}");
    let requests = service.requests().len();
    let report = apply(&workspace, &["--all", "--env", "prod"]).exits(0).json();
    assert_eq!(names(&report, "already_done"), ["crm"]);
    assert_eq!(outcomes(&report), ["prod-ivr applied", "prod-sms applied"]);
    assert_eq!(service.requests().len() - requests, 7, "the first action is not even read");
    assert!(workspace.read(".cxvars/fleet.json").is_empty(), "a run that came to its end leaves none");
}

#[test]
fn what_has_changed_or_is_begun_anew_is_done_again() {
    for (flags, change) in [(&["--restart"][..], false), (&[], true)] {
        let stop = json!({"on": "put", "action": "prod-ivr", "nth": 1, "fault": {"kind": "status", "status": 403}});
        let service = Sandbox::start(&json!([stop]));
        let workspace = fleet(&service, &["prod"]);
        apply(&workspace, &["--all", "--env", "prod", "--max-parallel", "1"]).exits(8);
        if change {
            workspace.write(
                "crm.json",
                document(&[plain("endpoint", "https://other.example.com"), secret("token", SECRET)]),
            );
        }
        let report = apply(&workspace, &[&["--all", "--env", "prod"], flags].concat()).exits(0).json();
        assert_eq!(report["already_done"], json!([]));
        assert_eq!(report["results"].as_array().map(Vec::len), Some(3));
    }
}

#[test]
fn the_text_says_what_is_done_and_what_is_not() {
    let service = Sandbox::start(&json!([on("prod-ivr", &json!({"kind": "status", "status": 403}))]));
    let workspace = fleet(&service, &["prod"]);
    workspace.run(&["apply", "--all", "--env", "prod", "--yes", "--max-parallel", "1"]).exits(8).prints(&[
        "applied  crm  prod",
        "refused  ivr  prod",
        "1 applied, 0 unchanged, 1 failed, 1 not done",
        "not done: prod/sms",
    ]);
}

#[cfg(unix)]
#[test]
fn an_interruption_between_two_actions_leaves_the_rest() {
    let slow = json!({"on": "get", "action": "prod-ivr", "fault": {"kind": "slow", "delay_ms": 20_000}});
    let service = Sandbox::start(&json!([slow]));
    let workspace = fleet(&service, &["prod"]);
    let flags = ["apply", "--all", "--env", "prod", "--yes", "--format", "json", "--max-parallel", "1"];
    let run = workspace.start(&flags, b"");
    service.wait_for("GET", 3);
    run.interrupt();
    let output = run.wait();
    let report = output.exits(8).json();
    assert_eq!(outcomes(&report), ["prod-crm applied", "prod-ivr unavailable"]);
    assert_eq!(names(&report, "not_done"), ["sms"]);
}

#[cfg(unix)]
#[test]
fn a_slow_action_holds_up_no_other_environment() {
    let slow = json!({"on": "get", "action": "bu-a-crm", "fault": {"kind": "slow", "delay_ms": 60_000}});
    let service = Sandbox::start(&json!([slow]));
    let workspace = fleet(&service, &["bu-a", "bu-b"]);
    let config = workspace.read("cxvars.toml").replace("deadline_s = 10", "deadline_s = 100");
    workspace.write("cxvars.toml", config);
    let run = workspace.start(&["apply", "--all", "--env", "bu-*", "--yes", "--format", "json"], b"");
    // The slow one, and two of each of the others.
    service.wait_for("GET", 7);
    run.interrupt();
    let report = run.wait().exits(8).json();
    assert_eq!(outcomes(&report)[0], "bu-a-crm unavailable");
    assert_eq!(names(&report, "not_done"), ["ivr", "sms"], "the first action of an environment is applied alone");
}

#[test]
fn a_stop_in_one_environment_leaves_the_others_if_they_are_to_keep_going() {
    for (flags, others) in [(&["--max-parallel", "1"][..], 0), (&["--keep-going"], 3)] {
        let service = Sandbox::start(&json!([on("bu-a-crm", &json!({"kind": "status", "status": 403}))]));
        let workspace = fleet(&service, &["bu-a", "bu-b"]);
        let flags = [&["--all", "--env", "bu-*"], flags].concat();
        let report = apply(&workspace, &flags).exits(if others == 0 { 4 } else { 8 }).json();
        let outcomes = outcomes(&report);
        assert_eq!(outcomes[0], "bu-a-crm refused");
        assert_eq!(outcomes.iter().filter(|outcome| outcome.ends_with(" applied")).count(), others);
        assert_eq!(names(&report, "not_done").len(), 5 - others);
    }
}

#[test]
fn the_canaries_are_applied_first_and_the_rest_only_after_all_of_them() {
    let service = Sandbox::start(&json!([]));
    let workspace = fleet(&service, &["bu-a", "bu-b"]);
    let report = apply(&workspace, &["--all", "--env", "bu-*", "--canary", "sms"]).exits(0).json();
    assert_eq!(report["results"].as_array().map(Vec::len), Some(6));
    let requests = service.requests();
    let mut puts = requests.iter().filter(|request| request["method"] == "PUT").map(ToString::to_string);
    assert!(puts.by_ref().take(2).all(|put| put.contains("-sms")) && puts.all(|put| !put.contains("-sms")));

    let service = Sandbox::start(&json!([on("bu-b-sms", &json!({"kind": "status", "status": 400}))]));
    let workspace = fleet(&service, &["bu-a", "bu-b"]);
    let report = apply(&workspace, &["--all", "--env", "bu-*", "--canary", "sms", "--keep-going"]).exits(8).json();
    assert_eq!(outcomes(&report), ["bu-a-sms applied", "bu-b-sms refused"]);
    assert_eq!(names(&report, "not_done").len(), 4);
    apply(&workspace, &["--all", "--env", "bu-*", "--canary", "smz"]).exits(2).says(&["`smz`"]);
    apply(&workspace, &["--all", "--env", "bu-*", "--canary", "0%"]).exits(2).says(&["1% to 100%"]);
}

#[test]
fn results_are_streamed_as_lines_and_summed_up_in_a_table() {
    let service = Sandbox::start(&json!([on("bu-b-ivr", &json!({"kind": "status", "status": 400}))]));
    let workspace = fleet(&service, &["bu-a", "bu-b"]);
    let output = workspace.run(&["apply", "--all", "--env", "bu-*", "--yes", "--format", "jsonl"]);
    let lines: Vec<Value> = output.exits(8).stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 7);
    assert!(lines[..6].iter().all(|line| line["environment"].is_string() && line["outcome"].is_string()));
    let last = &lines[6];
    assert_eq!(
        (&last["not_done"], last.get("results"), &last["metrics"]["success_count"]),
        (&json!([]), None, &json!(5))
    );
    workspace.run(&["apply", "--all", "--env", "bu-*", "--yes", "--restart"]).exits(8).prints(&[
        "environment  applied  unchanged  failed  not done  requests",
        "bu-a               0          3       0         0         4",
        "bu-b               0          2       1         0         5",
    ]);
}

#[test]
fn an_action_that_two_environments_share_is_never_applied_twice_at_once() {
    let service = Sandbox::start(&json!([]));
    let workspace = fleet(&service, &["bu-a", "bu-b"]);
    let config = workspace.read("cxvars.toml").replace("\"bu-b-", "\"bu-a-");
    workspace.write("cxvars.toml", config);
    let report = apply(&workspace, &["--all", "--env", "bu-*"]).exits(0).json();
    let outcomes = outcomes(&report);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.ends_with(" applied")).count(), 3, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| outcome.ends_with(" unchanged")).count(), 3, "{outcomes:?}");
}

#[test]
fn plans_are_made_side_by_side_and_printed_in_their_order() {
    let slow = json!({"on": "get", "action": "bu-a-crm", "fault": {"kind": "slow", "delay_ms": 300}});
    let service = Sandbox::start(&json!([slow]));
    let workspace = fleet(&service, &["bu-a", "bu-b"]);
    let output = workspace.run(&["plan", "--all", "--env", "bu-*", "--format", "jsonl"]);
    let actions: Vec<String> = output
        .exits(0)
        .stdout()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(actions, ["bu-a-crm", "bu-a-ivr", "bu-a-sms", "bu-b-crm", "bu-b-ivr", "bu-b-sms"]);
    let requests = service.requests();
    let read = |action: &str| {
        requests.iter().position(|request| request["path"].as_str().is_some_and(|path| path.ends_with(action))).unwrap()
    };
    assert!(read("bu-b-crm") < read("bu-a-ivr"), "the other environment does not wait for the slow action");
}
