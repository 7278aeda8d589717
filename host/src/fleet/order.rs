//! The order of a run, with the limits that apply where no budget does.

use cxvars_flow::schedule::{Schedule, Waiting};

use crate::profile::Profile;
use crate::system::descriptors;

/// Files that an action under way has open at most: its lock, and two connections.
const DESCRIPTORS_EACH: usize = 4;

/// Most actions at once in an environment without a request budget.
const MOST_WITHOUT_BUDGET: usize = 32;

/// A run over the actions of environments with these profiles. `most` is the largest number of actions at once, if the
/// user limits it.
pub(crate) fn schedule<'p>(
    actions: Vec<Vec<Waiting>>,
    profiles: impl IntoIterator<Item = &'p Profile>,
    most: Option<u16>,
    keeps_going: bool,
) -> Schedule {
    let possible = descriptors::at_once(DESCRIPTORS_EACH);
    let most = most.map_or(possible, |most| possible.min(most.into()));
    let mut schedule = Schedule::new(actions, most, keeps_going);
    for (tenant, profile) in profiles.into_iter().enumerate() {
        if profile.requests_per_minute == 0 {
            schedule.limit(tenant, MOST_WITHOUT_BUDGET);
        }
    }
    schedule
}

/// The order in which actions are only read, each of the environment with this number.
pub(crate) fn reading(environments: impl IntoIterator<Item = usize>, profiles: &[&Profile]) -> Schedule {
    let mut actions = vec![Vec::new(); profiles.len()];
    for (action, environment) in environments.into_iter().enumerate() {
        if let Some(waiting) = actions.get_mut(environment) {
            waiting.push(Waiting { action, place: action, is_canary: false });
        }
    }
    schedule(actions, profiles.iter().copied(), None, false)
}
