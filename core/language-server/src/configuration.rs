//! What is wrong with configurations, at its place in their files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::base::span::Span;
use cxvars_core::options::reader::Position;
use cxvars_project::paths::clean;
use cxvars_project::{Problem, Project};
use lsp_types::{Diagnostic, DiagnosticSeverity, Range};

use crate::findings::{of, plain};
use crate::host::{Kind, Wanted};
use crate::overlay::Overlay;
use crate::projects::{Loaded, Projects};
use crate::text::{Encoding, Text};
use crate::workspace::SearchResult;

/// The mistakes of a configuration by the files that have them.
pub(crate) fn diagnostics(
    loaded: &Loaded,
    overlay: &Overlay,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let mut by_file: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    let own = loaded.key.configuration.as_deref();
    // A file that is being fetched is no mistake.
    for problem in loaded.problems.iter().filter(|_| !loaded.is_pending) {
        let Some(path) = problem.path().or(own) else { continue };
        by_file.entry(clean(path)).or_default().push(diagnostic(problem, path, overlay, encoding));
    }
    if let (Some(problem), Some(path)) = (&loaded.policy_problem, own) {
        let mistake = plain(Range::default(), DiagnosticSeverity::ERROR, problem.clone());
        by_file.entry(path.to_owned()).or_default().push(mistake);
    }
    by_file
}

fn diagnostic(problem: &Problem, path: &Path, overlay: &Overlay, encoding: Encoding) -> Diagnostic {
    let range = problem.position().map(|position| range_at(path, position, overlay, encoding));
    plain(range.unwrap_or_default(), DiagnosticSeverity::ERROR, problem.message().to_owned())
}

/// The range from a position of a file to the end of its line.
pub(crate) fn range_at(path: &Path, position: Position, overlay: &Overlay, encoding: Encoding) -> Range {
    overlay.text(path).map(|text| rest_of_line(&text, position, encoding)).unwrap_or_default()
}

fn rest_of_line(text: &Text, position: Position, encoding: Encoding) -> Range {
    let start = text.offset_at(position);
    let rest = text.content().get(start..).unwrap_or_default();
    let line = rest.split(['\r', '\n']).next().unwrap_or_default();
    // A comment belongs to no mistake; a `#` inside quotes is rare, and then less is marked.
    let marked = line.split(" #").next().unwrap_or_default().trim_end();
    text.range(Span::new(start, start + marked.len()), encoding)
}

/// What is to be said of the ignores of the projects that a search came to: those that silence nothing, have expired, or
/// cannot silence what they name.
pub(crate) fn remarks(
    result: &SearchResult,
    projects: &Projects,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let overlay = projects.overlay();
    let mut by_file: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    for (project, usage) in result.used.values() {
        let ignores = project.ignores();
        let used = ignores.used(usage);
        // Of a project that reaches beyond the open folders, not all documents were seen.
        let unused = match projects.folder_of(project.folder()) {
            Some(folder) => ignores.unused(usage, || of_nested(project, folder, projects), overlay.host().today()),
            None => Vec::new(),
        };
        for remark in used.into_iter().chain(unused) {
            let Some(severity) = remark.severity() else { continue };
            let range = range_at(remark.path(), remark.position(), overlay, encoding);
            let diagnostic = plain(range, of(severity), remark.message().to_owned());
            by_file.entry(clean(remark.path())).or_default().push(diagnostic);
        }
    }
    by_file
}

/// The documents in a project's folder that belong to projects below it. `cxvars validate` in that folder comes to them
/// too, so an ignore may be meant for them.
fn of_nested(project: &Arc<Project>, open_folder: &Path, projects: &Projects) -> Vec<PathBuf> {
    let is_below = |path: &Path| path.starts_with(project.folder()) && Some(path) != project.file();
    if !projects.all().iter().filter_map(|loaded| loaded.key.configuration.as_deref()).any(is_below) {
        return Vec::new();
    }
    let outer = Arc::clone(project);
    let wanted: Wanted = Arc::new(move |path, kind| match (kind, path.strip_prefix(outer.folder())) {
        (Kind::File, Ok(_)) => outer.selection().has_file(path),
        (Kind::File, Err(_)) => false,
        (Kind::Folder, Ok(below)) => below.as_os_str().is_empty() || outer.selection().has_folder(path),
        (Kind::Folder, Err(_)) => outer.folder().starts_with(path),
    });
    let mut found = projects.overlay().host().walk(open_folder, wanted);
    found.retain(|path| projects.of(path).key.configuration.as_deref() != project.file());
    found
}
