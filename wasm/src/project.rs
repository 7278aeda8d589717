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
use cxvars_project::files::Memory;
use cxvars_project::ignores::{Remark, Usage};
use cxvars_project::paths::clean;
use cxvars_project::{NoPolicies, Problem, Project, ProjectError, Request, configuration_of};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::check::with_input;
use crate::reply::reply;
use crate::{fix, outline, to_js};

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
    /// How many policies there are. They are not run here.
    policies: usize,
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

/// Checks the first `length` bytes of the input as the document at this path, and zeroes them afterwards. Returns the
/// address of the reply, a report; nothing if the bytes are clearly something else than a document and `is_wanted` is
/// false, or if the configuration has mistakes.
#[wasm_bindgen]
pub fn check_in_project(length: usize, path: &str, is_wanted: bool) -> Option<usize> {
    let report = |checked: &Checked<'_>| reply(|reply| reply.report(checked.text(), checked.report())) as usize;
    with_input(length, |bytes| judged(bytes, path, is_wanted, report))
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
    /// The configuration of a file.
    fn of(&mut self, path: &Path) -> &mut Loaded {
        let root = Path::new(ROOT);
        let file = configuration_of(path, Some(root), &self.files).unwrap_or_default();
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
        let mut all = Configurations { problems: Vec::new(), ignores: Vec::new(), policies: 0 };
        for Loaded { project, usage } in self.loaded.values() {
            match project {
                Err(error) => all.problems.extend(error.problems().iter().map(of_problem)),
                Ok(project) => {
                    let ignores = project.ignores();
                    let remarks = [ignores.used(usage), ignores.unused(usage, Vec::new, self.today)].concat();
                    all.ignores.extend(remarks.iter().filter(|remark| remark.severity().is_some()).map(of_remark));
                    all.policies += project.plugins().len();
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
fn judged<R>(bytes: &[u8], path: &str, is_wanted: bool, work: impl FnOnce(&Checked<'_>) -> R) -> Option<R> {
    OPENED.with_borrow_mut(|opened| {
        let path = inside(path);
        let Loaded { project, usage } = opened.of(&path);
        let project = project.as_ref().ok()?;
        if !is_wanted && project.is_foreign(Some(&path), bytes) {
            return None;
        }
        Some(project.check(Some(&path), bytes, &NoPolicies, |checked| {
            usage.add(&project.ignores().applying(Some(&path)), checked.report());
            work(checked)
        }))
    })
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
