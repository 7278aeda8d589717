//! The cost of starting the program, which hooks and editors run very often.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use cxvars_tests::process::Workspace;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Maximum number of memory pages that a command without a project may use beyond those of `--version`. Measured: 50. A
/// runtime, a configuration and an HTTP client take 250.
const EXTRA_PAGES: u64 = 120;

/// The number of pages that a command used. Unlike time, it does not depend on the machine's load.
fn pages(workspace: &Workspace, args: &[&str]) -> u64 {
    let mut child = workspace.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut said).unwrap();
    // The kernel keeps the counters of a process until its exit code is collected.
    waitid(WaitId::Pid(Pid::from_child(&child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    assert!(child.wait().unwrap().success() && !said.is_empty());
    // After the name in parentheses come the state, six numbers, and the minor page faults.
    let (_, counts) = stat.rsplit_once(')').unwrap();
    counts.split_whitespace().nth(7).unwrap().parse().unwrap()
}

#[test]
fn what_needs_no_project_starts_without_one() {
    let workspace = Workspace::new();
    workspace.write("vars.json", "[]");
    let least = pages(&workspace, &["--version"]);
    let explain = pages(&workspace, &["explain", "CX103"]);
    let apply = pages(&workspace, &["apply", "demo", "-f", "vars.json", "--sandbox"]);
    println!("{least} pages, explain {explain}, apply {apply}");
    assert!(explain < least + EXTRA_PAGES, "{explain} pages, and {least} for --version");
    assert!(apply > least + EXTRA_PAGES, "{apply} pages, and {least} for --version: they no longer tell the two apart");
}
