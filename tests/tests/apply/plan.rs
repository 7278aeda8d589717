//! `plan`: what it shows of a document and of the service, how it ends, and the commands that it suggests.

use cxvars_tests::document::{document, plain, secret, secret_from};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const SECRET: &str = "s3cret-of-the-tests";

fn service() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    (service, workspace)
}

fn plan(workspace: &Workspace, flags: &[&str]) -> Output {
    workspace.run(&[&["plan", ACTION, "-f", "vars.json"], flags].concat())
}

/// The names of a list of changes.
fn names(report: &Value, change: &str) -> Vec<String> {
    let list = report["changes"][change].as_array().expect("a list").iter();
    list.map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
}

/// The words of the command that follows a text.
fn suggested(output: &Output, before: &str) -> Vec<String> {
    let text = format!("{}{}", output.stdout(), output.stderr());
    let line = text.split(before).nth(1).unwrap_or_else(|| panic!("no {before:?} in {output:?}"));
    let words = line.lines().next().unwrap_or_default().trim().strip_prefix("cxvars ");
    words.expect("a command").split(' ').map(|word| word.trim_matches('\'').to_owned()).collect()
}

#[test]
fn warnings_are_shown_before_the_plan_and_by_apply() {
    let (_service, workspace) = service();
    workspace.write("vars.json", document(&[plain("padded", "x "), plain("empty", "")]));
    let shown = ["warning[CX206]", "warning[CX207]", "--> vars.json:1:", "0 errors, 2 warnings in 1 file"];
    let text = plan(&workspace, &[]);
    text.exits(0).prints(&shown).prints(&["+ padded", "2 create"]);
    assert!(!text.stdout().contains("nothing was sent"), "{text:?}");
    let report = plan(&workspace, &["--format", "json"]).exits(0).json();
    let codes: Vec<_> = report["diagnostics"].as_array().expect("a list").iter().map(|each| &each["code"]).collect();
    assert_eq!(codes, ["CX206", "CX207"]);
    assert_eq!(report["diagnostics"][0]["range"]["start"]["line"], 1);
    let markdown = plan(&workspace, &["--format", "markdown"]).exits(0).stdout();
    let (table, findings) = markdown.split_once("```text\n").expect("a block after the table");
    assert!(table.contains("| create | padded | new |") && findings.contains("warning[CX206]"), "{markdown}");
    for format in ["text", "markdown"] {
        let apply = ["apply", ACTION, "-f", "vars.json", "--yes", "--force", "--format", format];
        workspace.run(&apply).exits(0).prints(&shown).prints(&["applied  da-1"]);
    }
    let apply = ["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"];
    let report = workspace.run(&apply).exits(0).json();
    assert_eq!(report["results"][0]["diagnostics"].as_array().map(Vec::len), Some(2));
    // Without findings, there is nothing more to read.
    workspace.write("vars.json", document(&[plain("padded", "x")]));
    let text = plan(&workspace, &[]).exits(0).stdout();
    assert!(text.starts_with("plan  da-1"), "{text}");
    assert_eq!(plan(&workspace, &["--format", "json"]).exits(0).json()["diagnostics"], json!([]));
}

#[test]
fn a_blocked_plan_ends_with_6_whatever_is_asked() {
    let (service, workspace) = service();
    workspace.write("vars.json", document(&[plain("a", "1"), secret("token", SECRET)]));
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
    workspace.write("vars.json", document(&[plain("a", "2")]));
    for flags in [&[][..], &["--detailed-exitcode"], &["--format", "markdown"], &["--resolve"]] {
        plan(&workspace, flags).exits(6);
    }
    let report = plan(&workspace, &["--format", "json"]).exits(6).json();
    assert_eq!(report["blocked"][0]["name"], "token");
    assert!(report["blocked"][0]["reason"].as_str().is_some_and(|reason| reason.contains("--prune")), "{report:#}");
    assert_eq!(report["changes_pending"], true);
    // The file is written, but no command carries it out.
    let output = plan(&workspace, &["--out", "plan.json"]);
    output.exits(6).says(&["the plan is in `plan.json`; it is blocked"]);
    assert!(!output.stderr().contains("cxvars apply"), "{output:?}");
    workspace.run(&["apply", "--plan", "plan.json"]).exits(6);
    assert_eq!(service.commits().len(), 1);
    // What changes nothing is not blocked.
    workspace.write("vars.json", document(&[plain("a", "1")]));
    let output = plan(&workspace, &["--out", "plan.json"]);
    output.exits(0).says(&["there is nothing to send"]);
    assert!(!output.stderr().contains("cxvars apply"), "{output:?}");
}

