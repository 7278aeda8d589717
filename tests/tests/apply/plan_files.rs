//! An approved plan is carried out exactly as approved or not at all. It contains no values.

use std::fs;

use cxvars_tests::document::{document, plain, secret, secret_from};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const SECRET: &str = "s3cret-of-the-tests";

fn endpoint(value: &str) -> String {
    document(&[plain("endpoint", value), secret("token", SECRET)])
}

fn planned(faults: &Value, document: &str) -> (Sandbox, Workspace) {
    let service = Sandbox::start(faults);
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", document);
    workspace
        .run(&["plan", ACTION, "-f", "vars.json", "--out", "plan.json"])
        .exits(0)
        .says(&["apply --plan plan.json"]);
    (service, workspace)
}

fn apply(workspace: &Workspace) -> Output {
    workspace.run(&["apply", "--plan", "plan.json", "--format", "json"])
}

#[track_caller]
fn is_stale(workspace: &Workspace, service: &Sandbox, why: &str) {
    let ours = || service.commits().iter().filter(|commit| commit["by"] == "client").count();
    let commits = ours();
    let requests = service.requests().len();
    let report = apply(workspace).exits(6).json();
    let (result, error) = (&report["results"][0], &report["results"][0]["error"]);
    assert_eq!((&result["outcome"], &error["code"]), (&json!("conflict"), &json!("stale_plan")), "{report:#}");
    assert!(error["message"].as_str().expect("a message").contains(why), "{error:#}");
    assert_eq!(ours(), commits, "nothing is sent");
    assert_eq!(result["requests"], service.requests().len() - requests, "the report and the service count alike");
    let last = workspace.audit().last().cloned().expect("a record");
    assert_eq!((&last["event"], &last["outcome"]), (&json!("outcome"), &json!("conflict")));
}

#[test]
fn an_approved_plan_is_carried_out_without_a_question() {
    let (service, workspace) = planned(&json!([]), &endpoint("https://a.example.com"));
    let report = apply(&workspace).exits(0).json();
    assert_eq!(report["results"][0]["outcome"], "applied");
    assert_eq!(service.commits().len(), 1);
    // It can be carried out only once, because the state from which it was made is gone.
    is_stale(&workspace, &service, "changed at the service since: `endpoint`");
}

