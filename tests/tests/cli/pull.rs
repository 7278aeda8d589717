//! `pull` writes a manifest of the stored variables, without secrets.

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::json;

const SECRET: &str = "s3cret-of-the-tests";

fn stored() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    let variables = [plain("endpoint", "https://a.example.com"), plain("yes", "yes"), secret("auth_token", SECRET)];
    workspace.write("vars.json", document(&variables));
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(0);
    (service, workspace)
}

#[test]
fn what_is_pulled_validates_and_plans_nothing_but_what_is_masked() {
    let (service, mut workspace) = stored();
    workspace.env("CXV_AUTH_TOKEN", SECRET);
    for file in ["pulled.json", "pulled.yaml"] {
        let requests = service.requests().len();
        workspace.run(&["pull", ACTION, "--out", file]).exits(0).says(&["are not written (1)"]);
        assert_eq!(service.requests().len() - requests, 2, "a token and a GET");
        let text = workspace.read(file);
        assert!(text.contains("CXV_AUTH_TOKEN") && text.contains("https://a.example.com") && !text.contains(SECRET));
        workspace.run(&["validate", file, "--fail-level", "warning"]).exits(0);
        let plan = workspace.run(&["plan", ACTION, "-f", file, "--resolve", "--format", "json"]).exits(0).json();
        assert_eq!(plan["changes_pending"], false, "{plan:#}");
        assert_eq!(plan["changes"]["same"], json!(["endpoint", "yes", "auth_token"]));
    }
    assert!(workspace.read("pulled.yaml").starts_with("data_action: \"da-1\"\nvariables:\n  - name: \"endpoint\"\n"));
}

#[test]
fn standard_output_is_json_unless_yaml_is_asked_for() {
    let (_service, workspace) = stored();
    let printed = workspace.run(&["pull", ACTION]).exits(0).json();
    assert_eq!(printed["variables"][2]["value_from"], json!({"env": "CXV_AUTH_TOKEN"}));
    workspace.run(&["pull", ACTION, "--format", "yaml"]).exits(0).prints(&["value_from: {env: CXV_AUTH_TOKEN}"]);
}

#[test]
fn the_name_of_the_file_decides_the_format() {
    let (_service, workspace) = stored();
    for file in ["x.env", ".env.prod", "X.ENV"] {
        workspace.run(&["pull", ACTION, "--out", file]).exits(0).says(&[
            "2 variables written",
            "(1)",
            "a comment names each of them",
        ]);
        let text = workspace.read(file);
        assert!(text.contains("\nendpoint=https://a.example.com\nyes=yes\n# auth_token is not written"), "{text}");
        assert!(!text.contains(SECRET));
        workspace.run(&["validate", file]).exits(0);
        // The secret is not forgotten: an apply of the file would lose it, and says so.
        workspace.run(&["plan", ACTION, "-f", file, "--prune"]).exits(0).prints(&[
            "- auth_token",
            "= endpoint",
            "= yes",
        ]);
    }
    workspace.run(&["pull", ACTION, "--out", "x.jsonc"]).exits(0);
    assert!(workspace.read("x.jsonc").starts_with("{\n"));
    workspace.run(&["pull", ACTION, "--out", "x.yml"]).exits(0);
    assert!(workspace.read("x.yml").starts_with("data_action: "));
    workspace.run(&["pull", ACTION, "--format", "env"]).exits(0).prints(&["yes=yes"]);
}

#[test]
fn what_the_format_cannot_hold_is_refused_by_name() {
    let body = json!({"id": ACTION, "variables": [plain("two words", "1")]}).to_string();
    let service = Sandbox::start(
        &json!([{"on": "get", "every": true, "fault": {"kind": "status", "status": 200, "body": body}}]),
    );
    let workspace = Workspace::for_service(&service);
    let output = workspace.run(&["pull", ACTION, "--out", "x.env"]);
    output.exits(2).says(&["`two words` cannot be written in this format; choose JSON or YAML"]);
    assert!(!workspace.project().join("x.env").exists());
}

#[cfg(unix)]
#[test]
fn a_file_is_the_owners_alone_and_is_not_replaced_unasked() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (_service, workspace) = stored();
    workspace.run(&["pull", ACTION, "--out", "a.json"]).exits(0);
    let path = workspace.project().join("a.json");
    assert_eq!(std::fs::metadata(&path).expect("it exists").permissions().mode() & 0o777, 0o600);
    workspace.write("a.json", "mine");
    workspace.run(&["pull", ACTION, "--out", "a.json"]).exits(2).says(&["`a.json` exists", "--force"]);
    assert_eq!(workspace.read("a.json"), "mine");
    workspace.run(&["pull", ACTION, "--out", "a.json", "--force"]).exits(0);
    assert!(workspace.read("a.json").contains("endpoint"));
    symlink(&path, workspace.project().join("link.json")).expect("a link can be made");
    workspace.run(&["pull", ACTION, "--out", "link.json", "--force"]).exits(3).says(&["not a regular file"]);
    workspace.run(&["pull", ACTION, "--out", "missing/a.json"]).exits(3).says(&["no such file or folder"]);
}

#[test]
fn a_service_that_shows_encrypted_values_does_not_get_them_written_either() {
    let workspace = Workspace::new();
    workspace.profile("encrypted_roundtrip = \"echo\"");
    workspace.write("vars.json", document(&[secret("auth_token", SECRET)]));
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]);
    let printed = workspace.run(&["pull", ACTION, "--sandbox"]).exits(0).stdout();
    assert!(!printed.contains(SECRET) && printed.contains("CXV_AUTH_TOKEN"), "{printed}");
}

#[test]
fn an_action_that_has_not_the_expected_name_is_neither_pulled_nor_compared() {
    let (_service, workspace) = stored();
    let crm =
        format!("[env.NAME.actions.crm]\nid = \"{ACTION}\"\nfile = \"crm.json\"\nexpect_name = \"Quite Another\"\n");
    workspace.write("cxvars.toml", format!("{}{}", crm.replace("NAME", "a"), crm.replace("NAME", "b")));
    workspace.write("crm.json", "kept");
    for command in [
        &["pull", "crm", "--env", "a"][..],
        &["pull", ACTION, "--env", "a", "--out", "other.json"],
        &["pull", "--all", "--env", "a", "--force"],
        &["rotation", "crm", "--env", "a"],
        &["env", "diff", "a", "b"],
    ] {
        let output = workspace.run(command);
        output.exits(2).says(&["Quite Another", "expect_name"]);
        assert!(output.stdout().is_empty(), "{output:?}");
    }
    assert_eq!(workspace.read("crm.json"), "kept");
    assert!(!workspace.project().join("other.json").exists());
}
