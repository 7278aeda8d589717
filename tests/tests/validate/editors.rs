//! Editors check by `cxvars_project::Project`. They get the findings and the messages of `validate`.

use cxvars_core::render::json_v1::FileReport;
use cxvars_host::system::files::FileSystem;
use cxvars_project::{NoPolicies, Project, ProjectError, Request, configuration_of};
use cxvars_tests::document::{document, plain};
use cxvars_tests::process::Workspace;
use serde_json::{Value, json};

const SHARED: &str = "[validate.severity]\nCX207 = \"error\"\n";
const CONFIG: &str = r#"
extends = "../shared.toml"

[validate]
name_pattern = "[a-z_]+"
exclude = ["drafts"]
baseline = "known.json"

[[ignore]]
code = "CX102"
reason = "renamed with the next release"
path = "old/**"

[contracts]
limits = "limits.schema.json"
"#;

/// A project in which every section about checks has an effect.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write(".git/HEAD", "");
    workspace.write("../shared.toml", SHARED);
    workspace.write("cxvars.toml", CONFIG);
    workspace.write("limits.schema.json", r#"{"properties": {"a": {"type": "integer"}}}"#);
    workspace.write("known.json", r#"{"version": 1, "findings": []}"#);
    workspace.write("a.json", document(&[plain("_one", "x"), plain("two", "")]));
    workspace.write("old/b.json", document(&[plain("_one", "x"), plain("TWO", "x")]));
    workspace.write("c.env", "_one=x\n");
    workspace.write("d.yaml", "- {name: limits, type: object, value: '{\"a\": \"b\"}'}\n");
    workspace.write("drafts/e.json", "[");
    workspace.write("package.json", r#"{"name": "x", "version": "1.0.0", "dependencies": {"y": "1"}}"#);
    workspace
}

fn load(workspace: &Workspace) -> Result<Project, ProjectError> {
    let (folder, files) = (workspace.project(), FileSystem::default());
    let file = configuration_of(&folder.join("old/b.json"), Some(&folder), &files)?;
    let user_file = workspace.home().join("config/cxvars/config.toml");
    Project::load(&Request::new(&folder).file(file.as_deref()).user_file(Some(&user_file)), &files)
}

/// The report of `validate` on every document of the project.
fn by_command(workspace: &Workspace) -> Value {
    workspace.run(&["validate", ".", "--format", "json"]).json()
}

/// The report on these documents, checked as an editor does it.
fn by_editor(workspace: &Workspace, names: &[&str]) -> Value {
    let project = load(workspace).unwrap();
    let report = |name: &&str| {
        let path = workspace.project().join(name);
        let bytes = std::fs::read(&path).unwrap();
        let check = || {
            let report = |checked: &cxvars_core::check::Checked<'_>| {
                json!(FileReport::new(format!("./{name}"), checked.text(), checked.report()))
            };
            project.check_found(&path, &bytes, &NoPolicies, report)
        };
        project.selection().has_file(&path).then(check).flatten()
    };
    names.iter().filter_map(report).collect()
}

const NAMES: [&str; 8] =
    ["a.json", "c.env", "cxvars.toml", "d.yaml", "known.json", "limits.schema.json", "old/b.json", "package.json"];

#[test]
fn an_editor_finds_what_validate_finds() {
    let workspace = workspace();
    let report = by_command(&workspace);
    assert_eq!(report["files"], by_editor(&workspace, &NAMES));
    let text = report.to_string();
    for code in ["CX102", "CX207", "CX205"] {
        assert!(text.contains(code), "{code}: {text}");
    }
    assert!(!load(&workspace).unwrap().selection().has_folder(&workspace.project().join("drafts")));

    workspace.run(&["validate", ".", "--write-baseline", "known.json"]).exits(0);
    workspace.write("a.json", document(&[plain("_one", "x"), plain("two", ""), plain("_three", "x")]));
    let report = by_command(&workspace);
    assert_eq!(report["files"], by_editor(&workspace, &NAMES));
    assert_eq!(report["files"].to_string().matches("\"code\"").count(), 1, "{report}");
}

#[test]
fn an_editor_says_why_validate_refuses() {
    for config in [
        "[validat]\n",
        "extends = \"absent.toml\"\n",
        "extends_sha256 = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n",
        "[[ignore]]\ncode = \"CX001\"\nreason = \"r\"\n",
        "[contracts]\nlimits = \"old\"\n",
        "[contracts]\nlimits = \"cxvars.toml\"\n",
        "[profile]\nbackoff_base_ms = 70_000\n",
        "[validate]\nbaseline = \"absent.json\"\n",
        "[validate]\nbaseline = \"a.json\"\n",
        "[validate]\nbaseline = \"old\"\n",
        "a = \"b",
    ] {
        let workspace = workspace();
        workspace.write("cxvars.toml", config);
        let said = load(&workspace).err().unwrap().to_string();
        let output = workspace.run(&["validate", "."]);
        assert!(output.stderr().contains(&said), "{config}: {said}\n{output:?}");
    }
}
