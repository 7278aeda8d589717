//! What is about the stored variables of an action: `plan`, `apply`, `pull`, `reconcile`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CheckArgs, Format};

/// Which action and document a command is about.
#[derive(Debug, Args)]
pub(crate) struct ActionArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// The document; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Remove the variables that the document does not name; with =NAME only that one (repeatable)
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) prune: Vec<String>,
    /// Read the value of this variable from standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars plan demo -f vars.json --sandbox\n  \
                        cxvars plan crm-lookup --env prod --resolve --format json")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) common: ActionArgs,
    /// Fetch the values that the document refers to, so that they can be compared
    #[arg(long)]
    pub(crate) resolve: bool,
    /// End with 9 where changes are pending
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars apply demo -f vars.json --sandbox\n  \
                        cxvars apply crm-lookup --env prod --yes\n  \
                        printf %s \"$TOKEN\" | cxvars apply 3f2c -f vars.json --stdin auth_token --yes\n\n\
                        The update replaces the whole list at once. Variables that only the service has are carried \
                        over, unless --prune removes them.")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) common: ActionArgs,
    /// Do not ask; needed where there is no terminal
    #[arg(long)]
    pub(crate) yes: bool,
    /// Send the whole list even where nothing seems to change
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait for an action that is being published, up to the deadline
    #[arg(long)]
    pub(crate) wait: bool,
}

/// Arguments of `reconcile`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars reconcile crm-lookup --env prod   after an apply that ended with 7\n  \
                        cxvars reconcile --env prod --format json  every open intent of the audit log\n\n\
                        Ends with 0 where everything is decided, and with 7 where something stays unknown.")]
pub(crate) struct ReconcileArgs {
    /// Id of the Data Action, or its alias in the configuration; all actions without it
    #[arg(value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `pull`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars pull crm-lookup --env prod --out crm-lookup.yaml\n  \
                        cxvars pull 3f2c > vars.json\n\n\
                        Values that are not encrypted are written as they are. For an encrypted one the manifest names an \
                        environment variable, CXV_ and the name in capitals.")]
pub(crate) struct PullArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// Write the manifest to this file instead of standard output; YAML where its name ends so
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file where it exists
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
    /// How the manifest is written; by default as the file's name says, else JSON
    #[arg(long, value_enum)]
    pub(crate) format: Option<LayoutArg>,
}

/// The layouts of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayoutArg {
    /// JSON
    Json,
    /// YAML
    Yaml,
}
