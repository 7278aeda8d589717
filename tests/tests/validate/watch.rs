//! `validate --watch`: a check after every change.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::Workspace;

/// How long a check may take before it counts as lost.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A program that watches, with the lines of its standard output. Dropping it kills the program.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(workspace: &Workspace, args: &[&str]) -> Self {
        let mut command = workspace.command(&["validate", "--watch", "--format", "concise"]);
        let mut child = command.args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The findings of the next check.
    fn next(&self) -> Vec<String> {
        let mut findings = Vec::new();
        loop {
            let line = self.lines.recv_timeout(TIMEOUT).expect("there is another check");
            if line.ends_with("nothing was sent") {
                return findings;
            }
            findings.push(line);
        }
    }

    /// Waits for a check with findings that fit. A file may be seen while it is being written, so the first check after
    /// a change need not be the one.
    fn until(&self, fits: impl Fn(&[String]) -> bool) {
        while !fits(&self.next()) {}
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_changed_a_new_and_a_replaced_document_and_the_configuration_are_checked_at_once() {
    let workspace = Workspace::new();
    workspace.write("bu07/a.json", document(&[plain("a", "x")]));
    let watching = Watching::start(&workspace, &["."]);
    assert_eq!(watching.next(), Vec::<String>::new());
    workspace.write("bu07/a.json", document(&[plain("_a", "x")]));
    watching.until(|findings| findings.len() == 1 && findings[0].contains("bu07/a.json:1:"));
    workspace.write("bu08/new.json", document(&[plain("_n", "x")]));
    watching.until(|findings| findings.iter().filter(|line| line.contains("CX102")).count() == 2);
    // Editors write beside the file and rename.
    let draft = workspace.write("bu07/draft", document(&[plain("a", "x")]));
    std::fs::rename(draft, workspace.project().join("bu07/a.json")).unwrap();
    watching.until(|findings| findings.len() == 1 && findings[0].contains("bu08/new.json"));
    workspace.write("cxvars.toml", "[validate.severity]\nCX102 = \"off\"\n");
    watching.until(<[String]>::is_empty);
}

#[test]
fn a_single_file_is_watched_and_what_cannot_be_is_refused() {
    let workspace = Workspace::new();
    workspace.write("a.json", document(&[plain("a", "x")]));
    let watching = Watching::start(&workspace, &["a.json"]);
    assert!(watching.next().is_empty());
    // A mistake in the configuration does not end the program.
    workspace.write("cxvars.toml", "[validat]\n");
    workspace.write("a.json", document(&[plain("_a", "x")]));
    workspace.write("cxvars.toml", "");
    watching.until(|findings| findings.iter().any(|line| line.contains("CX102")));
    workspace.run_with(&["validate", "--watch", "-"], b"[]").exits(2).says(&["is standard input"]);
    workspace.run(&["validate", "--watch", "none/a.json"]).exits(3).says(&["cannot watch", "none"]);
    workspace.run(&["validate", "--watch", "--fix", "a.json"]).exits(2);
}

#[test]
fn a_folder_that_is_made_again_is_watched_again() {
    let workspace = Workspace::new();
    let write = |name: &str| workspace.write("estate/bu07/a.json", document(&[plain(name, "x")]));
    write("a");
    let watching = Watching::start(&workspace, &["estate/bu07"]);
    assert!(watching.next().is_empty());
    std::fs::remove_dir_all(workspace.project().join("estate/bu07")).unwrap();
    watching.next();
    write("_a");
    watching.until(|findings| findings.len() == 1);
    write("a");
    watching.until(<[String]>::is_empty);
}
