//! A build of the program without optional features. `tests/plugins` builds it and passes its path in an environment
//! variable.

use std::env;

use cxvars_tests::document::{document, secret_from};
use cxvars_tests::process::Workspace;
use serde_json::json;

fn workspace() -> Workspace {
    Workspace::for_program(env::var_os("CXVARS_PLAIN").expect("CXVARS_PLAIN, which tests/plugins sets").into())
}

#[test]
fn a_build_without_plugins_refuses_to_go_on_without_them() {
    let workspace = workspace();
    workspace.write("vars.json", "[]");
    let why = "this build of cxvars runs no plugins";
    workspace.run(&["validate", "vars.json", "--plugin", "policy.wasm"]).exits(2).says(&[why, "--features plugins"]);
    workspace.run(&["plugin", "inspect", "policy.wasm"]).exits(2).says(&[why]);
    let sha256 = "0".repeat(64);
    workspace.write("cxvars.toml", format!("[[plugin]]\npath = \"policy.wasm\"\nsha256 = \"{sha256}\"\n"));
    workspace.run(&["validate", "vars.json"]).exits(2).says(&[why]);
    workspace.run(&["apply", "demo", "-f", "vars.json", "--sandbox"]).exits(2).says(&[why]);
    // Commands that judge no document still work.
    workspace.run(&["metrics"]).exits(0);
}

#[test]
fn a_build_without_vaults_says_how_to_get_one() {
    let workspace = workspace();
    workspace.write("vars.json", document(&[secret_from("one", &json!({"vault": {"path": "crm", "key": "token"}}))]));
    let apply = ["apply", "demo", "-f", "vars.json", "--sandbox"];
    workspace.run(&apply).exits(2).says(&["`one`", "--features vault"]);
    assert!(workspace.sandbox_audit().is_empty(), "it ends before anything is sent");
}

#[test]
fn a_build_without_shared_state_says_how_to_get_it() {
    let workspace = workspace();
    workspace.write("cxvars.toml", "[shared]\n");
    for command in ["init", "status", "migrate"] {
        workspace.run(&["shared", command]).exits(2).says(&["--features shared"]);
    }
}
