//! `--watch`: checks again whenever a document or the configuration changes, until the user ends the program.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use cxvars_project::Selection;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::arguments::Arguments;
use super::selection_of;
use crate::cli::arguments::Global;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::context::Context;
use crate::project::input;
use crate::system::files;
use crate::system::terminal::Terminal;
use crate::system::watching::is_change;

/// Editors write a file in several steps, and a checkout changes many: the next check waits until nothing has changed
/// for this long.
const QUIET_FOR: Duration = Duration::from_millis(100);

/// Calls `check` now and after every change, and never returns unless the files cannot be watched.
pub(super) fn run(
    args: &Arguments,
    global: &Global,
    terminal: Terminal,
    check: impl Fn() -> CommandResult,
) -> CommandResult {
    if let Some(stdin) = args.files.iter().find(|path| input::is_stdin(path)) {
        let message = format!("--watch needs files or folders, and `{}` is standard input", input::shown(stdin));
        return Err(CommandError::usage(message));
    }
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(sender).map_err(|error| cannot_watch(&error))?;
    let context = global.context(terminal)?;
    let inputs = Inputs::new(args, &context);
    let folders = inputs.folders(args, &context);
    let (system, here) = (context.system, context.working_directory.clone());
    drop(context);
    let is_remade = Cell::new(false);
    let counts = |path: &PathBuf| {
        is_remade.set(is_remade.get() || inputs.searched.contains(path));
        inputs.has(path)
    };
    for (folder, below) in &folders {
        watch(&mut watcher, folder, *below)?;
    }
    loop {
        if is_remade.take() {
            // What is gone for now is watched when it is back, because its parent is watched.
            let back = folders.iter().filter(|(folder, _)| folder.is_dir());
            back.for_each(|(folder, below)| drop(watch(&mut watcher, folder, *below)));
        }
        match check() {
            Ok(_) => {}
            // A mistake in the configuration or a file that is gone for a moment is mended while the program runs.
            Err(error) => terminal.warn(&format!("error: {error}")),
        }
        terminal.note("watching for changes; Ctrl-C ends");
        let Some(changed) = next_change(&changes, counts, || system.monotonic()) else { return Ok(Exit::Success) };
        terminal.note(&format!("{} changed", input::shown(changed.strip_prefix(&here).unwrap_or(&changed))));
    }
}

/// What a check reads: a change of anything else is no reason to check again.
struct Inputs {
    /// The files of the configuration, the baseline and the contracts.
    configuration: BTreeSet<PathBuf>,
    /// The names of the documents that are arguments.
    named: BTreeSet<OsString>,
    /// The folders that are searched.
    searched: Vec<PathBuf>,
    selection: Selection,
}

impl Inputs {
    fn new(args: &Arguments, context: &Context) -> Self {
        let settings = &context.settings;
        let files = [&settings.project_file, &settings.user_file, &settings.checks.command().baseline];
        let mut configuration: BTreeSet<PathBuf> = files.into_iter().flatten().cloned().collect();
        // The project's file may not exist yet.
        configuration.insert(context.project_folder().join("cxvars.toml"));
        configuration.extend(settings.checks.contracts().values().chain(&settings.shared_files).cloned());
        let named = args.files.iter().filter(|path| !path.is_dir()).filter_map(|path| path.file_name());
        let places = args.places();
        let searched = places.iter().filter(|path| path.is_dir()).map(|path| context.working_directory.join(path));
        Self {
            configuration,
            named: named.map(OsStr::to_owned).collect(),
            searched: searched.collect(),
            selection: selection_of(context, &args.exclude),
        }
    }

    /// The folders to watch, each with whether what is below it is watched too.
    fn folders(&self, args: &Arguments, context: &Context) -> BTreeSet<(PathBuf, bool)> {
        let settings = &context.settings;
        let mut folders: BTreeSet<(PathBuf, bool)> = args.places().iter().map(|path| watched(path)).collect();
        folders.insert((context.project_folder().to_owned(), false));
        let elsewhere = settings.user_file.iter().chain(&settings.shared_files);
        // A folder that is deleted and made again, as by a checkout, is not watched any more, but its parent is.
        let parents = elsewhere.chain(&self.searched).map(|path| (files::parent(path).to_owned(), false));
        folders.extend(parents);
        folders
    }

