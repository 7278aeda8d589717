//! `cxvars plan`.

use clap::Args;

use crate::cli::arguments::{Global, SelectArgs};
use crate::cli::exit::CommandResult;
use crate::planning::{self, PlanArgs, Request};
use crate::system::terminal::Terminal;

/// Show what an apply would change; values are never shown
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars plan demo -f vars.json --sandbox\n  \
                        cxvars plan crm-lookup --env prod --resolve --format json\n  \
                        cxvars plan --all --env prod\n  \
                        cxvars plan crm-lookup --env prod --out plan.json   then: cxvars apply --plan plan.json --env prod\n\n\
                        --all takes the actions that have a `file` in the configuration. Exits with 6 if a variable \
                        blocks the update.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    plan: PlanArgs,
    /// Plan from the document as it was at this git revision; values are fetched as they are now
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["all", "only"])]
    revision: Option<String>,
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let request = Request { select: &args.select, plan: &args.plan, revision: args.revision.as_deref() };
    planning::run(request, global, terminal)
}
