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
mod walk;
mod watch;
mod worker;

pub(crate) use arguments::Arguments;
use baseline::RunBaseline;
use cxvars_core::base::path_glob::PathGlob;
use cxvars_core::diagnostic::Severity;
use cxvars_core::render::json_v1::FileError;
use cxvars_core::render::{MAX_SHOWN, Totals};
use cxvars_project::Selection;
use cxvars_project::baseline::Match;
use fix::{Done, Fixing};
use output::Outputs;
use progress::Progress;
use walk::{Found, How};
use worker::{Counts, Part, Run, Worker};

use crate::cli::arguments::{FailLevel, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::context::Context;
use crate::project::git::Changed;
use crate::project::ignores::{say_unused, say_used};
use crate::project::input;
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
    let baseline = RunBaseline::open(args, &context)?;
    let selection = selection_of(&context, &args.exclude);
    let changed = changed::asked(args);
    let found = find(args, changed, &selection, baseline.as_ref())?;
    let mut progress = Progress::new(terminal, context.system, found.len());
    let run = Run {
        args,
        fixing,
        ignores: context.checker.ignores(),
        targets: context.checker.targets(),
        outputs: &outputs,
        policies,
        baseline: baseline.as_ref().map(RunBaseline::file),
        working_directory: &context.working_directory,
        options: &options,
    };
    let start = || Worker::new(&run);
    let (results, workers) = parallel::in_order(&found, start, Worker::document, |done| progress.tick(done));
    drop(progress);

    let mut counts = Counts::default();
    counts.totals.policies = policies.descriptions();
    counts.totals.custom_rules = options.custom_rules.clone();
    workers.into_iter().for_each(|worker| counts.join(worker.counts));
    let Counts { mut totals, statistics, usage } = counts;
    let Contents { parts, fixes, notes, matches } = contents(&found, results, &outputs, &mut totals)?;
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
        terminal.note(&format!("note: {count} more finding{s}; at most {MAX_SHOWN} of each document are shown"));
    }
    // What --exclude leaves out of this run may need an ignore all the same.
    let whole = selection_of(&context, &[]).without(baseline.as_ref().map(|baseline| baseline.file().path()));
    if let Some(baseline) = baseline {
        baseline.finish(matches, terminal)?;
    }
    say_used(context.checker.ignores(), &usage, terminal);
    if totals.unread.is_empty() {
        let unseen = || walk::unseen(context.project_folder(), &whole, &found);
        say_unused(context.checker.ignores(), &usage, unseen, options.today, terminal);
    }
    note_skipped(args, changed, &selection, &totals, terminal)?;
    Ok(preview.unwrap_or_else(|| exit(args, &totals)))
}

/// What a search of folders is for.
fn selection_of(context: &Context, exclude: &[PathGlob]) -> Selection {
    Selection::new(&context.base, context.settings.checks.command(), exclude)
}

/// The documents to check: all that the arguments name, or those that have changed.
fn find(
    args: &Arguments,
    changed: Option<Changed<'_>>,
    selection: &Selection,
    baseline: Option<&RunBaseline>,
) -> Result<Vec<Found>, CommandError> {
    let places = args.places();
    let mut found = match changed {
        Some(what) => changed::find(&places, what, selection)?,
        None => walk::find(&places, selection),
    };
    found.retain(|found| matches!(found.how, How::Named) || !baseline.is_some_and(|file| file.is_at(&found.path)));
    if found.is_empty() && changed.is_none() {
        return Err(nothing_found(args, selection, "no document"));
    }
    Ok(found)
}

/// What the documents contribute, each in their order.
#[derive(Default)]
struct Contents {
    parts: Vec<Vec<String>>,
    fixes: Vec<Done>,
    notes: Vec<String>,
    matches: Vec<Match>,
}

/// Sorts the results of the workers. A document that cannot be read is added to the totals; any other error ends the
/// run.
fn contents(
    found: &[Found],
    results: Vec<Result<Option<Part>, CommandError>>,
    outputs: &Outputs,
    totals: &mut Totals,
) -> Result<Contents, CommandError> {
    let mut contents = Contents::default();
    for (found, result) in found.iter().zip(results) {
        match result {
            Ok(None) => {}
            Ok(Some(part)) => {
                contents.parts.push(part.rendered);
                contents.fixes.extend(part.done);
                contents.notes.extend(part.notes);
                contents.matches.extend(part.known);
            }
            Err(error) if error.exit() == Exit::Io => {
                let unread = FileError::new(input::shown(&found.path), error.to_string());
                let project_path = outputs.project_paths().and_then(|mut paths| paths.of(&found.path));
                totals.unread.push(unread.in_project(project_path));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(contents)
}

/// Says that files were skipped, or that no document has changed.
///
/// # Errors
/// Every file was skipped.
fn note_skipped(
    args: &Arguments,
    changed: Option<Changed<'_>>,
    selection: &Selection,
    totals: &Totals,
    terminal: Terminal,
) -> Result<(), CommandError> {
    if totals.files == 0 && totals.unread.is_empty() {
        match changed {
            Some(what) => terminal.note(&format!("note: no document {}", changed::describe(what))),
            None => {
                let what = "only files that are clearly something else, which --all checks,";
                return Err(nothing_found(args, selection, what));
            }
        }
    }
    if totals.skipped > 0 {
        let (count, s) = (totals.skipped, if totals.skipped == 1 { "" } else { "s" });
        terminal.note(&format!("note: {count} file{s} skipped: clearly something else; --all checks them"));
    }
    Ok(())
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
