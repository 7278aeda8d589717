//! A whole project: the configurations of its files, and what they say of its documents.
//!
//! The caller has the files. It hands over those that configurations consist of; a document is only passed through. The
//! functions work on the one project that is open in this instance.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cxvars_core::check::Checked;
use cxvars_core::options::ignore::Date;
use cxvars_core::options::reader::Position;
use cxvars_core::policy::{Facts, PassedSetting, PolicyRule, Subject, Verdict};
use cxvars_project::files::Memory;
use cxvars_project::ignores::{Remark, Usage};
use cxvars_project::paths::clean;
use cxvars_project::plugin::Wanted;
use cxvars_project::{Judge, NoPolicies, Problem, Project, ProjectError, Request, configuration_of};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::check::with_input;
use crate::reply::reply;
use crate::{fix, outline, policy, to_js};

/// Where the project's folder is. Callers and messages name paths from there.
const ROOT: &str = "/project";

thread_local! {
    static OPENED: RefCell<Opened> = RefCell::default();
}

/// The project. It has no `Debug`, because a configuration may hold values.
#[derive(Default)]
struct Opened {
    today: Option<Date>,
    files: Memory,
    loaded: BTreeMap<Option<PathBuf>, Loaded>,
}

/// One of its configurations.
struct Loaded {
    project: Result<Project, ProjectError>,
    usage: Usage,
}

/// A mistake in a configuration, or what is to be said of an ignore.
#[derive(Serialize)]
struct Said {
    path: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
}

#[derive(Serialize)]
struct Configurations {
    problems: Vec<Said>,
    ignores: Vec<Said>,
}

/// The policies of a configuration. The caller runs them, because they need threads.
#[derive(Serialize)]
struct Policies<'p> {
    /// The file of the configuration.
    configuration: String,
    plugins: Vec<Plugin<'p>>,
}

/// A policy that a configuration names.
#[derive(Serialize)]
struct Plugin<'p> {
    /// Its file from the project's folder; `None` if it is outside.
    path: Option<String>,
    /// Its file, for messages.
    shown: String,
    sha256: Option<&'p str>,
    memory_mib: Option<u64>,
    settings: Vec<PassedSetting<'p>>,
}

/// What the policies of a document's configuration see of it.
#[derive(Serialize)]
struct Seen<'f> {
    configuration: String,
    facts: &'f Facts,
}

/// The verdicts of policies that ran elsewhere.
struct Passed(Vec<Verdict>);

impl Judge for Passed {
    fn judge(&self, checked: &mut Checked<'_>) {
        Verdict::add_all(&self.0, checked);
    }

    fn rules(&self) -> Vec<PolicyRule> {
        self.0.iter().flat_map(|verdict| verdict.description.rules.iter().cloned()).collect()
    }
}

/// Opens another project, as of a day such as `2027-01-31`.
#[wasm_bindgen]
pub fn open_project(today: &str) {
    let mut files = Memory::new();
    // Whatever is above the folder that the user chose belongs to somebody else.
    files.insert(Path::new(ROOT).join(".git"), "");
    OPENED.set(Opened { today: Date::parse(today), files, loaded: BTreeMap::new() });
}

/// Hands over a file. What was loaded before is loaded again.
#[wasm_bindgen]
pub fn put_file(path: &str, bytes: Vec<u8>) {
    OPENED.with_borrow_mut(|opened| {
        opened.files.insert(inside(path), bytes);
        opened.loaded.clear();
    });
}

/// The files that the configurations of these documents consist of, also those that do not exist.
#[wasm_bindgen]
pub fn project_sources(documents: Vec<String>) -> Vec<String> {
    OPENED.with_borrow_mut(|opened| {
        let mut sources: BTreeSet<PathBuf> = BTreeSet::new();
        for document in documents {
            sources.extend(opened.of(&inside(&document)).sources().iter().map(|path| clean(path)));
        }
        sources.iter().filter_map(|path| path.strip_prefix(ROOT).ok()).map(slashed).collect()
    })
}