    /// Whether a check reads the file or folder at `path`.
    fn has(&self, path: &PathBuf) -> bool {
        self.searched.contains(path)
            || self.configuration.contains(path)
            || self.searched.iter().any(|folder| self.is_found(folder, path))
            || path.file_name().is_some_and(|name| self.named.contains(name))
    }

    /// Whether a search of `folder` comes to `path`. A file may be written into a new folder before the folder is
    /// watched, so the new folder itself counts.
    fn is_found(&self, folder: &Path, path: &Path) -> bool {
        path.strip_prefix(folder).is_ok_and(|below| match path.is_dir() {
            true => self.selection.reaches(folder, below),
            false => self.selection.finds(folder, below),
        })
    }
}

/// The folder to watch for an argument, and whether with all folders in it. A file is watched by its folder, because
/// editors replace it by another one.
fn watched(argument: &Path) -> (PathBuf, bool) {
    match argument.is_dir() {
        true => (argument.to_owned(), true),
        false => (files::parent(argument).to_owned(), false),
    }
}

fn watch(watcher: &mut RecommendedWatcher, folder: &Path, below: bool) -> Result<(), CommandError> {
    let mode = if below { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
    watcher.watch(folder, mode).map_err(|error| cannot_watch(&error))
}

fn cannot_watch(error: &notify::Error) -> CommandError {
    let advice = match error.kind {
        notify::ErrorKind::MaxFilesWatch => "; name the folders that hold documents, or raise the system's limit",
        _ => "",
    };
    let paths: Vec<_> = error.paths.iter().map(|path| format!(" `{}`", input::shown(path))).collect();
    let reason = match &error.kind {
        notify::ErrorKind::Io(error) => files::describe(error),
        notify::ErrorKind::PathNotFound => "no such file or folder".to_owned(),
        kind => cxvars_core::base::display::escape(&format!("{kind:?}")),
    };
    CommandError::io(format!("cannot watch{}: {reason}{advice}", paths.concat()))
}

/// Waits for a change of a path that counts, and until these changes have come to rest. Other programs may write beside
/// the documents all the time, so their changes do not count here either. `None` if there will be none.
fn next_change(
    changes: &Receiver<notify::Result<Event>>,
    counts: impl Fn(&PathBuf) -> bool,
    now: impl Fn() -> Duration,
) -> Option<PathBuf> {
    let path_of = |event: notify::Result<Event>| {
        let event = event.ok().filter(|event| is_change(event.kind))?;
        event.paths.into_iter().find(&counts)
    };
    let changed = changes.iter().find_map(path_of)?;
    let mut rest_at = now() + QUIET_FOR;
    while let Some(wait) = rest_at.checked_sub(now()) {
        match changes.recv_timeout(wait) {
            Ok(event) => rest_at = path_of(event).map_or(rest_at, |_| now() + QUIET_FOR),
            Err(_) => break,
        }
    }
    Some(changed)
}

#[cfg(test)]
mod tests {
    use notify::event::{DataChange, EventKind, ModifyKind};

    use super::*;

    #[test]
    fn what_does_not_count_keeps_no_check_waiting() {
        let (sender, changes) = channel();
        let write = |path: &str| {
            let kind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
            sender.send(Ok(Event::new(kind).add_path(PathBuf::from(path)))).unwrap();
        };
        write("a.log");
        write("a.json");
        (0..100).for_each(|_| write("a.log"));
        write("b.json");
        // Every look at the clock takes two milliseconds, so the log is written for longer than a check waits.
        let clock = Cell::new(Duration::ZERO);
        let now = || clock.replace(clock.get() + Duration::from_millis(2));
        let is_document = |path: &PathBuf| path.extension() == Some(OsStr::new("json"));
        assert_eq!(next_change(&changes, is_document, now), Some(PathBuf::from("a.json")));
        assert_eq!(next_change(&changes, is_document, now), Some(PathBuf::from("b.json")), "a check of its own");
    }
}
