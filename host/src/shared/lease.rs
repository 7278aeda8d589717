//! The lease of an action: the right to update it, for a time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::place::{ActionPlace, Fence, Worker};
use crate::state::updating::{Holder, Updating};
use crate::system::System;

/// The part of a lease that is not used: what the clocks of two machines may differ by while it lasts.
const MARGIN: f64 = 0.05;

/// The shortest lease, in seconds.
const SHORTEST_TERM_S: u64 = 6;

/// How long a lease should last if a request takes `request_s` seconds at most: long enough that a request fits in what is
/// left of it whenever it was renewed in time.
pub fn term(request_s: u64) -> Duration {
    Duration::from_secs(request_s.saturating_mul(3).max(SHORTEST_TERM_S))
}

/// Whether the lease of an action was taken.
#[derive(Debug)]
pub enum Acquired {
    /// It was.
    Lease(Lease),
    /// Another process kept it for too long.
    Held(Option<Holder>),
    /// A signal came while another process had it.
    Interrupted,
}

/// A lease that another process let expire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOver {
    /// The earlier holder. An update of it may be open: [`SharedState::recall`](super::SharedState::recall) has it.
    pub from: Option<Worker>,
    /// How long ago the lease expired. All requests of the earlier holder had ended by then.
    pub expired: Duration,
}

/// Who updates an action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Who holds the lease now, for people. `None` if nobody does.
    pub holder: Option<String>,
    /// How long ago the last request of an earlier holder can have been sent. `None` if nothing is known.
    pub quiet: Option<Duration>,
}

/// The right to update an action.
#[derive(Debug)]
pub struct Lease {
    /// The action.
    pub place: ActionPlace,
    /// Its number. `None` where the system's own locks need none.
    pub fence: Option<Fence>,
    /// Set if it was taken over from a process that let it expire.
    pub taken_over: Option<TakenOver>,
    held: Held,
}

#[derive(Debug)]
enum Held {
    /// By a lock of the system, until this is dropped.
    Lock(Updating),
    /// Until a moment, unless it is extended.
    Until(Term),
}

impl Lease {
    /// A lease that is a lock of the system.
    pub(super) fn locked(place: ActionPlace, lock: Updating) -> Self {
        Self { place, fence: None, taken_over: None, held: Held::Lock(lock) }
    }

    /// A lease that ends by itself, for an implementation of the shared state.
    pub fn until(place: ActionPlace, fence: Fence, taken_over: Option<TakenOver>, term: Term) -> Self {
        Self { place, fence: Some(fence), taken_over, held: Held::Until(term) }
    }

    /// Whether a request that takes `timeout` at most may be sent now. The lease does not end before the request does.
    pub fn may_send(&self, timeout: Duration, system: &dyn System) -> bool {
        match &self.held {
            Held::Lock(_) => true,
            Held::Until(term) => term.left(system) >= timeout,
        }
    }

    /// Notes that a PUT is sent now, in seconds since 1970, where nothing else bounds when the last one was sent.
    pub fn put(&self, epoch_s: f64) {
        if let Held::Lock(lock) = &self.held {
            lock.put(epoch_s);
        }
    }

    /// When the lease should be extended next. `None` if it does not end by itself.
    pub(super) fn renew_after(&self) -> Option<Duration> {
        self.term().map(|term| term.length / 3)
    }

    /// How long it lasts. `None` if it does not end by itself.
    pub fn term(&self) -> Option<&Term> {
        match &self.held {
            Held::Lock(_) => None,
            Held::Until(term) => Some(term),
        }
    }
}

/// A moment on this process's clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    monotonic: Duration,
    epoch_s: f64,
}

impl Moment {
    /// Now.
    pub fn now(system: &dyn System) -> Self {
        Self { monotonic: system.monotonic(), epoch_s: system.epoch_s() }
    }

    /// The time since this moment. The monotonic clock of some systems stands still while the machine sleeps, and the wall
    /// clock may be set back, so the longer of both counts.
    fn passed(self, system: &dyn System) -> Duration {
        let by_wall_clock = Duration::try_from_secs_f64(system.epoch_s() - self.epoch_s).unwrap_or_default();
        system.monotonic().saturating_sub(self.monotonic).max(by_wall_clock)
    }
}

/// How long a lease lasts, on this process's clocks.
#[derive(Debug)]
pub struct Term {
    length: Duration,
    /// Taken before the statement that began or extended the lease was sent: on the database's clock, the lease ends
    /// later than that.
    from: Mutex<Moment>,
}

impl Term {
    /// A term of this length. `from` is a moment before the statement that began the lease was sent.
    pub fn new(length: Duration, from: Moment) -> Self {
        Self { length, from: Mutex::new(from) }
    }

    /// The term begins anew. `from` is a moment before the statement that extended the lease was sent.
    pub fn extend(&self, from: Moment) {
        *self.from.lock().unwrap_or_else(PoisonError::into_inner) = from;
    }

    fn left(&self, system: &dyn System) -> Duration {
        let from = *self.from.lock().unwrap_or_else(PoisonError::into_inner);
        self.length.mul_f64(1.0 - MARGIN).saturating_sub(from.passed(system))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::clock::Clock as _;
    use crate::system::fake::Fake;

    const SECOND: Duration = Duration::from_secs(1);

    fn lease(system: &Fake) -> Lease {
        let term = Term::new(Duration::from_secs(100), Moment::now(system));
        Lease::until(ActionPlace::new("t", "a"), Fence(1), None, term)
    }

    #[test]
    fn a_request_may_be_sent_if_it_ends_before_the_lease_does() {
        let system = Fake::new();
        let lease = lease(&system);
        assert!(lease.may_send(95 * SECOND, &system) && !lease.may_send(96 * SECOND, &system));
        system.advance(65 * SECOND);
        assert!(lease.may_send(30 * SECOND, &system) && !lease.may_send(31 * SECOND, &system));
        system.advance(31 * SECOND);
        assert!(!lease.may_send(SECOND, &system));
    }

    #[test]
    fn an_extended_lease_counts_from_before_it_was_extended() {
        let system = Fake::new();
        let lease = lease(&system);
        system.advance(50 * SECOND);
        let before = Moment::now(&system);
        system.advance(5 * SECOND);
        lease.term().unwrap().extend(before);
        assert!(lease.may_send(90 * SECOND, &system) && !lease.may_send(91 * SECOND, &system));
    }

    #[test]
    fn a_machine_that_slept_has_lost_its_lease_although_its_monotonic_clock_stood_still() {
        let system = Fake::new();
        let before = Moment { epoch_s: system.epoch_s() - 200.0, ..Moment::now(&system) };
        let lease = Lease::until(ActionPlace::new("t", "a"), Fence(1), None, Term::new(100 * SECOND, before));
        assert!(!lease.may_send(SECOND, &system));
    }

    #[test]
    fn a_request_fits_into_what_is_left_when_a_lease_is_renewed_late() {
        for request_s in [1, 30, 600] {
            let term = term(request_s);
            let left = term.mul_f64(1.0 - MARGIN) - term / 3;
            assert!(left > Duration::from_secs(request_s), "{request_s}");
        }
    }
}
