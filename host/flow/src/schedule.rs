//! Which action of a fleet is applied next: tenants side by side, and in each tenant as many actions at once as its
//! request budget has room for.
//!
//! The first action of a tenant is applied alone. Only after it was done do the others begin, so that a mistake that all
//! of them share is made once.
//!
//! The driver asks for the next step, does it, and reports how it went. The budget itself is not kept here, because other
//! processes share it: the driver asks it whether an action may begin, and reports until when it has no room.

use std::collections::{BTreeSet, VecDeque};

/// Trouble never makes a tenant's actions fewer than this many at once: a single one may wait long for a repetition.
const LEAST_AT_ONCE: usize = 2;

/// An action that waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number, which the driver gave it.
    pub action: usize,
    /// What it is at the service. Actions of the same place are never applied at the same time.
    pub place: usize,
    /// Whether it is applied before all those that are not.
    pub is_canary: bool,
}

/// An action that has begun and not ended.
#[derive(Clone, Copy, Debug)]
pub struct UnderWay {
    tenant: usize,
    waiting: Waiting,
    /// How many of the tenant had begun by then.
    number: usize,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Log in at this tenant, and report [`Schedule::opened`].
    Open(usize),
    /// If the tenant's budget has room, apply this action and report [`Schedule::begun`] now and [`Schedule::ended`]
    /// when it has ended. Otherwise report [`Schedule::no_room`].
    Begin {
        /// The tenant.
        tenant: usize,
        /// The action.
        waiting: Waiting,
    },
    /// Wait until something ends, or until this time in milliseconds.
    Wait(Option<u64>),
    /// Nothing is left to do, and nothing is under way.
    Finish,
}

/// How an action or a login ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It did what it was to do, and that was verified.
    Done,
    /// There was nothing to do, and nothing was sent.
    Idle,
    /// It failed, for a reason that concerns no other action.
    Failed,
    /// It failed, and the other actions of the tenant would too, or somebody has to look at this one first.
    Stop,
}

/// The order of a run over the actions of several tenants.
#[derive(Debug)]
pub struct Schedule {
    tenants: Vec<Tenant>,
    /// Places of the actions that are under way.
    busy: BTreeSet<usize>,
    /// Most actions at once.
    most: usize,
    /// Whether the other tenants go on if one has stopped.
    keeps_going: bool,
    /// Canaries that have not ended.
    canaries: usize,
    /// Whether nothing more is begun anywhere.
    is_stopped: bool,
    /// Actions under way.
    running: usize,
    /// The tenant that is looked at first, so that all get their turn when there is a limit.
    first: usize,
}

#[derive(Debug, Default)]
struct Tenant {
    waiting: VecDeque<Waiting>,
    login: Login,
    /// Whether an action was done there.
    is_proven: bool,
    /// Actions under way.
    running: usize,
    /// Most actions at once, whatever the service can bear: where no budget limits them.
    ceiling: Option<usize>,
    /// Most actions at once, if the service has had trouble with more.
    most: Option<usize>,
    /// Whether the service had trouble with the action that ended last.
    had_trouble: bool,
    /// The most actions that were under way at once since `most` was last lowered.
    peak: usize,
    /// Actions that have begun.
    begun: usize,
    /// How many had begun when `most` was last lowered. Trouble of those that began before has had its effect.
    begun_before: usize,
    /// The budget has no room before this time, in milliseconds.
    not_before: u64,
    is_stopped: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Login {
    #[default]
    Wanted,
    UnderWay,
    Done,
}

impl Schedule {
    /// A run over these actions of each tenant, in this order, canaries first. `most` is the largest number of actions
    /// at once.
    pub fn new(actions: Vec<Vec<Waiting>>, most: usize, keeps_going: bool) -> Self {
        let canaries = actions.iter().flatten().filter(|waiting| waiting.is_canary).count();
        let tenant = |mut actions: Vec<Waiting>| {
            actions.sort_by_key(|waiting| !waiting.is_canary);
            Tenant { waiting: actions.into(), ..Tenant::default() }
        };
        Self {
            tenants: actions.into_iter().map(tenant).collect(),
            busy: BTreeSet::new(),
            most: most.max(1),
            keeps_going,
            canaries,
            is_stopped: false,
            running: 0,
            first: 0,
        }
    }

    /// Limits how many actions of a tenant are under way at once.
    pub fn limit(&mut self, tenant: usize, most: usize) {
        self.change(tenant, |tenant| tenant.ceiling = Some(most.max(1)));
    }

    /// Leaves out the actions for which `keeps` is false.
    pub fn retain(&mut self, keeps: impl Fn(usize, Waiting) -> bool) {
        for (at, tenant) in self.tenants.iter_mut().enumerate() {
            tenant.waiting.retain(|waiting| keeps(at, *waiting));
        }
    }

