//! The baseline: the known findings of an old project. `[validate] baseline` names the file, `--write-baseline` writes it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use cxvars_core::base::display::quote;
use cxvars_core::check::baseline::{Baseline, Known};
use cxvars_project::baseline::{BaselineFile, BaselineProblem, Match};
use cxvars_project::files::Unreadable;

use super::arguments::Arguments;
use crate::cli::exit::CommandError;
use crate::project::context::Context;
use crate::project::input;
use crate::project::output::refuse_overwriting;
use crate::system::files::{self, Draft, FileSystem, Readers, describe};
use crate::system::terminal::Terminal;

/// The baseline of a run.
pub(super) struct RunBaseline {
    file: BaselineFile,
    /// The path as messages show it.
    shown: String,
    working_directory: PathBuf,
    /// Whether the run writes the file.
    is_written: bool,
    /// The file that the configuration names.
    configured: Option<PathBuf>,
}

impl RunBaseline {
    /// Reads the baseline that the flags or the configuration name; none if they name none.
    ///
    /// # Errors
    /// The file cannot be read or is no baseline, or must not be written.
    pub(super) fn open(args: &Arguments, context: &Context) -> Result<Option<Self>, CommandError> {
        let configured = &context.settings.checks.command().baseline;
        let (named, is_written) = match (&args.write_baseline, configured) {
            (Some(path), _) => (path, true),
            (None, Some(path)) => (path, false),
            (None, None) => return Ok(None),
        };
        let working_directory = context.working_directory.clone();
        let path = working_directory.join(named);
        if is_written && input::is_stdin(named) {
            return Err(CommandError::usage("--write-baseline needs a file, and `-` is none"));
        }
        if is_written {
            let documents: Vec<_> = args.files.iter().map(|file| (file.clone(), "a document to check")).collect();
            refuse_overwriting("--write-baseline", &path, &documents, context)?;
        }
        let file = match BaselineFile::read(&path, &context.base, &FileSystem::default()) {
            Ok(file) => file,
            Err(BaselineProblem::Unreadable { problem: Unreadable::Missing, .. }) if is_written => {
                BaselineFile::empty(&path)
            }
            Err(error @ BaselineProblem::Unreadable { .. }) => return Err(CommandError::io(error)),
            Err(error @ BaselineProblem::Malformed { .. }) => return Err(CommandError::usage(error)),
        };
        let file = if is_written { file.taking_all() } else { file };
        let (shown, configured) = (context.base.shown(&path), configured.clone());
        Ok(Some(Self { file, shown, working_directory, is_written, configured }))
    }

    /// The file. If the run writes it, it takes all findings as known that can be.
    pub(super) fn file(&self) -> &BaselineFile {
        &self.file
    }

    /// Whether this is the file at `path`.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        let own = self.file.path();
        path.file_name() == own.file_name() && files::are_same(own, &self.working_directory.join(path))
    }

    /// Writes the baseline, or says how many of its findings are gone.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn finish(self, matches: Vec<Match>, terminal: Terminal) -> Result<(), CommandError> {
        let read: BTreeSet<&str> = matches.iter().filter(|found| found.is_read()).map(Match::path).collect();
        let found: BTreeSet<&str> =
            matches.iter().flat_map(Match::hidden).map(|known| known.fingerprint.as_str()).collect();
        let folder = files::parent(self.file.path());
        // A finding in a document that was not checked is neither there nor gone.
        let is_gone = |known: &&Known| {
            !found.contains(known.fingerprint.as_str())
                && (read.contains(known.path.as_str()) || !folder.join(&known.path).exists())
        };
        if !self.is_written {
            self.note_gone(self.file.known().findings().filter(is_gone).count(), terminal);
            return Ok(());
        }
        let kept = self.file.known().findings().filter(|known| !is_gone(known) && !read.contains(known.path.as_str()));
        let kept: Vec<Known> = kept.cloned().collect();
        let baseline: Baseline = matches.iter().flat_map(Match::hidden).cloned().chain(kept).collect();
        self.write(&baseline, terminal)
    }

    fn note_gone(&self, count: usize, terminal: Terminal) {
        let (s, are, them) = if count == 1 { ("", "is", "it") } else { ("s", "are", "them") };
        if count > 0 {
            terminal.note(&format!(
                "note: {count} finding{s} of the baseline {shown} {are} gone; --write-baseline {shown} takes {them} out",
                shown = self.shown
            ));
        }
    }

    fn write(&self, baseline: &Baseline, terminal: Terminal) -> Result<(), CommandError> {
        let write = || {
            let mut draft = Draft::beside(self.file.path(), Readers::ByUmask)?;
            draft.write(baseline.to_text().as_bytes())?;
            draft.place()
        };
        write().map_err(|error: io::Error| {
            CommandError::io(format!("cannot write {}: {}", quote(&self.shown), describe(&error)))
        })?;
        let count = baseline.findings().len();
        let s = if count == 1 { "" } else { "s" };
        let counts = |file: &PathBuf| files::are_same(self.file.path(), &self.working_directory.join(file));
        let advice = match self.configured.as_ref().is_some_and(counts) {
            true => "",
            false => "; name it as `baseline` under [validate] in cxvars.toml, or it does not count",
        };
        terminal.note(&format!("wrote {count} known finding{s} to {}{advice}", self.shown));
        Ok(())
    }
}
