//! `validate` with folders and many files: which files are checked, in which order, and the exit code.

use cxvars_tests::document::{EXAMPLE, document, plain};
use cxvars_tests::process::{Running, Workspace};
use serde_json::{Value, json};

const FOREIGN: &str = r#"{"name": "left-pad", "version": "1.0.0", "description": "a package"}"#;

/// A document with one error.
fn bad() -> String {
    document(&[plain("_a", "x")])
}

fn paths(report: &Value) -> Vec<String> {
    let files = report["files"].as_array().expect("files are listed");
    files.iter().filter_map(|file| file["path"].as_str().map(str::to_owned)).collect()
}

#[track_caller]
fn checked(workspace: &Workspace, args: &[&str]) -> Vec<String> {
    paths(&workspace.run(&[&["validate", "--format", "json"], args].concat()).exits(0).json())
}

#[test]
fn a_folder_is_searched_for_documents_that_are_not_hidden() {
    let workspace = Workspace::new();
    for name in ["d/b.json", "d/a.JSON", "d/sub/c.json", "d/.hidden.json", "d/.git/x.json", "d/readme.md"] {
        workspace.write(name, EXAMPLE);
    }
    assert_eq!(checked(&workspace, &["d"]), ["d/a.JSON", "d/b.json", "d/sub/c.json"]);
    assert_eq!(checked(&workspace, &["d/.hidden.json"]), ["d/.hidden.json"], "what is named is checked");
    assert_eq!(checked(&workspace, &["d/.git"]), ["d/.git/x.json"]);
}

#[test]
fn env_files_are_found_although_they_are_hidden_but_not_their_templates() {
    let workspace = Workspace::new();
    for name in [
        "d/.env",
        "d/.env.production",
        "d/.ENV.local",
        "d/prod.env",
        "d/.envrc",
        "d/.env.example",
        "d/.env.local.sample",
        "d/.env.vault",
        "d/.venv/.env",
    ] {
        workspace.write(name, "REGION=eu\n");
    }
    assert_eq!(checked(&workspace, &["d"]), ["d/.ENV.local", "d/.env", "d/.env.production", "d/prod.env"]);
    assert_eq!(checked(&workspace, &["d/.env.example"]), ["d/.env.example"]);
    workspace.write("d/.env", "# nothing yet\n");
    let report = workspace.run(&["validate", "d", "--format", "json"]).exits(0).json();
    assert_eq!((paths(&report).len(), &report["summary"]["skipped"]), (3, &json!(1)));
}

#[test]
fn exclude_leaves_out_of_a_search_and_never_what_is_named() {
    let workspace = Workspace::new();
    for name in ["a.json", "d/a.json", "d/fixtures/b.json", "d/x/fixtures/c.json", "d/e.draft.yaml", "fixtures/f.json"]
    {
        workspace.write(name, EXAMPLE);
    }
    let remaining = |config: &str, args: &[&str]| {
        workspace.write("cxvars.toml", config);
        checked(&workspace, args)
    };
    let none = remaining("", &["."]);
    assert_eq!(none.len(), 6, "{none:?}");
    let exclude = "[validate]\nexclude = [\"fixtures\", \"*.draft.yaml\"]\n";
    assert_eq!(remaining(exclude, &["."]), ["./a.json", "./d/a.json"]);
    assert_eq!(remaining(exclude, &["d"]), ["d/a.json"]);
    assert_eq!(
        remaining(exclude, &["d", "fixtures/f.json"]),
        ["d/a.json", "fixtures/f.json"],
        "what is named is checked"
    );
    let anchored = "[validate]\nexclude = [\"/fixtures/\", \"d/*.json\"]\n";
    let left = ["./a.json", "./d/e.draft.yaml", "./d/fixtures/b.json", "./d/x/fixtures/c.json"];
    assert_eq!(remaining(anchored, &["."]), left);
    assert_eq!(remaining(exclude, &[".", "--exclude", "d/a.json"]), ["./a.json"]);
    assert_eq!(remaining("", &["d", "--exclude", "fixtures", "--exclude=*.yaml"]), ["d/a.json"]);
    let output = workspace.run(&["validate", ".", "--exclude", "*"]);
    output.exits(2).says(&["nor left out by an `exclude`"]);
    workspace.run(&["validate", ".", "--exclude", "a["]).exits(2).says(&["unclosed character class"]);
    workspace.write("cxvars.toml", "[validate]\nexclude = [\"a[\"]\n");
    let output = workspace.run(&["validate", "."]);
    output.exits(2).says(&["cxvars.toml:2:11: `validate.exclude` has a text that is no glob"]);
}