#[test]
fn it_holds_no_values_and_is_its_owners_alone() {
    let (_service, workspace) = planned(&json!([]), &endpoint("https://a.example.com"));
    let text = workspace.read("plan.json");
    assert!(!text.contains(SECRET) && !text.contains("a.example.com"), "{text}");
    assert!(text.contains("\"change\": \"create\""));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(workspace.project().join("plan.json")).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn it_is_stale_when_the_document_has_changed() {
    for (changed, what) in [
        (endpoint("https://b.example.com"), "`endpoint`"),
        (document(&[plain("endpoint", "https://a.example.com"), secret("token", "another-s3cret")]), "`token`"),
        (document(&[plain("endpoint", "https://a.example.com")]), "`token`"),
    ] {
        let (service, workspace) = planned(&json!([]), &endpoint("https://a.example.com"));
        workspace.write("vars.json", changed);
        is_stale(&workspace, &service, &format!("the document, or what it refers to, has changed since: {what}"));
    }
}

#[test]
fn it_is_stale_when_somebody_else_has_written() {
    let writer = json!([{"on": "get", "nth": 2, "fault": {"kind": "writer_before", "name": "limit", "value": "9"}}]);
    let (service, workspace) = planned(&writer, &endpoint("https://a.example.com"));
    is_stale(&workspace, &service, "changed at the service since: `limit`");
}

#[test]
fn it_is_stale_when_only_the_entity_tag_tells_that_something_was_written() {
    let (service, workspace) = planned(&json!([]), &endpoint("https://a.example.com"));
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
    workspace.write("vars.json", endpoint("https://b.example.com"));
    workspace.run(&["plan", ACTION, "-f", "vars.json", "--out", "plan.json"]).exits(0);
    // Somebody else rotates the secret, whose value cannot be read.
    workspace.write("other.json", document(&[plain("endpoint", "https://a.example.com"), secret("token", "rotated")]));
    workspace.run(&["apply", ACTION, "-f", "other.json", "--yes"]).exits(0);
    is_stale(&workspace, &service, "the action was written since");
}

#[test]
fn one_that_was_edited_or_made_with_another_key_is_refused() {
    let (service, mut workspace) = planned(&json!([]), &endpoint("https://a.example.com"));
    let text = workspace.read("plan.json");
    for (from, to) in [
        ("\"force\": false", "\"force\": true"),
        ("vars.json", "other.json"),
        ("\"change\": \"create\"", "\"change\": \"update\""),
    ] {
        assert!(text.contains(from));
        workspace.write("plan.json", text.replacen(from, to, 1));
        workspace.run(&["apply", "--plan", "plan.json"]).exits(2).says(&["was changed after it was made"]);
    }
    workspace.write("plan.json", "{}");
    workspace.run(&["apply", "--plan", "plan.json"]).exits(2).says(&["is not a plan file"]);
    workspace.write("plan.json", &text);
    workspace.env("CXVARS_FINGERPRINT_KEY", &"0a".repeat(32));
    workspace.run(&["apply", "--plan", "plan.json"]).exits(2).says(&["CXVARS_FINGERPRINT_KEY"]);
    workspace.run(&["apply", "--plan", "missing.json"]).exits(2).says(&["no such file"]);
    assert!(service.commits().is_empty());
}

#[test]
fn it_is_for_one_service_and_one_environment() {
    let (service, mut workspace) = planned(&json!([]), &endpoint("https://a.example.com"));
    let other = Sandbox::start(&json!([]));
    workspace.env("CXONE_BASE_URL", &other.url());
    workspace.run(&["apply", "--plan", "plan.json"]).exits(2).says(&["the plan file is for", &service.url()]);
    workspace.write("cxvars.toml", "[env.prod]\n");
    workspace.run(&["apply", "--plan", "plan.json", "--env", "prod"]).exits(2).says(&["is for no environment"]);
    assert!(other.requests().is_empty() || other.commits().is_empty());
}

#[test]
fn a_protected_environment_has_to_be_named_again() {
    let workspace = Workspace::new();
    let config = "[env.prod]\nprotected = true\n[env.prod.actions.crm]\nid = \"da-1\"\nfile = \"vars.json\"\n";
    workspace.write("cxvars.toml", config);
    workspace.write("vars.json", endpoint("https://a.example.com"));
    workspace.run(&["plan", "crm", "--env", "prod", "--sandbox", "--out", "plan.json"]).exits(0);
    workspace.run(&["apply", "--plan", "plan.json", "--sandbox"]).exits(2).says(&["protected"]);
    workspace.run(&["apply", "--plan", "plan.json", "--sandbox", "--env", "prod"]).exits(0);
}

#[test]
fn without_resolve_only_what_is_known_is_held_to_the_plan() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.write("vars.json", document(&[secret_from("token", &json!({"env": "APP_TOKEN"}))]));
    let plan = ["plan", ACTION, "-f", "vars.json", "--out", "plan.json"];
    workspace.run(&plan).exits(0).says(&["were not fetched (--resolve)"]);
    workspace.env("APP_TOKEN", SECRET);
    apply(&workspace).exits(0);
    // With `--resolve`, the value is part of the approved plan.
    workspace.env("APP_TOKEN", "second-s3cret");
    workspace.run(&[&plan[..], &["--resolve", "--detailed-exitcode"]].concat()).exits(9);
    workspace.env("APP_TOKEN", "third-s3cret");
    is_stale(&workspace, &service, "`token`");
}