#[test]
fn a_name_to_prune_that_prunes_nothing_is_refused_before_anything_is_sent() {
    let (service, workspace) = service();
    workspace.write("vars.json", document(&[plain("a", "1"), plain("region_old", "eu")]));
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
    for content in ["1", "2"] {
        workspace.write("vars.json", document(&[plain("a", content)]));
        for command in [&["plan"][..], &["apply", "--yes"]] {
            let args = |prune: &'static str| [command, &[ACTION, "-f", "vars.json", prune]].concat();
            let unknown = workspace.run(&args("--prune=regoin_old"));
            unknown.exits(2).says(&["`regoin_old`", "did you mean `region_old`?"]);
            workspace.run(&args("--prune=a")).exits(2).says(&["`a`, which the document keeps"]);
        }
    }
    assert_eq!(service.commits().len(), 1);
    assert!(workspace.audit().iter().all(|record| record["event"] != "intent" || record["seq"] == 1));
    plan(&workspace, &["--prune=region_old"]).exits(0).prints(&["- region_old"]);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes", "--prune=region_old"]).exits(0);
}

const ENVIRONMENT: &str = "[env.\"bu 07\"]\nparams = {region = \"eu\", limit = \"3\"}\n\
                           [env.\"bu 07\".actions.crm]\nid = \"da-7\"\nfile = \"docs/vars.json\"\n";

#[test]
fn the_suggested_command_carries_the_plan_out_from_wherever_it_is_run() {
    let (service, workspace) = service();
    workspace.profile(ENVIRONMENT);
    // The configuration is looked for up to the root of the repository.
    workspace.write(".git/HEAD", "");
    workspace.write("docs/vars.json", document(&[plain("a", "1")]));
    let from = |folder: &str, args: &[&str]| {
        let mut command = workspace.command(args);
        command.current_dir(workspace.project().join(folder));
        cxvars_tests::process::Running::start(command, b"").wait()
    };
    // Planned in one folder of the project, and carried out in another.
    let planned = from("docs", &["plan", "crm", "--env", "bu 07", "-f", "vars.json", "--out", "../plan.json"]);
    planned.exits(0).says(&["to carry it out: cxvars apply --plan ../plan.json --env 'bu 07'"]);
    assert!(workspace.read("plan.json").contains("\"document\": \"docs/vars.json\""));
    from(".", &["apply", "--plan", "plan.json", "--env", "bu 07"]).exits(0);
    // Chosen by the variable, the environment is named all the same, and so is a configuration file elsewhere.
    workspace.write("docs/vars.json", document(&[plain("a", "2")]));
    let mut elsewhere = workspace.command(&["plan", "crm", "--config", "../cxvars.toml", "--out", "plan.json"]);
    elsewhere.current_dir(workspace.project().join("docs")).env("CXVARS_ENV", "bu 07");
    let planned = cxvars_tests::process::Running::start(elsewhere, b"").wait();
    let told = "cxvars apply --plan plan.json --env 'bu 07' --config ../cxvars.toml";
    planned.exits(0).says(&[told]);
    from("docs", &["apply", "--plan", "plan.json", "--env", "bu 07", "--config", "../cxvars.toml"]).exits(0);
    assert_eq!(service.commits().len(), 2);
}

#[test]
fn beside_a_plan_file_the_document_may_be_named() {
    let (service, workspace) = service();
    workspace.write("vars.json", document(&[plain("a", "1")]));
    plan(&workspace, &["--out", "plan.json"]).exits(0);
    workspace.write("moved.json", workspace.read("vars.json"));
    workspace.write("vars.json", document(&[plain("a", "2")]));
    workspace.write("other.json", document(&[plain("b", "1")]));
    let stale = workspace.run(&["apply", "--plan", "plan.json", "-f", "other.json"]);
    stale.exits(6).prints(&["the document, or what it refers to, has changed since"]);
    workspace.run(&["apply", "--plan", "plan.json", "-f", "moved.json"]).exits(0);
    workspace.run(&["pull", ACTION]).exits(0).prints(&["\"value\": \"1\""]);
    assert_eq!(service.commits().len(), 1);
}

