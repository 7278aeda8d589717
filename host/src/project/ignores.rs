//! `[[ignore]]`: which entries apply to a document, and what each silenced in a run.

use std::cell::LazyCell;
use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::check::Report;
use cxvars_core::check::ignore_comments::Silenced;
use cxvars_core::check::ignores::{Effect, Ignored};
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::ignore::{Date, Ignore, WrittenIgnore};
use cxvars_core::render::File;
use cxvars_core::rules;

use super::relative::Place;
use super::{ProjectError, input};
use crate::config::Settings;
use crate::system::terminal::Terminal;

/// The ignores of the configuration.
pub(crate) struct Ignores {
    list: Vec<Ignore>,
    /// Number of them, from the first, that the project's own file has.
    own: usize,
    place: Place,
}

impl Ignores {
    /// Reads the ignores of the settings. Globs start from the project's folder, whichever file they are written in.
    pub(crate) fn new(settings: &Settings, working_directory: &Path) -> Result<Self, ProjectError> {
        let folder = settings.project_file.as_deref().and_then(Path::parent).unwrap_or(working_directory);
        let is_own = |written: &&WrittenIgnore| Some(&written.place.file) == settings.project_file.as_ref();
        let own = settings.ignores.iter().take_while(is_own).count();
        let list = settings.ignores.iter().map(|written| read(written, working_directory)).collect::<Result<_, _>>()?;
        Ok(Self { list, own, place: Place::new(working_directory, folder) })
    }

    /// The ignores that apply to a document, as indices into the list. Standard input has no path.
    pub(crate) fn applying(&self, document: Option<&Path>) -> Vec<usize> {
        let has_paths = self.list.iter().any(|ignore| ignore.path.is_some());
        let relative = document.filter(|_| has_paths).and_then(|path| self.place.relative(path));
        (0..self.list.len()).filter(|&index| self.list[index].applies_to(relative.as_deref())).collect()
    }

    /// The ignores at these indices, in the form that core takes.
    pub(crate) fn at(&self, places: &[usize]) -> Vec<Ignore> {
        places.iter().map(|&place| self.list[place].clone()).collect()
    }

    /// Prints what was silenced, and which ignores have expired.
    pub(crate) fn say_used(&self, usage: &Usage, terminal: Terminal) {
        for (ignore, tally) in self.list.iter().zip(&usage.0) {
            let Ignore { code, origin, reason, .. } = ignore;
            if tally.silenced.count > 0 {
                let found = tally.silenced.describe(code);
                let until = ignore.expires.map(|day| format!(" until {day}")).unwrap_or_default();
                terminal.note(&format!("note: {found} silenced by {origin} \"{}\"{until}", display::escape(reason)));
            }
            if let Some(expires) = ignore.expires.filter(|_| tally.expired.count > 0) {
                let (word, found) = (tally.expired.worst(), tally.expired.describe(code));
                terminal.warn(&format!("{word}: {origin} expired {expires}; {found} counts again"));
            }
            if tally.refused.count > 0 {
                let (word, found) = (tally.refused.worst(), tally.refused.describe(code));
                terminal.warn(&format!(
                    "{word}: {origin} cannot silence {found}, because such a document cannot be sent; mend the document"
                ));
            }
        }
    }

    /// Warns about ignores that silenced nothing although every document that they apply to was read. `unseen` finds
    /// the other documents of the project. Ignores of other files than the project's own apply to other projects too,
    /// so nobody knows that these silence nothing.
    pub(crate) fn say_unused(
        &self,
        usage: &Usage,
        unseen: impl Fn() -> Vec<PathBuf>,
        today: Option<Date>,
        terminal: Terminal,
    ) {
        let unseen = LazyCell::new(|| unseen().iter().filter_map(|path| self.place.relative(path)).collect::<Vec<_>>());
        for (ignore, tally) in self.list.iter().zip(&usage.0).take(self.own) {
            let applies_elsewhere = || unseen.iter().any(|path| ignore.applies_to(Some(path)));
            if tally.read && !tally.unread && tally.findings() == 0 && !applies_elsewhere() {
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

/// Notes that say what the ignore comments of a document silenced.
pub(crate) fn comment_notes(document: &File<'_>) -> Vec<String> {
    let name = document.path();
    let note = |silenced: &Silenced| {
        let variable = silenced.variable.as_deref().map(|name| format!(" {}", display::quote(name)));
        let (code, variable) = (&silenced.code, variable.unwrap_or_default());
        let line = document.lines().position(silenced.comment.start()).line;
        format!("note: {code}{variable} silenced by {name}:{line} \"{}\"", display::escape(&silenced.reason))
    };
    document.report().silenced().iter().map(note).collect()
}

/// What each ignore silenced, in the order of the list.
#[derive(Clone, Default)]
pub(crate) struct Usage(Vec<Tally>);

#[derive(Clone, Default)]
struct Tally {
    /// A document that the ignore applies to was read.
    read: bool,
    /// Such a document could not be read to its end, so it is not known what the ignore silences there.
    unread: bool,
    silenced: Findings,
    expired: Findings,
    refused: Findings,
}

impl Tally {
    fn findings(&self) -> usize {
        self.silenced.count + self.expired.count + self.refused.count
    }
}

/// Number of findings, their variable if it is the same for all, and how bad the worst of them is.
#[derive(Clone, Default)]
struct Findings {
    count: usize,
    variable: Option<String>,
    severity: Option<Severity>,
}

impl From<&Ignored> for Findings {
    fn from(ignored: &Ignored) -> Self {
        Self { count: 1, variable: ignored.variable.clone(), severity: Some(ignored.severity) }
    }
}

impl Usage {
    /// Adds what the ignores at these indices silenced in one document.
    pub(crate) fn add(&mut self, places: &[usize], report: &Report) {
        let unread = report.is_unread();
        for &place in places {
            let tally = self.at(place);
            tally.read = true;
            tally.unread |= unread;
        }
        for ignored in report.ignored() {
            let tally = self.at(places[ignored.ignore]);
            let findings = match ignored.effect {
                Effect::Silenced => &mut tally.silenced,
                Effect::Expired => &mut tally.expired,
                Effect::Refused => &mut tally.refused,
            };
            findings.join(ignored.into());
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
            own.refused.join(tally.refused);
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
        self.severity = self.severity.max(other.severity);
    }

    /// The severity of the worst finding, which decides the exit code.
    fn worst(&self) -> &'static str {
        self.severity.unwrap_or(Severity::Warning).as_str()
    }

    /// ``CX501 `public_key` (3 times)``
    fn describe(&self, code: &str) -> String {
        let variable = self.variable.as_deref().map(|name| format!(" {}", display::quote(name))).unwrap_or_default();
        let times = if self.count == 1 { String::new() } else { format!(" ({} times)", self.count) };
        format!("{code}{variable}{times}")
    }
}

fn read(written: &WrittenIgnore, working_directory: &Path) -> Result<Ignore, ProjectError> {
    let place = &written.place;
    let file = place.file.strip_prefix(working_directory).unwrap_or(&place.file);
    let origin = format!("{}:{}", input::shown(file), place.position.line);
    Ignore::from_written(rules::ALL, written, &origin)
        .map_err(|problem| ProjectError::usage(format!("{origin}: [[ignore]]: {problem}")))
}
