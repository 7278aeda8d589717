//! `cxvars apply`: validate, plan, record the intent, update, verify, record the outcome, tell the webhook.

mod fleet;
mod journal;
mod preflight;
mod progress;
mod registration;
mod report;
mod request;
mod single;

use self::request::ApplyRequest;
use crate::cli::arguments::{ApplyArgs, Global};
use crate::cli::exit::CommandResult;
use crate::system::terminal::Terminal;

pub(super) fn run(args: &ApplyArgs, global: &Global, terminal: Terminal) -> CommandResult {
    if args.all || !args.only.is_empty() {
        return fleet::run(args, global, terminal);
    }
    let request = match &args.plan {
        Some(path) => ApplyRequest::from_plan_file(path, global, terminal),
        None => ApplyRequest::from_arguments(args, global, terminal),
    };
    single::run(request?, args, global.sandbox)
}
