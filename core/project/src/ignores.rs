//! `[[ignore]]`: which entries apply to a document, and what each silenced.

use std::cell::LazyCell;
use std::fmt;
use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::check::Report;
use cxvars_core::check::ignores::{Effect, Ignored};
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::CheckOptions;
use cxvars_core::options::ignore::{Date, Ignore, IgnoreError, WrittenIgnore};
use cxvars_core::options::reader::{Place, Position};
use cxvars_core::rules;

use crate::error::{Problem, ProjectError};
use crate::paths::{Base, GlobRoot};

/// The ignores of a configuration.
#[derive(Clone, Debug)]
pub struct Ignores {
    list: Vec<Entry>,
    /// Number of them, from the first, that the project's own file has.
    own: usize,
    root: GlobRoot,
}

#[derive(Clone, Debug)]
struct Entry {
    ignore: Ignore,
    place: Place,
}

/// What is to be said of an ignore after documents were checked. Displayed, it is one line that names the place, as the
/// command line prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    severity: Option<Severity>,
    place: Place,
    message: String,
    line: String,
}

impl Remark {
    fn warning(severity: Severity, entry: &Entry, message: String) -> Self {
        let line = format!("{}: {} {message}", severity.as_str(), entry.ignore.origin);
        Self { severity: Some(severity), place: entry.place.clone(), message, line }
    }

    /// How bad it is; `None` for a note that something was silenced.
    pub fn severity(&self) -> Option<Severity> {
        self.severity
    }

    /// The file that has the ignore.
    pub fn path(&self) -> &Path {
        &self.place.file
    }

    /// The position of the ignore in its file.
    pub fn position(&self) -> Position {
        self.place.position
    }

    /// What is to be said, for a reader who sees the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.line)
    }
}

impl Ignores {
    /// Reads ignores.
    ///
    /// # Errors
    /// Every ignore that is refused.
    pub(crate) fn new(written: &[WrittenIgnore], base: &Base) -> Result<Self, ProjectError> {
        let is_own = |written: &&WrittenIgnore| Some(written.place.file.as_path()) == base.project_file();
        let own = written.iter().take_while(is_own).count();
        let (mut list, mut problems) = (Vec::new(), Vec::new());
        for written in written {
            match read(written, base) {
                Ok(entry) => list.push(entry),
                Err(problem) => problems.push(problem),
            }
        }
        match problems.is_empty() {
            true => Ok(Self { list, own, root: base.globs() }),
            false => Err(ProjectError::new(problems)),
        }
    }

    /// The ignores of rules of the team's own that are not declared, or that are enforced.
    pub(crate) fn refused(&self, options: &CheckOptions) -> Vec<Problem> {
        let refused = self.list.iter().filter_map(|entry| {
            let error = options.check_reference(&entry.ignore.code).err()?;
            Some(problem(&entry.place, &entry.ignore.origin, &error))
        });
        refused.collect()
    }

    /// Whether the project's own file has some: these may silence nothing.
    pub fn have_own(&self) -> bool {
        self.own > 0
    }

    /// The ignores that apply to a document, as indices into the list. Standard input has no path.
    pub fn applying(&self, document: Option<&Path>) -> Vec<usize> {
        let has_paths = self.list.iter().any(|entry| entry.ignore.path.is_some());
        let relative = document.filter(|_| has_paths).and_then(|path| self.root.relative(path));
        let applying = self.list.iter().enumerate().filter(|(_, entry)| entry.ignore.applies_to(relative.as_deref()));
        applying.map(|(index, _)| index).collect()
    }

    /// The ignores at these indices, in the form that core takes.
    pub fn at(&self, indices: &[usize]) -> Vec<Ignore> {
        indices.iter().filter_map(|&index| self.list.get(index)).map(|entry| entry.ignore.clone()).collect()
    }

    /// What was silenced, and which ignores have expired.
    pub fn used(&self, usage: &Usage) -> Vec<Remark> {
        self.list.iter().zip(&usage.0).flat_map(|(entry, tally)| entry.used(tally)).collect()
    }

