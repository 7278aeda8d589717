//! `cxvars validate`.

mod arguments;
mod baseline;
mod changed;
mod fix;
mod output;
mod parallel;
mod progress;
mod project_path;
mod report_file;
mod selection;
mod walk;
mod watch;

pub(crate) use arguments::Arguments;
use baseline::{BaselineFile, Match};
use cxvars_core::check::Source;
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::CheckOptions;
use cxvars_core::render::json_v1::FileError;
use cxvars_core::render::statistics::Statistics;
use cxvars_core::render::{File, MAX_SHOWN, Totals};
use fix::{Done, Fixing};
use output::Outputs;
use progress::Progress;
use project_path::ProjectPaths;
use selection::Selection;
use walk::{Found, How};

use crate::cli::arguments::{FailLevel, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::policy::Policies;
use crate::project::ignores::{Ignores, Usage, comment_notes};
use crate::project::input::{self, Buffer};
use crate::project::revision;
use crate::system::terminal::Terminal;

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    match args.watch {
        true => watch::run(args, global, terminal, || check(args, global, terminal)),
        false => check(args, global, terminal),
    }
}

fn check(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let context = global.context(terminal)?;
    let options = context.check_options(args.check.parent_scope());
    let policies = context.policies(&args.check.plugins)?;
    let fixing = Fixing::of(args, terminal)?;
    let outputs = Outputs::new(args, fixing.map_or(terminal, |fixing| fixing.reports_to(args, terminal)))?;
    outputs.refuse_overwriting_inputs(args, &context)?;
    let baseline = BaselineFile::open(args, &context)?;
    let selection = Selection::new(&context, &args.exclude);
    let files = args.places();
    let changed = changed::asked(args);
    let mut found = match changed {
        Some(what) => changed::find(&files, what, &selection)?,
        None => walk::find(&files, &selection),
    };
    found.retain(|found| matches!(found.how, How::Named) || !baseline.iter().any(|file| file.is_at(&found.path)));
    if found.is_empty() && changed.is_none() {
        return Err(nothing_found(args, &selection, "no document"));
    }
    let mut progress = Progress::new(terminal, context.system, found.len());
    let start = || Worker::new(args, fixing, &context.ignores, &outputs, policies, baseline.as_ref(), options.clone());
    let (results, workers) = parallel::in_order(&found, start, Worker::document, |done| progress.tick(done));
    drop(progress);

    let mut totals = Totals { policies: policies.descriptions(), ..Totals::default() };
    let (mut usage, mut statistics) = (Usage::default(), Statistics::default());
    for worker in workers {
        totals.join(worker.totals);
        statistics.join(worker.statistics);
        usage.join(worker.usage);
    }
    let (mut parts, mut fixes, mut notes, mut matches) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (found, result) in found.iter().zip(results) {
        match result {
            Ok(None) => {}
            Ok(Some(part)) => {
                parts.push(part.rendered);
                fixes.extend(part.done);
                notes.extend(part.notes);
                matches.extend(part.known);
            }
            Err(error) if error.exit() == Exit::Io => {
                let unread = FileError::new(input::shown(&found.path), error.to_string());
                totals
                    .unread
                    .push(unread.in_project(outputs.project_paths().and_then(|mut paths| paths.of(&found.path))));
            }
            Err(error) => return Err(error),
        }
    }
    let preview = match fixing {
        Some(fixing) => fixing.conclude(&fixes, &totals, args.exit_zero, terminal)?,
        None => None,
    };
    if preview.is_none() {
        outputs.write(&parts, &totals, args.statistics.then_some(&statistics))?;
    }
    notes.iter().for_each(|note| terminal.note(note));
    if totals.not_shown > 0 && !args.statistics {
        let (count, s) = (totals.not_shown, if totals.not_shown == 1 { "" } else { "s" });
        terminal.note(&format!("note: {count} more finding{s}; the first {MAX_SHOWN} of each document are shown"));
    }
    if let Some(baseline) = baseline {
        baseline.finish(matches, terminal)?;
    }
    context.ignores.say_used(&usage, terminal);
    if totals.unread.is_empty() {
        // What --exclude leaves out of this run may need an ignore all the same.
        let unseen = || walk::unseen(context.project_folder(), &Selection::new(&context, &[]), &found);
        context.ignores.say_unused(&usage, unseen, options.today, terminal);
    }
    if totals.files == 0 && totals.unread.is_empty() && changed.is_none() {
        return Err(nothing_found(args, &selection, "only files that are clearly something else, which --all checks,"));
    }
    if let Some(what) = changed.filter(|_| totals.files == 0 && totals.unread.is_empty()) {
        terminal.note(&format!("note: no document {}", changed::describe(what)));
    }
    if totals.skipped > 0 {
        let (count, s) = (totals.skipped, if totals.skipped == 1 { "" } else { "s" });
        terminal.note(&format!("note: {count} file{s} skipped: clearly something else; --all checks them"));
    }
    Ok(preview.unwrap_or_else(|| exit(args, &totals)))
}