/// Whether a search finds a file by its path: its name, `include` and `exclude`.
#[wasm_bindgen]
pub fn is_searched_for(path: &str) -> bool {
    OPENED.with_borrow_mut(|opened| {
        let path = inside(path);
        opened.of(&path).project.as_ref().is_ok_and(|project| {
            path.strip_prefix(project.folder()).is_ok_and(|below| project.selection().finds(project.folder(), below))
        })
    })
}

/// The policies of the configurations of these documents. Configurations without any are left out.
#[wasm_bindgen]
pub fn project_policies(documents: Vec<String>) -> Result<JsValue, JsError> {
    OPENED.with_borrow_mut(|opened| {
        for document in &documents {
            opened.of(&inside(document));
        }
        let projects = opened.loaded.iter().filter_map(|(file, loaded)| Some((file, loaded.project.as_ref().ok()?)));
        let with_policies = projects.filter(|(_, project)| !project.plugins().is_empty());
        let policies = with_policies.map(|(file, project)| Policies {
            configuration: named(file.as_deref()),
            plugins: project.plugins().iter().map(plugin).collect(),
        });
        to_js(&policies.collect::<Vec<_>>())
    })
}

/// What policies see of the first `length` bytes of the input as the document at this path, without a value.
/// `undefined` if its configuration has no policies, if it cannot be read to its end, or if the bytes are clearly
/// something else than a document and `is_wanted` is false.
#[wasm_bindgen]
pub fn facts_in_project(length: usize, path: &str, is_wanted: bool) -> Result<JsValue, JsError> {
    with_input(length, |bytes| {
        OPENED.with_borrow_mut(|opened| {
            let path = inside(path);
            let file = opened.configuration_of(&path);
            let Ok(project) = &opened.of(&path).project else { return Ok(JsValue::UNDEFINED) };
            if project.plugins().is_empty() || (!is_wanted && project.is_foreign(Some(&path), bytes)) {
                return Ok(JsValue::UNDEFINED);
            }
            project.check(Some(&path), bytes, &NoPolicies, |checked| match Subject::of(checked) {
                Some(subject) => to_js(&Seen { configuration: named(file.as_deref()), facts: subject.facts() }),
                None => Ok(JsValue::UNDEFINED),
            })
        })
    })
}

/// Checks the first `length` bytes of the input as the document at this path, and zeroes them afterwards. `verdicts` are
/// those of the policies that ran. Returns the address of the reply, a report; nothing if the bytes are clearly something
/// else than a document and `is_wanted` is false, or if the configuration has mistakes.
#[wasm_bindgen]
pub fn check_in_project(
    length: usize,
    path: &str,
    is_wanted: bool,
    verdicts: JsValue,
) -> Result<Option<usize>, JsError> {
    let report = |checked: &Checked<'_>| reply(|reply| reply.report(checked.text(), checked.report())) as usize;
    with_input(length, |bytes| Ok(judged(bytes, path, is_wanted, &Passed(policy::read(verdicts)?), report)))
}

/// Where the variables are in the first `length` bytes of the input. The result contains values, which the caller
/// passed in.
#[wasm_bindgen]
pub fn outline_in_project(length: usize, path: &str) -> Result<JsValue, JsError> {
    with_input(length, |bytes| {
        let options = OPENED.with_borrow_mut(|opened| opened.options(path))?;
        outline::of(std::str::from_utf8(bytes).unwrap_or_default(), &options)
    })
}

/// Fixes the first `length` bytes of the input, and zeroes them afterwards. Applies unsafe fixes only if `is_unsafe`.
#[wasm_bindgen]
pub fn fix_in_project(length: usize, path: &str, is_unsafe: bool) -> Result<*const u32, JsError> {
    with_input(length, |bytes| {
        let options = OPENED.with_borrow_mut(|opened| opened.options(path))?;
        Ok(fix::fixed(bytes, &options, is_unsafe))
    })
}

