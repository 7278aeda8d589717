//! What a run will change, shown before it is asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cxvars_flow::limiter::Full;
use cxvars_flow::schedule::{End, Schedule};

use super::super::preflight::ask;
use super::run::FleetRun;
use crate::cli::exit::{CommandError, Exit};
use crate::fleet::{Fleet, carry_out};
use crate::project::context::Context;
use crate::project::findings;
use crate::project::prepare::Prepared;
use crate::service::Service;
use crate::service::budget::Taken;
use crate::service::planned::{changes_text, options, plan_now};
use crate::system::terminal::Terminal;

/// The plan of an action.
struct ShownPlan {
    digest: String,
    /// What it changes, for people; empty if that is nothing.
    text: String,
}

/// Reads the actions of a run and plans them.
struct Planning<'p, 'f> {
    run: &'p FleetRun<'f>,
    plans: RefCell<BTreeMap<usize, ShownPlan>>,
    error: RefCell<Option<CommandError>>,
}

impl FleetRun<'_> {
    /// Plans all actions, shows what will change, and asks. What was confirmed is applied, and nothing else.
    pub(super) async fn confirm(&mut self, schedule: Schedule, terminal: Terminal) -> Result<(), CommandError> {
        let planning = Planning { run: self, plans: RefCell::default(), error: RefCell::default() };
        let schedule = carry_out(&planning, schedule).await;
        let Planning { plans, error, .. } = planning;
        self.end_display();
        if let Some(error) = error.into_inner() {
            return Err(error);
        }
        if schedule.left().next().is_some() {
            return Err(CommandError::new(Exit::Interrupted, "interrupted; nothing was sent"));
        }
        let plans = plans.into_inner();
        let changed: Vec<&str> =
            plans.values().map(|plan| plan.text.as_str()).filter(|text| !text.is_empty()).collect();
        terminal.warn(changed.concat().trim_end());
        let (count, unchanged) = (changed.len(), plans.len() - changed.len());
        if unchanged > 0 {
            terminal.warn(&format!("{unchanged} of {} have nothing to change", plans.len()));
        }
        if count > 0 {
            ask("apply all of this?", terminal).await?;
        }
        self.confirmed = plans.into_iter().map(|(action, plan)| (action, plan.digest)).collect();
        Ok(())
    }
}

impl Planning<'_, '_> {
    async fn plan(
        &self,
        action: usize,
        prepared: &Prepared,
        (context, service): &(Context, Service),
        taken: Taken,
    ) -> Result<(), CommandError> {
        let document = &self.run.args.document;
        let options = options(&document.prune, document.max_deletes, self.run.args.force, context);
        let planned = plan_now(context, service, prepared, &options, Some(taken)).await?;
        let color = context.terminal.message_color;
        let changes = planned.plan.changes_pending() || !planned.plan.blocked().is_empty();
        let text = match changes {
            true => {
                findings::warnings(prepared, color) + &changes_text(&planned, context, &service.target, prepared, color)
            }
            false => String::new(),
        };
        let plan = ShownPlan { digest: planned.plan.digest().to_owned(), text };
        self.plans.borrow_mut().insert(action, plan);
        Ok(())
    }
}

impl Fleet for Planning<'_, '_> {
    fn now_ms(&self) -> u64 {
        self.run.now_ms()
    }

    async fn sleep(&self, ms: u64) {
        self.run.sleep(ms).await;
    }

    async fn interrupted(&self) {
        self.run.interrupted().await;
    }

    async fn open(&self, tenant: usize) -> End {
        self.run.open(tenant).await
    }

    fn take(&self, tenant: usize, _: usize) -> Result<Taken, Full> {
        self.run.take_requests(tenant, 1)
    }

    async fn apply(&self, tenant: usize, action: usize, taken: Taken) -> (End, bool) {
        let Some((opened, prepared)) = self.run.opened(tenant).zip(self.run.begin(action)) else {
            return (End::Stop, false);
        };
        self.run.display.borrow_mut().begins(action);
        let result = self.plan(action, &prepared, opened, taken).await;
        self.run.put_back(action, prepared);
        let end = match result {
            Ok(()) => End::Done,
            Err(error) => {
                self.error.borrow_mut().get_or_insert(error);
                End::Stop
            }
        };
        self.run.display.borrow_mut().ended(action, end);
        (end, false)
    }
}
