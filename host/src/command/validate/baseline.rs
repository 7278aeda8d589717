//! The baseline: the known findings of an old project. `[validate] baseline` names the file, `--write-baseline` writes it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cxvars_core::base::display::quote;
use cxvars_core::check::Report;
use cxvars_core::check::baseline::{Baseline, Known, to_know};

use super::arguments::Arguments;
use crate::cli::exit::CommandError;
use crate::project::context::Context;
use crate::project::input;
use crate::project::output::refuse_overwriting;
use crate::project::relative::relative;
use crate::system::files::{self, Draft, Readers, describe};
use crate::system::shell;
use crate::system::terminal::Terminal;

/// The baseline of a run.
pub(super) struct BaselineFile {
    /// The absolute path of the file.
    path: PathBuf,
    /// The path as messages show it.
    shown: String,
    working_directory: PathBuf,
    known: Baseline,
    /// Whether the run writes the file.
    is_written: bool,
    /// The file that the configuration names.
    configured: Option<PathBuf>,
}

/// What the baseline knows of one document.
pub(super) struct Match {
    /// The path of the document from the folder of the baseline.
    path: String,
    /// The findings that are hidden.
    hidden: Vec<Known>,
    /// Whether the document was read to its end, so that a finding that is not there is gone.
    is_read: bool,
}

impl BaselineFile {
    /// Reads the baseline that the flags or the configuration name; none if they name none.
    ///
    /// # Errors
    /// The file cannot be read or is no baseline, or must not be written.
    pub(super) fn open(args: &Arguments, context: &Context) -> Result<Option<Self>, CommandError> {
        let (named, is_written) = match (&args.write_baseline, &context.settings.validate_command.baseline) {
            (Some(path), _) => (path, true),
            (None, Some(path)) => (path, false),
            (None, None) => return Ok(None),
        };
        let working_directory = context.working_directory.clone();
        let path = working_directory.join(named);
        let shown = input::shown(path.strip_prefix(&working_directory).unwrap_or(&path));
        if is_written && input::is_stdin(named) {
            return Err(CommandError::usage("--write-baseline needs a file, and `-` is none"));
        }
        if is_written {
            let documents: Vec<_> = args.files.iter().map(|file| (file.clone(), "a document to check")).collect();
            refuse_overwriting("--write-baseline", &path, &documents, context)?;
        }
        let known = match fs::read_to_string(&path) {
            Ok(text) => Baseline::parse(&text).map_err(|problem| {
                CommandError::usage(format!("{}: {problem}; name a file that --write-baseline wrote", quote(&shown)))
            })?,
            Err(error) if is_written && error.kind() == io::ErrorKind::NotFound => Baseline::default(),
            Err(error) => {
                let advice = match error.kind() {
                    io::ErrorKind::NotFound => {
                        format!("; `cxvars validate . --write-baseline {}` makes it", shell::word(&shown))
                    }
                    _ => String::new(),
                };
                let reason = describe(&error);
                return Err(CommandError::io(format!("cannot read the baseline {}: {reason}{advice}", quote(&shown))));
            }
        };
        let configured = context.settings.validate_command.baseline.clone();
        Ok(Some(Self { path, shown, working_directory, known, is_written, configured }))
    }

    /// Whether this is the file at `path`.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        path.file_name() == self.path.file_name() && files::are_same(&self.path, &self.working_directory.join(path))
    }

    /// Hides the known findings of a document. If the run writes the baseline, all findings become known that can.
    pub(super) fn hide(&self, document: &Path, report: &mut Report) -> Match {
        let path = relative(&self.working_directory.join(document), files::parent(&self.path));
        let path = path.to_string_lossy().into_owned();
        let is_read = !report.is_unread();
        let hidden = match self.is_written {
            true => to_know(&path, report).into_iter().collect::<Baseline>().hide(&path, report),
            false => self.known.hide(&path, report),
        };
        Match { path, hidden, is_read }
    }

    /// Writes the baseline, or says how many of its findings are gone.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn finish(self, matches: Vec<Match>, terminal: Terminal) -> Result<(), CommandError> {
        let read: BTreeSet<&str> =
            matches.iter().filter(|found| found.is_read).map(|found| found.path.as_str()).collect();
        let found: BTreeSet<&str> =
            matches.iter().flat_map(|found| &found.hidden).map(|known| known.fingerprint.as_str()).collect();
        let folder = files::parent(&self.path);
        // A finding in a document that was not checked is neither there nor gone.
        let is_gone = |known: &&Known| {
            !found.contains(known.fingerprint.as_str())
                && (read.contains(known.path.as_str()) || !folder.join(&known.path).exists())
        };
        if !self.is_written {
            self.note_gone(self.known.findings().filter(is_gone).count(), terminal);
            return Ok(());
        }
        let kept = self.known.findings().filter(|known| !is_gone(known) && !read.contains(known.path.as_str()));
        let kept: Vec<Known> = kept.cloned().collect();
        let baseline: Baseline = matches.into_iter().flat_map(|found| found.hidden).chain(kept).collect();
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
            let mut draft = Draft::beside(&self.path, Readers::ByUmask)?;
            draft.write(baseline.to_text().as_bytes())?;
            draft.place()
        };
        write().map_err(|error: io::Error| {
            CommandError::io(format!("cannot write {}: {}", quote(&self.shown), describe(&error)))
        })?;
        let count = baseline.findings().len();
        let s = if count == 1 { "" } else { "s" };
        let counts = |file: &PathBuf| files::are_same(&self.path, &self.working_directory.join(file));
        let advice = match self.configured.as_ref().is_some_and(counts) {
            true => "",
            false => "; name it as `baseline` under [validate] in cxvars.toml, or it does not count",
        };
        terminal.note(&format!("wrote {count} known finding{s} to {}{advice}", self.shown));
        Ok(())
    }
}
