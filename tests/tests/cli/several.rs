//! `plan`, `pull` and `rotation` for several actions select them as `apply` does, and name each by its id and alias.

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Sandbox, Workspace};
use serde_json::{Value, json};

const SECRET: &str = "s3cret-of-the-tests";

const ENVIRONMENTS: &str = "\
[env.bu-dev.actions]
crm = {id = \"dev-1\", file = \"dev/crm.json\"}
ivr = {id = \"dev-2\", file = \"dev/ivr.yaml\"}
bare = {id = \"dev-3\"}
[env.bu-prod.actions]
crm = {id = \"prod-1\", file = \"prod/crm.json\"}
";

fn filled() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.profile(ENVIRONMENTS);
    let variables = document(&[plain("endpoint", "https://a.example.com"), secret("token", SECRET)]);
    for (file, id) in [("dev/crm.json", "dev-1"), ("dev/ivr.yaml", "dev-2"), ("prod/crm.json", "prod-1")] {
        workspace.write(file, &variables);
        workspace.run(&["apply", id, "-f", file, "--yes"]).exits(0);
    }
    (service, workspace)
}

/// Environment, id and alias of each entry of a list.
fn named(list: &Value) -> Vec<String> {
    let word = |each: &Value, key: &str| each[key].as_str().unwrap_or("?").to_owned();
    let name = |each: &Value| ["environment", "action", "alias"].map(|key| word(each, key)).join(" ");
    list.as_array().expect("a list").iter().map(name).collect()
}

#[test]
fn a_document_that_fails_among_several_plans_is_reported_with_its_environment() {
    let (_service, workspace) = filled();
    workspace.write("dev/crm.json", document(&[plain("_endpoint", "x")]));
    for (format, words) in
        [("text", "plan  crm  env bu-dev"), ("markdown", "plan  crm  env bu-dev"), ("json", "\"bu-dev\"")]
    {
        let output = workspace.run(&["plan", "--only", "crm", "--env", "bu-*", "--format", format]);
        output.exits(1).prints(&[words, "CX102"]);
    }
    std::fs::remove_file(workspace.project().join("dev/crm.json")).unwrap();
    let output = workspace.run(&["plan", "--only", "crm", "--env", "bu-*"]);
    output.exits(3).says(&["environment `bu-dev`: ", "dev/crm.json"]);
}

#[test]
fn several_plans_are_one_report_with_one_login() {
    let (service, workspace) = filled();
    let requests = service.requests().len();
    workspace.write("dev/crm.json", document(&[plain("endpoint", "https://b.example.com"), secret("token", SECRET)]));
    let all = ["plan", "--all", "--env", "bu-dev", "--format", "json"];
    let report = workspace.run(&all).exits(0).json();
    assert_eq!(named(&report["plans"]), ["bu-dev dev-1 crm", "bu-dev dev-2 ivr"]);
    assert_eq!(service.requests().len() - requests, 3, "a token and two GETs");
    assert_eq!(report["plans"][0]["changes"]["update"], json!(["endpoint"]));
    assert_eq!((&report["version"], &report["plans"][1]["changes_pending"]), (&json!(1), &json!(false)));
    workspace.run(&[&all[..], &["--detailed-exitcode"]].concat()).exits(9);
    workspace.run(&["plan", "--all", "--env", "bu-dev"]).exits(0).prints(&["plan  crm", "plan  ivr", "1 update"]);
    let only = workspace.run(&["plan", "--only", "crm", "--env", "bu-*", "--format", "json"]).exits(0).json();
    assert_eq!(named(&only["plans"]), ["bu-dev dev-1 crm", "bu-prod prod-1 crm"]);
    // What needs a person decides the exit code: a blocked plan, and before it an invalid document.
    workspace.write("dev/crm.json", document(&[plain("endpoint", "https://b.example.com")]));
    workspace.run(&[&all[..], &["--detailed-exitcode"]].concat()).exits(6);
    workspace.write("dev/ivr.yaml", "{");
    let report = workspace.run(&all).exits(1).json();
    assert_eq!(named(&report["plans"]), ["bu-dev dev-2 ivr", "bu-dev dev-1 crm"]);
    assert_eq!(report["plans"][0]["files"][0]["diagnostics"][0]["code"], "CX001");
}

#[test]
fn an_action_that_cannot_be_read_hides_no_other_plan_or_age() {
    let (service, workspace) = filled();
    drop(service);
    let strict = Sandbox::with(&json!([]), &["--requests-per-minute", "0"]);
    let mut workspace = workspace;
    workspace.env("CXONE_BASE_URL", &strict.url());
    let report = workspace.run(&["plan", "--all", "--env", "bu-dev", "--format", "json"]).exits(4).json();
    assert_eq!(named(&report["plans"]), ["bu-dev dev-1 crm", "bu-dev dev-2 ivr"]);
    assert_eq!(report["plans"][1]["error"]["status"], 404);
    let report = workspace.run(&["rotation", "--all", "--env", "bu-dev", "--format", "json"]).exits(4).json();
    assert_eq!(report["results"][2]["error"]["status"], 404);
    let pull = workspace.run(&["pull", "--all", "--env", "bu-dev", "--out", "pulled"]);
    pull.exits(4).says(&["error: bare: "]);
}

#[test]
fn what_is_selected_has_to_exist_and_to_fit() {
    let (service, workspace) = filled();
    let requests = service.requests().len();
    for command in ["plan", "pull", "rotation"] {
        let run = |args: &[&str]| workspace.run(&[&[command], args].concat());
        run(&["--only", "crn", "--env", "bu-dev"]).exits(2).says(&["--only names `crn`", "did you mean `crm`?"]);
        run(&["--all"]).exits(2).says(&["need an environment"]);
        run(&["crm", "--all", "--env", "bu-dev"]).exits(2).says(&["cannot be used with"]);
        run(&[]).exits(2);
    }
    let file = ["plan", "--all", "--env", "bu-dev", "-f", "dev/crm.json"];
    workspace.run(&file).exits(2).says(&["-f and --stdin are for one action"]);
    let out = ["plan", "--all", "--env", "bu-dev", "--out", "plan.json"];
    workspace.run(&out).exits(2).says(&["a plan file is for one action in one environment"]);
    assert_eq!(service.requests().len(), requests, "nothing was sent");
}

#[test]
fn a_name_to_prune_has_to_be_stored_for_one_of_several_actions() {
    let (_service, workspace) = filled();
    let extra = [plain("endpoint", "https://a.example.com"), secret("token", SECRET), plain("region_old", "eu")];
    workspace.write("extra.json", document(&extra));
    workspace.run(&["apply", "dev-2", "-f", "extra.json", "--yes"]).exits(0);
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let all = |prune: &'static str| [command, &["--all", "--env", "bu-dev", prune]].concat();
        workspace.run(&all("--prune=regoin_old")).exits(2).says(&["did you mean `region_old`?"]);
        workspace.run(&all("--prune=region_old")).exits(0);
    }
}

#[test]
fn several_actions_are_pulled_to_their_files_or_into_a_folder() {
    let (_service, workspace) = filled();
    let all = ["pull", "--all", "--env", "bu-dev"];
    let before = workspace.read("dev/crm.json");
    workspace.run(&all).exits(2).says(&["`", "dev/crm.json` exists; --force replaces it"]);
    assert_eq!(workspace.read("dev/crm.json"), before);
    workspace.run(&[&all[..], &["--force"]].concat()).exits(0).says(&["2 variables written to", "dev/ivr.yaml"]);
    assert!(workspace.read("dev/ivr.yaml").starts_with("data_action: \"ivr\"\n"));
    assert!(workspace.read("dev/crm.json").starts_with("{\n"));
    workspace.run(&["pull", "--only", "bare", "--env", "bu-dev"]).exits(2).says(&["`bare` has no `file`", "--out"]);
    workspace.run(&[&all[..], &["--out", "pulled"]].concat()).exits(0);
    assert!(workspace.read("pulled/crm.json").contains("CXV_TOKEN"));
    assert!(workspace.read("pulled/ivr.yaml").contains("CXV_TOKEN") && !workspace.read("pulled/bare.json").is_empty());
    workspace.run(&["pull", "--all", "--env", "bu-*", "--out", "both", "--format", "env"]).exits(0);
    for file in ["both/bu-dev/crm.env", "both/bu-prod/crm.env"] {
        assert!(workspace.read(file).contains("endpoint=https://a.example.com\n"), "{file}");
    }
    workspace.run(&["pull", "crm", "--env", "bu-*", "--out", "each"]).exits(0);
    assert!(!workspace.read("each/bu-dev/crm.json").is_empty() && !workspace.read("each/bu-prod/crm.json").is_empty());
    workspace.profile(
        "[env.bu-dev.actions]\na = {id = \"dev-1\", file = \"x.json\"}\nb = {id = \"dev-2\", file = \"x.json\"}\n",
    );
    workspace.run(&all).exits(2).says(&["x.json` is the `file` of several actions"]);
}

#[test]
fn the_ages_of_several_actions_are_one_report() {
    let (service, workspace) = filled();
    let requests = service.requests().len();
    let all = ["rotation", "--all", "--env", "bu-dev", "--format", "json"];
    let report = workspace.run(&all).exits(0).json();
    assert_eq!(named(&report["results"]), ["bu-dev dev-3 bare", "bu-dev dev-1 crm", "bu-dev dev-2 ivr"]);
    assert_eq!(service.requests().len() - requests, 4, "a token and three GETs");
    assert_eq!((&report["recommended"], &report["results"][1]["variables"][0]["age_days"]), (&json!(false), &json!(0)));
    let due = [&all[..], &["--max-age-days", "0", "--exit-code"]].concat();
    let report = workspace.run(&due).exits(1).json();
    assert_eq!((&report["recommended"], &report["results"][0]["recommended"]), (&json!(true), &json!(false)));
    let text = workspace.run(&["rotation", "--only", "crm", "--env", "bu-*"]);
    text.exits(0).prints(&["rotation  dev-1", "rotation  prod-1", "no rotation is due"]);
}
