//! How a project is loaded, and what it finds in documents.

use cxvars_core::check::baseline::{Baseline, to_know};

use super::*;
use crate::conclusion::NoPolicies;
use crate::error::Problem;
use crate::files::Memory;

const DOCUMENT: &[u8] = br#"[{"name": "_a", "type": "string", "value": "x"}]"#;

fn files(entries: &[(&str, &str)]) -> Memory {
    let mut files = Memory::new();
    entries.iter().for_each(|(path, text)| files.insert(*path, *text));
    files
}

fn request<'r>() -> Request<'r> {
    Request::new(Path::new("/p")).file(Some(Path::new("/p/cxvars.toml"))).user_file(Some(Path::new("/u/config.toml")))
}

fn load(entries: &[(&str, &str)]) -> Result<Project, ProjectError> {
    Project::load(&request(), &files(entries))
}

fn codes(project: &Project, path: &str, bytes: &[u8]) -> Vec<String> {
    project.check(Some(Path::new(path)), bytes, &NoPolicies, |checked| {
        checked.report().diagnostics().iter().map(|finding| finding.code.to_string()).collect()
    })
}

/// A file, a line and a column in it, and what the command line prints.
type Mistake = (PathBuf, Option<(usize, usize)>, String);

fn problems(entries: &[(&str, &str)]) -> Vec<Mistake> {
    let error = load(entries).err().unwrap();
    let at = |problem: &Problem| problem.position().map(|position| (position.line, position.column));
    let problem = |problem: &Problem| (problem.path().unwrap().to_owned(), at(problem), problem.to_string());
    error.problems().iter().map(problem).collect()
}

#[test]
fn a_document_is_checked_with_the_ignores_of_its_path() {
    let project = load(&[(
        "/p/cxvars.toml",
        "[[ignore]]\ncode = \"CX102\"\nreason = \"r\"\npath = \"old/**\"\nexpires = 2026-01-31\n",
    )]);
    let project = project.ok().unwrap();
    assert_eq!(codes(&project, "/p/a.json", DOCUMENT), ["CX102"]);
    assert!(codes(&project, "/p/old/a.json", DOCUMENT).is_empty());
    let found = |bytes| project.check_found(Path::new("/p/a.json"), bytes, &NoPolicies, |_| ());
    let foreign = br#"{"compilerOptions": {"strict": true}, "include": ["src"]}"#;
    assert_eq!((found(DOCUMENT), found(foreign)), (Some(()), None));
    assert!(project.is_foreign(Some(Path::new("/p/a.json")), foreign));
    let later = project.on_day(Some(Date::new(2026, 2, 1)));
    assert_eq!(codes(&later, "/p/old/a.json", DOCUMENT), ["CX102"]);
}

#[test]
fn the_baseline_hides_what_it_knows_and_is_no_document() {
    let config = "[validate]\nbaseline = \"known.json\"\n";
    let empty = ("/p/known.json", "{\"version\": 1, \"findings\": []}");
    let before = load(&[("/p/cxvars.toml", config), empty]).ok().unwrap();
    let baseline = before
        .check(Some(Path::new("/p/a/b.json")), DOCUMENT, &NoPolicies, |checked| to_know("a/b.json", checked.report()));
    let baseline: Baseline = baseline.into_iter().collect();
    let project = load(&[("/p/cxvars.toml", config), ("/p/known.json", &baseline.to_text())]).ok().unwrap();
    assert!(codes(&project, "/p/a/b.json", DOCUMENT).is_empty());
    assert_eq!(codes(&project, "/p/b.json", DOCUMENT), ["CX102"]);
    let selection = project.selection();
    assert!(selection.has_file(Path::new("/p/a/known.json")) && !selection.has_file(Path::new("/p/known.json")));
}

