//! The arguments of `apply`.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::Args;

use super::fleet::canary::Canary;
use crate::cli::arguments::{DocumentArgs, audit_head};

/// Validate, plan, update, verify and audit
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:\n  cxvars apply demo -f vars.json --sandbox\n  \
                        cxvars apply crm-lookup --env prod --yes\n  \
                        cxvars apply --plan plan.json --env prod\n  \
                        cxvars apply --all --env 'bu-*' --canary 5% --yes\n  \
                        printf %s \"$TOKEN\" | cxvars apply 3f2c -f vars.json --stdin auth_token --yes\n\n\
                        The update replaces the whole list at once. Variables that only the service has are carried \
                        over, unless --prune removes them.")]
pub(crate) struct Arguments {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION", required_unless_present_any = ["plan", "all", "only"])]
    pub(crate) action: Option<String>,
    #[command(flatten)]
    pub(crate) document: DocumentArgs,
    /// Apply the document as it was at this git revision; values are fetched as they are now
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["plan", "all", "only"])]
    pub(crate) revision: Option<String>,
    /// Apply this plan file without asking; refused if anything has changed since it was written. With -f, the document
    /// is read from there; it must be the one that was planned
    #[arg(long, value_name = "FILE", conflicts_with_all = ["action", "prune", "max_deletes", "force"])]
    pub(crate) plan: Option<PathBuf>,
    /// Apply every action of the environment that has a `file` in the configuration
    #[arg(long, conflicts_with_all = ["action", "file", "plan", "only", "stdin"])]
    pub(crate) all: bool,
    /// Apply these actions of the environment, by alias (repeatable, or separated by commas)
    #[arg(long, value_name = "ALIAS", value_delimiter = ',', conflicts_with_all = ["action", "file", "plan", "stdin"])]
    pub(crate) only: Vec<String>,
    /// Apply these actions first, by alias or as a share of all such as 5%, and the others only if every one of them was
    /// applied and verified
    #[arg(long, value_name = "ALIAS|N%", value_delimiter = ',', conflicts_with_all = ["action", "plan"])]
    pub(crate) canary: Vec<Canary>,
    /// Largest number of actions at once; without it, as many as the request budgets of the tenants have room for
    #[arg(long, value_name = "N", conflicts_with_all = ["action", "plan"])]
    pub(crate) max_parallel: Option<NonZeroU16>,
    /// Share this run with all processes that are started with the same name and the same documents: each takes the next
    /// action that nobody has; needs `[shared]` in the configuration
    #[arg(long, value_name = "NAME", conflicts_with_all = ["action", "plan", "canary"], requires = "yes")]
    pub(crate) run: Option<String>,
    /// Go on in the other environments if the run has to stop in one
    #[arg(long, conflicts_with_all = ["action", "plan"])]
    pub(crate) keep_going: bool,
    /// Start a run of several actions from the beginning instead of where the last run stopped
    #[arg(long)]
    pub(crate) restart: bool,
    /// Do not ask for confirmation; required without a terminal
    #[arg(long)]
    pub(crate) yes: bool,
    /// Send the whole list even if nothing seems to change
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait for an action that is being published, up to the deadline
    #[arg(long)]
    pub(crate) wait: bool,
    /// Hash of the record that this run's first record follows, for an audit log folder whose files are elsewhere
    #[arg(long, value_name = "HASH", value_parser = audit_head)]
    pub(crate) audit_head: Option<String>,
}
