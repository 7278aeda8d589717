//! The tenant's request budget: a limit for every sliding minute, and what the service lets through of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The window of the budget, in milliseconds (documented limit of the service: requests per minute and tenant).
pub const WINDOW_MS: u64 = 60_000;

/// How often the service may refuse a request within the window before its limit is believed.
const REFUSALS: usize = 2;

/// Fewer requests in the window than this show nothing of the service's limit: other clients used it up.
const HANDFUL: usize = 10;

/// Time for an answer between two requests beyond what the service last let through, in milliseconds.
const PROBE_INTERVAL_MS: u64 = 500;

/// Longest time for which a `Retry-After` holds up the other runs of the tenant, in milliseconds.
const LONGEST_CLOSED_MS: u64 = 3_600_000;

/// When requests were sent, and what is known of the service's own limit. Times are in milliseconds on one clock, which
/// may be set back.
///
/// A refusal (429) closes the budget for as long as the service asks, and then one request is let through. That is all
/// that a single refusal does. The second one within a minute shows that the service allows less than the budget: until
/// it is a minute old, the requests of a minute are as many as the service let through.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Limiter {
    /// When the requests of the window were sent, those that were refused among them.
    sent: VecDeque<u64>,
    /// When the service refused the last ones, at most [`REFUSALS`].
    refused: VecDeque<u64>,
    /// Requests in the window that the service let through before it refused the last one.
    let_through: usize,
    /// The service asked for no request before this time.
    closed_until: u64,
    /// Whether the service named the time after which it lets a request through.
    promise: Promise,
    /// When a request beyond `let_through` was last sent.
    probed: u64,
}

/// What became of the time that the service named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Promise {
    /// It named none, or a request was let through since.
    #[default]
    None,
    /// No request was sent since.
    Open,
    /// A request was sent then, and is not known to be refused. If it was, other clients were faster.
    Taken,
}

/// Whether requests may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// They were taken from the budget and may be sent.
    Now,
    /// Nothing was taken. The earliest time at which the budget has room, in milliseconds from now.
    NoRoom(u64),
    /// Nothing was taken. How long the service asked for no request (`Retry-After`), in milliseconds from now.
    Closed(u64),
}

impl Limiter {
    /// Takes `count` requests from a budget of `per_minute`, or all that a minute has if that is less. A budget of 0
    /// means no limit.
    pub fn take(&mut self, count: usize, per_minute: u32, now_ms: u64) -> Turn {
        if per_minute == 0 {
            return Turn::Now;
        }
        self.forget(now_ms);
        if now_ms < self.closed_until {
            return Turn::Closed(self.closed_until - now_ms);
        }
        let budget = per_minute as usize;
        let after = self.sent.len() + count.clamp(1, budget);
        if after > budget {
            return Turn::NoRoom(self.leaves(after - budget, now_ms));
        }
        let learned = self.let_through.max(HANDFUL);
        let first = self.refused.front().filter(|_| after > learned && self.promise != Promise::Open);
        if let Some(first) = first {
            if self.refused.len() >= REFUSALS {
                let believed = first.saturating_add(WINDOW_MS).saturating_sub(now_ms).max(1);
                return Turn::NoRoom(believed.min(self.leaves(after - learned, now_ms)));
            }
            let pause = self.probed.saturating_add(PROBE_INTERVAL_MS).saturating_sub(now_ms);
            if pause > 0 {
                return Turn::NoRoom(pause);
            }
            self.probed = now_ms;
        }
        self.promise = if self.promise == Promise::Open { Promise::Taken } else { Promise::None };
        self.sent.resize(after, now_ms);
        Turn::Now
    }

    /// Notes that a request that was taken at `taken_ms` is sent now.
    pub fn send(&mut self, taken_ms: u64, now_ms: u64) {
        self.give_back(1, taken_ms);
        self.sent.push_back(now_ms);
    }

    /// Gives requests back that were taken at `taken_ms` and not sent.
    pub fn give_back(&mut self, count: usize, taken_ms: u64) {
        for _ in 0..count {
            if let Some(at) = self.sent.iter().rposition(|sent| *sent == taken_ms) {
                self.sent.remove(at);
            }
        }
    }

    /// Notes that the service refused a request although the budget was kept, and how long it asked to wait, in
    /// milliseconds.
    pub fn throttled(&mut self, retry_after_ms: Option<u64>, now_ms: u64) {
        self.forget(now_ms);
        self.let_through = self.sent.len().saturating_sub(1);
        self.refused.push_back(now_ms);
        if self.refused.len() > REFUSALS {
            self.refused.pop_front();
        }
        if let Some(ms) = retry_after_ms.filter(|ms| *ms > 0) {
            self.closed_until = self.closed_until.max(now_ms.saturating_add(ms.min(LONGEST_CLOSED_MS)));
            self.promise = if self.promise == Promise::Taken { Promise::None } else { Promise::Open };
        }
    }

