//! `validate --changed-since` and `--staged`: which documents git knows as changed.

use std::fs;

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::{Output, Workspace};

fn bad(name: &str) -> String {
    document(&[plain(&format!("_{name}"), "x")])
}

/// A repository with a branch: `a.json` is committed on it, `b.json` changed, `c.json` untracked; `old.json` and
/// `gone.json` are as before, or deleted.
fn repository() -> (Workspace, String) {
    let workspace = Workspace::new();
    for name in ["old", "gone", "b"] {
        workspace.write(&format!("bu07/{name}.json"), bad(name));
    }
    workspace.write(".gitignore", "ignored.json\n");
    let base = workspace.commit(&["bu07", ".gitignore"]);
    workspace.write("bu07/a.json", bad("a"));
    workspace.commit(&["bu07/a.json"]);
    workspace.write("bu07/b.json", document(&[plain("_b", "changed")]));
    workspace.write("bu07/ä c.json", bad("c"));
    workspace.write("bu07/ignored.json", bad("ignored"));
    workspace.write("bu07/notes.txt", "{");
    fs::remove_file(workspace.project().join("bu07/gone.json")).unwrap();
    (workspace, base)
}

/// The documents with findings, in the order of the report.
fn found(output: &Output) -> Vec<String> {
    let files = output.json()["files"].as_array().unwrap().clone();
    files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_changed_since_a_revision_is_checked_and_nothing_else() {
    let (workspace, base) = repository();
    let all = ["bu07/a.json", "bu07/b.json", "bu07/ä c.json"];
    let since = |args: &[&str]| {
        let args: Vec<&str> =
            ["validate", "--format", "json", "--changed-since", &base].iter().chain(args).copied().collect();
        workspace.run(&args)
    };
    assert_eq!(found(since(&["bu07"]).exits(1)), all);
    assert_eq!(found(since(&[]).exits(1)), all.map(|path| format!("./{path}")));
    assert_eq!(found(since(&["bu07/b.json", "bu07/old.json"]).exits(1)), ["bu07/b.json"]);
    let now = workspace.run(&["validate", "--format", "json", "--changed-since", "HEAD"]);
    assert_eq!(found(now.exits(1)), ["./bu07/b.json", "./bu07/ä c.json"]);
}

#[test]
fn what_others_changed_since_the_branch_left_does_not_count() {
    let (workspace, base) = repository();
    let git = |args: &[&str]| {
        let status = std::process::Command::new("git").args(args).current_dir(workspace.project()).status().unwrap();
        assert!(status.success(), "{args:?}");
    };
    git(&["branch", "--quiet", "topic"]);
    git(&["checkout", "--quiet", "--force", "-B", "trunk", &base]);
    workspace.write("bu07/old.json", document(&[plain("_old", "of others")]));
    workspace.commit(&["bu07/old.json"]);
    git(&["checkout", "--quiet", "--force", "topic"]);
    git(&["clean", "--quiet", "-d", "--force"]);
    let output = workspace.run(&["validate", "--format", "json", "--changed-since", "trunk"]);
    assert_eq!(found(output.exits(1)), ["./bu07/a.json"]);
}

#[test]
fn staged_documents_are_checked_as_they_are_staged() {
    let (workspace, _) = repository();
    workspace.run(&["validate", "--staged"]).exits(0).says(&["no document is staged for the next commit"]);
    workspace.write("bu07/old.json", document(&[plain("_old", "staged"), plain("_two", "x")]));
    let status =
        std::process::Command::new("git").args(["add", "bu07/old.json"]).current_dir(workspace.project()).status();
    assert!(status.unwrap().success());
    // What is staged counts, and not what is in the folder now.
    workspace.write("bu07/old.json", "[]");
    let output = workspace.run(&["validate", "--staged", "--format", "json"]);
    assert_eq!(found(output.exits(1)), ["./bu07/old.json"]);
    assert_eq!(output.json()["summary"]["errors"], 2);
    fs::remove_file(workspace.project().join("bu07/old.json")).unwrap();
    assert_eq!(workspace.run(&["validate", "bu07", "--staged", "--format", "json"]).json()["summary"]["errors"], 2);
    workspace.run(&["validate", "--staged", "--fix"]).exits(2);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("old.json", workspace.project().join("bu07/link.json")).unwrap();
        let add = std::process::Command::new("git").args(["add", "."]).current_dir(workspace.project()).status();
        assert!(add.unwrap().success());
        let output = workspace.run(&["validate", "--staged", "--all", "--format", "json"]);
        assert!(!found(&output).iter().any(|path| path.contains("link.json")), "{output:?}");
    }
}

#[test]
fn without_changes_it_succeeds_and_what_git_does_not_know_is_an_error() {
    let workspace = Workspace::new();
    workspace.write("a.json", bad("a"));
    workspace.run(&["validate", "--staged"]).exits(3).says(&["`.` is not in a git repository"]);
    workspace.commit(&["a.json", "cxvars.toml"]);
    workspace
        .run(&["validate", "--changed-since", "HEAD"])
        .exits(0)
        .says(&["no document has changed since `HEAD`"])
        .prints(&["0 errors, 0 warnings in 0 files"]);
    for flags in [&["--changed-since", "HEAD"][..], &["--staged"]] {
        let run = |file: &str| workspace.run(&[&["validate", file], flags].concat());
        run("a.jsn").exits(3).says(&["cannot read `a.jsn`: no such file or folder"]);
        fs::rename(workspace.project().join("a.json"), workspace.project().join("b")).unwrap();
        run("a.json").exits(0);
        fs::rename(workspace.project().join("b"), workspace.project().join("a.json")).unwrap();
    }
    workspace.run(&["validate", "--changed-since", "nope"]).exits(2).says(&["git knows no revision `nope`"]);
    workspace.run(&["validate", "--changed-since=--output=x"]).exits(2).says(&["git knows no revision"]);
    workspace.run_with(&["validate", "-", "--staged"], b"[]").exits(2).says(&["standard input"]);
}