#[test]
fn a_plan_file_replaces_only_a_plan_file() {
    let (_service, workspace) = service();
    let text = document(&[plain("a", "1")]);
    workspace.write("vars.json", &text);
    workspace.write("notes.json", &text);
    plan(&workspace, &["--out", "notes.json"]).exits(2).says(&["`notes.json` is not a plan file"]);
    plan(&workspace, &["--out", "vars.json"]).exits(2).says(&["the document that is planned"]);
    assert_eq!((workspace.read("notes.json"), workspace.read("vars.json")), (text.clone(), text));
    workspace.write("plan.json", "");
    plan(&workspace, &["--out", "plan.json"]).exits(0);
    plan(&workspace, &["--out", "plan.json"]).exits(0);
}

#[test]
fn without_resolve_what_is_at_hand_is_compared_and_the_rest_is_called_open() {
    let (_service, mut workspace) = service();
    workspace.profile(ENVIRONMENT);
    let param = |name: &str, from: &str| json!({"name": name, "type": "string", "value_from": {"param": from}, "encrypted": false, "scope": "action"});
    let token = secret_from("token", &json!({"env": "APP_TOKEN"}));
    let variables = |region: &str| [param("region", region), token.clone(), plain("a", "1")];
    workspace.env("APP_TOKEN", SECRET).write("docs/vars.json", document(&variables("region")));
    workspace.run(&["apply", "crm", "--env", "bu 07", "--yes"]).exits(0);
    let args = ["plan", "crm", "--env", "bu 07"];
    let text = workspace.run(&args);
    text.exits(0).prints(&[
        "= region",
        "~ token   value not fetched; not written since the last apply",
        "0 update, 0 create, 0 delete; 1 value not fetched (--resolve compares); at most one PUT",
    ]);
    let report = workspace.run(&[&args[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!((names(&report, "unknown"), names(&report, "update")), (vec!["token".to_owned()], vec![]));
    assert_eq!(names(&report, "same"), ["region", "a"]);
    workspace.run(&[&args[..], &["--resolve"]].concat()).exits(0).prints(&["nothing to send"]);
    workspace.write("docs/vars.json", document(&variables("limit")));
    workspace.run(&args).exits(0).prints(&["~ region  value changed", "1 update, 0 create"]);
    // Nothing was fetched: without the variable the plan is the same.
    workspace.without_env("APP_TOKEN");
    workspace.run(&args).exits(0).prints(&["~ region  value changed"]);
}

#[test]
fn an_unknown_outcome_names_commands_that_plan_the_same_again() {
    let lost = json!([{"on": "put", "from": 2, "times": 9, "fault": {"kind": "reset", "when": "before_commit"}}]);
    let service = Sandbox::start(&lost);
    let workspace = Workspace::for_service(&service);
    workspace.profile(&format!("max_attempts = 1\n{ENVIRONMENT}"));
    for value in ["first-s3cret", "second-s3cret"] {
        workspace.write("docs/vars.json", document(&[secret("token", value)]));
        let apply = ["apply", "crm", "--env", "bu 07", "--yes", "--max-deletes", "4", "--parent-scope", "global"];
        let output = workspace.run(&apply);
        if value == "first-s3cret" {
            output.exits(0);
            continue;
        }
        output.exits(7);
        assert_eq!(suggested(&output, "1. ")[..5], ["reconcile", "crm", "--env", "bu", "07"]);
        let again = suggested(&output, "still unknown: ").join(" ");
        assert!(again.starts_with("apply crm --parent-scope global --max-deletes 4 --env bu 07 --force"), "{again}");
        let decided = workspace.run(&["reconcile", "crm", "--env", "bu 07"]);
        decided.exits(7).prints(&["cxvars plan crm --env 'bu 07'", "cxvars apply crm --env 'bu 07' --force"]);
    }
}
