//! `extends`: what several projects share, and what becomes of mistakes in it.

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::{Output, Workspace};

/// A project whose file is `project`, with a document that has two errors, CX102.
fn workspace(project: &str, shared: &[(&str, &str)]) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("vars.json", document(&[plain("_a", "x"), plain("_b", "x")]));
    workspace.write("cxvars.toml", project);
    for (path, text) in shared {
        workspace.write(path, text);
    }
    workspace
}

#[track_caller]
fn refused(project: &str, shared: &[(&str, &str)], said: &[&str]) {
    workspace(project, shared).run(&["validate", "vars.json"]).exits(2).says(said);
}

fn codes(output: &Output) -> Vec<String> {
    let report = output.json();
    let found = report["files"][0]["diagnostics"].as_array().expect("there is a document").iter();
    found.map(|found| format!("{} {}", found["code"], found["severity"]).replace('"', "")).collect()
}

const EXTENDS: &str = "extends = \"../standards/cxvars.toml\"\n";
const SHARED: &str = "../standards/cxvars.toml";

#[test]
fn the_project_wins_key_by_key_and_ignores_add_up() {
    let shared = "[validate]\nmax_variables = 1\nname_pattern = '[a-z]+'\n[validate.severity]\nCX101 = \"warning\"\nCX401 = \"warning\"\n\
                  [[ignore]]\ncode = \"CX102\"\nvariable = \"_a\"\nreason = \"shared\"\n";
    let own =
        "[validate.severity]\nCX401 = \"error\"\n[[ignore]]\ncode = \"CX102\"\nvariable = \"_b\"\nreason = \"own\"\n";
    let workspace = workspace(&format!("{EXTENDS}{own}"), &[(SHARED, shared)]);
    let output = workspace.run(&["validate", "vars.json", "--format", "json"]);
    output.exits(1).says(&[
        "CX102 `_b` silenced by cxvars.toml:4 \"own\"",
        "CX102 `_a` silenced by ../standards/cxvars.toml:7 \"shared\"",
    ]);
    assert_eq!(codes(&output), ["CX401 error"]);
    let own = format!("{EXTENDS}[validate]\nmax_variables = 2\n");
    workspace.write("cxvars.toml", own);
    assert_eq!(codes(&workspace.run(&["validate", "vars.json", "--format", "json"])), ["CX102 error"]);
    workspace.run(&["validate", "vars.json", "-v"]).says(&["extends `", "standards/cxvars.toml`"]);
}

#[test]
fn globs_of_a_shared_file_start_from_the_projects_folder_and_its_ignores_are_never_unused() {
    let shared = "[validate]\nexclude = [\"/drafts\"]\n[[ignore]]\ncode = \"CX102\"\nreason = \"r\"\npath = \"*.json\"\n\
                  [[ignore]]\ncode = \"CX103\"\nreason = \"r\"\n";
    let workspace = workspace(EXTENDS, &[(SHARED, shared), ("drafts/a.json", "[")]);
    let output = workspace.run(&["validate", "."]);
    output.exits(0).says(&["silenced by ../standards/cxvars.toml:3"]);
    assert!(!output.stderr().contains("silences nothing"), "{output:?}");
}

#[test]
fn a_shared_file_may_extend_another_one_from_its_own_folder() {
    let far = "[validate]\nmax_variables = 1\n[validate.severity]\nCX102 = \"warning\"\n";
    let near = "extends = \"base/all.toml\"\n[validate]\nmax_variables = 9\n";
    let workspace = workspace(EXTENDS, &[(SHARED, near), ("../standards/base/all.toml", far)]);
    let output = workspace.run(&["validate", "vars.json", "--format", "json"]);
    output.exits(0);
    assert_eq!(codes(&output), ["CX102 warning", "CX102 warning"]);
}

#[test]
fn a_digest_pins_the_file() {
    let shared = "[validate.severity]\nCX102 = \"off\"\n";
    let digest = "65A5E91F3D15C64A644E67FEC29A38B45AB17F3AB554153ED747E4D76953CFCF";
    let pinned = format!("{EXTENDS}extends_sha256 = \"{digest}\"\n");
    let workspace = workspace(&pinned, &[(SHARED, shared)]);
    workspace.run(&["validate", "vars.json"]).exits(0);
    workspace.write(SHARED, format!("{shared}# changed\n"));
    workspace
        .run(&["validate", "vars.json"])
        .exits(2)
        .says(&["standards/cxvars.toml`, which is not the one that `extends_sha256` pins"]);
    // The digest of a file that is none of ours would help to guess what it holds.
    workspace.write(SHARED, "hunter2");
    let output = workspace.run(&["validate", "vars.json"]);
    output.exits(2).says(&["not valid TOML"]);
    assert!(!output.stderr().contains("SHA-256"), "{output:?}");
    refused("extends_sha256 = \"x\"\n", &[], &["cxvars.toml:1:18: `extends_sha256` must be a SHA-256"]);
    let alone = format!("extends_sha256 = \"{digest}\"\n");
    refused(&alone, &[], &["`extends_sha256` in `", "there is no `extends`"]);
    // A shared file pins what it extends itself.
    refused(EXTENDS, &[(SHARED, &alone)], &["standards/cxvars.toml` pins a file"]);
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_file_that_names_it() {
    refused(
        EXTENDS,
        &[],
        &[
            "`extends` in `",
            "/cxvars.toml` names `",
            "../standards/cxvars.toml`, which cannot be used: no such file or folder",
        ],
    );
    refused("extends = \"../standards\"\n", &[(SHARED, "")], &["is a folder"]);
    refused(
        "extends = \"https://example.com/cxvars.toml\"\n",
        &[],
        &["cxvars.toml:1:11: `extends` must be a path: nothing is fetched"],
    );
    refused("extends = \"./cxvars.toml\"\n", &[], &["is extended already"]);
    let back = "extends = \"../project/cxvars.toml\"\n";
    refused(EXTENDS, &[(SHARED, back)], &["standards/cxvars.toml` names `", "is extended already; end the circle"]);
    refused("extends = 3\n", &[], &["`extends` must be a string"]);
    refused("extend = \"a\"\n", &[], &["unknown key `extend` at the top level; did you mean `extends`?"]);
}

#[test]
fn mistakes_in_a_shared_file_have_their_place_in_it() {
    for (shared, said) in [
        ("[validat]\n", "unknown key `validat` at the top level; did you mean `validate`?"),
        ("[validate]\nmax_depth = 0\n", "standards/cxvars.toml:2:13: `validate.max_depth` must be from 1 to 128"),
        ("[profile]\n", "standards/cxvars.toml:1:2: `profile` does not belong into a file that `extends` names"),
        ("[env.prod]\nbase_url = \"https://example.com\"\n", "`env` does not belong"),
        ("trusted_hosts = [\"example.com\"]\n", "`trusted_hosts` does not belong"),
        ("[[ignore]]\ncode = \"CX1O2\"\nreason = \"r\"\n", "standards/cxvars.toml:1: [[ignore]]: `CX1O2` is no rule"),
        ("a = hunter2\n", "standards/cxvars.toml:1:5: not valid TOML"),
    ] {
        refused(EXTENDS, &[(SHARED, shared)], &[said]);
    }
}