    /// The ignores that silenced nothing although every document that they apply to was read. `unseen` finds the other
    /// documents of the project. Ignores of other files than the project's own apply to other projects too, so nobody
    /// knows that these silence nothing.
    pub fn unused(&self, usage: &Usage, unseen: impl Fn() -> Vec<PathBuf>, today: Option<Date>) -> Vec<Remark> {
        let unseen = LazyCell::new(|| unseen().iter().filter_map(|path| self.root.relative(path)).collect::<Vec<_>>());
        let is_unused = |(entry, tally): &(&Entry, &Tally)| {
            let applies_elsewhere = || unseen.iter().any(|path| entry.ignore.applies_to(Some(path)));
            tally.read && !tally.unread && tally.findings() == 0 && !applies_elsewhere()
        };
        let own = self.list.iter().zip(&usage.0).take(self.own);
        own.filter(is_unused).map(|(entry, _)| entry.unused(today)).collect()
    }
}

impl Entry {
    fn used(&self, tally: &Tally) -> Vec<Remark> {
        let Ignore { code, expires, .. } = &self.ignore;
        let mut remarks = Vec::new();
        if tally.silenced.count > 0 {
            remarks.push(self.silenced(&tally.silenced.describe(code)));
        }
        if let Some(expires) = expires.filter(|_| tally.expired.count > 0) {
            let message = format!("expired {expires}; {} counts again", tally.expired.describe(code));
            remarks.push(Remark::warning(tally.expired.worst(), self, message));
        }
        if tally.refused.count > 0 {
            let found = tally.refused.describe(code);
            let message = format!("cannot silence {found}, because such a document cannot be sent; mend the document");
            remarks.push(Remark::warning(tally.refused.worst(), self, message));
        }
        remarks
    }

    fn silenced(&self, found: &str) -> Remark {
        let Ignore { origin, reason, expires, .. } = &self.ignore;
        let until = expires.map(|day| format!(" until {day}")).unwrap_or_default();
        let line = format!("note: {found} silenced by {origin} \"{}\"{until}", display::escape(reason));
        Remark { severity: None, place: self.place.clone(), message: format!("silences {found}{until}"), line }
    }

    fn unused(&self, today: Option<Date>) -> Remark {
        let Ignore { code, variable, expires, .. } = &self.ignore;
        let variable = variable.as_deref().map(|name| format!(" {}", display::quote(name))).unwrap_or_default();
        let expired = match expires.filter(|_| self.ignore.is_expired(today)) {
            Some(day) => format!("expired {day} and "),
            None => String::new(),
        };
        let message = format!("{expired}silences nothing ({code}{variable}); delete it");
        Remark::warning(Severity::Warning, self, message)
    }
}

/// What each ignore silenced, in the order of the list.
#[derive(Clone, Debug, Default)]
pub struct Usage(Vec<Tally>);

#[derive(Clone, Debug, Default)]
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

    fn findings_of(&mut self, effect: Effect) -> &mut Findings {
        match effect {
            Effect::Silenced => &mut self.silenced,
            Effect::Expired => &mut self.expired,
            Effect::Refused => &mut self.refused,
        }
    }

    fn join(&mut self, other: Self) {
        self.read |= other.read;
        self.unread |= other.unread;
        self.silenced.join(other.silenced);
        self.expired.join(other.expired);
        self.refused.join(other.refused);
    }
}