#[test]
fn include_says_what_a_search_is_for_from_the_projects_folder() {
    let workspace = Workspace::new();
    for name in ["a.json", "d/a.json", "d/x/b.yaml", "d/.cxone/c.json", "d/.hidden.json", "d/.git/d.json", "d/notes.md"]
    {
        workspace.write(name, EXAMPLE);
    }
    workspace.write("cxvars.toml", "[validate]\ninclude = [\"d\"]\nexclude = [\"b.*\"]\n");
    assert_eq!(checked(&workspace, &["."]), ["./d/.cxone/c.json", "./d/.hidden.json", "./d/a.json"]);
    assert_eq!(checked(&workspace, &["a.json"]), ["a.json"]);
    workspace.write("cxvars.toml", "[validate]\ninclude = [\"nowhere/**\"]\n");
    workspace.run(&["validate", "."]).exits(2).says(&["what [validate] `include` names"]);
}

#[test]
fn this_repository_has_no_error_but_in_what_is_wrong_on_purpose() {
    let mut command = Workspace::new().command(&["validate", "."]);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    Running::start(command, b"").wait().exits(0).prints(&["0 errors, "]);
}

#[test]
fn paths_are_the_argument_as_given_joined_with_a_slash() {
    let workspace = Workspace::new();
    workspace.write("d/a.json", EXAMPLE);
    let absolute = workspace.project().join("d").display().to_string();
    for (argument, expected) in [
        ("d", "d/a.json"),
        ("d/", "d/a.json"),
        ("d//", "d/a.json"),
        (".", "./d/a.json"),
        ("./", "./d/a.json"),
        ("./d", "./d/a.json"),
        ("../project", "../project/d/a.json"),
        (&absolute, &format!("{absolute}/a.json")),
    ] {
        assert_eq!(checked(&workspace, &[argument]), [expected], "{argument}");
    }
}

#[test]
fn gitignore_counts_with_and_without_a_repository() {
    for in_repository in [false, true] {
        let workspace = Workspace::new();
        for name in ["d/a.json", "d/out/b.json", "d/sub/c.json", "d/sub/d.json"] {
            workspace.write(name, EXAMPLE);
        }
        if in_repository {
            workspace.write(".git/HEAD", "");
        }
        workspace.write(".gitignore", "a.json\n");
        workspace.write("d/.gitignore", "/out/\n");
        workspace.write("d/sub/.gitignore", "c.json\n");
        // Outside a repository, ignore files above the folder have no effect.
        let expected = if in_repository { &["d/sub/d.json"][..] } else { &["d/a.json", "d/sub/d.json"] };
        assert_eq!(checked(&workspace, &["d"]), expected, "{in_repository}");
        assert_eq!(checked(&workspace, &["d/sub/c.json"]), ["d/sub/c.json"]);
    }
}

