//! What messages advise fits what happened; and where they are coloured.

use cxvars_tests::document::{document, plain, secret, secret_from};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 5] = ["apply", ACTION, "-f", "vars.json", "--yes"];

fn working(faults: &Value) -> (Sandbox, Workspace) {
    let service = Sandbox::start(faults);
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", document(&[plain("a", "1"), secret("token", "s3cret-of-the-tests")]));
    (service, workspace)
}

#[track_caller]
fn lacks(output: &Output, part: &str) {
    let text = format!("{}{}", output.stdout(), output.stderr());
    assert!(!text.contains(part), "{part:?} is in {output:?}");
}

#[test]
fn waiting_that_did_not_help_is_not_advised_again() {
    let busy = json!([{"on": "get", "every": true, "fault": {"kind": "state", "state": "PUBLISHING"}}]);
    let (_service, workspace) = working(&busy);
    workspace.run(&APPLY).exits(6).prints(&["add --wait"]);
    // Long enough for the first answer on a busy machine.
    workspace.profile("deadline_s = 4");
    let waited = workspace.run(&[&APPLY[..], &["--wait"]].concat());
    waited.exits(6).prints(&["until the deadline", "deadline_s"]);
    lacks(&waited, "--wait");
}

#[test]
fn a_scope_that_is_there_is_not_to_be_added() {
    let refused = |scope: &str| {
        let token = json!({"on": "token", "every": true, "fault": {"kind": "token_scope", "scope": scope}});
        let put = json!({"on": "put", "every": true, "fault": {"kind": "status", "status": 403}});
        let (_service, workspace) = working(&json!([token, put]));
        workspace.run(&APPLY)
    };
    let output = refused("dataactions:read dataactions:write");
    output.exits(4).prints(&["which the token has", "Data Action Administrator", "add integrations:read"]);
    lacks(&output, "add dataactions:write");
    let output = refused("dataactions:read dataactions:write integrations:read");
    output.exits(4).prints(&["Data Action Administrator"]);
    lacks(&output, "add integrations:read");
}

#[test]
fn a_secret_that_is_stored_readable_is_to_be_rotated() {
    let flipped = json!([{"on": "put", "nth": 1, "fault": {"kind": "flip_encrypted", "name": "token"}}]);
    let (_service, workspace) = working(&flipped);
    workspace.run(&APPLY).exits(7).prints(&["`token` not encrypted", "rotate `token`"]);
    let plan = workspace.run(&["plan", ACTION, "-f", "vars.json"]);
    plan.exits(0).prints(&["encrypted changed; what is stored can be read, so rotate it"]);
}

#[test]
fn a_mistyped_alias_is_recognised_wherever_an_action_is_named() {
    let (_service, workspace) = working(&json!([]));
    workspace.profile("[env.prod.actions.crm-lookup]\nid = \"da-7\"\nfile = \"vars.json\"\n");
    workspace.run(&["apply", "crm-lookup", "--env", "prod", "--yes"]).exits(0);
    for args in [
        &["plan", "crm-lokup", "-f", "vars.json"][..],
        &["apply", "crm-lokup", "-f", "vars.json", "--yes"],
        &["pull", "crm-lokup"],
        &["rotation", "crm-lokup"],
        &["reconcile", "crm-lokup"],
        &["doctor", "crm-lokup"],
        &["audit", "show", "--action", "crm-lokup"],
    ] {
        let told = ["`crm-lokup` is no alias", "did you mean `crm-lookup`?"];
        workspace.run(args).says(&told);
        workspace.run(&[args, &["--env", "prod"]].concat()).says(&told);
    }
    let output = workspace.run(&["apply", "crm-lokup", "--env", "prod", "--yes"]);
    output.exits(2).says(&["did you mean `crm-lookup`?", "no document"]);
    // An id is an id.
    lacks(&workspace.run(&["pull", "da-7", "--env", "prod"]), "did you mean");
    lacks(&workspace.run(&["pull", "crm-lookup", "--env", "prod"]), "did you mean");
    lacks(&workspace.run(&["pull", "3f2c", "--env", "prod"]), "did you mean");
}

#[test]
fn a_file_that_is_missing_names_the_folder_that_its_path_starts_from() {
    let (_service, workspace) = working(&json!([]));
    workspace.write("docs/vars.json", document(&[secret_from("token", &json!({"file": "keys/token"}))]));
    let output = workspace.run(&["plan", ACTION, "-f", "docs/vars.json", "--resolve"]);
    let folder = workspace.project().canonicalize().unwrap().join("docs");
    let told = format!("`keys/token`, relative to the document's folder `{}`,", folder.display());
    output.exits(2).says(&["`token`: the file", &told]);
}

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[1;31m";

#[test]
fn colour_goes_by_the_flag_and_then_by_the_variables() {
    let (_service, mut workspace) = working(&json!([]));
    let plan = |workspace: &Workspace, flags: &[&str]| {
        workspace.run(&[&["plan", ACTION, "-f", "vars.json"], flags].concat()).exits(0).stdout()
    };
    let plain = plan(&workspace, &[]);
    assert!(!plain.contains('\u{1b}'), "no terminal, no colour: {plain}");
    let painted = plan(&workspace, &["--color", "always"]);
    assert!(painted.contains(&format!("{GREEN}+ a")), "{painted}");
    assert!(!plan(&workspace, &["--color", "always", "--format", "markdown"]).contains('\u{1b}'));
    assert!(!plan(&workspace, &["--color", "always", "--format", "json"]).contains('\u{1b}'));
    workspace.run(&["plan", "--bogus", "--color", "always"]).exits(2).says(&["\u{1b}[", "--bogus"]);
    lacks(&workspace.run(&["plan", "--bogus"]), "\u{1b}");
    workspace.env("FORCE_COLOR", "1");
    workspace.run(&["plan", "--bogus"]).exits(2).says(&["\u{1b}["]);
    assert_eq!(plan(&workspace, &[]), painted);
    assert_eq!(plan(&workspace, &["--color", "never"]), plain);
    let error = workspace.run(&["plan", ACTION, "-f", "missing.json"]);
    error.exits(3).says(&[&format!("{RED}error:\u{1b}[0m cannot read")]);
    workspace.run(&APPLY).exits(0).prints(&[&format!("{GREEN}applied\u{1b}[0m  da-1")]);
    workspace.env("NO_COLOR", "1");
    assert!(!plan(&workspace, &[]).contains('\u{1b}'));
    lacks(&workspace.run(&["plan", ACTION, "-f", "missing.json"]), "\u{1b}");
    lacks(&workspace.run(&APPLY), "\u{1b}");
    lacks(&workspace.run(&["plan", "--bogus"]), "\u{1b}");
}