    /// What to do at this time, in milliseconds on the driver's clock.
    pub fn next(&mut self, now_ms: u64) -> Next {
        let mut earliest: Option<u64> = None;
        let mut is_opening = false;
        let count = self.tenants.len();
        for at in (self.first..count).chain(0..self.first) {
            let Some(tenant) = self.tenants.get(at) else { continue };
            is_opening |= tenant.login == Login::UnderWay;
            let Some(waiting) = self.ready(tenant) else { continue };
            match tenant.login {
                Login::UnderWay => {}
                Login::Wanted => {
                    self.change(at, |tenant| tenant.login = Login::UnderWay);
                    return Next::Open(at);
                }
                Login::Done if tenant.not_before > now_ms => {
                    earliest = Some(earliest.map_or(tenant.not_before, |earliest| earliest.min(tenant.not_before)));
                }
                Login::Done => {
                    self.first = (at + 1) % count;
                    return Next::Begin { tenant: at, waiting };
                }
            }
        }
        if earliest.is_none() && !is_opening && self.running == 0 { Next::Finish } else { Next::Wait(earliest) }
    }

    /// The next action of a tenant that only its budget may hold up.
    fn ready(&self, tenant: &Tenant) -> Option<Waiting> {
        // One alone until one is done: a mistake that all share is made only once.
        let most = if tenant.is_proven { tenant.most.unwrap_or(usize::MAX) } else { 1 };
        let most = most.min(tenant.ceiling.unwrap_or(usize::MAX));
        let has_place = self.running < self.most && tenant.running < most;
        if self.is_stopped || tenant.is_stopped || !has_place {
            return None;
        }
        let may_begin =
            |waiting: &&Waiting| (waiting.is_canary || self.canaries == 0) && !self.busy.contains(&waiting.place);
        tenant.waiting.iter().find(may_begin).copied()
    }

    /// The login at a tenant has ended. If it failed, the first action tells why.
    pub fn opened(&mut self, tenant: usize, end: End) {
        self.change(tenant, |tenant| {
            tenant.login = Login::Done;
        });
        if end == End::Stop {
            self.stop(tenant);
        }
    }

    /// The tenant's budget has no room before this time, in milliseconds.
    pub fn no_room(&mut self, tenant: usize, until_ms: u64) {
        self.change(tenant, |tenant| tenant.not_before = until_ms);
    }

    /// Others have done the rest of a tenant's actions.
    pub fn over(&mut self, tenant: usize) {
        self.change(tenant, |tenant| tenant.waiting.clear());
    }

    /// The action has begun: the one that may, or another one of the tenant.
    pub fn begun(&mut self, tenant: usize, action: usize) -> UnderWay {
        let waiting =
            self.tenants.get(tenant).and_then(|tenant| tenant.waiting.iter().find(|other| other.action == action));
        let waiting = waiting.copied().unwrap_or(Waiting { action, place: usize::MAX - action, is_canary: false });
        self.busy.insert(waiting.place);
        self.running += 1;
        let mut under_way = UnderWay { tenant, waiting, number: 0 };
        self.change(tenant, |tenant| {
            if let Some(at) = tenant.waiting.iter().position(|other| *other == waiting) {
                tenant.waiting.remove(at);
            }
            tenant.running += 1;
            tenant.begun += 1;
            tenant.peak = tenant.peak.max(tenant.running);
            under_way.number = tenant.begun;
        });
        under_way
    }

    /// The action has ended. `had_trouble`: the service failed or did not answer in between. Twice in a row, and half as
    /// many actions are applied to the tenant at once; one more with each that had none (additive increase,
    /// multiplicative decrease).
    pub fn ended(&mut self, under_way: UnderWay, end: End, had_trouble: bool) {
        let UnderWay { tenant, waiting, number } = under_way;
        self.busy.remove(&waiting.place);
        self.running = self.running.saturating_sub(1);
        self.change(tenant, |tenant| {
            tenant.is_proven |= end == End::Done;
            if !had_trouble {
                tenant.most = tenant.most.map(|most| most.saturating_add(1));
            } else if tenant.had_trouble && number > tenant.begun_before {
                tenant.most = Some((tenant.peak / 2).max(LEAST_AT_ONCE));
                (tenant.begun_before, tenant.peak) = (tenant.begun, 0);
            }
            tenant.had_trouble = had_trouble;
            tenant.running = tenant.running.saturating_sub(1);
            // What was given back of the budget may be room for the next one.
            tenant.not_before = 0;
        });
        if end == End::Stop {
            self.stop(tenant);
        }
        if waiting.is_canary {
            self.canaries = self.canaries.saturating_sub(1);
            self.is_stopped |= !matches!(end, End::Done | End::Idle);
        }
    }

