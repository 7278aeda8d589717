//! Reads the actions of several environments side by side.

use std::cell::RefCell;

use cxvars_flow::schedule::{End, Schedule};

use super::display::Display;
use super::sites::Sites;
use super::{Begin, Fleet, carry_out};
use crate::cli::exit::{CommandError, Exit};
use crate::project::context::Context;
use crate::service::Service;
use crate::service::budget::Taken;

struct Reading<'r, W> {
    sites: &'r Sites,
    display: &'r RefCell<Display>,
    work: W,
    error: RefCell<Option<CommandError>>,
}

/// Does `work` for each action of the schedule, with the request for its GET taken from the budget. `work` says how it
/// ended; an error ends the run.
///
/// # Errors
/// That of `work`, a service could not be opened, or the user stopped the run.
pub(crate) async fn read_each<W>(
    sites: &Sites,
    display: &RefCell<Display>,
    schedule: Schedule,
    work: W,
) -> Result<(), CommandError>
where
    W: AsyncFn(usize, &(Context, Service), Taken) -> Result<End, CommandError>,
{
    let reading = Reading { sites, display, work, error: RefCell::default() };
    let schedule = tokio::select! {
        biased;
        schedule = carry_out(&reading, schedule) => Some(schedule),
        () = Display::keep_telling(display, || sites.now_ms()) => None,
    };
    display.borrow_mut().end();
    if let Some(error) = reading.error.into_inner() {
        return Err(error);
    }
    match schedule {
        Some(schedule) if schedule.left().next().is_none() => Ok(()),
        _ => Err(CommandError::new(Exit::Interrupted, "interrupted; nothing was sent")),
    }
}

impl<W> Fleet for Reading<'_, W>
where
    W: AsyncFn(usize, &(Context, Service), Taken) -> Result<End, CommandError>,
{
    fn now_ms(&self) -> u64 {
        self.sites.now_ms()
    }

    async fn open(&self, tenant: usize) -> End {
        self.sites.open(tenant).await.unwrap_or_else(|error| {
            self.error.borrow_mut().get_or_insert(error.into());
            End::Stop
        })
    }

    async fn take(&self, tenant: usize, action: usize) -> Begin {
        let begin = Begin::of(action, self.sites.take(tenant, 1).await);
        if let Begin::Lost(problem) = &begin {
            let error = CommandError::new(Exit::Unavailable, format!("{problem}; nothing was sent"));
            self.error.borrow_mut().get_or_insert(error);
        }
        self.display.borrow_mut().asked(tenant, &begin, self.now_ms());
        begin
    }

    async fn apply(&self, tenant: usize, action: usize, taken: Taken) -> (End, bool) {
        let Some(opened) = self.sites.opened(tenant) else { return (End::Stop, false) };
        self.display.borrow_mut().begins(action);
        let end = (self.work)(action, opened, taken).await.unwrap_or_else(|error| {
            self.error.borrow_mut().get_or_insert(error);
            End::Stop
        });
        self.display.borrow_mut().ended(action, end);
        (end, false)
    }
}