#[test]
fn more_deletes_than_allowed_block_the_update() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", document(&[plain("a", "1"), plain("b", "2"), plain("c", "3")]));
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
    workspace.write("vars.json", document(&[plain("a", "1")]));
    let prune = ["-f", "vars.json", "--prune", "--max-deletes", "1"];
    let plan = workspace.run(&[&["plan", ACTION][..], &prune].concat());
    plan.exits(6).prints(&["- b", "! c", "--max-deletes allows 1", "blocked, an apply would send nothing"]);
    let report = workspace.run(&[&["apply", ACTION, "--yes", "--format", "json"][..], &prune].concat()).exits(6).json();
    let error = &report["results"][0]["error"];
    assert!(error["message"].as_str().expect("a message").contains("`b`, `c` would be deleted"), "{error:#}");
    assert_eq!(service.commits().len(), 1);
    let prune = ["-f", "vars.json", "--prune", "--max-deletes", "2"];
    workspace.run(&[&["apply", ACTION, "--yes"][..], &prune].concat()).exits(0).prints(&["deleted b, c"]);
}

#[test]
fn markdown_begins_with_the_same_line_each_time_and_escapes_names() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", endpoint("https://a.example.com"));
    let markdown = |args: &[&str]| {
        let all = [args, &[ACTION, "-f", "vars.json", "--format", "markdown"]].concat();
        let text = workspace.run(&all).exits(0).stdout();
        assert!(!text.contains(SECRET) && !text.contains("a.example.com"), "{text}");
        text
    };
    let plan = markdown(&["plan"]);
    assert!(plan.starts_with("<!-- cxvars-plan da-1 -->\n### Plan for da-1"), "{plan}");
    assert!(plan.contains("| create | endpoint | new |"), "{plan}");
    assert_eq!(plan.matches("<!--").count(), 1);
    let apply = markdown(&["apply", "--yes"]);
    assert!(apply.starts_with("<!-- cxvars-apply da-1 -->\n```text\napplied  da-1"), "{apply}");
    assert_eq!(markdown(&["plan"]).lines().next(), plan.lines().next());
    // For an invalid document the first line is the same, so its report replaces the same comment.
    workspace.write("vars.json", document(&[plain("_x", "1")]));
    let all = ["plan", ACTION, "-f", "vars.json", "--format", "markdown"];
    let findings = workspace.run(&all).exits(1).stdout();
    assert!(findings.starts_with("<!-- cxvars-plan da-1 -->\n```text\nerror[CX102]"), "{findings}");
}

#[test]
fn a_plan_is_carried_out_where_it_was_made_whatever_chose_the_environment() {
    let (prod, other) = (Sandbox::start(&json!([])), Sandbox::start(&json!([])));
    let mut workspace = Workspace::for_service(&other);
    workspace.profile(&format!("[env.prod]\nbase_url = \"{}\"", prod.url()));
    workspace.write("vars.json", endpoint("https://a.example.com"));
    let plan = ["plan", ACTION, "-f", "vars.json", "--resolve", "--out", "plan.json"];
    workspace.run(&[&plan[..], &["--env", "prod"]].concat()).exits(0);
    workspace.run(&["apply", "--plan", "plan.json"]).exits(0);
    assert_eq!((prod.count("PUT"), other.requests().len()), (1, 0));
    fs::remove_file(workspace.project().join("plan.json")).unwrap();
    workspace.env("CXVARS_ENV", "prod");
    workspace.run(&plan).exits(0);
    workspace.run(&["apply", "--plan", "plan.json"]).exits(0);
    assert_eq!((prod.count("PUT"), other.count("PUT")), (1, 1));
}

#[test]
fn a_value_that_the_plan_did_not_fetch_may_turn_out_to_be_the_same_or_another() {
    for (rotated, outcome, commits) in [(false, "unchanged", 1), (true, "applied", 2)] {
        let service = Sandbox::start(&json!([]));
        let mut workspace = Workspace::for_service(&service);
        workspace.env("THE_TOKEN", SECRET);
        workspace.write("vars.json", document(&[secret_from("token", &json!({"env": "THE_TOKEN"}))]));
        workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
        workspace.run(&["plan", ACTION, "-f", "vars.json", "--out", "plan.json"]).exits(0).says(&["--resolve"]);
        if rotated {
            workspace.env("THE_TOKEN", "an0ther-of-the-tests");
        }
        assert_eq!(apply(&workspace).exits(0).json()["results"][0]["outcome"], outcome);
        assert_eq!(service.commits().len(), commits);
    }
}
