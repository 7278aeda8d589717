//! `cxvars schema`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cxvars_core::manifest::schema::{Draft, manifest};

use crate::cli::arguments::Global;
use crate::cli::exit::{CommandResult, Exit};
use crate::config;
use crate::system::terminal::Terminal;

/// The value of `schema --config` without a path. It is not the path of a configuration file.
const OF_CONFIGURATION: &str = "-";

/// Print the JSON Schema of a manifest
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars schema --draft 7 > cxvars.schema.json\n  \
                        cxvars schema --config --draft 7 > cxvars.config.schema.json\n\n\
                        To use it in an editor, begin a YAML document with this line:\n  \
                        # yaml-language-server: $schema=cxvars.schema.json\n\
                        and a cxvars.toml with this one:\n  \
                        #:schema ./cxvars.config.schema.json")]
pub(crate) struct Arguments {
    /// Without PATH: print the schema of a cxvars.toml instead of that of a manifest
    // The global flag has the same name. Both need the same type, since clap passes the value of one to the other.
    #[arg(long, num_args = 0..=1, default_missing_value = OF_CONFIGURATION, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Draft of JSON Schema; editors of YAML understand 7
    #[arg(long, value_enum, default_value_t, value_name = "DRAFT")]
    pub(crate) draft: DraftArg,
}

impl Arguments {
    /// Whether to print the schema of a configuration.
    fn of_configuration(&self) -> bool {
        self.config.as_deref() == Some(Path::new(OF_CONFIGURATION))
    }
}

/// `--draft`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DraftArg {
    /// Draft 7
    #[value(name = "7")]
    Draft7,
    /// Draft 2020-12
    #[default]
    #[value(name = "2020-12")]
    Draft202012,
}

pub(super) fn run(args: &Arguments, _: &Global, terminal: Terminal) -> CommandResult {
    let draft = match args.draft {
        DraftArg::Draft7 => Draft::Draft7,
        DraftArg::Draft202012 => Draft::Draft202012,
    };
    let schema = if args.of_configuration() { config::schema(draft) } else { manifest(draft) };
    terminal.json(&schema)?;
    Ok(Exit::Success)
}
