//! The tenant's request budget: at most so many in any sliding minute.

use std::collections::VecDeque;

/// The window of the budget, in milliseconds (documented limit of the service: requests per minute and tenant).
pub const WINDOW_MS: u64 = 60_000;

/// Remembers when requests were sent.
#[derive(Clone, Debug)]
pub struct Limiter {
    per_minute: u32,
    sent: VecDeque<u64>,
}

impl Limiter {
    /// A budget of `per_minute` requests; 0 switches it off.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, sent: VecDeque::new() }
    }

    /// Takes one request from the budget: 0 where it may be sent now, else how many milliseconds to wait before asking
    /// again (nothing is taken then).
    pub fn take(&mut self, now_ms: u64) -> u64 {
        if self.per_minute == 0 {
            return 0;
        }
        while self.sent.front().is_some_and(|sent| now_ms >= sent + WINDOW_MS) {
            self.sent.pop_front();
        }
        if self.sent.len() < self.per_minute as usize {
            self.sent.push_back(now_ms);
            return 0;
        }
        self.sent.front().map_or(0, |oldest| oldest + WINDOW_MS - now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sliding_minute_holds_more_than_the_budget_and_none_of_it_is_wasted() {
        let mut limiter = Limiter::new(100);
        let (mut now, mut sent) = (0, Vec::new());
        while now < 10 * WINDOW_MS {
            match limiter.take(now) {
                0 => {
                    sent.push(now);
                    now += 1;
                }
                wait => now += wait,
            }
        }
        for (index, at) in sent.iter().enumerate() {
            let within = sent[index..].iter().take_while(|later| **later < at + WINDOW_MS).count();
            assert!(within <= 100);
        }
        assert!(sent.len() >= 990, "{}", sent.len());
    }

    #[test]
    fn a_budget_of_zero_is_off() {
        let mut limiter = Limiter::new(0);
        assert!((0..1000).all(|_| limiter.take(0) == 0));
    }
}
