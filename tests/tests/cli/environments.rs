//! Several environments: comparing them, and planning them together.

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Sandbox, Workspace};
use serde_json::{Value, json};

const ENVIRONMENTS: &str = "\
[env.bu-dev.actions]
crm = {id = \"dev-1\", file = \"dev.json\"}
ivr = {id = \"dev-2\", file = \"dev.json\"}
[env.bu-prod.actions]
crm = {id = \"prod-1\", file = \"prod.json\"}
";

/// Two environments that have the same action with different variables.
fn filled() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.profile(ENVIRONMENTS);
    let dev = [plain("same", "1"), plain("differs", "CANARY-dev"), secret("token", "CANARY-one"), plain("new", "x")];
    let prod = [plain("same", "1"), plain("differs", "CANARY-prod"), secret("token", "CANARY-two"), plain("old", "x")];
    workspace.write("dev.json", document(&dev));
    workspace.write("prod.json", document(&prod));
    for environment in ["bu-dev", "bu-prod"] {
        workspace.run(&["apply", "crm", "--env", environment, "--yes"]).exits(0);
    }
    (service, workspace)
}

#[test]
fn a_comparison_tells_every_difference_and_no_value() {
    let (service, workspace) = filled();
    let before = service.requests().len();
    let text = workspace.run(&["env", "diff", "bu-dev", "bu-prod"]);
    text.exits(0).prints(&["differs  differs: value", "only in bu-dev  new", "only in bu-prod  old", "unknown  token"]);
    text.prints(&["the same: 1", "ivr\n  only bu-dev has this action"]);
    let json = workspace.run(&["env", "diff", "bu-dev", "bu-prod", "--format", "json", "--exit-code"]);
    let report = json.exits(1).json();
    assert_eq!((&report["version"], &report["different"]), (&json!(1), &json!(true)));
    let crm = &report["actions"][0];
    assert_eq!(crm["variables"][0], json!({"name": "differs", "relation": "different", "differs": ["value"]}));
    assert_eq!(report["actions"][1]["only_in"], "bu-dev");
    let markdown = workspace.run(&["env", "diff", "bu-dev", "bu-prod", "--format", "markdown"]);
    markdown.exits(0).prints(&["<!-- cxvars-env-diff bu-dev bu-prod -->"]);
    for output in [&text, &json, &markdown] {
        assert!(!output.stdout().contains("CANARY") && !output.stderr().contains("CANARY"));
    }
    assert!(service.requests()[before..].iter().all(|request| request["method"] != "PUT"));
    let same = workspace.run(&["env", "diff", "bu-dev", "bu-dev", "--only", "crm", "--exit-code"]);
    same.exits(0).prints(&["the same: 3"]);
}

#[test]
fn what_cannot_be_compared_says_why() {
    let (_service, workspace) = filled();
    workspace.run(&["env", "diff", "bu-dev", "bu-pord"]).exits(2).says(&["bu-prod"]);
    let alias = workspace.run(&["env", "diff", "bu-dev", "bu-prod", "--only", "crn"]);
    alias.exits(2).says(&["did you mean `crm`"]);
    workspace.run(&["env", "diff", "bu-dev", "bu-prod", "--env", "bu-dev"]).exits(2).says(&["arguments"]);
    let strict = Sandbox::with(&json!([]), &["--requests-per-minute", "0"]);
    let mut elsewhere = Workspace::for_service(&strict);
    elsewhere.profile(ENVIRONMENTS);
    elsewhere.run(&["env", "diff", "bu-dev", "bu-prod"]).exits(4).says(&["crm in bu-dev", "404"]);
    elsewhere.without_env("CXONE_CLIENT_SECRET");
    elsewhere.run(&["env", "diff", "bu-dev", "bu-prod"]).exits(2).says(&["CXONE_CLIENT_SECRET"]);
}

#[test]
fn a_plan_of_several_environments_is_one_report() {
    let (_service, workspace) = filled();
    workspace.write("dev.json", document(&[plain("same", "2"), secret("token", "CANARY-one")]));
    let plan = ["plan", "crm", "--env", "bu-*", "--format", "json", "--detailed-exitcode"];
    let report = workspace.run(&plan).exits(9).json();
    let pending = |plan: &Value| (plan["environment"].clone(), plan["changes_pending"].clone());
    let plans: Vec<_> = report["plans"].as_array().unwrap().iter().map(pending).collect();
    assert_eq!(plans, [(json!("bu-dev"), json!(true)), (json!("bu-prod"), json!(false))]);
    workspace.run(&["plan", "crm", "--env", "bu-*"]).exits(0).prints(&["bu-dev", "bu-prod"]);
    workspace.write("dev.json", "{");
    workspace.run(&plan).exits(1);
    workspace.run(&["plan", "crm", "--env", "bu-*", "--out", "p.json"]).exits(2).says(&["one environment"]);
    workspace.run(&["plan", "crm", "--env", "x-*"]).exits(2).says(&["no environment matches"]);
}

#[test]
fn a_plan_names_its_own_environment_in_whatever_order_the_answers_come() {
    let late = |action: &str| json!({"on": "get", "action": action, "fault": {"kind": "slow", "delay_ms": 400}});
    let service = Sandbox::with(&json!([late("one-1"), late("three-1")]), &["--auto-create"]);
    let workspace = Workspace::for_service(&service);
    let environment =
        |name: &&str| format!("[env.{name}.actions]\ncrm = {{id = \"{name}-1\", file = \"vars.json\"}}\n");
    let names = ["four", "one", "three", "two"];
    workspace.profile(&names.iter().map(environment).collect::<String>());
    workspace.write("vars.json", document(&[plain("endpoint", "x")]));
    let report = workspace.run(&["plan", "crm", "--env", "*", "--format", "json"]).exits(0).json();
    let plans: Vec<_> = report["plans"].as_array().unwrap().iter().map(|plan| plan["environment"].clone()).collect();
    assert_eq!(plans, names);
}

#[test]
fn a_mask_is_no_value_where_only_one_environment_shows_secrets() {
    let action = |name: &str| format!("[env.{name}.actions]\ncrm = {{id = \"{name}-1\", file = \"vars.json\"}}\n");
    let shows = "[env.shows]\nencrypted_roundtrip = \"echo\"\n";
    let body = |value: &str| json!({"id": "x", "name": "crm", "variables": [secret("token", value)]}).to_string();
    let stored = |action: &str, value: &str| {
        let fault = json!({"kind": "status", "status": 200, "body": body(value)});
        json!({"on": "get", "action": action, "every": true, "fault": fault})
    };
    let service = Sandbox::start(&json!([stored("shows-1", "the-value"), stored("masks-1", "****")]));
    let workspace = Workspace::for_service(&service);
    workspace.profile(&format!("{shows}{}{}", action("shows"), action("masks")));
    for pair in [["shows", "masks"], ["masks", "shows"]] {
        let report = workspace.run(&["env", "diff", pair[0], pair[1], "--format", "json"]).exits(0).json();
        assert_eq!(report["actions"][0]["variables"][0]["relation"], "unknown", "{report:#}");
    }
}

#[test]
fn the_environment_on_the_command_line_beats_what_was_exported() {
    let (prod, other) = (Sandbox::start(&json!([])), Sandbox::start(&json!([])));
    let mut workspace = Workspace::for_service(&other);
    workspace.profile(&format!(
        "[env.prod]\nbase_url = \"{}\"\nclient_id_env = \"PROD_ID\"\nclient_secret_env = \"PROD_SECRET\"\n\
         [env.prod.actions]\ncrm = {{id = \"da-1\", file = \"vars.json\"}}\n",
        prod.url()
    ));
    workspace.write("vars.json", document(&[plain("a", "1")]));
    workspace.env("CXONE_TOKEN", "exported-for-another").env("PROD_ID", "id").env("PROD_SECRET", "secret");
    for command in [
        &["apply", "crm", "--env", "prod", "--yes"][..],
        &["apply", "--all", "--env", "prod", "--yes"],
        &["apply", "--all", "--env", "pro*", "--yes"],
        &["plan", "crm", "--env", "prod"],
        &["pull", "crm", "--env", "prod"],
        &["doctor", "crm", "--env", "prod"],
        &["env", "diff", "prod", "prod"],
    ] {
        let output = workspace.run(command);
        output.exits(0).says(&["note: `CXONE_BASE_URL` is set but left out: `--env prod`", "`CXONE_TOKEN`"]);
    }
    assert!(other.requests().is_empty());
    workspace.run(&["doctor", "--env", "prod"]).prints(&["`CXONE_BASE_URL` is set but left out"]);
    workspace.without_env("PROD_SECRET");
    for command in [&["apply", "--all", "--env", "prod", "--yes"][..], &["plan", "crm", "--env", "prod"]] {
        workspace.run(command).exits(2).says(&["set `PROD_SECRET`", "`CXONE_TOKEN` is set but left out"]);
    }
    // A variable that chooses the environment leaves the others their place.
    let seen = prod.requests().len();
    workspace.env("CXVARS_ENV", "prod").without_env("CXONE_TOKEN").env("PROD_SECRET", "secret");
    workspace.run(&["plan", "crm"]).exits(0);
    assert_eq!((prod.requests().len(), other.methods().as_str()), (seen, "POST GET"));
}

/// So it may come from a pipe, and a run over hundreds of environments does not read it hundreds of times.
#[cfg(unix)]
#[test]
fn the_configuration_is_read_once_for_all_environments() {
    let (_service, workspace) = filled();
    let config = workspace.read("cxvars.toml");
    let from_pipe = |command: &[&str]| {
        workspace.run_with(&[command, &["--config", "/dev/stdin", "--format", "json"]].concat(), config.as_bytes())
    };
    let listed = from_pipe(&["env", "list"]).exits(0).json();
    assert_eq!(listed["environments"].as_array().map(Vec::len), Some(2));
    let compared = from_pipe(&["rotation", "--all", "--env", "bu-*"]).exits(0).json();
    assert_eq!(compared["results"].as_array().map(Vec::len), Some(3));
}

#[test]
fn the_list_shows_what_a_run_in_each_environment_would_use() {
    let mut workspace = Workspace::new();
    let list = ["env", "list", "--format", "json"];
    assert_eq!(workspace.run(&list).exits(0).json(), json!({"version": 1, "environments": []}));
    workspace.run(&["env", "list"]).exits(0).prints(&["no environments"]);
    workspace.profile(
        "[env.dev]\nbase_url = \"http://127.0.0.1:7\"\n[env.dev.actions]\ncrm = {id = \"1\"}\n\
         [env.prod]\nprotected = true\nclient_id_env = \"PROD_ID\"\nclient_secret_env = \"PROD_SECRET\"\n\
         [env.found]\nbase = \"cxone-back-end\"\n[env.strange]\nbase_url = \"https://strange.example\"\n",
    );
    std::fs::create_dir_all(workspace.home().join("config/cxvars")).unwrap();
    let user = workspace.home().join("config/cxvars/config.toml");
    std::fs::write(&user, "[env.prod.params]\nregion = \"x\"\n[env.mine]\nauth = \"static_bearer\"\n").unwrap();
    workspace.env("CXONE_CLIENT_ID", "CANARY-1").env("CXONE_CLIENT_SECRET", "CANARY-2").env("PROD_ID", "CANARY-3");
    workspace.env("CXONE_BASE_URL", "http://127.0.0.1:9").env("CXVARS_ENV", "no-such-environment");
    let report = workspace.run(&list).exits(0).json();
    let row = |index: usize| {
        let each = &report["environments"][index];
        json!([each["name"], each["host"], each["protected"], each["credentials"], each["actions"]])
    };
    assert_eq!(row(0), json!(["dev", "127.0.0.1:7", false, true, 1]));
    assert_eq!(row(1), json!(["found", null, false, false, 0]));
    assert_eq!(row(2), json!(["mine", "127.0.0.1:9", false, false, 0]));
    assert_eq!(row(3), json!(["prod", "api.us-east-1.my.nicecxone.com", true, false, 0]));
    assert_eq!(row(4), json!(["strange", "strange.example", false, true, 0]));
    let of = |index: usize, key: &str| report["environments"][index][key].to_string();
    assert_eq!(report["environments"][0]["files"], json!(["cxvars.toml"]));
    assert_eq!(report["environments"][3]["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(report["environments"][0]["problem"], Value::Null);
    assert!(of(1, "problem").contains("`CXONE_ACCESS_KEY_ID`") && of(3, "problem").contains("set `PROD_SECRET`"));
    assert!(of(4, "problem").contains("not a trusted host"));
    let text = workspace.run(&["env", "list"]);
    text.exits(0).prints(&["dev", "127.0.0.1:7", "protected  credentials: no ", "by discovery", "cxvars.toml"]);
    assert!(!report.to_string().contains("CANARY") && !text.stdout().contains("CANARY"));
    let sandbox = workspace.run(&[&list[..], &["--sandbox"]].concat()).exits(0).json();
    assert_eq!(sandbox["environments"][1]["credentials"], true);
    workspace.run(&[&list[..], &["--env", "dev"]].concat()).exits(2).says(&["leave --env out"]);
}