    /// Begins nothing more.
    pub fn stop_all(&mut self) {
        self.is_stopped = true;
    }

    /// The actions that were not begun, by tenant.
    pub fn left(&self) -> impl Iterator<Item = (usize, Waiting)> {
        let tenants = self.tenants.iter().enumerate();
        tenants.flat_map(|(at, tenant)| tenant.waiting.iter().map(move |waiting| (at, *waiting)))
    }

    fn stop(&mut self, tenant: usize) {
        self.change(tenant, |tenant| tenant.is_stopped = true);
        self.is_stopped |= !self.keeps_going;
    }

    fn change(&mut self, tenant: usize, change: impl FnOnce(&mut Tenant)) {
        if let Some(tenant) = self.tenants.get_mut(tenant) {
            change(tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(action: usize) -> Waiting {
        Waiting { action, place: action, is_canary: false }
    }

    fn begin(tenant: usize, waiting: Waiting) -> Next {
        Next::Begin { tenant, waiting }
    }

    /// A schedule for tenants whose logins are done. `counts` says how many actions each has; they are numbered across
    /// all tenants.
    fn open(counts: &[usize], most: usize, keeps_going: bool) -> Schedule {
        let mut number = 0..;
        let actions = counts.iter().map(|count| number.by_ref().take(*count).map(waiting).collect()).collect();
        let mut schedule = Schedule::new(actions, most, keeps_going);
        for tenant in 0..counts.len() {
            assert_eq!(schedule.next(0), Next::Open(tenant));
        }
        assert_eq!(schedule.next(0), Next::Wait(None));
        prove(&mut schedule);
        schedule
    }

    /// Opens all tenants, as if an action of each had been done.
    fn prove(schedule: &mut Schedule) {
        for at in 0..schedule.tenants.len() {
            schedule.opened(at, End::Done);
            schedule.tenants[at].is_proven = true;
        }
    }

    /// Begins all that may begin.
    fn begin_all(schedule: &mut Schedule) -> Vec<UnderWay> {
        let mut begun = Vec::new();
        while let Next::Begin { tenant, waiting } = schedule.next(0) {
            begun.push(schedule.begun(tenant, waiting.action));
        }
        begun
    }

    fn numbers(begun: &[UnderWay]) -> Vec<usize> {
        begun.iter().map(|under_way| under_way.waiting.action).collect()
    }

    #[test]
    fn tenants_take_turns_and_all_that_has_room_begins_at_once() {
        let mut schedule = open(&[2, 2], usize::MAX, false);
        let begun = begin_all(&mut schedule);
        assert_eq!(numbers(&begun), [0, 2, 1, 3]);
        for under_way in begun {
            assert_eq!(schedule.next(0), Next::Wait(None));
            schedule.ended(under_way, End::Done, false);
        }
        assert_eq!(schedule.next(0), Next::Finish);
    }

    #[test]
    fn the_first_action_of_a_tenant_is_applied_alone_until_one_is_done() {
        let mut schedule = Schedule::new(vec![(0..5).map(waiting).collect(), vec![waiting(5)]], 9, true);
        (0..2).for_each(|tenant| schedule.opened(tenant, End::Done));
        let begun = begin_all(&mut schedule);
        assert_eq!(numbers(&begun), [0, 5]);
        schedule.ended(begun[1], End::Done, false);
        assert!(begin_all(&mut schedule).is_empty(), "another tenant proves nothing");
        for (action, end) in [(0, End::Idle), (1, End::Failed)] {
            let first = UnderWay { tenant: 0, waiting: waiting(action), number: action + 1 };
            schedule.ended(first, end, false);
            assert_eq!(numbers(&begin_all(&mut schedule)), [action + 1], "{end:?}");
        }
        schedule.ended(UnderWay { tenant: 0, waiting: waiting(2), number: 3 }, End::Done, false);
        assert_eq!(numbers(&begin_all(&mut schedule)), [3, 4]);
    }

    #[test]
    fn a_tenant_without_room_is_asked_again_when_it_has_some_and_holds_up_no_other() {
        let mut schedule = open(&[1, 1], usize::MAX, false);
        assert_eq!(schedule.next(0), begin(0, waiting(0)));
        schedule.no_room(0, 500);
        assert_eq!(schedule.next(0), begin(1, waiting(1)));
        schedule.no_room(1, 300);
        assert_eq!(schedule.next(0), Next::Wait(Some(300)));
        assert_eq!(schedule.next(300), begin(1, waiting(1)));
        let under_way = schedule.begun(1, 1);
        assert_eq!(schedule.next(300), Next::Wait(Some(500)));
        schedule.ended(under_way, End::Done, false);
        assert_eq!(schedule.next(500), begin(0, waiting(0)));
    }

    #[test]
    fn no_more_than_the_most_are_under_way_and_the_same_place_never_twice() {
        let mut schedule = open(&[3, 3], 2, false);
        let begun = begin_all(&mut schedule);
        assert_eq!(numbers(&begun), [0, 3]);
        schedule.ended(begun[0], End::Done, false);
        assert_eq!(numbers(&begin_all(&mut schedule)), [1]);
        let mut schedule = open(&[5, 5], 9, false);
        schedule.limit(1, 2);
        assert_eq!(numbers(&begin_all(&mut schedule)), [0, 5, 1, 6, 2, 3, 4]);
        let twins = [vec![Waiting { place: 7, ..waiting(0) }], vec![Waiting { place: 7, ..waiting(1) }, waiting(2)]];
        let mut schedule = Schedule::new(twins.to_vec(), 9, false);
        prove(&mut schedule);
        let begun = begin_all(&mut schedule);
        assert_eq!(numbers(&begun), [0, 2]);
        schedule.ended(begun[0], End::Done, false);
        assert_eq!(numbers(&begin_all(&mut schedule)), [1]);
    }

    #[test]
    fn a_stop_ends_the_run_or_the_tenant_alone() {
        for (keeps_going, goes_on) in [(false, vec![]), (true, vec![3])] {
            let mut schedule = open(&[2, 2], 2, keeps_going);
            let begun = begin_all(&mut schedule);
            assert_eq!(numbers(&begun), [0, 2]);
            schedule.ended(begun[0], End::Stop, false);
            let more = begin_all(&mut schedule);
            assert_eq!(numbers(&more), goes_on);
            assert!(schedule.left().any(|(tenant, left)| (tenant, left.action) == (0, 1)));
            assert!(schedule.tenants[0].is_stopped);
            assert_eq!(schedule.is_stopped, !keeps_going);
            schedule.ended(begun[1], End::Failed, false);
            more.into_iter().for_each(|under_way| schedule.ended(under_way, End::Done, false));
            assert_eq!(schedule.next(0), Next::Finish);
        }
        // A tenant that cannot be opened is left.
        let mut schedule = Schedule::new(vec![vec![waiting(0)], vec![waiting(1)]], 9, true);
        schedule.opened(0, End::Stop);
        schedule.opened(1, End::Done);
        assert_eq!(numbers(&begin_all(&mut schedule)), [1]);
    }

    #[test]
    fn the_rest_begins_only_after_every_canary_is_done() {
        let canary = |action| Waiting { is_canary: true, ..waiting(action) };
        let actions = vec![vec![waiting(0), canary(1)], vec![canary(2), waiting(3)]];
        for (end, rest) in [(End::Done, vec![0, 3]), (End::Failed, vec![])] {
            let mut schedule = Schedule::new(actions.clone(), 9, true);
            prove(&mut schedule);
            let begun = begin_all(&mut schedule);
            assert_eq!(numbers(&begun), [1, 2]);
            schedule.ended(begun[0], End::Done, false);
            assert!(begin_all(&mut schedule).is_empty());
            schedule.ended(begun[1], end, false);
            assert_eq!(numbers(&begin_all(&mut schedule)), rest, "{end:?}");
        }
    }

    #[test]
    fn repeated_trouble_halves_what_a_tenant_does_at_once_and_success_adds_one() {
        let mut schedule = open(&[40], usize::MAX, false);
        // The budget has room for eight.
        let begun: Vec<_> = (0..8).map(|action| schedule.begun(0, action)).collect();
        // One that had trouble changes nothing. The second one in a row does, and the others began before that.
        for under_way in &begun {
            schedule.ended(*under_way, End::Done, true);
        }
        let four = begin_all(&mut schedule);
        assert_eq!(numbers(&four), [8, 9, 10, 11]);
        four.into_iter().for_each(|under_way| schedule.ended(under_way, End::Done, false));
        let eight = begin_all(&mut schedule);
        assert_eq!(eight.len(), 8);
        schedule.ended(eight[0], End::Done, true);
        let ninth = begin_all(&mut schedule);
        assert_eq!(ninth.len(), 1);
        eight[1..].iter().chain(&ninth).for_each(|under_way| schedule.ended(*under_way, End::Failed, true));
        // However much trouble there is, some are left.
        let mut begun = begin_all(&mut schedule);
        for _ in 0..6 {
            begun.drain(..).for_each(|under_way| schedule.ended(under_way, End::Failed, true));
            begun = begin_all(&mut schedule);
        }
        assert_eq!(begun.len(), LEAST_AT_ONCE);
    }
}