#[test]
fn a_file_that_plainly_is_something_else_is_skipped_and_counted() {
    let workspace = Workspace::new();
    workspace.write("d/vars.json", document(&[plain("a", "1")]));
    workspace.write("d/package.json", FOREIGN);
    workspace.write("d/list.json", "[1, 2]");
    let output = workspace.run(&["validate", "d", "--format", "json"]);
    let report = output.exits(0).says(&["2 files skipped", "--all"]).json();
    assert_eq!(paths(&report), ["d/vars.json"]);
    assert_eq!(report["summary"], json!({"files": 1, "skipped": 2, "errors": 0, "warnings": 0}));
    assert!(workspace.run(&["validate", "d", "-q"]).exits(0).stderr.is_empty());

    let report = workspace.run(&["validate", "d", "--all", "--format", "json"]).exits(1).json();
    assert_eq!((paths(&report).len(), &report["summary"]["skipped"]), (3, &json!(0)));
    workspace.run(&["validate", "d/package.json"]).exits(1).prints(&["CX002"]);
    workspace.run(&["validate", "d/package.json", "d"]).exits(1).prints(&["d/package.json:1:1"]);

    // A file that cannot be parsed is checked if it shows signs of a document.
    workspace.write("d/list.json", "[1, 2");
    workspace.run(&["validate", "d"]).exits(0).says(&["2 files skipped"]);
    workspace.write("d/list.json", r#"[{"name": "a" "type": "string", "value": "x"}]"#);
    workspace.run(&["validate", "d"]).exits(1).prints(&["d/list.json", "CX001"]);
}

#[test]
fn nothing_to_check_is_a_usage_error_that_says_what_was_looked_for() {
    let workspace = Workspace::new();
    workspace.write("d/readme.md", "");
    let output = workspace.run(&["validate", "d"]);
    output.exits(2).says(&["`d`", "*.json", ".gitignore"]);
    assert_eq!(output.stdout(), "");
    workspace.write("d/package.json", FOREIGN);
    let output = workspace.run(&["validate", "d", "--format", "json"]);
    assert_eq!(output.exits(2).says(&["--all"]).json()["summary"]["skipped"], 1);
    workspace.run(&["validate"]).exits(2).says(&["<FILE|DIR>"]);
    workspace.write("e/vars.json", EXAMPLE);
    workspace.run(&["validate", "d", "e"]).exits(0);
}

#[test]
fn arguments_keep_their_order_and_each_file_is_checked_once() {
    let workspace = Workspace::new();
    for name in ["d/a.json", "d/a/b.json", "d/a-b.json", "d/z.json", "c.json"] {
        workspace.write(name, EXAMPLE);
    }
    // The order is by bytes: `-` sorts before `.`, and `.` before `/`.
    assert_eq!(checked(&workspace, &["d"]), ["d/a-b.json", "d/a.json", "d/a/b.json", "d/z.json"]);
    let found = checked(&workspace, &["d", "d/a", "./d", "d/a/b.json"]);
    assert_eq!(found, ["d/a-b.json", "d/a.json", "d/a/b.json", "d/z.json"]);
    let found = checked(&workspace, &["d/z.json", "d/a", "d", "./c.json", "c.json", "d/../c.json"]);
    assert_eq!(found, ["d/z.json", "d/a/b.json", "d/a-b.json", "d/a.json", "./c.json"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_unless_they_are_named() {
    use std::os::unix::fs::symlink;
    let workspace = Workspace::new();
    workspace.write("d/a.json", EXAMPLE);
    workspace.write("elsewhere/b.json", EXAMPLE);
    let project = workspace.project();
    symlink(project.join("elsewhere"), project.join("d/folder")).unwrap();
    symlink(project.join("elsewhere/b.json"), project.join("d/link.json")).unwrap();
    symlink(project.join("absent"), project.join("d/broken.json")).unwrap();
    symlink(project.join("d"), project.join("d/loop")).unwrap();
    assert_eq!(checked(&workspace, &["d"]), ["d/a.json"]);
    assert_eq!(checked(&workspace, &["d/folder", "d/link.json"]), ["d/folder/b.json"], "the same file by two names");
    workspace.run(&["validate", "d/broken.json"]).exits(3);
}

#[test]
fn what_cannot_be_read_is_listed_and_the_rest_goes_on() {
    let workspace = Workspace::new();
    workspace.write("d/a.json", bad());
    let report = workspace.run(&["validate", "absent", "d", "missing.json", "--format", "json"]).exits(3).json();
    assert_eq!(paths(&report), ["d/a.json"]);
    let unread: Vec<_> = report["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert_eq!(unread, ["absent", "missing.json"]);
}

/// Root can read every file, so this tests nothing when it runs as root.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_opened_is_listed_and_the_rest_goes_on() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::new();
    workspace.write("d/a.json", EXAMPLE);
    workspace.write("d/closed/b.json", EXAMPLE);
    let closed = workspace.project().join("d/closed");
    let allow = |mode| std::fs::set_permissions(&closed, PermissionsExt::from_mode(mode)).unwrap();
    allow(0o000);
    let output = workspace.run(&["validate", "d", "--format", "json"]);
    let readable = std::fs::read_dir(&closed).is_ok();
    allow(0o755);
    if readable {
        assert_eq!(paths(&output.exits(0).json()), ["d/a.json", "d/closed/b.json"]);
    } else {
        let report = output.exits(3).json();
        assert_eq!((paths(&report), &report["errors"][0]["path"]), (vec!["d/a.json".to_owned()], &json!("d/closed")));
    }
}

#[test]
fn the_order_of_many_files_is_stable() {
    let workspace = Workspace::new();
    let names: Vec<String> = (0..300).map(|n| format!("d/{:02}/{n:03}.json", n % 7)).collect();
    for (n, name) in names.iter().enumerate() {
        // Documents of very different sizes, so that threads finish out of order.
        let variables: Vec<Value> = (0..(n * 37) % 49).map(|v| plain(&format!("v{v}"), &"x".repeat(n))).collect();
        workspace.write(name, if n % 5 == 0 { bad() } else { document(&variables) });
    }
    let mut sorted = names;
    sorted.sort();
    let first = workspace.run(&["validate", "d", "--format", "json"]);
    let report = first.exits(1).json();
    assert_eq!(paths(&report), sorted);
    assert_eq!(report["summary"], json!({"files": 300, "skipped": 0, "errors": 60, "warnings": 0}));
    for format in ["json", "text", "concise"] {
        let run = || workspace.run(&["validate", "d", "--format", format]).exits(1).stdout();
        let text = run();
        assert!((0..3).all(|_| run() == text), "{format}");
    }
}

#[test]
fn a_report_may_lie_among_the_documents_but_never_replaces_one() {
    let workspace = Workspace::new();
    workspace.write("d/vars.json", bad());
    let replacing = workspace.run(&["validate", "d", "--output", "json=d/vars.json"]);
    replacing.exits(2);
    assert!(replacing.stderr().contains("this is a document to check"), "{}", replacing.stderr());
    assert_eq!(workspace.read("d/vars.json"), bad());
    for _ in 0..2 {
        workspace.run(&["validate", "d", "--output", "json=d/report.json"]).exits(1);
        assert!(workspace.read("d/report.json").contains("CX102"));
    }
}
