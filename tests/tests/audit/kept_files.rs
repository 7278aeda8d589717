//! Files of an earlier version can be read: state, audit log, plan file, the simulator's state.
//!
//! `tests/kept` holds files that the previous version wrote: `apply demo -f first.json --sandbox`, then `plan demo -f
//! second.json --sandbox --out plan.json`. Its `state.json` has empty lines at its end, which later versions no longer
//! write.

use std::fs;
use std::path::Path;

use cxvars_tests::process::Workspace;

const FILES: [&str; 6] = [
    "first.json",
    "second.json",
    "plan.json",
    ".cxvars/state.json",
    ".cxvars/sandbox.json",
    ".cxvars/sandbox-audit.jsonl",
];

fn kept() -> Workspace {
    let mut workspace = Workspace::new();
    let project = workspace.project();
    fs::create_dir_all(project.join(".cxvars")).unwrap();
    for file in FILES {
        let name = Path::new(file).file_name().unwrap();
        let from = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/kept")).join(name);
        fs::copy(from, project.join(file)).unwrap();
    }
    workspace.env("CXVARS_FINGERPRINT_KEY", &"0a".repeat(32));
    workspace
}

#[test]
fn the_state_still_recognises_what_was_sent_last() {
    let workspace = kept();
    let recognised = "= token     same as last sent";
    workspace.run(&["plan", "demo", "-f", "first.json", "--sandbox"]).exits(0).prints(&[recognised, "nothing to send"]);
    // An update writes to the same file and keeps what is known about other actions.
    workspace.run(&["apply", "other", "-f", "first.json", "--sandbox"]).exits(0);
    workspace.run(&["plan", "demo", "-f", "first.json", "--sandbox"]).exits(0).prints(&[recognised]);
    let text = workspace.read(".cxvars/state.json");
    let first = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/kept/state.json")).unwrap();
    assert!(text.starts_with(first.trim_end()) && !text.contains("\n\n"), "{text}");
}

#[test]
fn a_plan_file_is_carried_out_and_the_audit_log_continued() {
    let workspace = kept();
    let log = "sandbox-audit.jsonl";
    let before = workspace.read(&format!(".cxvars/{log}"));
    let verify = ["audit", "verify", ".cxvars/sandbox-audit.jsonl"];
    workspace.run(&verify).exits(0);
    workspace.run(&["apply", "--plan", "plan.json", "--sandbox"]).exits(0).prints(&["applied", "updated endpoint"]);
    let after = workspace.read(&format!(".cxvars/{log}"));
    assert!(after.starts_with(&before) && after.lines().count() == 4, "{after}");
    workspace.run(&verify).exits(0).prints(&["4 records"]);
    // A plan can be carried out only once.
    workspace.run(&["apply", "--plan", "plan.json", "--sandbox"]).exits(6).prints(&["changed at the service since"]);
}
