//! `rollback` plans the document of an earlier revision, and names the command that carries the plan out.

use cxvars_tests::document::{document, plain, secret, secret_from};
use cxvars_tests::process::{Output, Running, Sandbox, Workspace};
use serde_json::json;

const ENVIRONMENT: &str = "[env.prod.actions.crm]\nid = \"da-7\"\nfile = \"docs/vars.json\"\n";

/// A repository in which a document was committed twice, the second of which is applied. Returns the first commit too.
fn committed() -> (Sandbox, Workspace, String) {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.profile(ENVIRONMENT);
    workspace.env("APP_TOKEN", "s3cret-of-the-tests");
    let token = secret_from("token", &json!({"env": "APP_TOKEN"}));
    let [first, _] = ["one", "two"].map(|value| {
        workspace.write("docs/vars.json", document(&[plain("endpoint", value), token.clone()]));
        workspace.commit(&["docs", "cxvars.toml"])
    });
    workspace.run(&["apply", "crm", "--env", "prod", "--yes"]).exits(0);
    (service, workspace, first)
}

fn run_in(workspace: &Workspace, folder: &str, args: &[&str]) -> Output {
    let mut command = workspace.command(args);
    command.current_dir(workspace.project().join(folder));
    Running::start(command, b"").wait()
}

#[test]
fn an_earlier_document_is_planned_and_the_printed_command_applies_it() {
    let (service, workspace, first) = committed();
    let requests = service.requests().len();
    let rollback = ["rollback", "crm", "--to", "HEAD~1", "--env", "prod", "--resolve"];
    for folder in [".", "docs"] {
        let plan = run_in(&workspace, folder, &rollback);
        let command = format!("to carry it out: cxvars apply crm --revision {first} --env prod\n");
        plan.exits(0).prints(&["~ endpoint  value changed", "= token", "1 update", &command]);
    }
    assert!(service.requests()[requests..].iter().all(|request| request["method"] != "PUT"), "it only plans");
    let report = workspace.run(&[&rollback[..], &["--format", "json", "--detailed-exitcode"]].concat()).exits(9).json();
    assert_eq!((&report["revision"], &report["changes"]["update"]), (&json!(first), &json!(["endpoint"])));
    let command = report["command"].as_str().expect("a command").to_owned();
    let words: Vec<&str> = command.split(' ').skip(1).chain(["--yes"]).collect();
    // The working copy may hold anything meanwhile.
    workspace.write("docs/vars.json", "{");
    run_in(&workspace, "docs", &words).exits(0).prints(&["updated endpoint"]);
    assert_eq!(service.commits().len(), 2);
    assert_eq!(workspace.audit().last().map(|record| record["commit"].clone()), Some(json!(first)));
    let again = workspace.run(&rollback);
    again.exits(0).prints(&["nothing to send"]);
    assert!(!again.stdout().contains("carry it out"), "{again:?}");
}

#[test]
fn a_plan_of_an_earlier_document_can_be_approved_as_a_file() {
    let (service, workspace, _) = committed();
    let out = ["rollback", "crm", "--to", "HEAD~1", "--env", "prod", "--resolve", "--out", "plan.json"];
    workspace.run(&out).exits(0).says(&["cxvars apply --plan plan.json --env prod"]);
    run_in(&workspace, "docs", &["apply", "--plan", "../plan.json", "--env", "prod"]).exits(0);
    assert_eq!(service.commits().len(), 2);
}

#[test]
fn a_secret_that_the_revision_writes_out_is_warned_of() {
    let (_service, workspace, _) = committed();
    workspace.write("old.json", document(&[plain("endpoint", "one"), secret("token", "0ld-s3cret")]));
    workspace.commit(&["old.json"]);
    for args in [&["rollback", "crm", "--to"][..], &["apply", "crm", "--yes", "--revision"]] {
        let output = workspace.run(&[args, &["HEAD", "-f", "old.json", "--env", "prod"]].concat());
        output.exits(0).says(&["warning: that revision writes out `token`", "value_from"]);
    }
    let output = workspace.run(&["rollback", "crm", "--env", "prod", "--to", "HEAD"]);
    assert!(!output.exits(0).stderr().contains("writes out"), "{output:?}");
}

#[test]
fn what_is_missing_is_named() {
    let (service, workspace, first) = committed();
    let requests = service.requests().len();
    let to =
        |revision: &str, file: &str| workspace.run(&["rollback", "crm", "--env", "prod", "--to", revision, "-f", file]);
    to("nothing", "docs/vars.json").exits(2).says(&["git knows no revision `nothing`"]);
    to("--help", "docs/vars.json").exits(2);
    to("-h", "docs/vars.json").exits(2);
    to("HEAD", "docs/other.json").exits(3).says(&["`docs/other.json`", "was not there at `HEAD` (commit "]);
    to("HEAD", "gone/other.json").exits(3).says(&["`gone/other.json`", "was not there"]);
    to("HEAD", "-").exits(2).says(&["standard input has no revisions"]);
    workspace.write("bad.json", document(&[plain("_x", "1")]));
    workspace.commit(&["bad.json"]);
    to("HEAD", "bad.json").exits(1).prints(&["error[CX102]", ":bad.json:1:"]);
    let mut without = workspace.command(&["rollback", "crm", "--env", "prod", "--to", &first]);
    without.env("PATH", workspace.home());
    Running::start(without, b"").wait().exits(3).says(&["git, which is not installed or not in PATH"]);
    let outside = Workspace::new();
    outside.write("vars.json", document(&[plain("a", "1")]));
    let mut outside = outside.command(&["rollback", "da-1", "-f", "vars.json", "--to", "HEAD", "--sandbox"]);
    outside.env("GIT_CEILING_DIRECTORIES", "/");
    Running::start(outside, b"").wait().exits(3).says(&["`.` is not in a git repository"]);
    assert_eq!(service.requests().len(), requests, "nothing was sent");
}