#[test]
fn mistakes_have_the_place_and_the_words_of_the_command_line() {
    let config = Path::new("/p/cxvars.toml").to_owned();
    let found = problems(&[("/p/cxvars.toml", "[contracts]\na = \"a.json\"\nb = \"b.json\"\n"), ("/p/b.json", "{}")]);
    let message = "[contracts] `a`: `a.json` cannot be used: no such file or folder".to_owned();
    assert_eq!(found, [(config.clone(), Some((2, 1)), message)]);
    let ignore = "\n[[ignore]]\ncode = \"CX001\"\nreason = \"r\"\n";
    let found = problems(&[("/p/cxvars.toml", ignore)]);
    let message = "cxvars.toml:2: [[ignore]]: CX001 cannot be ignored: a document that cannot be read is never valid; \
                   mend it";
    assert_eq!(found, [(config.clone(), Some((2, 1)), message.to_owned())]);
    let found = problems(&[("/p/cxvars.toml", "[validate]\nmax_depht = 1\n")]);
    assert_eq!((&found[0].0, found[0].1), (&config, Some((2, 1))));
    let found = problems(&[("/p/cxvars.toml", "[profile]\nbackoff_base_ms = 70_000\n")]);
    assert_eq!((&found[0].0, found[0].1), (&config, Some((2, 1))));
    let found = problems(&[("/p/cxvars.toml", "[profile]\nbackoff_cap_ms = 1\n")]);
    assert_eq!((&found[0].0, found[0].1), (&config, Some((2, 1))));
    let found = problems(&[("/p/cxvars.toml", ""), ("/u/config.toml", "trusted_hosts = [\"*\"]\n")]);
    assert_eq!((found[0].0.as_path(), found[0].1), (Path::new("/u/config.toml"), Some((1, 1))));
    let all =
        "[validate]\nbaseline = \"k.json\"\n[contracts]\na = \"a.json\"\n[[ignore]]\ncode = \"CX0\"\nreason = \"r\"\n";
    let lines: Vec<_> = problems(&[("/p/cxvars.toml", all)]).iter().map(|(_, at, _)| at.unwrap().0).collect();
    assert_eq!(lines, [5, 4, 2]);
    let found = problems(&[("/p/cxvars.toml", "[validate]\nbaseline = \"known.json\"\n")]);
    let message = "cannot read the baseline `known.json`: no such file or folder; \
                   `cxvars validate . --write-baseline known.json` makes it";
    assert_eq!(found, [(config, Some((2, 1)), message.to_owned())]);
}

#[test]
fn threads_share_a_project() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Project>();
}

#[test]
fn an_environment_must_be_defined() {
    let files = files(&[("/p/cxvars.toml", "[env.prod.params]\nregion = \"eu\"\n[env.dev]\n")]);
    let project = Project::load(&request().environment(Some("prod"), "`CXVARS_ENV`"), &files).ok().unwrap();
    assert_eq!(project.environment(), Some("prod"));
    assert_eq!(project.params().unwrap().len(), 1);
    let error = Project::load(&request().environment(Some("prdo"), "`CXVARS_ENV`"), &files).err().unwrap();
    assert!(error.to_string().ends_with("did you mean `prod`?"), "{error}");
    assert!(error.to_string().contains("named by `CXVARS_ENV`"), "{error}");
}

#[test]
fn every_file_that_counts_is_a_source_even_if_it_does_not_exist() {
    let config = "extends = \"../shared.toml\"\n[contracts]\na = \"a.json\"\n[validate]\nbaseline = \"k.json\"\n";
    let error = load(&[("/p/cxvars.toml", config), ("/shared.toml", "")]).err().unwrap();
    for source in ["/p/cxvars.toml", "/p/../shared.toml", "/u/config.toml", "/p/a.json"] {
        assert!(error.sources().iter().any(|path| path == Path::new(source)), "{source}");
    }
    let project = Project::load(&Request::new(Path::new("/p")), &Memory::new()).ok().unwrap();
    assert_eq!(project.sources(), [Path::new("/p/cxvars.toml")]);
    let error = load(&[("/p/cxvars.toml", "[")]).err().unwrap();
    assert_eq!(error.sources(), [Path::new("/p/cxvars.toml"), Path::new("/u/config.toml")]);
    assert_eq!((project.folder(), project.file()), (Path::new("/p"), None));
}

#[test]
fn a_file_that_is_being_fetched_is_waited_for() {
    let config = "extends = \"s.toml\"\n[contracts]\na = \"a.json\"\n[validate]\nbaseline = \"k.json\"\n";
    let known = "{\"version\": 1, \"findings\": []}";
    let mut files = files(&[("/p/cxvars.toml", config), ("/p/s.toml", ""), ("/p/a.json", "{}"), ("/p/k.json", known)]);
    assert!(Project::load(&request(), &files).is_ok());
    for pending in ["/p/cxvars.toml", "/u/config.toml", "/p/s.toml", "/p/a.json", "/p/k.json"] {
        let mut files = files.clone();
        files.set_pending(pending);
        assert!(Project::load(&request(), &files).err().unwrap().is_pending(), "{pending}");
    }
    files.insert("/p/a.json", "{");
    assert!(!Project::load(&request(), &files).err().unwrap().is_pending());
}
