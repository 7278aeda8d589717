//! What a run will change, shown before it is asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cxvars_flow::schedule::{End, Schedule};

use super::super::preflight::ask;
use super::run::FleetRun;
use crate::cli::exit::CommandError;
use crate::fleet::reading::read_each;
use crate::project::context::Context;
use crate::project::findings;
use crate::project::prepare::Prepared;
use crate::service::planned::{Planned, changes_text, options, plan_now};
use crate::system::terminal::Terminal;

/// The plan of an action.
struct ShownPlan {
    digest: String,
    /// What it changes, for people; empty if that is nothing.
    text: String,
}

impl FleetRun<'_> {
    /// Plans all actions, shows what will change, and asks. What was confirmed is applied, and nothing else.
    pub(super) async fn confirm(&mut self, schedule: Schedule, terminal: Terminal) -> Result<(), CommandError> {
        let (document, plans) = (&self.args.document, RefCell::new(BTreeMap::new()));
        let plan = async |action: usize, (context, service): &(Context, _), taken| {
            let Some(prepared) = self.waiting.borrow().get(&action).map(|checked| self.read_again(checked, context))
            else {
                return Ok(End::Idle);
            };
            let (prepared, options) =
                (prepared?, options(&document.prune, document.max_deletes, self.args.force, context));
            let planned = plan_now(context, service, &prepared, &options, Some(taken)).await?;
            plans.borrow_mut().insert(action, shown(&planned, context, &service.target, &prepared));
            Ok(End::Done)
        };
        read_each(&self.sites, &self.display, schedule, plan).await?;
        let plans = plans.into_inner();
        let changes: Vec<&str> =
            plans.values().map(|plan| plan.text.as_str()).filter(|text| !text.is_empty()).collect();
        if plans.len() > changes.len() {
            terminal.warn(&format!("{} of {} have nothing to change", plans.len() - changes.len(), plans.len()));
        }
        if !changes.is_empty() {
            terminal.warn(changes.concat().trim_end());
            // Otherwise nothing will be sent, so there is nothing to confirm.
            ask("apply all of this?", terminal).await?;
        }
        self.display.borrow_mut().start_over();
        self.confirmed = plans.into_iter().map(|(action, plan)| (action, plan.digest)).collect();
        Ok(())
    }
}

fn shown(planned: &Planned, context: &Context, target: &str, prepared: &Prepared) -> ShownPlan {
    let (plan, color) = (&planned.plan, context.terminal.message_color);
    let text = match plan.changes_pending() || !plan.blocked().is_empty() {
        true => findings::warnings(prepared, color) + &changes_text(planned, context, target, prepared, color),
        false => String::new(),
    };
    ShownPlan { digest: plan.digest().to_owned(), text }
}