    /// In how many milliseconds the `count` oldest requests have left the window.
    fn leaves(&self, count: usize, now_ms: u64) -> u64 {
        let last = count.checked_sub(1).and_then(|at| self.sent.get(at));
        last.map_or(1, |sent| sent.saturating_add(WINDOW_MS).saturating_sub(now_ms).max(1))
    }

    /// Forgets what has left the window. A time in the future was noted before the clock was set back; it counts as
    /// now.
    fn forget(&mut self, now_ms: u64) {
        for times in [&mut self.sent, &mut self.refused] {
            while times.front().is_some_and(|time| now_ms >= time.saturating_add(WINDOW_MS)) {
                times.pop_front();
            }
            for time in times.iter_mut().rev().take_while(|time| **time > now_ms) {
                *time = now_ms;
            }
        }
        self.probed = self.probed.min(now_ms);
        self.closed_until = self.closed_until.min(now_ms.saturating_add(LONGEST_CLOSED_MS));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR_MS: u64 = 60 * WINDOW_MS;

    /// A service that lets `allows` requests through in a minute, ours and those of others together.
    struct Service {
        allows: usize,
        counts_refused: bool,
        says_when: bool,
        /// A minute begins every 60 seconds, instead of with every request.
        fixed_minutes: bool,
        counted: VecDeque<u64>,
        ours: Vec<u64>,
        refusals: Vec<u64>,
        others: Vec<u64>,
    }

    impl Service {
        fn new(allows: usize) -> Self {
            Self {
                allows,
                counts_refused: false,
                says_when: true,
                fixed_minutes: false,
                counted: VecDeque::new(),
                ours: Vec::new(),
                refusals: Vec::new(),
                others: Vec::new(),
            }
        }

        /// Whether the request is let through, or how many milliseconds to wait.
        fn request(&mut self, now_ms: u64) -> Result<(), u64> {
            let left = |at: u64| match self.fixed_minutes {
                true => at / WINDOW_MS < now_ms / WINDOW_MS,
                false => at + WINDOW_MS <= now_ms,
            };
            while self.counted.front().is_some_and(|at| left(*at)) {
                self.counted.pop_front();
            }
            let full = self.counted.len() >= self.allows;
            if !full || self.counts_refused {
                self.counted.push_back(now_ms);
            }
            if !full {
                return Ok(());
            }
            let first = self.counted[self.counted.len() - self.allows];
            let room = if self.fixed_minutes { (now_ms / WINDOW_MS + 1) * WINDOW_MS } else { first + WINDOW_MS };
            Err((room - now_ms).div_ceil(1000).max(1) * 1000)
        }

        /// An hour of our requests, as fast as the limiters let them. Another client sends a request every
        /// `others_every_ms`. Each limiter is a machine's.
        fn an_hour(mut self, limiters: &mut [Limiter], others_every_ms: Option<u64>) -> Self {
            let mut next = vec![0; limiters.len()];
            let mut other = others_every_ms.map_or(u64::MAX, |ms| ms / 2);
            loop {
                let (machine, now) = next.iter().copied().enumerate().min_by_key(|(_, at)| *at).unwrap();
                if now >= HOUR_MS {
                    return self;
                }
                while other <= now {
                    if self.request(other).is_ok() {
                        self.others.push(other);
                    }
                    other += others_every_ms.unwrap_or(u64::MAX);
                }
                next[machine] = now + self.turn(&mut limiters[machine], now);
            }
        }

        /// Sends a request if the limiter allows it. Returns in how many milliseconds the next one is tried.
        fn turn(&mut self, limiter: &mut Limiter, now_ms: u64) -> u64 {
            const LATENCY_MS: u64 = 90;
            match limiter.take(1, 100, now_ms) {
                Turn::NoRoom(ms) | Turn::Closed(ms) => return ms,
                Turn::Now => {}
            }
            match self.request(now_ms) {
                Ok(()) => self.ours.push(now_ms),
                Err(wait) => {
                    self.refusals.push(now_ms);
                    limiter.throttled(self.says_when.then_some(wait), now_ms);
                }
            }
            LATENCY_MS
        }
    }

    /// The fewest and the most of these times in a minute, the first minute left out.
    fn in_a_minute(times: &[u64]) -> (usize, usize) {
        let mut counts = [0; 60];
        for time in times {
            counts[usize::try_from(time / WINDOW_MS).unwrap()] += 1;
        }
        (*counts[1..].iter().min().unwrap(), *counts[1..].iter().max().unwrap())
    }

    fn busiest(sent: &[u64]) -> usize {
        let within =
            |(at, from): (usize, &u64)| sent[at..].iter().take_while(|later| **later < from + WINDOW_MS).count();
        sent.iter().enumerate().map(within).max().unwrap_or(0)
    }

    #[test]
    fn no_sliding_minute_holds_more_than_the_budget_and_none_of_it_is_wasted() {
        let service = Service::new(usize::MAX).an_hour(&mut [Limiter::default()], None);
        assert_eq!(busiest(&service.ours), 100);
        assert_eq!(in_a_minute(&service.ours), (100, 100));
    }

    #[test]
    fn a_service_that_allows_less_gives_all_it_has_and_refuses_two_requests_a_minute_at_most() {
        for (counts_refused, says_when, fixed_minutes) in [
            (false, true, false),
            (true, true, false),
            (false, false, false),
            (true, false, false),
            (false, true, true),
            (false, false, true),
        ] {
            let service = Service { counts_refused, says_when, fixed_minutes, ..Service::new(40) };
            let service = service.an_hour(&mut [Limiter::default()], None);
            let (fewest, most) = in_a_minute(&service.ours);
            let refused = in_a_minute(&service.refusals).1;
            assert!(
                fewest >= 38 && most <= 40 && refused <= 2,
                "{fewest} to {most}, {refused} refused: {counts_refused} {says_when} {fixed_minutes}"
            );
        }
    }

    #[test]
    fn what_other_machines_use_is_left_to_them_and_the_rest_is_used() {
        // Two machines' worth of other traffic, and two machines of ours.
        for (machines, others_every_ms) in [(1, 2250), (1, 6000), (2, 6000), (1, 1900)] {
            let mut limiters = vec![Limiter::default(); machines];
            let service = Service::new(40).an_hour(&mut limiters, Some(others_every_ms));
            let refused = in_a_minute(&service.refusals).1;
            let all: Vec<u64> = service.ours.iter().chain(&service.others).copied().collect();
            let (fewest, most) = in_a_minute(&all);
            assert!(
                fewest >= 38 && most <= 40 && refused <= 2 * machines,
                "{fewest} to {most}, {refused} refused: {machines} {others_every_ms}"
            );
        }
    }

    #[test]
    fn one_refusal_costs_what_the_service_asks_for_and_nothing_more() {
        for (sent, asked) in [(2, 1000), (9, 7000), (40, 2500)] {
            let mut limiter = Limiter::default();
            assert!((0..sent).all(|_| limiter.take(1, 100, 0) == Turn::Now));
            limiter.throttled(Some(asked), 0);
            assert_eq!(limiter.take(1, 100, 0), Turn::Closed(asked));
            assert_eq!(limiter.take(1, 100, asked), Turn::Now, "{sent}");
            assert_eq!(limiter.take(1, 100, asked + PROBE_INTERVAL_MS), Turn::Now, "{sent}");
        }
    }

    #[test]
    fn a_handful_of_requests_shows_nothing_of_the_services_limit() {
        let mut limiter = Limiter::default();
        for now in 0..8 {
            assert_eq!(limiter.take(1, 100, now), Turn::Now);
            limiter.throttled(None, now);
        }
        assert_eq!(limiter.take(1, 100, 8), Turn::Now);
    }

    #[test]
    fn several_requests_are_taken_together_or_not_at_all() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.take(3, 5, 0), Turn::Now);
        assert_eq!(limiter.take(3, 5, 1), Turn::NoRoom(WINDOW_MS - 1));
        assert_eq!(limiter.take(2, 5, 1), Turn::Now);
        // A request counts from when it is sent. What is given back is free.
        limiter.send(0, 30_000);
        limiter.give_back(2, 0);
        assert_eq!(limiter.take(2, 5, 31_000), Turn::Now);
        assert_eq!(limiter.take(1, 5, 32_000), Turn::NoRoom(WINDOW_MS + 1 - 32_000));
        // More than a minute has counts as all of it.
        assert_eq!(Limiter::default().take(9, 5, 0), Turn::Now);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nobody_wait_longer_than_a_minute() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.take(1, 1, 10_000_000), Turn::Now);
        assert_eq!(limiter.take(1, 1, 5_000), Turn::NoRoom(WINDOW_MS));
        assert_eq!(limiter.take(1, 1, 5_000 + WINDOW_MS), Turn::Now);
    }

    #[test]
    fn a_budget_of_zero_is_off() {
        let mut limiter = Limiter::default();
        assert!((0..1000).all(|_| limiter.take(1, 0, 0) == Turn::Now));
    }

    proptest! {
        #[test]
        fn no_times_and_no_budget_are_too_much(
            steps in proptest::collection::vec((any::<u64>(), any::<Option<u64>>(), 0_usize..5), 0..50),
            per_minute in prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>()],
        ) {
            let mut limiter = Limiter::default();
            for (now_ms, retry_after_ms, count) in steps {
                match limiter.take(count, per_minute, now_ms) {
                    Turn::Now => limiter.throttled(retry_after_ms, now_ms),
                    Turn::NoRoom(wait) => prop_assert!(wait <= WINDOW_MS || now_ms > u64::MAX - WINDOW_MS),
                    Turn::Closed(wait) => prop_assert!(wait <= LONGEST_CLOSED_MS),
                }
                limiter.send(now_ms, now_ms);
            }
        }
    }
}