/// Number of findings, their variable if it is the same for all, and how bad the worst of them is.
#[derive(Clone, Debug, Default)]
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
    /// Adds what the ignores at these indices silenced in one document, whose check had these ignores.
    pub fn add(&mut self, indices: &[usize], report: &Report) {
        let unread = report.is_unread();
        for &index in indices {
            self.change(index, |tally| {
                tally.read = true;
                tally.unread |= unread;
            });
        }
        for ignored in report.ignored() {
            let Some(&index) = indices.get(ignored.ignore) else { continue };
            self.change(index, |tally| tally.findings_of(ignored.effect).join(ignored.into()));
        }
    }

    /// Adds what another thread counted.
    pub fn join(&mut self, other: Self) {
        for (index, tally) in other.0.into_iter().enumerate() {
            self.change(index, |own| own.join(tally));
        }
    }

    fn change(&mut self, index: usize, change: impl FnOnce(&mut Tally)) {
        if self.0.len() <= index {
            self.0.resize_with(index.saturating_add(1), Tally::default);
        }
        if let Some(tally) = self.0.get_mut(index) {
            change(tally);
        }
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
    fn worst(&self) -> Severity {
        self.severity.unwrap_or(Severity::Warning)
    }

    /// ``CX501 `public_key` (3 times)``
    fn describe(&self, code: &str) -> String {
        let variable = self.variable.as_deref().map(|name| format!(" {}", display::quote(name))).unwrap_or_default();
        let times = if self.count == 1 { String::new() } else { format!(" ({} times)", self.count) };
        format!("{code}{variable}{times}")
    }
}

fn read(written: &WrittenIgnore, base: &Base) -> Result<Entry, Problem> {
    let place = &written.place;
    let origin = format!("{}:{}", base.shown(&place.file), place.position.line);
    let ignore = Ignore::from_written(rules::ALL, written, &origin).map_err(|error| problem(place, &origin, &error))?;
    Ok(Entry { ignore, place: place.clone() })
}

fn problem(place: &Place, origin: &str, error: &IgnoreError) -> Problem {
    let message = format!("[[ignore]]: {error}");
    let line = format!("{origin}: {message}");
    Problem::new(Some(&place.file), Some(place.position), message, line)
}

#[cfg(test)]
mod tests {
    use cxvars_core::options::written::{Owner, Source};

    use super::*;
    use crate::checks::Turn;
    use crate::section;

    const TEXT: &str = r#"
[[ignore]]
code = "CX102"
reason = "old"

[[ignore]]
code = "CX203"
variable = "b"
reason = "old"
expires = 2026-01-31

[[ignore]]
code = "CX104"
reason = "old"
"#;

    fn remarks(document: &str, today: Date) -> Vec<Remark> {
        let source = Source::File { path: Path::new("/p/cxvars.toml"), owner: Owner::Project };
        let written = section::parse(TEXT, source).unwrap().ignore.unwrap();
        let base = Base::new(Path::new("/p"), Some(Path::new("/p/cxvars.toml")));
        let ignores = Ignores::new(&written, &base).unwrap();
        let targets = crate::targets::Targets::new(&crate::targets::Chosen::default(), &base);
        let mut options = cxvars_core::options::CheckOptions::default();
        options.today = Some(today);
        let mut turn = Turn::new(&ignores, &targets, options);
        turn.next(Some(Path::new("/p/a.json")));
        let report = cxvars_core::check::check(document.as_bytes(), turn.options());
        let mut usage = Usage::default();
        usage.add(turn.applying(), &report);
        let unused = ignores.unused(&usage, Vec::new, Some(today));
        ignores.used(&usage).into_iter().chain(unused).collect()
    }

    #[test]
    fn each_ignore_is_remarked_on_at_its_place_and_in_a_line() {
        let document =
            r#"[{"name": "_a", "type": "string", "value": "x"}, {"name": "b", "type": "boolean", "value": "1"}]"#;
        let remarks = remarks(document, Date::new(2026, 2, 1));
        let found: Vec<_> = remarks.iter().map(|remark| (remark.position().line, remark.to_string())).collect();
        let expected = [
            (2, "note: CX102 `_a` silenced by cxvars.toml:2 \"old\""),
            (6, "error: cxvars.toml:6 expired 2026-01-31; CX203 `b` counts again"),
            (12, "warning: cxvars.toml:12 silences nothing (CX104); delete it"),
        ];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        assert_eq!(remarks[1].message(), "expired 2026-01-31; CX203 `b` counts again");
        assert_eq!((remarks[0].severity(), remarks[0].path()), (None, Path::new("/p/cxvars.toml")));
    }
}
