//! What the program does before it says something: hooks and editors run it again and again.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use cxvars_tests::process::Workspace;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Most pages of memory that such a run may use. What reads certificates, compiles a plugin or builds a large table at every
/// start uses some thousand more.
const PAGES: u64 = 1_000;

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
fn the_program_starts_with_little_work() {
    let workspace = Workspace::new();
    for args in [&["--version"][..], &["explain", "CX103"]] {
        let pages = pages(&workspace, args);
        println!("{args:?}: {pages} pages");
        assert!(pages < PAGES, "{args:?}: {pages} pages");
    }
    workspace.write("vars.json", "[]");
    let more = pages(&workspace, &["apply", "demo", "-f", "vars.json", "--sandbox"]);
    assert!(more > pages(&workspace, &["--version"]), "{more}: a run that does more uses more");
}
