//! `[[ignore]]`: which ones count for a document, and what became of them in a run.

use std::path::{Component, Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::base::span::LineIndex;
use cxvars_core::check::Report;
use cxvars_core::check::ignore_comments::Silenced;
use cxvars_core::options::ignore::{Date, Ignore};
use globset::{GlobBuilder, GlobMatcher};

use super::input;
use crate::cli::exit::CommandError;
use crate::cli::terminal::Terminal;
use crate::config::{self, Settings};
use crate::service::transport;

/// The ignores of the configuration.
pub(crate) struct Ignores {
    list: Vec<Scoped>,
    working_directory: PathBuf,
    /// The folder that globs start from.
    folder: PathBuf,
}

struct Scoped {
    ignore: Ignore,
    path: Option<GlobMatcher>,
}

impl Ignores {
    /// Those of the settings; globs start from the project's folder, whichever file they stand in.
    pub(crate) fn new(settings: &Settings, working_directory: &Path) -> Result<Self, CommandError> {
        let folder = settings.project_file.as_deref().and_then(Path::parent).unwrap_or(working_directory);
        let list =
            settings.ignores.iter().map(|written| scoped(written, working_directory)).collect::<Result<_, _>>()?;
        Ok(Self { list, working_directory: working_directory.to_owned(), folder: clean(folder) })
    }

    /// The ones that count for a document, by their places in the list. Standard input has no path.
    pub(crate) fn applying(&self, document: Option<&Path>) -> Vec<usize> {
        let has_paths = self.list.iter().any(|scoped| scoped.path.is_some());
        let absolute = document.filter(|_| has_paths).map(|path| clean(&self.working_directory.join(path)));
        let relative = absolute.as_deref().and_then(|path| path.strip_prefix(&self.folder).ok());
        let applies = |scoped: &Scoped| match &scoped.path {
            Some(glob) => relative.is_some_and(|path| glob.is_match(path)),
            None => true,
        };
        (0..self.list.len()).filter(|&index| applies(&self.list[index])).collect()
    }

    /// The ignores at these places, as core takes them.
    pub(crate) fn at(&self, places: &[usize]) -> Vec<Ignore> {
        places.iter().map(|&place| self.list[place].ignore.clone()).collect()
    }

    /// Says what was silenced and what has expired.
    pub(crate) fn say_used(&self, usage: &Usage, terminal: Terminal) {
        for (scoped, tally) in self.list.iter().zip(&usage.0) {
            let Ignore { code, origin, reason, .. } = &scoped.ignore;
            if tally.silenced.count > 0 {
                let found = tally.silenced.describe(code);
                let until = scoped.ignore.expires.map(|day| format!(" until {day}")).unwrap_or_default();
                terminal.note(&format!("note: {found} silenced by {origin} \"{}\"{until}", display::escape(reason)));
            }
            if let Some(expires) = scoped.ignore.expires.filter(|_| tally.expired.count > 0) {
                let found = tally.expired.describe(code);
                terminal.warn(&format!("error: {origin} expired {expires}; {found} counts again"));
            }
        }
    }

    /// Says which ones silenced nothing, though a document was read that they count for.
    pub(crate) fn say_unused(&self, usage: &Usage, today: Option<Date>, terminal: Terminal) {
        for (Scoped { ignore, .. }, tally) in self.list.iter().zip(&usage.0) {
            if tally.read && !tally.unread && tally.silenced.count == 0 && tally.expired.count == 0 {
                let variable = ignore.variable.as_deref().map(|name| format!(" {}", display::quote(name)));
                let (code, variable) = (&ignore.code, variable.unwrap_or_default());
                let expired = match ignore.expires.filter(|_| ignore.is_expired(today)) {
                    Some(day) => format!(" expired {day} and"),
                    None => String::new(),
                };
                let origin = &ignore.origin;
                terminal.warn(&format!("warning: {origin}{expired} silences nothing ({code}{variable}); delete it"));
            }
        }
    }
}

/// Says what the comments of a document silenced; `text` is what was checked.
pub(crate) fn comment_notes(name: &str, text: &str, report: &Report) -> Vec<String> {
    if report.silenced().is_empty() {
        return Vec::new();
    }
    let index = LineIndex::new(text);
    let note = |silenced: &Silenced| {
        let variable = silenced.variable.as_deref().map(|name| format!(" {}", display::quote(name)));
        let (code, variable) = (&silenced.code, variable.unwrap_or_default());
        let line = index.position(silenced.comment.start()).line;
        format!("note: {code}{variable} silenced by {name}:{line} \"{}\"", display::escape(&silenced.reason))
    };
    report.silenced().iter().map(note).collect()
}

/// What became of the ignores, in their order.
#[derive(Clone, Default)]
pub(crate) struct Usage(Vec<Tally>);

#[derive(Clone, Default)]
struct Tally {
    /// A document that it counts for was read.
    read: bool,
    /// One could not be read to its end, so that what it silences there is not known.
    unread: bool,
    silenced: Findings,
    expired: Findings,
}

/// Findings, counted; the variable where it is the same for all.
#[derive(Clone, Default)]
struct Findings {
    count: usize,
    variable: Option<String>,
}

impl Usage {
    /// Adds what became of the ignores at these places in one document.
    pub(crate) fn add(&mut self, places: &[usize], report: &Report) {
        let unread = report.is_unread();
        for &place in places {
            let tally = self.at(place);
            tally.read = true;
            tally.unread |= unread;
        }
        for ignored in report.ignored() {
            let tally = self.at(places[ignored.ignore]);
            let findings = if ignored.expired { &mut tally.expired } else { &mut tally.silenced };
            findings.join(Findings { count: 1, variable: ignored.variable.clone() });
        }
    }

    /// Adds what another thread counted.
    pub(crate) fn join(&mut self, other: Self) {
        for (place, tally) in other.0.into_iter().enumerate() {
            let own = self.at(place);
            own.read |= tally.read;
            own.unread |= tally.unread;
            own.silenced.join(tally.silenced);
            own.expired.join(tally.expired);
        }
    }

    fn at(&mut self, place: usize) -> &mut Tally {
        if self.0.len() <= place {
            self.0.resize_with(place + 1, Tally::default);
        }
        &mut self.0[place]
    }
}

impl Findings {
    fn join(&mut self, other: Self) {
        if self.count == 0 {
            self.variable = other.variable;
        } else if other.count > 0 && self.variable != other.variable {
            self.variable = None;
        }
        self.count += other.count;
    }

    /// ``CX501 `public_key` (3 times)``
    fn describe(&self, code: &str) -> String {
        let variable = self.variable.as_deref().map(|name| format!(" {}", display::quote(name))).unwrap_or_default();
        let times = if self.count == 1 { String::new() } else { format!(" ({} times)", self.count) };
        format!("{code}{variable}{times}")
    }
}

fn scoped(written: &config::Ignore, working_directory: &Path) -> Result<Scoped, CommandError> {
    let file = written.file.strip_prefix(working_directory).unwrap_or(&written.file);
    let origin = format!("{}:{}", input::shown(file), written.position.line);
    let refused = |problem: String| CommandError::usage(format!("{origin}: [[ignore]]: {problem}"));
    let mut ignore = Ignore::new(cxvars_core::rules::ALL, &written.code, &written.reason, &origin)
        .map_err(|problem| refused(problem.to_string()))?;
    ignore.variable.clone_from(&written.variable);
    ignore.expires = written.expires.map(transport::date);
    let glob = written.path.as_deref().map(|path| {
        // As in .gitignore: `*` stays in a folder, `**` goes below.
        let glob = GlobBuilder::new(path.strip_prefix("./").unwrap_or(path)).literal_separator(true).build();
        glob.map_err(|error| refused(format!("`path` is no glob: {}", error.kind())))
    });
    Ok(Scoped { ignore, path: glob.transpose()?.map(|glob| glob.compile_matcher()) })
}

/// The path without `.` and `..`, by its text alone.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(clean.pop()),
            other => clean.push(other),
        }
    }
    clean
}
