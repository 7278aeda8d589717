//! `cxvars apply`: validate, plan, record the intent, update, verify, record the outcome, notify the webhook.

mod arguments;
mod fleet;
mod inherited;
mod preflight;
mod registration;
mod report;
mod request;
mod single;

pub(crate) use self::arguments::Arguments;
use self::request::ApplyRequest;
use crate::cli::arguments::Global;
use crate::cli::exit::CommandResult;
use crate::system::terminal::Terminal;

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    if args.all || !args.only.is_empty() {
        return fleet::run(args, global, terminal);
    }
    let request = match &args.plan {
        Some(path) => ApplyRequest::from_plan_file(path, args, global, terminal),
        None => ApplyRequest::from_arguments(args, global, terminal),
    };
    single::run(request?, args)
}
