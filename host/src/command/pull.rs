//! `cxvars pull`: writes the stored variables as a manifest.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cxvars_core::manifest::pulled::{Layout, manifest};
use cxvars_core::service::stored::StoredVariable;
use cxvars_flow::advice::Access;
use cxvars_flow::schedule::End;

use crate::cli::arguments::{Global, SelectArgs};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::config::Action;
use crate::fleet::display::Display;
use crate::fleet::in_order::InOrder;
use crate::fleet::order;
use crate::fleet::reading::read_each;
use crate::fleet::sites::Sites;
use crate::project::context::Context;
use crate::project::input::shown;
use crate::project::output::refuse_overwriting;
use crate::project::selection::Selected;
use crate::service::Service;
use crate::system::files;
use crate::system::runtime::block_on;
use crate::system::terminal::Terminal;

/// Write the stored variables as a manifest
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars pull crm-lookup --env prod --out crm-lookup.yaml\n  \
                        cxvars pull 3f2c > vars.json\n  \
                        cxvars pull --all --env prod --out pulled --format yaml\n\n\
                        Values that are not encrypted are written as they are. For an encrypted one the manifest names an \
                        environment variable: CXV_ followed by the name in capitals. In .env format, which has no \
                        references, a comment names it.\n\n\
                        Of several actions, each is written to its `file` in the configuration, or with --out to \
                        FOLDER/ALIAS.json (FOLDER/ENVIRONMENT/ALIAS.json of several environments).")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Write the manifest to this file instead of standard output; of several actions, to files in this folder
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
    /// Format of the manifest; by default taken from the file's name, otherwise JSON
    #[arg(long, value_enum)]
    pub(crate) format: Option<LayoutArg>,
}

/// Formats of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayoutArg {
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Lines of `NAME=value`
    Env,
}

impl LayoutArg {
    fn layout(self) -> Layout {
        match self {
            Self::Json => Layout::Json,
            Self::Yaml => Layout::Yaml,
            Self::Env => Layout::Env,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Env => "env",
        }
    }
}

/// What is pulled.
struct Job {
    /// The number of its environment.
    environment: usize,
    action: Action,
    /// The file that the manifest is written to; `None` is standard output.
    path: Option<PathBuf>,
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let is_taken = |action: &Action| args.out.is_some() || action.file.is_some();
    let selected = args.select.select(global, terminal, is_taken)?;
    let are_several = args.select.are_several() || selected.iter().any(|selected| selected.by_pattern);
    let with_folders = selected.len() > 1;
    let (mut contexts, mut jobs) = (Vec::new(), Vec::new());
    for (environment, Selected { context, actions, .. }) in selected.into_iter().enumerate() {
        let name = context.settings.environment.as_deref().filter(|_| with_folders);
        for action in actions {
            let path = match are_several {
                true => Some(path_of(args, &action, name)?),
                false => args.out.clone(),
            };
            jobs.push(Job { environment, action, path });
        }
        contexts.push(context);
    }
    refuse_paths(&jobs, args.force)?;
    for (environment, context) in contexts.iter().enumerate() {
        refuse_inputs(context, jobs.iter().filter(|job| job.environment == environment))?;
    }
    pull_all(contexts, &jobs, args, are_several)?;
    Ok(Exit::Success)
}

/// The file of one of several actions.
fn path_of(args: &Arguments, action: &Action, environment: Option<&str>) -> Result<PathBuf, CommandError> {
    let alias = action.alias.as_deref().unwrap_or(&action.id);
    let Some(folder) = &args.out else {
        let file = action.file.clone();
        return file.ok_or_else(|| {
            let alias = cxvars_core::base::display::quote(alias);
            CommandError::usage(format!("{alias} has no `file` in the configuration; name a folder with --out"))
        });
    };
    // A name is one part of a path, whatever it consists of.
    let part = |name: &str| name.replace(['/', '\\', ':', '\0'], "_");
    let configured =
        action.file.as_deref().and_then(Path::extension).map(|ending| ending.to_string_lossy().into_owned());
    let ending = match args.format {
        Some(format) => format.extension().to_owned(),
        None => configured.unwrap_or_else(|| LayoutArg::Json.extension().to_owned()),
    };
    let folder = environment.map_or_else(|| folder.clone(), |name| folder.join(part(name)));
    Ok(folder.join(format!("{}.{ending}", part(alias))))
}

/// Refuses files that exist, and a file for two actions, before anything is read or written.
fn refuse_paths(jobs: &[Job], force: bool) -> Result<(), CommandError> {
    let mut taken = BTreeSet::new();
    for path in jobs.iter().filter_map(|job| job.path.as_deref()) {
        let name = shown(path);
        if !force && path.exists() {
            return Err(CommandError::usage(format!("`{name}` exists; --force replaces it, or choose another file")));
        }
        if !taken.insert(path) {
            return Err(CommandError::usage(format!(
                "`{name}` is the `file` of several actions; name a folder with --out"
            )));
        }
    }
    Ok(())
}

