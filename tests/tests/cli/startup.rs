//! What the program does before it says something: hooks and editors run it again and again.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use cxvars_tests::process::Workspace;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Most pages of memory that a command without a project may use beyond those of `--version`. Measured 50; a runtime, a
/// configuration and a client for HTTP take 250.
const PAGES: u64 = 120;

/// How many pages a command used. Unlike its time, that does not depend on what else the machine does.
fn pages(workspace: &Workspace, args: &[&str]) -> u64 {
    let mut child = workspace.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut said).unwrap();
    // The kernel keeps the counts of a process until somebody takes its exit code.
    waitid(WaitId::Pid(Pid::from_child(&child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    assert!(child.wait().unwrap().success() && !said.is_empty());
    // Behind the name in brackets: the state, six numbers, and the pages that had to be mapped.
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
    assert!(explain < least + PAGES, "{explain} pages, and {least} for --version");
    assert!(apply > least + PAGES, "{apply} pages, and {least} for --version: they no longer tell the two apart");
}
