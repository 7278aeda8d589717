//! The request limit: a maximum number of requests per tenant in any 60 seconds (sliding window).

use std::collections::{HashMap, VecDeque};

/// Length of the window, in milliseconds. The service documents its limit as requests per minute.
const WINDOW_MS: u64 = 60_000;

/// Counts the requests of each tenant.
///
/// Every request counts, including those that are refused because of the limit. So a client that keeps sending stays
/// refused.
pub(super) struct Limiter {
    per_minute: u32,
    seen: HashMap<String, VecDeque<u64>>,
}

impl Limiter {
    /// A limit of `per_minute` requests; 0 means no limit.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { per_minute, seen: HashMap::new() }
    }

    /// Counts a request at `now_ms`, in milliseconds.
    ///
    /// # Errors
    ///
    /// Over the limit, returns the wait in whole seconds, at least 1. After that wait one request is admitted, if the
    /// client sends none in between.
    pub(super) fn count(&mut self, now_ms: u64, tenant: &str) -> Result<(), u64> {
        let limit = self.per_minute as usize;
        if limit == 0 {
            return Ok(());
        }
        let seen = self.seen.entry(tenant.to_owned()).or_default();
        while seen.front().is_some_and(|at| now_ms.saturating_sub(*at) >= WINDOW_MS) {
            seen.pop_front();
        }
        seen.push_back(now_ms);
        if seen.len() <= limit {
            return Ok(());
        }
        // This request must leave the window before the window has room again.
        let leaves = seen[seen.len() - limit].saturating_add(WINDOW_MS);
        Err(leaves.saturating_sub(now_ms).div_ceil(1000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let mut limiter = Limiter::new(2);
        assert_eq!(limiter.count(0, "a"), Ok(()));
        assert_eq!(limiter.count(30_000, "a"), Ok(()));
        assert_eq!(limiter.count(60_000, "a"), Ok(()));
        assert_eq!(limiter.count(60_001, "a"), Err(60));
    }

    #[test]
    fn waiting_as_told_is_enough() {
        let mut limiter = Limiter::new(1);
        assert_eq!(limiter.count(0, "a"), Ok(()));
        let wait_s = limiter.count(500, "a").unwrap_err();
        assert_eq!(wait_s, 60);
        assert_eq!(limiter.count(500 + wait_s * 1000, "a"), Ok(()));
    }

    #[test]
    fn tenants_do_not_share_and_zero_is_off() {
        let mut limiter = Limiter::new(1);
        assert_eq!(limiter.count(0, "a"), Ok(()));
        assert_eq!(limiter.count(0, "b"), Ok(()));
        let mut off = Limiter::new(0);
        assert!((0..1000).all(|_| off.count(0, "a").is_ok()));
    }
}
