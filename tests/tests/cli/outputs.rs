//! A file that a command writes is never one that it reads.

use std::fs;

use cxvars_tests::process::Workspace;

const DOCUMENT: &str = r#"{"variables": [{"name": "a", "type": "string", "value_from": {"file": "token.txt"}}]}"#;

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("sub/doc.json", DOCUMENT);
    let token = workspace.write("sub/token.txt", "the-value");
    #[cfg(unix)]
    fs::set_permissions(token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    workspace.write("contract.json", "{}");
    workspace.profile("[contracts]\nshape = \"contract.json\"");
    workspace.run(&["apply", "demo", "-f", "sub/doc.json", "--sandbox"]).exits(0);
    workspace.write(".cxvars/audit.jsonl", "the log of the real service");
    #[cfg(unix)]
    {
        let at = |name: &str| workspace.project().join(name);
        std::os::unix::fs::symlink(at("sub/doc.json"), at("link.json")).unwrap();
        fs::hard_link(at("sub/doc.json"), at("hard.json")).unwrap();
        std::os::unix::fs::symlink(at("sub"), at("folder")).unwrap();
    }
    workspace
}

/// Everything that must not change.
fn kept(workspace: &Workspace) -> Vec<String> {
    let files = [
        "sub/doc.json",
        "sub/token.txt",
        "cxvars.toml",
        "contract.json",
        ".cxvars/sandbox-audit.jsonl",
        ".cxvars/audit.jsonl",
    ];
    files.map(|file| workspace.read(file)).to_vec()
}

#[test]
fn a_plan_replaces_nothing_that_it_was_made_from() {
    let workspace = workspace();
    let before = kept(&workspace);
    let mut names = vec![
        "sub/doc.json",
        "./sub/../sub/doc.json",
        "sub/token.txt",
        "cxvars.toml",
        "contract.json",
        ".cxvars/sandbox-audit.jsonl",
        ".cxvars/audit.jsonl",
        ".cxvars/state.json",
        ".cxvars/sandbox.json",
    ];
    if cfg!(unix) {
        names.extend(["link.json", "hard.json", "folder/doc.json"]);
    }
    for name in names {
        for resolve in [&[][..], &["--resolve"]] {
            let args = [&["plan", "demo", "-f", "sub/doc.json", "--sandbox", "--out", name], resolve].concat();
            workspace.run(&args).exits(2).says(&["--out", "would be lost"]);
        }
        assert_eq!(kept(&workspace), before, "{name}");
    }
    for name in ["plan.json", "sub/plan.json"] {
        for _ in 0..2 {
            let args = ["plan", "demo", "-f", "sub/doc.json", "--sandbox", "--resolve", "--out", name];
            workspace.run(&args).exits(0);
        }
    }
}

#[test]
fn a_checkpoint_does_not_replace_the_log() {
    let mut workspace = workspace();
    // The test vector of RFC 8410 section 10.3.
    workspace.env("CXVARS_CHECKPOINT_KEY", "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC");
    let log = ".cxvars/sandbox-audit.jsonl";
    let before = workspace.read(log);
    for out in [log, "./.cxvars/../.cxvars/sandbox-audit.jsonl", "cxvars.toml"] {
        workspace.run(&["audit", "checkpoint", log, "--out", out]).exits(2).says(&["would be lost"]);
        workspace.run(&["audit", "checkpoint", "--sandbox", "--out", out]).exits(2);
        assert_eq!(workspace.read(log), before, "{out}");
    }
    // A folder of segments.
    let segment = workspace.write("segments/one.jsonl", &before);
    workspace.run(&["audit", "checkpoint", "segments", "--out", "segments/one.jsonl"]).exits(2);
    assert_eq!(fs::read_to_string(segment).unwrap(), before);
    workspace.run(&["audit", "checkpoint", log, "--out", "checkpoint.json"]).exits(0);
}

#[test]
fn no_other_output_replaces_an_input() {
    let workspace = workspace();
    let before = kept(&workspace);
    for target in ["sub/doc.json", "cxvars.toml", "contract.json", "sub/../cxvars.toml"] {
        let output = format!("json={target}");
        workspace.run(&["validate", "sub/doc.json", "--output", &output]).exits(2);
    }
    for out in ["cxvars.toml", ".cxvars/sandbox-audit.jsonl", ".cxvars/sandbox.json"] {
        workspace.run(&["pull", "demo", "--sandbox", "--force", "--out", out]).exits(2).says(&["would be lost"]);
    }
    workspace.run(&["sandbox", "--faults", "contract.json", "--state", "./contract.json"]).exits(2);
    assert_eq!(kept(&workspace), before);
}
