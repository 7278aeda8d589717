//! The tenant's request budget: a limit for every sliding minute, lowered while the service allows less.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The window of the budget, in milliseconds (documented limit of the service: requests per minute and tenant).
pub const WINDOW_MS: u64 = 60_000;

/// How often a lowered limit is raised again, in milliseconds.
const RAISE_INTERVAL_MS: u64 = 10_000;

/// A lowered limit is raised by the budget divided by this number.
const RAISE_DIVISOR: u32 = 20;

/// When requests were sent, and what is known of the service's own limit. Times are in milliseconds on one clock, which
/// may be set back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Limiter {
    sent: VecDeque<u64>,
    /// The limit that the service appeared to have, and when that was seen.
    #[serde(default)]
    lowered: Option<(u32, u64)>,
}

impl Limiter {
    /// Takes one request from a budget of `per_minute`. Returns 0 if the request may be sent now. Otherwise takes
    /// nothing and returns how many milliseconds to wait before asking again. A budget of 0 means no limit.
    pub fn take(&mut self, per_minute: u32, now_ms: u64) -> u64 {
        if per_minute == 0 {
            return 0;
        }
        self.forget(now_ms);
        let limit = self.limit(per_minute, now_ms) as usize;
        if self.sent.len() < limit {
            self.sent.push_back(now_ms);
            return 0;
        }
        // If the limit was lowered, more requests than the oldest one have to leave the window.
        let leaving = self.sent.get(self.sent.len() - limit);
        leaving.map_or(1, |sent| sent.saturating_add(WINDOW_MS).saturating_sub(now_ms).max(1))
    }

    /// Notes that the service throttled a request although the budget was kept: others use the same budget, or the
    /// service allows less.
    pub fn throttled(&mut self, per_minute: u32, now_ms: u64) {
        if per_minute == 0 {
            return;
        }
        self.forget(now_ms);
        let taken = u32::try_from(self.sent.len()).unwrap_or(u32::MAX).saturating_sub(1);
        // A tenth less than what went through, so that the next request goes through.
        let limit = (taken - taken / 10).min(self.limit(per_minute, now_ms)).max(1);
        self.lowered = Some((limit, now_ms));
    }

    /// The limit now: a lowered one grows back by a twentieth of the budget every ten seconds.
    fn limit(&self, per_minute: u32, now_ms: u64) -> u32 {
        let Some((limit, since_ms)) = self.lowered else { return per_minute };
        let steps = u32::try_from(now_ms.saturating_sub(since_ms) / RAISE_INTERVAL_MS).unwrap_or(u32::MAX);
        limit.saturating_add(steps.saturating_mul((per_minute / RAISE_DIVISOR).max(1))).min(per_minute)
    }

    /// Forgets the requests that have left the window. A time in the future was noted before the clock was set back;
    /// such a request counts as sent now.
    fn forget(&mut self, now_ms: u64) {
        while self.sent.front().is_some_and(|sent| now_ms >= sent.saturating_add(WINDOW_MS)) {
            self.sent.pop_front();
        }
        for sent in self.sent.iter_mut().rev().take_while(|sent| **sent > now_ms) {
            *sent = now_ms;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sends a request whenever the limiter allows it, for ten minutes. Returns when each request was sent.
    fn sent_in_ten_minutes(
        limiter: &mut Limiter,
        per_minute: u32,
        mut refused: impl FnMut(&[u64], u64) -> bool,
    ) -> Vec<u64> {
        let (mut now, mut sent) = (0, Vec::new());
        while now < 10 * WINDOW_MS {
            match limiter.take(per_minute, now) {
                0 => {
                    if refused(&sent, now) {
                        limiter.throttled(per_minute, now);
                    } else {
                        sent.push(now);
                    }
                    now += 1;
                }
                wait => now += wait,
            }
        }
        sent
    }

    fn busiest(sent: &[u64]) -> usize {
        let within =
            |(at, from): (usize, &u64)| sent[at..].iter().take_while(|later| **later < from + WINDOW_MS).count();
        sent.iter().enumerate().map(within).max().unwrap_or(0)
    }

    #[test]
    fn no_sliding_minute_holds_more_than_the_budget_and_none_of_it_is_wasted() {
        let sent = sent_in_ten_minutes(&mut Limiter::default(), 100, |_, _| false);
        assert_eq!(busiest(&sent), 100);
        assert!(sent.len() >= 990, "{}", sent.len());
    }

    #[test]
    fn a_service_with_less_to_give_is_found_out_and_rarely_asked_for_more() {
        let mut refusals = 0;
        let sent = sent_in_ten_minutes(&mut Limiter::default(), 100, |sent, now| {
            let refuse = sent.iter().rev().take_while(|at| now < **at + WINDOW_MS).count() >= 40;
            refusals += u32::from(refuse);
            refuse
        });
        assert!(busiest(&sent) <= 40);
        assert!(sent.len() >= 300, "{} went through", sent.len());
        assert!(refusals <= 40, "{refusals} did not");
    }

    #[test]
    fn a_limit_that_was_lowered_grows_back() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.take(100, 0), 0);
        limiter.throttled(100, 0);
        assert_eq!(limiter.limit(100, 0), 1);
        assert_eq!(limiter.limit(100, 100_000), 51);
        assert_eq!(limiter.limit(100, 1_000_000), 100);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nobody_wait_longer_than_a_minute() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.take(1, 10_000_000), 0);
        assert_eq!(limiter.take(1, 5_000), WINDOW_MS);
        assert_eq!(limiter.take(1, 5_000 + WINDOW_MS), 0);
    }

    #[test]
    fn a_budget_of_zero_is_off() {
        let mut limiter = Limiter::default();
        assert!((0..1000).all(|_| limiter.take(0, 0) == 0));
    }

    proptest! {
        #[test]
        fn no_times_and_no_budget_are_too_much(
            steps in proptest::collection::vec((any::<u64>(), any::<bool>()), 0..50),
            per_minute in prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>()],
        ) {
            let mut limiter = Limiter::default();
            for (now_ms, throttled) in steps {
                let wait = limiter.take(per_minute, now_ms);
                prop_assert!(wait <= WINDOW_MS || now_ms > u64::MAX - WINDOW_MS);
                if throttled {
                    limiter.throttled(per_minute, now_ms);
                }
            }
        }
    }
}
