//! The baseline: the known findings of an old project, which `[validate] baseline` names.

use std::path::{Path, PathBuf};

use cxvars_core::base::display::quote;
use cxvars_core::check::Report;
use cxvars_core::check::baseline::{Baseline, BaselineError, Known, to_know};
use thiserror::Error;

use crate::files::{Files, NOT_TEXT, Unreadable};
use crate::paths::{Base, parent, relative};
use crate::shell;

/// Largest file that is read, in bytes: some hundred thousand findings.
const CAP_BYTES: usize = 64 * 1024 * 1024;

/// Why a baseline cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BaselineProblem {
    /// It cannot be read.
    #[error("cannot read the baseline {}: {}{}", quote(shown), problem.reason(), advice(shown, *problem))]
    Unreadable {
        /// Its path, for messages.
        shown: String,
        /// Why it cannot be read.
        problem: Unreadable,
    },
    /// It is not a baseline.
    #[error("{}: {problem}; name a file that --write-baseline wrote", quote(shown))]
    Malformed {
        /// Its path, for messages.
        shown: String,
        /// What is wrong with it.
        problem: BaselineError,
    },
}

fn advice(shown: &str, problem: Unreadable) -> String {
    match problem {
        Unreadable::Missing => format!("; `cxvars validate . --write-baseline {}` makes it", shell::word(shown)),
        _ => String::new(),
    }
}

/// A file of known findings.
#[derive(Clone, Debug)]
pub struct BaselineFile {
    path: PathBuf,
    known: Baseline,
    takes_all: bool,
}

/// What the baseline knows of one document.
pub struct Match {
    path: String,
    hidden: Vec<Known>,
    is_read: bool,
}

impl BaselineFile {
    /// Reads the file at `path`, which is absolute.
    ///
    /// # Errors
    /// It cannot be read, or is no baseline.
    pub fn read(path: &Path, base: &Base, files: &dyn Files) -> Result<Self, BaselineProblem> {
        let shown = || base.shown(path);
        let bytes = files.read(path, CAP_BYTES);
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| NOT_TEXT));
        let text = text.map_err(|problem| BaselineProblem::Unreadable { shown: shown(), problem })?;
        let known = Baseline::parse(&text);
        let known = known.map_err(|problem| BaselineProblem::Malformed { shown: shown(), problem })?;
        Ok(Self { path: path.to_owned(), known, takes_all: false })
    }

    /// A file without findings.
    pub fn empty(path: &Path) -> Self {
        Self { path: path.to_owned(), known: Baseline::default(), takes_all: false }
    }

    /// The same file, but every finding that can become known is taken as known.
    #[must_use]
    pub fn taking_all(self) -> Self {
        Self { takes_all: true, ..self }
    }

    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The known findings.
    pub fn known(&self) -> &Baseline {
        &self.known
    }

    /// Hides the known findings of a document, whose path is absolute. `real` follows links.
    pub fn hide(&self, document: &Path, real: &dyn Fn(&Path) -> PathBuf, report: &mut Report) -> Match {
        let path = relative(document, parent(&self.path), real).to_string_lossy().into_owned();
        let is_read = !report.is_unread();
        let hidden = match self.takes_all {
            true => to_know(&path, report).into_iter().collect::<Baseline>().hide(&path, report),
            false => self.known.hide(&path, report),
        };
        Match { path, hidden, is_read }
    }
}

impl Match {
    /// The path of the document from the folder of the baseline.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The findings that are hidden.
    pub fn hidden(&self) -> &[Known] {
        &self.hidden
    }

    /// Whether the document was read to its end, so that a finding that is not there is gone.
    pub fn is_read(&self) -> bool {
        self.is_read
    }
}
