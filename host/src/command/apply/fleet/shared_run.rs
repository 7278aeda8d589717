//! A run that several processes share: each takes the next action that nobody has.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use cxvars_core::audit::Event;
use cxvars_flow::Failure;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::Finished;

use super::run::FleetRun;
use crate::audit_log::entries::{provenance, worker};
use crate::cli::exit::CommandError;
use crate::fleet::Begin;
use crate::service::Service;
use crate::service::budget::Taken;
use crate::shared::lease::Lease;
use crate::shared::run::{Entered, Next, Task, TaskEnd};
use crate::shared::{ActionPlace, Lost, SharedRuns, SharedState, Tenant, Worker};
use crate::system::ids;

/// The part of this process in a run.
pub(super) struct SharedRun {
    name: String,
    state: Arc<dyn SharedState>,
    worker: Worker,
    /// For the database, each environment is a tenant of its own: its actions are taken and stopped together.
    tenants: Vec<Tenant>,
    actions: BTreeMap<ActionPlace, usize>,
    tasks: Vec<Task>,
    /// The leases of actions that were taken and have not begun.
    leases: RefCell<BTreeMap<usize, Lease>>,
}

impl SharedRun {
    /// A run of this name over actions: the environment of each, and its document.
    ///
    /// # Errors
    /// There is no shared state, no fingerprint key, or an action is there twice.
    pub(super) fn new(name: &str, run: &FleetRun<'_>) -> Result<Self, CommandError> {
        let Some((context, _)) = run.sites.opened(0) else { return Err(CommandError::io("no environment is open")) };
        let state = Arc::clone(context.shared()?);
        if state.runs().is_none() {
            return Err(CommandError::usage(
                "--run is for processes that share a database: name it in [shared] (see docs/fleets.md)",
            ));
        }
        let id = ids::ulid(context.system);
        let worker = worker(&provenance(Event::Outcome, context.system.epoch_s(), &id), context.system);
        let (mut tenants, mut actions, mut tasks) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (site, numbers) in run.by_site.iter().enumerate() {
            let Some((context, service)) = run.sites.opened(site) else { continue };
            let environment = context.settings.environment.as_deref().unwrap_or_default();
            let tenant = Tenant::named(&format!("{} {environment}", service.target));
            tenants.push(tenant.clone());
            for number in numbers.clone() {
                let task = run.task(number, service, &tenant)?;
                if actions.insert(task.place.clone(), number).is_some() {
                    return Err(CommandError::usage(format!(
                        "{} is in two of these environments; a shared run needs each action once",
                        task.place
                    )));
                }
                tasks.push(task);
            }
        }
        Ok(Self { name: name.to_owned(), state, worker, tenants, actions, tasks, leases: RefCell::default() })
    }

    /// Enters the run. Returns the numbers of the actions that are done, and the environments that were stopped.
    ///
    /// # Errors
    /// The run has other actions, is under way, or the database cannot be used.
    pub(super) async fn enter(&self, restart: bool) -> Result<(Vec<usize>, Vec<usize>), CommandError> {
        let runs = self.runs()?;
        let Entered { done, stopped } =
            runs.enter(&self.name, &self.tasks, restart).await.map_err(CommandError::usage)?;
        let done = done.iter().filter_map(|place| self.actions.get(place).copied()).collect();
        let site = |(tenant, _): &(Tenant, String)| self.tenants.iter().position(|other| other == tenant);
        Ok((done, stopped.iter().filter_map(site).collect()))
    }

    /// Takes the next action of an environment, for which the requests were taken.
    pub(super) async fn next(&self, site: usize, taken: Taken, service: &Service) -> Begin {
        let tenant = self.tenants.get(site).map(std::slice::from_ref).unwrap_or_default();
        let next = match self.runs() {
            Ok(runs) => runs.next(&self.name, tenant, &self.worker).await,
            Err(_) => Ok(Next::Over),
        };
        let otherwise = match next {
            Ok(Next::Task(task)) => match self.actions.get(&task.place) {
                Some(action) => {
                    self.leases.borrow_mut().insert(*action, task.lease);
                    return Begin::Now { action: *action, taken };
                }
                None => Begin::Over,
            },
            Ok(Next::Wait(time)) => Begin::Later(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            Ok(Next::Over) => Begin::Over,
            Err(lost) => Begin::Lost(lost.to_string()),
        };
        service.session.give_back(&taken).await;
        otherwise
    }

    /// The lease of an action that begins.
    pub(super) fn lease(&self, action: usize) -> Option<Lease> {
        self.leases.borrow_mut().remove(&action)
    }

    /// Leaves an action that has not begun to the others.
    pub(super) async fn leave(&self, action: usize) -> Result<(), Lost> {
        match self.lease(action) {
            Some(lease) => self.state.release(&lease).await,
            None => Ok(()),
        }
    }

    /// Ends the task of an action. What was interrupted, or failed because of the database, is left to the others.
    pub(super) async fn finish(&self, lease: &Lease, finished: &Finished) -> Result<(), Lost> {
        let Ok(runs) = self.runs() else { return Ok(()) };
        let is_ours = |failure: &Failure| matches!(failure.reason(), Reason::SharedState | Reason::UnderWay);
        if finished.interrupted || finished.failure.as_ref().is_some_and(is_ours) {
            return self.state.release(lease).await;
        }
        let end = if finished.outcome.is_success() { TaskEnd::Done } else { TaskEnd::Failed };
        runs.finish(&self.name, lease, end, finished.outcome.as_str()).await
    }

    /// Ends the part of an environment in the run, for all processes.
    pub(super) async fn stop(&self, site: usize, why: &str) -> Result<(), Lost> {
        let Some((runs, tenant)) = self.runs().ok().zip(self.tenants.get(site)) else { return Ok(()) };
        runs.stop(&self.name, tenant, why).await
    }

    fn runs(&self) -> Result<&dyn SharedRuns, CommandError> {
        self.state.runs().ok_or_else(|| CommandError::usage("there is no shared state"))
    }
}

impl FleetRun<'_> {
    /// What a shared run has to do for an action.
    fn task(&self, number: usize, service: &Service, tenant: &Tenant) -> Result<Task, CommandError> {
        let waiting = self.waiting.borrow();
        let known = waiting.get(&number).and_then(|checked| Some((&checked.action, checked.wanted.clone()?)));
        let Some((action, wanted)) = known else {
            return Err(CommandError::usage(
                "the processes of a shared run need the same fingerprint key: set CXVARS_FINGERPRINT_KEY",
            ));
        };
        Ok(Task { place: ActionPlace::new(&service.target, &action.id), tenant: tenant.clone(), wanted })
    }
}
