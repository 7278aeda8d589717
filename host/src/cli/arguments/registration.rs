//! What is about the stored variables of an action: `plan`, `apply`, `pull`, `reconcile`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::audit::audit_head;
use super::format::{Format, ReviewFormat};
use super::validate::{CheckArgs, FailLevel};
use crate::project::prepare::DocumentRequest;

/// From which document, and how, a command plans.
#[derive(Clone, Debug, Args)]
pub(crate) struct DocumentArgs {
    /// The document; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Remove the variables that the document does not name; with =NAME only that one (repeatable)
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) prune: Vec<String>,
    /// Send nothing where more than so many variables would be removed
    #[arg(long, value_name = "N")]
    pub(crate) max_deletes: Option<usize>,
    /// Read the value of this variable from standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReviewFormat,
}

impl DocumentArgs {
    /// What is to be read and judged.
    pub(crate) fn request(&self) -> DocumentRequest<'_> {
        DocumentRequest {
            file: self.file.as_deref(),
            plugins: &self.check.plugins,
            parent_scope: self.check.parent_scope(),
            fails_on_warnings: self.check.fail_level == FailLevel::Warning,
            stdin_name: self.check.stdin_filename.as_deref(),
            stdin: self.stdin.as_deref(),
        }
    }
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars plan demo -f vars.json --sandbox\n  \
                        cxvars plan crm-lookup --env prod --resolve --format json\n  \
                        cxvars plan crm-lookup --env prod --resolve --out plan.json   then: cxvars apply --plan plan.json")]
pub(crate) struct PlanArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    #[command(flatten)]
    pub(crate) document: DocumentArgs,
    /// Fetch the values that the document refers to, so that they can be compared
    #[arg(long)]
    pub(crate) resolve: bool,
    /// Write the plan to this file as well, for `apply --plan`; it holds no values
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// End with 9 where changes are pending
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Arguments of `apply`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:\n  cxvars apply demo -f vars.json --sandbox\n  \
                        cxvars apply crm-lookup --env prod --yes\n  \
                        cxvars apply --plan plan.json --env prod\n  \
                        cxvars apply --all --env 'bu-*' --yes\n  \
                        printf %s \"$TOKEN\" | cxvars apply 3f2c -f vars.json --stdin auth_token --yes\n\n\
                        The update replaces the whole list at once. Variables that only the service has are carried \
                        over, unless --prune removes them.")]
pub(crate) struct ApplyArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION", required_unless_present_any = ["plan", "all", "only"])]
    pub(crate) action: Option<String>,
    #[command(flatten)]
    pub(crate) document: DocumentArgs,
    /// Do exactly what this plan file says, without asking; refused where anything has changed since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["action", "file", "prune", "max_deletes", "force"])]
    pub(crate) plan: Option<PathBuf>,
    /// Every action of the environment that has a `file` in the configuration, one after the other
    #[arg(long, conflicts_with_all = ["action", "file", "plan", "only", "stdin"])]
    pub(crate) all: bool,
    /// These actions of the environment, by alias (repeatable, or separated by commas)
    #[arg(long, value_name = "ALIAS", value_delimiter = ',', conflicts_with_all = ["action", "file", "plan", "stdin"])]
    pub(crate) only: Vec<String>,
    /// Begin a run of several actions anew, instead of where the last one stopped
    #[arg(long)]
    pub(crate) restart: bool,
    /// Do not ask; needed where there is no terminal
    #[arg(long)]
    pub(crate) yes: bool,
    /// Send the whole list even where nothing seems to change
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait for an action that is being published, up to the deadline
    #[arg(long)]
    pub(crate) wait: bool,
    /// The record that this run's first one follows, for an audit log that is a folder and not at hand
    #[arg(long, value_name = "HASH", value_parser = audit_head)]
    pub(crate) audit_head: Option<String>,
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
    /// The record that this run's first one follows, for an audit log that is a folder and not at hand
    #[arg(long, value_name = "HASH", value_parser = audit_head)]
    pub(crate) audit_head: Option<String>,
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