/// Pulls actions, those of several environments side by side. What is said about them comes in their order.
fn pull_all(contexts: Vec<Context>, jobs: &[Job], args: &Arguments, are_several: bool) -> Result<(), CommandError> {
    let Some(terminal) = contexts.first().map(|context| context.terminal) else { return Ok(()) };
    let names: Vec<_> = contexts.iter().map(|context| context.settings.environment.clone()).collect();
    let name = |job: &Job| names.get(job.environment).and_then(Option::as_deref);
    let display = RefCell::new(Display::new(jobs.iter().filter(|_| are_several).map(name), terminal));
    let profiles: Vec<_> = contexts.iter().map(|context| &context.settings.profile).collect();
    let schedule = order::reading(jobs.iter().map(|job| job.environment), &profiles);
    let sites = Sites::new(contexts, Access::Read, !are_several);
    let read = RefCell::new(InOrder::default());
    let work = async |number: usize, (context, service): &(Context, Service), taken| {
        let Some(Job { action, path, .. }) = jobs.get(number) else { return Ok(End::Idle) };
        let finished = service.read_expected(context, action, &[], Some(taken)).await.map_err(CommandError::from);
        let stored = finished.map(|finished| finished.action.and_then(|action| action.variables).unwrap_or_default());
        let name = action.alias.as_deref().unwrap_or(&action.id);
        let pulled = stored.and_then(|stored| {
            if let Some(path) = path.as_deref().filter(|_| are_several) {
                files::create_dir_all(files::parent(path)).map_err(|error| cannot_write(path, &error))?;
            }
            write(name, &stored, path.as_deref(), args, terminal)
        });
        let pulled = pulled.map_err(|error| if are_several { error.about(name) } else { error })?;
        for (_, notes) in read.borrow_mut().add(number, pulled) {
            notes.iter().for_each(|note| terminal.note(note));
        }
        Ok(End::Done)
    };
    block_on(read_each(&sites, &display, schedule, work))
}

/// Refuses a file that a command reads. A manifest of the configuration may be replaced: `--force` is meant for it.
fn refuse_inputs<'j>(context: &Context, jobs: impl Iterator<Item = &'j Job>) -> Result<(), CommandError> {
    let documents: Vec<_> = context.settings.actions().into_iter().filter_map(|action| action.file).collect();
    for path in jobs.filter_map(|job| job.path.as_deref()) {
        let is_document = |document| files::are_same(path, &context.working_directory.join(document));
        if !documents.iter().any(is_document) {
            refuse_overwriting("--out", path, &[], context)?;
        }
    }
    Ok(())
}

/// Writes the manifest of an action. Returns what is to be said about it.
fn write(
    name: &str,
    stored: &[StoredVariable],
    path: Option<&Path>,
    args: &Arguments,
    terminal: Terminal,
) -> Result<Vec<String>, CommandError> {
    let layout = layout(args, path);
    let text = manifest(name, stored, layout).map_err(CommandError::usage)?;
    let mut notes = Vec::new();
    match path {
        Some(path) => {
            files::write_whole(path, text.expose().as_bytes()).map_err(|error| cannot_write(path, &error))?;
            let is_written = |variable: &&StoredVariable| layout != Layout::Env || is_readable(variable);
            let written = stored.iter().filter(is_written).count();
            notes.push(format!("note: {written} variables written to `{}`", shown(path)));
        }
        None => terminal.result(text.expose())?,
    }
    notes.extend(note_masked(stored, layout));
    Ok(notes)
}

fn cannot_write(path: &Path, error: &io::Error) -> CommandError {
    CommandError::io(format!("cannot write `{}`: {}", shown(path), files::describe(error)))
}

/// Whether the value itself is written.
fn is_readable(variable: &StoredVariable) -> bool {
    !variable.encrypted && variable.value.is_some()
}

/// What is said about values that are not written, if there are any.
fn note_masked(stored: &[StoredVariable], layout: Layout) -> Option<String> {
    let masked = stored.iter().filter(|variable| !is_readable(variable)).count();
    let instead = match layout {
        Layout::Env => "a comment names each of them; JSON and YAML refer to an environment variable instead",
        _ => "the manifest takes them from the environment variables that it names",
    };
    (masked > 0).then(|| format!("note: values of encrypted variables are not written ({masked}); {instead}"))
}

fn layout(args: &Arguments, path: Option<&Path>) -> Layout {
    let by_name = || Layout::of_file_name(&path?.file_name()?.to_string_lossy());
    args.format.map(LayoutArg::layout).or_else(by_name).unwrap_or(Layout::Json)
}