/// What is wrong with the configurations of these documents, and which ignores have expired or silenced nothing in the
/// documents that were checked.
#[wasm_bindgen]
pub fn configurations(documents: Vec<String>) -> Result<JsValue, JsError> {
    OPENED.with_borrow_mut(|opened| {
        for document in &documents {
            opened.of(&inside(document));
        }
        to_js(&opened.configurations())
    })
}

impl Opened {
    /// The file of the configuration of a file.
    fn configuration_of(&self, path: &Path) -> Option<PathBuf> {
        configuration_of(path, Some(Path::new(ROOT)), &self.files).unwrap_or_default()
    }

    /// The configuration of a file.
    fn of(&mut self, path: &Path) -> &mut Loaded {
        let root = Path::new(ROOT);
        let file = self.configuration_of(path);
        let Self { loaded, files, today } = self;
        loaded.entry(file.clone()).or_insert_with(|| {
            let request = Request::new(root).file(file.as_deref()).today(*today);
            Loaded { project: Project::load(&request, files), usage: Usage::default() }
        })
    }

    fn options(&mut self, path: &str) -> Result<cxvars_core::options::CheckOptions, JsError> {
        let path = inside(path);
        let project = self.of(&path).project.as_ref();
        project.map(|project| project.options_for(Some(&path))).map_err(|error| JsError::new(&error.to_string()))
    }

    fn configurations(&self) -> Configurations {
        let mut all = Configurations { problems: Vec::new(), ignores: Vec::new() };
        for Loaded { project, usage } in self.loaded.values() {
            match project {
                Err(error) => all.problems.extend(error.problems().iter().map(of_problem)),
                Ok(project) => {
                    let ignores = project.ignores();
                    let remarks = [ignores.used(usage), ignores.unused(usage, Vec::new, self.today)].concat();
                    all.ignores.extend(remarks.iter().filter(|remark| remark.severity().is_some()).map(of_remark));
                }
            }
        }
        all
    }
}

impl Loaded {
    fn sources(&self) -> &[PathBuf] {
        match &self.project {
            Ok(project) => project.sources(),
            Err(error) => error.sources(),
        }
    }
}

/// Checks a document by its configuration; `None` if it is not to be checked.
fn judged<R>(
    bytes: &[u8],
    path: &str,
    is_wanted: bool,
    policies: &Passed,
    work: impl FnOnce(&Checked<'_>) -> R,
) -> Option<R> {
    OPENED.with_borrow_mut(|opened| {
        let path = inside(path);
        let Loaded { project, usage } = opened.of(&path);
        let project = project.as_ref().ok()?;
        if !is_wanted && project.is_foreign(Some(&path), bytes) {
            return None;
        }
        Some(project.check(Some(&path), bytes, policies, |checked| {
            usage.add(&project.ignores().applying(Some(&path)), checked.report());
            work(checked)
        }))
    })
}

fn plugin(wanted: &Wanted) -> Plugin<'_> {
    let path = clean(&wanted.path);
    let path = path.strip_prefix(ROOT).ok().map(slashed);
    Plugin {
        shown: path.clone().unwrap_or_else(|| slashed(&wanted.path).replace("/project/", "")),
        path,
        sha256: wanted.sha256.as_deref(),
        memory_mib: wanted.memory_mib,
        settings: wanted.settings.iter().map(PassedSetting::from).collect(),
    }
}

/// The file of a configuration from the project's folder; empty if there is none.
fn named(file: Option<&Path>) -> String {
    file.map(|file| slashed(file.strip_prefix(ROOT).unwrap_or(file))).unwrap_or_default()
}

fn of_problem(problem: &Problem) -> Said {
    said(problem.path(), problem.position(), problem.message())
}

fn of_remark(remark: &Remark) -> Said {
    said(Some(remark.path()), Some(remark.position()), remark.message())
}

fn said(path: Option<&Path>, position: Option<Position>, message: &str) -> Said {
    Said {
        path: path.map(|path| slashed(path.strip_prefix(ROOT).unwrap_or(path))),
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
        message: message.replace("/project/", ""),
    }
}

fn inside(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
