//! Checks documents, one after the other, on one thread.

use std::path::Path;

use cxvars_core::check::Source;
use cxvars_core::options::CheckOptions;
use cxvars_core::render::statistics::Statistics;
use cxvars_core::render::{File, Totals};
use cxvars_project::baseline::{BaselineFile, Match};
use cxvars_project::checks::Turn;
use cxvars_project::conclusion::conclude;
use cxvars_project::ignores::{Ignores, Usage};
use cxvars_project::targets::Targets;

use super::arguments::Arguments;
use super::fix::{Done, Fixing};
use super::output::Outputs;
use super::project_path::ProjectPaths;
use super::walk::{Found, How};
use crate::cli::exit::CommandError;
use crate::policy::Policies;
use crate::project::ignores::comment_notes;
use crate::project::input::{self, Buffer};
use crate::project::revision;
use crate::system::files;

/// What one document contributes to the reports.
pub(super) struct Part {
    /// Its findings, for each output.
    pub(super) rendered: Vec<String>,
    /// What was done with its fixes, if `--fix` or `--diff` is given.
    pub(super) done: Option<Done>,
    /// Notes on what its comments silenced.
    pub(super) notes: Vec<String>,
    /// What the baseline knows of it.
    pub(super) known: Option<Match>,
}

/// What is counted over several documents.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) totals: Totals,
    pub(super) statistics: Statistics,
    /// What each ignore silenced.
    pub(super) usage: Usage,
}

impl Counts {
    /// Adds what another thread counted.
    pub(super) fn join(&mut self, other: Self) {
        self.totals.join(other.totals);
        self.statistics.join(other.statistics);
        self.usage.join(other.usage);
    }
}

/// What the threads of a run share.
pub(super) struct Run<'r> {
    pub(super) args: &'r Arguments,
    pub(super) fixing: Option<Fixing>,
    pub(super) ignores: &'r Ignores,
    pub(super) targets: &'r Targets,
    pub(super) outputs: &'r Outputs,
    pub(super) policies: &'r Policies,
    pub(super) baseline: Option<&'r BaselineFile>,
    pub(super) working_directory: &'r Path,
    /// How to check, without ignores.
    pub(super) options: &'r CheckOptions,
}

/// The state of one thread.
pub(super) struct Worker<'r> {
    run: &'r Run<'r>,
    /// `None` if no output needs them.
    project_paths: Option<ProjectPaths>,
    /// How to check the current document.
    turn: Turn<'r>,
    buffer: Buffer,
    pub(super) counts: Counts,
}

impl<'r> Worker<'r> {
    pub(super) fn new(run: &'r Run<'r>) -> Self {
        Self {
            run,
            project_paths: run.outputs.project_paths(),
            turn: Turn::new(run.ignores, run.targets, run.options.clone()),
            buffer: Buffer::default(),
            counts: Counts::default(),
        }
    }

    /// Checks one document, fixes it if asked to, and renders the findings that are left, for each output. Returns
    /// `None` if the document is skipped.
    pub(super) fn document(&mut self, found: &Found) -> Result<Option<Part>, CommandError> {
        if let How::Unreadable(message) = &found.how {
            return Err(CommandError::io(message));
        }
        let stdin_name = self.run.args.check.stdin_filename.as_deref();
        let file = input::file_of(&found.path, stdin_name);
        self.turn.next(file);
        let options = self.turn.options();
        let most = options.validate.max_bytes();
        let staged;
        let bytes = if self.run.args.staged {
            staged = revision::read_staged(&found.path, most.saturating_add(1))?;
            &staged
        } else {
            let open = if matches!(found.how, How::Named) { files::open_named } else { files::open_file };
            input::read_into(&mut self.buffer, &found.path, most, open)?
        };
        let source = Source::read(bytes, options);
        if matches!(found.how, How::InFolder) && !self.run.args.all && source.is_foreign() {
            self.counts.totals.skipped += 1;
            return Ok(None);
        }
        let (fixed, fixed_source);
        let mut checked = source.check(options, None);
        if matches!(found.how, How::InFolder) {
            self.run.outputs.refuse_overwriting(&found.path)?;
        }
        let name = input::name(&found.path, stdin_name);
        let done;
        (fixed, done) = match self.run.fixing {
            Some(fixing) => fixing.document(&found.path, &name, bytes, checked.report(), options)?,
            None => None,
        }
        .unzip();
        if let Some(fixed) = fixed.as_ref().filter(|fixed| !fixed.applied().is_empty()) {
            fixed_source = Source::read(fixed.text().expose().as_bytes(), options);
            checked = fixed_source.check(options, None);
        }
        let absolute = file.map(|file| self.run.working_directory.join(file));
        let Run { baseline, policies, .. } = self.run;
        let known = conclude(&mut checked, absolute.as_deref(), *baseline, &files::resolved, *policies);
        let project_path = self.project_paths.as_mut().zip(file).and_then(|(paths, file)| paths.of(file));
        let document = File::of(&name, &checked).in_project(project_path.as_deref().unwrap_or(&name));
        self.counts.totals.add(checked.report());
        self.counts.statistics.add(checked.report());
        self.counts.usage.add(self.turn.applying(), checked.report());
        let notes = comment_notes(&document);
        Ok(Some(Part { rendered: self.run.outputs.render(&document), done, notes, known }))
    }
}
