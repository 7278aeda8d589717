//! Why a configuration cannot be used.

use std::fmt;
use std::path::{Path, PathBuf};

use cxvars_core::options::reader::{self, Position};
use thiserror::Error;

use crate::files::Unreadable;

/// A mistake in the configuration. Displayed, it is one line that names the place, as the command line prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    path: Option<PathBuf>,
    position: Option<Position>,
    message: String,
    line: String,
    /// The keys that may have the mistake, until its position is known.
    keys: Vec<Vec<String>>,
}

impl Problem {
    pub(crate) fn new(path: Option<&Path>, position: Option<Position>, message: String, line: String) -> Self {
        Self { path: path.map(Path::to_owned), position, message, line, keys: Vec::new() }
    }

    /// A mistake whose message says where it is.
    pub(crate) fn of(path: Option<&Path>, position: Option<Position>, message: impl fmt::Display) -> Self {
        let message = message.to_string();
        Self::new(path, position, message.clone(), message)
    }

    /// A mistake at a key. [`Problem::find`] finds out where it is.
    pub(crate) fn at_key(key: &[&str], message: impl fmt::Display) -> Self {
        Self::at_first_key([key.to_vec()], message)
    }

    /// A mistake at the first of these keys that a file has.
    pub(crate) fn at_first_key<'k>(keys: impl IntoIterator<Item = Vec<&'k str>>, message: impl fmt::Display) -> Self {
        let owned = |key: Vec<&str>| key.into_iter().map(str::to_owned).collect();
        Self { keys: keys.into_iter().map(owned).collect(), ..Self::of(None, None, message) }
    }

    /// Finds the place of a mistake of which only keys are known. `find` looks a key up; a mistake that it does not find is
    /// in the file at `otherwise`.
    fn find<'p>(&mut self, find: impl Fn(&[String]) -> Option<(&'p Path, Position)>, otherwise: Option<&Path>) {
        if self.path.is_some() {
            return;
        }
        let found = self.keys.iter().find_map(|key| find(key));
        self.position = found.map(|(_, position)| position);
        self.path = found.map(|(path, _)| path).or(otherwise).map(Path::to_owned);
    }

    /// The file that has the mistake, if it is known.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The position in the file, if it is known.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// What is wrong, for a reader who sees the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.line)
    }
}

/// Why a configuration file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// A file has mistakes.
    #[error("{}", lines(path, problems).join("; "))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// The mistakes, in the order of the text; at least one.
        problems: Vec<reader::Problem>,
    },
    /// A file cannot be read.
    #[error("the configuration file `{}`{named_by} {}", path.display(), wording(*problem))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What named the file, between commas; empty for a file that was found by searching.
        named_by: &'static str,
        /// What is wrong.
        problem: Unreadable,
    },
    /// A file that is extended cannot be used.
    #[error("`extends` in `{}` names `{}`, which {problem}", by.display(), path.display())]
    Shared {
        /// The file that names it.
        by: PathBuf,
        /// The position of `extends` in it.
        position: Option<Position>,
        /// The file that is extended.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A digest pins a file that is not named.
    #[error("`extends_sha256` in `{}` pins a file, but there is no `extends` that names it", by.display())]
    PinWithoutFile {
        /// The file with the digest.
        by: PathBuf,
        /// The position of the digest in it.
        position: Option<Position>,
    },
    /// A project enforces rules, but extends no file.
    #[error("`enforced` in `{}` is about files that are extended, but there is no `extends` that names one", by.display())]
    EnforcedWithoutFile {
        /// The file that says so.
        by: PathBuf,
        /// The position of `enforced` in it.
        position: Option<Position>,
    },
}

impl FileError {
    /// One line for each mistake.
    pub fn messages(&self) -> Vec<String> {
        self.problems().iter().map(Problem::to_string).collect()
    }

    /// The mistakes.
    pub fn problems(&self) -> Vec<Problem> {
        let one = |path: &Path, position: Option<Position>| vec![Problem::of(Some(path), position, self)];
        match self {
            Self::Mistakes { path, problems } => problems.iter().map(|problem| mistake(path, problem)).collect(),
            Self::Unreadable { path, .. } => one(path, None),
            Self::Shared { by, position, .. }
            | Self::PinWithoutFile { by, position }
            | Self::EnforcedWithoutFile { by, position } => one(by, *position),
        }
    }

    /// Whether a file is being fetched, so that nothing is wrong yet.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Unreadable { problem: Unreadable::Pending, .. })
    }
}

fn mistake(path: &Path, problem: &reader::Problem) -> Problem {
    let reader::Problem { position, message } = problem;
    let line = format!("{}:{}:{}: {message}", path.display(), position.line, position.column);
    Problem::new(Some(path), Some(*position), message.clone(), line)
}

fn lines(path: &Path, problems: &[reader::Problem]) -> Vec<String> {
    problems.iter().map(|problem| mistake(path, problem).line).collect()
}

/// What is wrong with a configuration file that cannot be read.
pub(crate) fn wording(problem: Unreadable) -> String {
    match problem {
        Unreadable::TooLarge => "is larger than 1 MiB; is it the right file?".to_owned(),
        problem => problem.to_string(),
    }
}

/// Why a project cannot be loaded.
#[derive(Clone, Debug, Error)]
#[error("{}", problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; "))]
pub struct ProjectError {
    problems: Vec<Problem>,
    sources: Vec<PathBuf>,
    is_pending: bool,
}

impl ProjectError {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems, sources: Vec::new(), is_pending: false }
    }

    pub(crate) fn pending(mut self, is_pending: bool) -> Self {
        self.is_pending |= is_pending;
        self
    }

    pub(crate) fn with_sources(mut self, sources: Vec<PathBuf>) -> Self {
        self.sources = sources;
        self
    }

    /// Finds the places of the mistakes of which only keys are known, as [`Problem::find`] does.
    pub(crate) fn find<'p>(
        mut self,
        find: impl Fn(&[String]) -> Option<(&'p Path, Position)>,
        otherwise: Option<&Path>,
    ) -> Self {
        self.problems.iter_mut().for_each(|problem| problem.find(&find, otherwise));
        self
    }

    /// The mistakes; at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Every file whose change means that the project can be loaded again, also those that do not exist yet.
    pub fn sources(&self) -> &[PathBuf] {
        &self.sources
    }

    /// Whether a file is being fetched, so that nothing is wrong yet.
    pub fn is_pending(&self) -> bool {
        self.is_pending
    }
}

impl From<FileError> for ProjectError {
    fn from(error: FileError) -> Self {
        Self::new(error.problems()).pending(error.is_pending())
    }
}

/// Both results, or the mistakes of both.
pub(crate) fn both<A, B>(a: Result<A, ProjectError>, b: Result<B, ProjectError>) -> Result<(A, B), ProjectError> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(mut a), Err(b)) => {
            a.problems.extend(b.problems);
            Err(a.pending(b.is_pending))
        }
    }
}
