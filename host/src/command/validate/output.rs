//! Writes the findings: in one format to standard output, in others to files.

use std::path::Path;

use cxvars_core::base::display::quote;
use cxvars_core::render::statistics::Statistics;
use cxvars_core::render::text::Color;
use cxvars_core::render::{File, Format, Totals};

use super::arguments::Arguments;
use super::project_path::ProjectPaths;
use super::report_file::ReportFile;
use crate::cli::exit::CommandError;
use crate::project::context::Context;
use crate::project::output::refuse_overwriting;
use crate::system::environment;
use crate::system::terminal::Terminal;

/// The outputs that were asked for.
pub(super) struct Outputs {
    format: Format,
    files: Vec<ReportFile>,
    terminal: Terminal,
}

impl Outputs {
    /// Opens the outputs before anything is checked, so that a file that cannot be written is noticed early.
    pub(super) fn new(args: &Arguments, terminal: Terminal) -> Result<Self, CommandError> {
        if args.statistics && !["text", "json"].contains(&args.format.name()) {
            let format = args.format.name();
            return Err(CommandError::usage(format!("--statistics is text or JSON, not {format}; use --format json")));
        }
        let mut files: Vec<ReportFile> = Vec::with_capacity(args.outputs.len());
        for target in &args.outputs {
            let file = ReportFile::create(target)?;
            if let Some(twin) = files.iter().find(|other| other.is_same(&file)) {
                let (twin, path) = (quote(twin.shown()), quote(file.shown()));
                return Err(CommandError::usage(format!(
                    "--output {path}: {twin} is the same file; give each its own"
                )));
            }
            files.push(file);
        }
        let outputs = Self { format: args.format, files, terminal };
        args.files.iter().try_for_each(|document| outputs.refuse_overwriting(document))?;
        Ok(outputs)
    }

    /// Refuses to overwrite a file that the run reads besides the documents.
    pub(super) fn refuse_overwriting_inputs(&self, args: &Arguments, context: &Context) -> Result<(), CommandError> {
        let plugins: Vec<_> = args.check.plugins.iter().map(|file| (file.clone(), "a policy")).collect();
        self.files.iter().try_for_each(|file| refuse_overwriting("--output", file.path(), &plugins, context))?;
        let mut baselines = args.write_baseline.iter().chain(&context.settings.checks.command().baseline);
        baselines.try_for_each(|file| {
            let path = context.working_directory.join(file);
            self.refuse(|file| file.goes_to(&path), "the baseline")
        })
    }

    /// Refuses to overwrite a document that is checked.
    pub(super) fn refuse_overwriting(&self, document: &Path) -> Result<(), CommandError> {
        self.refuse(|file| file.is_at(document), "a document to check")
    }

    fn refuse(&self, replaces_it: impl Fn(&&ReportFile) -> bool, what: &str) -> Result<(), CommandError> {
        match self.files.iter().find(replaces_it) {
            None => Ok(()),
            Some(file) => {
                let path = quote(file.shown());
                Err(CommandError::usage(format!("--output {path}: this is {what}; name another")))
            }
        }
    }

    /// The paths of documents from the root of their project, if an output needs them.
    pub(super) fn project_paths(&self) -> Option<ProjectPaths> {
        let mut formats = std::iter::once(self.format).chain(self.files.iter().map(ReportFile::format));
        let of_ci = environment::process("CI_PROJECT_DIR");
        formats.any(Format::needs_project_path).then(|| ProjectPaths::new(of_ci.as_deref()))
    }

    /// Renders the findings of one document for each output: standard output first, then the files.
    pub(super) fn render(&self, document: &File<'_>) -> Vec<String> {
        let color = if self.terminal.color { Color::On } else { Color::Off };
        let files = self.files.iter().map(|file| file.format().part(document, Color::Off));
        std::iter::once(self.format.part(document, color)).chain(files).collect()
    }

    /// Writes every output. `parts` has one item per document, in order. With `statistics`, they go to standard output
    /// instead of the findings. If an output fails, the others are still written.
    pub(super) fn write(
        self,
        parts: &[Vec<String>],
        totals: &Totals,
        statistics: Option<&Statistics>,
    ) -> Result<(), CommandError> {
        if statistics.is_some() || !self.format.names_unread() {
            for error in &totals.unread {
                self.terminal.warn(&format!("error: {}", error.message));
            }
        }
        let whole = |format: Format, output: usize| {
            let parts: Vec<&str> = parts.iter().filter_map(|parts| parts.get(output)).map(String::as_str).collect();
            format.whole(&parts, totals)
        };
        let report = match statistics {
            Some(statistics) if self.format.name() == "json" => statistics.json(totals),
            Some(statistics) => statistics.text(totals),
            None => whole(self.format, 0),
        };
        let printed = self.terminal.result(&report).map_err(CommandError::from);
        let write = |(at, file): (usize, ReportFile)| {
            let report = whole(file.format(), at + 1);
            file.write(&report)
        };
        let written: Vec<Result<(), CommandError>> = self.files.into_iter().enumerate().map(write).collect();
        written.into_iter().fold(printed, Result::and)
    }
}
