//! `cxvars pull`: writes the stored variables as a manifest.

use std::path::Path;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cxvars_core::manifest::pulled::{Layout, manifest};
use cxvars_flow::advice::Access;

use crate::cli::arguments::Global;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::input::shown;
use crate::service::{Service, block_on};
use crate::system::files;
use crate::system::terminal::Terminal;

/// Write the stored variables as a manifest
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars pull crm-lookup --env prod --out crm-lookup.yaml\n  \
                        cxvars pull 3f2c > vars.json\n\n\
                        Values that are not encrypted are written as they are. For an encrypted one the manifest names an \
                        environment variable: CXV_ followed by the name in capitals.")]
pub(crate) struct Arguments {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// Write the manifest to this file instead of standard output; YAML if its name ends in .yaml or .yml
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "out")]
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
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let mut context = global.context(terminal)?;
    let action = context.settings.action(&args.action).map_err(CommandError::usage)?;
    if let Some(path) = args.out.as_deref().filter(|path| !args.force && path.exists()) {
        let path = shown(path);
        return Err(CommandError::usage(format!("`{path}` exists; --force replaces it, or choose another file")));
    }
    block_on(async {
        let service = Service::open(&mut context, Access::Read).await?;
        let finished = service.read(&context, &action.id, &[]).await?;
        let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
        let name = action.alias.as_deref().unwrap_or(&action.id);
        let text = manifest(name, &stored, layout(args));
        match &args.out {
            Some(path) => {
                files::write_whole(path, text.expose().as_bytes()).map_err(|error| {
                    CommandError::io(format!("cannot write `{}`: {}", shown(path), files::describe(&error)))
                })?;
                terminal.note(&format!("note: {} variables written to `{}`", stored.len(), shown(path)));
            }
            None => terminal.result(text.expose())?,
        }
        let masked = stored.iter().filter(|variable| variable.encrypted).count();
        if masked > 0 {
            terminal.note(&format!(
                "note: values of encrypted variables are not written ({masked}); the manifest takes them from the \
                 environment variables that it names"
            ));
        }
        Ok(Exit::Success)
    })
}

fn layout(args: &Arguments) -> Layout {
    let by_name = |path: &Path| {
        let extension = path.extension().and_then(|extension| extension.to_str())?.to_ascii_lowercase();
        matches!(extension.as_str(), "yaml" | "yml").then_some(LayoutArg::Yaml)
    };
    match args.format.or_else(|| args.out.as_deref().and_then(by_name)).unwrap_or(LayoutArg::Json) {
        LayoutArg::Json => Layout::Json,
        LayoutArg::Yaml => Layout::Yaml,
    }
}
