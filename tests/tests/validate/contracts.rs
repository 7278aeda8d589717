//! `[contracts]`: schemas for the values of object variables, through the binary.

use cxvars_tests::document::document;
use cxvars_tests::process::Workspace;
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const SCHEMA: &str = r#"{"properties": {"connect_ms": {"type": "integer"}}, "additionalProperties": false}"#;

fn limits(value: &str) -> Value {
    json!({"name": "limits", "type": "object", "value": value})
}

/// Writes a document whose variable `limits` has this value, and a schema for it.
fn workspace(value: &str) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("vars.json", document(&[limits(value)]));
    workspace.write("cxvars.toml", "[contracts]\nlimits = \"contracts/limits.json\"\n");
    workspace.write("contracts/limits.json", SCHEMA);
    workspace
}

#[test]
fn a_value_is_held_to_the_schema_that_the_configuration_names() {
    workspace(r#"{"connect_ms": 250}"#).run(&["validate", "vars.json"]).exits(0);
    let workspace = workspace(r#"{"connect_ms": "CANARY-1", "CANARY-2": {}}"#);
    let output = workspace.run(&["validate", "vars.json"]);
    output.exits(1).prints(&[
        "error[CX205] contract-violation: `limits` breaks its contract: `connect_ms` must be an integer, found a string",
        "see `contracts/limits.json` at /properties/connect_ms/type",
        "the value has a property that is not provided for",
        "2 errors",
    ]);
    for format in ["text", "concise", "json"] {
        let output = workspace.run(&["validate", "vars.json", "--format", format]);
        assert!(!output.exits(1).stdout().contains("CANARY"), "{output:?}");
    }
    // The path is relative to the configuration's folder, not to the working directory.
    workspace.write("sub/vars.json", document(&[limits(r#"{"connect_ms": 1.5}"#)]));
    workspace.run(&["validate", "sub"]).exits(1).prints(&["CX205"]);
    // Severities and ignores apply as for any other rule.
    workspace.write(
        "cxvars.toml",
        "[contracts]\nlimits = \"contracts/limits.json\"\n[validate.severity]\nCX205 = \"warning\"\n",
    );
    workspace.run(&["validate", "vars.json"]).exits(0).prints(&["2 warnings"]);
}

#[test]
fn a_contract_that_cannot_be_used_is_a_configuration_error_that_names_it() {
    let workspace = workspace("{}");
    for (schema, said) in [
        ("{\"type\": 3}", "[contracts] `limits`: `contracts/limits.json` is not a valid JSON Schema at /type"),
        ("{", "`contracts/limits.json` is not JSON: eof while parsing an object at line 1 column 1"),
        ("{\"$ref\": \"other.json\"}", "only references within the schema itself are followed"),
    ] {
        workspace.write("contracts/limits.json", schema);
        workspace.run(&["validate", "vars.json"]).exits(2).says(&[said]);
    }
    workspace.write("cxvars.toml", "[contracts]\nlimits = \"contracts\"\n");
    workspace.run(&["validate", "vars.json"]).exits(2).says(&["`contracts` is not a regular file"]);
    workspace.write("cxvars.toml", "[contracts]\nlimits = \"nowhere.json\"\n");
    let output = workspace.run(&["plan", ACTION, "-f", "vars.json", "--sandbox"]);
    output.exits(2).says(&["error: [contracts] `limits`: `nowhere.json` cannot be used: no such file or folder"]);
}

#[test]
fn an_apply_is_held_to_contracts_after_values_were_fetched() {
    let mut workspace = workspace("{}");
    workspace.write(
        "vars.json",
        document(&[json!({"name": "limits", "type": "object", "encrypted": true, "value_from": {"env": "LIMITS"}})]),
    );
    workspace.run(&["validate", "vars.json"]).exits(0);
    let apply = ["apply", ACTION, "-f", "vars.json", "--sandbox", "--format", "json"];
    let mut run = |value| workspace.env("LIMITS", value).run(&apply);
    let refused = run(r#"{"connect_ms": "CANARY-1"}"#);
    assert_eq!(refused.exits(1).json()["results"][0]["outcome"], "invalid");
    assert!(!refused.stdout().contains("CANARY") && !refused.stderr().contains("CANARY"), "{refused:?}");
    assert_eq!(run(r#"{"connect_ms": 250}"#).exits(0).json()["results"][0]["outcome"], "applied");
}