/// What one document contributes to the reports.
struct Part {
    /// Its findings, for each output.
    rendered: Vec<String>,
    /// What was done with its fixes, if `--fix` or `--diff` is given.
    done: Option<Done>,
    /// Notes on what its comments silenced.
    notes: Vec<String>,
    /// What the baseline knows of it.
    known: Option<Match>,
}

/// The state of one thread.
struct Worker<'r> {
    args: &'r Arguments,
    fixing: Option<Fixing>,
    ignores: &'r Ignores,
    outputs: &'r Outputs,
    policies: &'r Policies,
    baseline: Option<&'r BaselineFile>,
    /// `None` if no output needs them.
    project_paths: Option<ProjectPaths>,
    /// How to check, with the ignores that apply to the current document.
    options: CheckOptions,
    /// Indexes of these ignores.
    applying: Vec<usize>,
    buffer: Buffer,
    totals: Totals,
    statistics: Statistics,
    usage: Usage,
}

impl<'r> Worker<'r> {
    fn new(
        args: &'r Arguments,
        fixing: Option<Fixing>,
        ignores: &'r Ignores,
        outputs: &'r Outputs,
        policies: &'r Policies,
        baseline: Option<&'r BaselineFile>,
        options: CheckOptions,
    ) -> Self {
        Self {
            args,
            fixing,
            ignores,
            outputs,
            policies,
            baseline,
            project_paths: outputs.project_paths(),
            options,
            applying: Vec::new(),
            buffer: Buffer::default(),
            totals: Totals::default(),
            statistics: Statistics::default(),
            usage: Usage::default(),
        }
    }

    /// Checks one document, fixes it if asked to, and renders the findings that are left, for each output. Returns
    /// `None` if the document is skipped.
    fn document(&mut self, found: &Found) -> Result<Option<Part>, CommandError> {
        if let How::Unreadable(message) = &found.how {
            return Err(CommandError::io(message));
        }
        let stdin_name = self.args.check.stdin_filename.as_deref();
        self.apply_ignores(found);
        self.options.format = input::format_of(&found.path, stdin_name);
        let most = self.options.validate.max_bytes();
        let staged;
        let bytes = if self.args.staged {
            staged = revision::read_staged(&found.path, most.saturating_add(1))?;
            &staged
        } else {
            input::read_into(&mut self.buffer, &found.path, most)?
        };
        let source = Source::read(bytes, &self.options);
        if matches!(found.how, How::InFolder) && !self.args.all && source.is_foreign() {
            self.totals.skipped += 1;
            return Ok(None);
        }
        let (fixed, fixed_source);
        let mut checked = source.check(&self.options, None);
        if matches!(found.how, How::InFolder) {
            self.outputs.refuse_overwriting(&found.path)?;
        }
        let name = input::name(&found.path, stdin_name);
        let done;
        (fixed, done) = match self.fixing {
            Some(fixing) => fixing.document(&found.path, &name, bytes, checked.report(), &self.options)?,
            None => None,
        }
        .unzip();
        if let Some(fixed) = fixed.as_ref().filter(|fixed| !fixed.applied().is_empty()) {
            fixed_source = Source::read(fixed.text().expose().as_bytes(), &self.options);
            checked = fixed_source.check(&self.options, None);
        }
        let file = input::file_of(&found.path, stdin_name);
        let known = self.baseline.zip(file).map(|(baseline, file)| baseline.hide(file, checked.report_mut()));
        // After the baseline: the findings of a policy cannot be silenced.
        self.policies.judge(&mut checked);
        let project_path = self.project_paths.as_mut().zip(file).and_then(|(paths, file)| paths.of(file));
        let document = File::of(&name, &checked).in_project(project_path.as_deref().unwrap_or(&name));
        self.totals.add(checked.report());
        self.statistics.add(checked.report());
        self.usage.add(&self.applying, checked.report());
        let notes = comment_notes(&document);
        Ok(Some(Part { rendered: self.outputs.render(&document), done, notes, known }))
    }

    fn apply_ignores(&mut self, found: &Found) {
        let file = input::file_of(&found.path, self.args.check.stdin_filename.as_deref());
        let applying = self.ignores.applying(file);
        if applying != self.applying {
            self.options.ignores = self.ignores.at(&applying);
            self.applying = applying;
        }
    }
}

fn nothing_found(args: &Arguments, selection: &Selection, what: &str) -> CommandError {
    let folders: Vec<String> = args.files.iter().map(|path| format!("`{}`", input::shown(path))).collect();
    CommandError::usage(format!("{what} in {}; looked for {}", folders.join(", "), selection.describe()))
}

fn exit(args: &Arguments, totals: &Totals) -> Exit {
    let least = match args.check.fail_level {
        FailLevel::Error => Severity::Error,
        FailLevel::Warning => Severity::Warning,
    };
    let found = totals.errors + if least == Severity::Warning { totals.warnings } else { 0 };
    match () {
        () if !totals.unread.is_empty() => Exit::Io,
        () if found > 0 && !args.exit_zero => Exit::Findings,
        () => Exit::Success,
    }
}
