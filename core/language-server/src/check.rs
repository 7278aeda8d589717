//! Checks a file or an open document as its project says.

use std::path::Path;

use cxvars_core::check::{Checked, Report, Source};
use cxvars_project::files::{Files as _, Unreadable};
use lsp_types::Uri;

use crate::documents::Document;
use crate::findings::{Findings, Shape};
use crate::projects::{InForce, Loaded};
use crate::text::Text;

/// What became of a file.
pub(crate) enum Outcome {
    Checked(Findings),
    NotChecked(Reason),
}

/// Why a file is not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The name, or `include` and `exclude`.
    NotSelected,
    Foreign,
    /// The configuration was not valid since the server began.
    Configuration,
    /// A file is being fetched.
    Pending,
    Unreadable,
    /// An unsaved document in a language that documents do not have.
    NoFormat,
}

impl Reason {
    /// The reason for the user.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::NotSelected => "the project does not search for files like this one",
            Self::Foreign => "it is clearly something else than a document of variables",
            Self::Configuration => "the configuration has mistakes",
            Self::Pending => "the configuration is being fetched",
            Self::Unreadable => "it cannot be read",
            Self::NoFormat => "its language is neither JSON, YAML nor .env",
        }
    }
}

/// The project that judges files, or why none does.
pub(crate) fn in_force(loaded: &Loaded) -> Result<&InForce, Reason> {
    let reason = if loaded.is_pending { Reason::Pending } else { Reason::Configuration };
    loaded.in_force.as_ref().ok_or(reason)
}

/// An open document.
pub(crate) struct Subject<'s> {
    /// Its path, or a name that has its format.
    pub(crate) path: &'s Path,
    pub(crate) uri: &'s Uri,
    pub(crate) text: &'s Text,
    /// Whether it is checked whatever it is.
    pub(crate) is_wanted: bool,
    /// Whether it was checked before it was changed.
    pub(crate) was_checked: bool,
    /// Whether it is a file, so that the project says whether it is searched for.
    pub(crate) is_file: bool,
}

/// The project that judges an open document, or why none does.
pub(crate) fn judge<'l>(subject: &Subject<'_>, loaded: &'l Loaded) -> Result<&'l InForce, Reason> {
    let in_force = selected(subject, loaded)?;
    let bytes = subject.text.content().as_bytes();
    let is_foreign = in_force.project.read(Some(subject.path), bytes, |source| subject.is_foreign(source));
    if is_foreign { Err(Reason::Foreign) } else { Ok(in_force) }
}

impl<'s> Subject<'s> {
    /// An open document at this path, or with this name.
    pub(crate) fn of(document: &'s Document, path: &'s Path) -> Self {
        Self {
            path,
            uri: &document.uri,
            text: &document.text,
            is_wanted: document.is_wanted,
            was_checked: document.was_checked,
            is_file: document.path.is_some(),
        }
    }

    /// Whether it is clearly something else. While it is typed, a mistake may hide what shows that it is a document, so
    /// it stays one until it can be read again.
    fn is_foreign(&self, source: &Source<'_>) -> bool {
        let stays = self.is_wanted || (self.was_checked && !source.is_whole());
        !stays && source.is_foreign()
    }
}

/// The project that is for an open document by its name.
fn selected<'l>(subject: &Subject<'_>, loaded: &'l Loaded) -> Result<&'l InForce, Reason> {
    let in_force = in_force(loaded)?;
    let is_selected = || subject.is_wanted || !subject.is_file || in_force.project.selection().has_file(subject.path);
    if is_selected() { Ok(in_force) } else { Err(Reason::NotSelected) }
}

/// Checks an open document.
pub(crate) fn document(subject: &Subject<'_>, loaded: &Loaded, shape: &Shape) -> Outcome {
    let InForce { project, policies } = match selected(subject, loaded) {
        Ok(in_force) => in_force,
        Err(reason) => return Outcome::NotChecked(reason),
    };
    let (path, bytes) = (subject.path, subject.text.content().as_bytes());
    let work = |checked: &Checked<'_>| Findings::of(checked.report(), subject.text, subject.uri, shape);
    let is_foreign = |source: &Source<'_>| subject.is_foreign(source);
    let findings = project.check_unless(path, bytes, policies.as_ref(), is_foreign, work);
    findings.map_or(Outcome::NotChecked(Reason::Foreign), Outcome::Checked)
}

/// Checks a file that a search found. `used` gets its report.
pub(crate) fn file(
    path: &Path,
    uri: &Uri,
    loaded: &Loaded,
    overlay: &crate::overlay::Overlay,
    shape: &Shape,
    used: impl FnOnce(&Report),
) -> Outcome {
    let InForce { project, policies } = match in_force(loaded) {
        Ok(in_force) => in_force,
        Err(reason) => return Outcome::NotChecked(reason),
    };
    let max_bytes = project.options_for(Some(path)).validate.max_bytes();
    // One byte more shows that it is too large; by its beginning it may be another program's.
    let bytes = match overlay.read_start(path, max_bytes.saturating_add(1)) {
        Ok(bytes) => bytes,
        Err(Unreadable::TooLarge) => vec![b' '; max_bytes.saturating_add(1)],
        Err(Unreadable::Pending) => return Outcome::NotChecked(Reason::Pending),
        Err(_) => return Outcome::NotChecked(Reason::Unreadable),
    };
    let findings = project.check_found(path, &bytes, policies.as_ref(), |checked| {
        let report = checked.report();
        used(report);
        match report.diagnostics().is_empty() {
            true => Findings::default(),
            false => Findings::of(report, &Text::of_file(checked.text().to_owned()), uri, shape),
        }
    });
    findings.map_or(Outcome::NotChecked(Reason::Foreign), Outcome::Checked)
}
