//! `cxvars rollback`: the plan of a document as it was at an earlier revision.

use clap::Args;

use crate::cli::arguments::{Global, SelectArgs};
use crate::cli::exit::CommandResult;
use crate::planning::{self, PlanArgs, Request};
use crate::system::terminal::Terminal;

/// Show what going back to an earlier git revision would change
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars rollback crm-lookup --to HEAD~1 --env prod\n  \
                        cxvars rollback crm-lookup --to v1.4 --env prod --resolve --out plan.json\n\n\
                        It sends nothing: the command that carries the plan out is printed after it. The document comes from the revision; \
                        what it refers to (`value_from`) is fetched as it is now. A secret that the revision writes \
                        out would come back, and is warned of.")]
pub(crate) struct Arguments {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    action: String,
    /// The git revision to go back to: a commit, a branch or a tag
    #[arg(long, value_name = "REVISION")]
    to: String,
    #[command(flatten)]
    plan: PlanArgs,
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let select = SelectArgs { action: Some(args.action.clone()), all: false, only: Vec::new() };
    let request = Request { select: &select, plan: &args.plan, revision: Some(&args.to) };
    planning::run(request, global, terminal)
}
