//! One loaded configuration, and what it says of each document.

mod load;
mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::check::{Checked, Source};
use cxvars_core::options::CheckOptions;
use cxvars_core::options::ignore::Date;
use cxvars_core::options::validate::Validate;

use self::load::Parts;
pub use self::request::Request;
use crate::baseline::BaselineFile;
use crate::conclusion::{Judge, conclude};
use crate::error::ProjectError;
use crate::files::Files;
use crate::ignores::Ignores;
use crate::plugin::Wanted;
use crate::selection::Selection;

/// A project: one loaded configuration. It does not change, and a clone is cheap.
#[derive(Clone)]
pub struct Project {
    parts: Arc<Parts>,
    today: Option<Date>,
}

impl Project {
    /// Reads the configuration: `cxvars.toml` and the user's own file with what they extend, contracts, and the baseline.
    ///
    /// # Errors
    /// Every mistake for which `cxvars validate` would refuse to run. Policies are not loaded here.
    pub fn load(request: &Request<'_>, files: &dyn Files) -> Result<Self, ProjectError> {
        let parts = load::load(request, files)?;
        Ok(Self { parts: Arc::new(parts), today: request.today })
    }

    /// The same project on another day.
    #[must_use]
    pub fn on_day(&self, today: Option<Date>) -> Self {
        Self { parts: Arc::clone(&self.parts), today }
    }

    /// The project's folder: that of `cxvars.toml`, else the folder that was given.
    pub fn folder(&self) -> &Path {
        self.parts.base.folder()
    }

    /// The project's `cxvars.toml`, if it has one.
    pub fn file(&self) -> Option<&Path> {
        self.parts.base.project_file()
    }

    /// Every file whose change means that the project is to be loaded again, also those that do not exist yet.
    pub fn sources(&self) -> &[PathBuf] {
        &self.parts.sources
    }

    /// Which files a search finds.
    pub fn selection(&self) -> &Selection {
        &self.parts.selection
    }

    /// The ignores.
    pub fn ignores(&self) -> &Ignores {
        self.parts.checker.ignores()
    }

    /// The policies of the configuration.
    pub fn plugins(&self) -> &[Wanted] {
        self.parts.checks.plugins()
    }

    /// The chosen environment.
    pub fn environment(&self) -> Option<&str> {
        self.parts.environment.as_deref()
    }

    /// The names of the parameters, by environment: the chosen one, or all if none was chosen. `None` if no environment
    /// is defined.
    pub fn params(&self) -> Option<&BTreeMap<String, BTreeSet<String>>> {
        self.parts.checks.known_params()
    }

    /// The files of the contracts, by variable.
    pub fn contracts(&self) -> &BTreeMap<String, PathBuf> {
        self.parts.checks.contracts()
    }

    /// `[validate]`.
    pub fn validate(&self) -> &Validate {
        self.parts.checks.validate()
    }

    /// The file of known findings.
    pub fn baseline(&self) -> Option<&BaselineFile> {
        self.parts.baseline.as_ref().map(|known| &known.file)
    }

    /// A path of the project for messages.
    pub fn shown(&self, path: &Path) -> String {
        self.parts.base.shown(path)
    }

    /// The options for the document at this path: its format by its name, and the ignores that apply to it.
    pub fn options_for(&self, path: Option<&Path>) -> CheckOptions {
        let mut options = self.parts.checker.options_for(path);
        options.today = self.today;
        options
    }

    /// Whether a text is clearly not a document. A search leaves it out; see [`Project::check_found`].
    pub fn is_foreign(&self, path: Option<&Path>, bytes: &[u8]) -> bool {
        self.read(path, bytes, is_foreign)
    }

    /// Reads the document at this path for `work`, without the rules.
    pub fn read<R>(&self, path: Option<&Path>, bytes: &[u8], work: impl FnOnce(&Source<'_>) -> R) -> R {
        let options = self.options_for(path);
        work(&Source::read(read_part(bytes, &options), &options))
    }

    /// Checks the document at this path, which is absolute: by the rules, with the ignores that apply; then without what
    /// the baseline knows; then by the policies. `work` gets the result.
    pub fn check<R>(
        &self,
        path: Option<&Path>,
        bytes: &[u8],
        policies: &dyn Judge,
        work: impl FnOnce(&Checked<'_>) -> R,
    ) -> R {
        let options = self.options_for(path);
        work(&self.judged(&Source::read(read_part(bytes, &options), &options), &options, path, policies))
    }

    /// As [`Project::check`], for a document that a search found. None if it is clearly not a document.
    pub fn check_found<R>(
        &self,
        path: &Path,
        bytes: &[u8],
        policies: &dyn Judge,
        work: impl FnOnce(&Checked<'_>) -> R,
    ) -> Option<R> {
        self.check_unless(path, bytes, policies, is_foreign, work)
    }

    /// As [`Self::check`]; none if `is_left_out` says so of the text.
    pub fn check_unless<R>(
        &self,
        path: &Path,
        bytes: &[u8],
        policies: &dyn Judge,
        is_left_out: impl FnOnce(&Source<'_>) -> bool,
        work: impl FnOnce(&Checked<'_>) -> R,
    ) -> Option<R> {
        let options = self.options_for(Some(path));
        let source = Source::read(read_part(bytes, &options), &options);
        (!is_left_out(&source)).then(|| work(&self.judged(&source, &options, Some(path), policies)))
    }

    fn judged<'s>(
        &self,
        source: &'s Source<'_>,
        options: &'s CheckOptions,
        path: Option<&Path>,
        policies: &dyn Judge,
    ) -> Checked<'s> {
        let mut checked = source.check(options, None);
        conclude(&mut checked, path, self.baseline(), &|path| self.real(path), policies);
        checked
    }

    /// A folder without links, as far as these are known: those above the project and above the baseline.
    fn real(&self, folder: &Path) -> PathBuf {
        let Parts { base, real_folder, baseline, .. } = &*self.parts;
        let of_baseline = baseline.as_ref().filter(|known| known.folder() == folder);
        match (of_baseline, folder.strip_prefix(base.folder())) {
            (Some(known), _) => known.real_folder.clone(),
            (None, Ok(below)) => real_folder.join(below),
            (None, Err(_)) => folder.to_owned(),
        }
    }
}

fn is_foreign(source: &Source<'_>) -> bool {
    source.is_foreign()
}

/// What `cxvars validate` reads of a document: one byte more than the limit shows that it is too large.
fn read_part<'b>(bytes: &'b [u8], options: &CheckOptions) -> &'b [u8] {
    bytes.get(..options.validate.max_bytes().saturating_add(1)).unwrap_or(bytes)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
