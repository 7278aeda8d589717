//! The tenant's request budget: a limit for every sliding minute, and what the service lets through of it.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// A minute, in milliseconds (documented limit of the service: requests per minute and tenant).
const MINUTE_MS: u64 = 60_000;

/// The window of the budget, in milliseconds. Longer than a minute, because the service counts a request when it
/// arrives, and not all take the same time.
pub const WINDOW_MS: u64 = MINUTE_MS + 250;

/// How far ahead requests may be planned, in milliseconds. Well below the window, so that a request that is sent later
/// than planned does not meet others that were planned since.
pub const HORIZON_MS: u64 = 20_000;

/// How often the service may refuse a request within the window before its limit is believed.
const REFUSALS: usize = 2;

/// Fewer requests in the window than this show nothing of the service's limit: other clients used it up.
const HANDFUL: usize = 10;

/// Time for an answer between two requests beyond what the service last let through, in milliseconds.
const PROBE_INTERVAL_MS: u64 = 500;

/// Longest time for which a `Retry-After` holds up the other runs of the tenant, in milliseconds.
const LONGEST_CLOSED_MS: u64 = 3_600_000;

/// When requests were or will be sent, and what is known of the service's own limit. Times are in milliseconds on one
/// clock, which may be set back.
///
/// Requests that belong together are taken together, each for the time at which it will be sent. So what one of them
/// still has to wait for is free for others until then.
///
/// A refusal (429) closes the budget for as long as the service asks, and then one request is let through. That is all
/// that a single refusal does. The second one within a minute shows that the service allows less than the budget: until
/// it is a minute old, the requests of a minute are as many as the service let through.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Limiter {
    /// When the requests of the window were sent, those that were refused among them, and when those will be sent that
    /// were taken; in this order.
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

/// Why requests may not be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The earliest time at which the budget has room, in milliseconds from now.
    NoRoom(u64),
    /// How long the service asked for no request (`Retry-After`), in milliseconds from now.
    Closed(u64),
}

impl Limiter {
    /// Takes requests that will be sent `after_ms` from now, in ascending order, from a budget of `per_minute`; all of
    /// them, but no more than a minute has. None of them may be later than [`HORIZON_MS`]. A budget of 0 means no limit.
    ///
    /// # Errors
    /// The budget has no room for all of them now. Nothing was taken.
    pub fn take(&mut self, after_ms: &[u64], per_minute: u32, now_ms: u64) -> Result<(), Full> {
        if per_minute == 0 {
            return Ok(());
        }
        self.forget(now_ms);
        if now_ms < self.closed_until {
            return Err(Full::Closed(self.closed_until - now_ms));
        }
        let budget = per_minute as usize;
        let times: Vec<u64> = after_ms.iter().take(budget).map(|ms| now_ms.saturating_add(*ms)).collect();
        let wait = self.wait(&times, budget);
        if wait > 0 {
            return Err(Full::NoRoom(wait));
        }
        let past = self.sent.partition_point(|time| now_ms >= time.saturating_add(MINUTE_MS));
        let after = self.sent.len() - past + times.len();
        let learned = self.let_through.max(HANDFUL);
        let first = self.refused.front().filter(|_| after > learned && self.promise != Promise::Open);
        if let Some(first) = first {
            if self.refused.len() >= REFUSALS {
                let ends = |time: u64| time.saturating_add(MINUTE_MS).saturating_sub(now_ms).max(1);
                let leaves = self.sent.get(past + after - learned - 1).map_or(1, |time| ends(*time));
                return Err(Full::NoRoom(leaves.min(ends(*first))));
            }
            let pause = self.probed.saturating_add(PROBE_INTERVAL_MS).saturating_sub(now_ms);
            if pause > 0 {
                return Err(Full::NoRoom(pause));
            }
            self.probed = now_ms;
        }
        self.promise = if self.promise == Promise::Open { Promise::Taken } else { Promise::None };
        times.into_iter().for_each(|time| self.insert(time));
        Ok(())
    }

    /// Sends a request now that was taken for the time `planned_ms`. One that is earlier than planned may have to wait
    /// until then. That the service is closed is no reason: no wait may come between requests that belong together.
    ///
    /// # Errors
    /// It may not be sent yet, and keeps its time.
    pub fn send(&mut self, planned_ms: u64, per_minute: u32, now_ms: u64) -> Result<(), Full> {
        if per_minute == 0 {
            return Ok(());
        }
        self.forget(now_ms);
        let had_it = self.remove(planned_ms);
        let wait = self.wait(&[now_ms], per_minute as usize);
        if wait > 0 && had_it {
            self.insert(planned_ms);
        }
        if wait > 0 {
            return Err(Full::NoRoom(wait));
        }
        self.insert(now_ms);
        Ok(())
    }

    /// Gives a request back that was taken for the time `planned_ms` and not sent.
    pub fn give_back(&mut self, planned_ms: u64) {
        self.remove(planned_ms);
    }

    /// Notes that the service refused a request although the budget was kept, and how long it asked to wait, in
    /// milliseconds.
    pub fn throttled(&mut self, retry_after_ms: Option<u64>, now_ms: u64) {
        self.forget(now_ms);
        let past = self.sent.partition_point(|time| now_ms >= time.saturating_add(MINUTE_MS));
        self.let_through = self.sent.partition_point(|time| *time <= now_ms).saturating_sub(past + 1);
        self.refused.push_back(now_ms);
        if self.refused.len() > REFUSALS {
            self.refused.pop_front();
        }
        if let Some(ms) = retry_after_ms.filter(|ms| *ms > 0) {
            self.closed_until = self.closed_until.max(now_ms.saturating_add(ms.min(LONGEST_CLOSED_MS)));
            self.promise = if self.promise == Promise::Taken { Promise::None } else { Promise::Open };
        }
    }

    /// By how many milliseconds these times have to be later, so that no window that has one of them holds more requests
    /// than the budget.
    fn wait(&self, times: &[u64], budget: usize) -> u64 {
        let mut later: u64 = 0;
        while let Some(more) = self.conflict(times, later, budget) {
            later = later.saturating_add(more);
        }
        later
    }

    /// By how many milliseconds these times, `later` by some, have to be later still for the sake of the first window
    /// that would hold too many. Windows that have none of them are not looked at: others may have had more of the budget.
    fn conflict(&self, times: &[u64], later: u64, budget: usize) -> Option<u64> {
        let shifted = || times.iter().map(|time| time.saturating_add(later));
        let (first, last) = (shifted().next()?, shifted().next_back()?);
        let from = self.sent.partition_point(|sent| sent.saturating_add(WINDOW_MS) <= first);
        let until = self.sent.partition_point(|sent| *sent < last.saturating_add(WINDOW_MS));
        let mut all: Vec<(u64, bool)> = self.sent.range(from..until).map(|sent| (*sent, false)).collect();
        all.extend(shifted().map(|time| (time, true)));
        all.sort_unstable();
        let crowded = |at: &usize| {
            let window = all.get(*at..=at.saturating_add(budget)).unwrap_or_default();
            let is_crowded = matches!((window.first(), window.last()), (Some(a), Some(b)) if b.0 - a.0 < WINDOW_MS);
            is_crowded && window.iter().any(|(_, is_ours)| *is_ours)
        };
        let at = (0..all.len().saturating_sub(budget)).find(crowded)?;
        let window = all.get(at..=at.saturating_add(budget))?;
        let ((begin, _), (end, ends_with_ours)) = (window.first()?, window.last()?);
        if *ends_with_ours {
            return Some(begin + WINDOW_MS - end);
        }
        // The last one is planned by somebody else, so ours have to come after it.
        let ours = window.iter().find(|(_, is_ours)| *is_ours)?;
        Some(end - ours.0 + 1)
    }

    fn insert(&mut self, time: u64) {
        let at = self.sent.partition_point(|sent| *sent <= time);
        self.sent.insert(at, time);
    }

    fn remove(&mut self, time: u64) -> bool {
        let at = self.sent.partition_point(|sent| *sent < time);
        let is_there = self.sent.get(at) == Some(&time);
        if is_there {
            self.sent.remove(at);
        }
        is_there
    }

    /// Forgets what has left the window. What is further ahead than anything is planned was noted before the clock was
    /// set back; it counts as now.
    fn forget(&mut self, now_ms: u64) {
        let latest = now_ms.saturating_add(HORIZON_MS);
        if self.sent.back().is_some_and(|time| *time > latest) {
            self.sent.iter_mut().filter(|time| **time > latest).for_each(|time| *time = now_ms);
            self.sent.make_contiguous().sort_unstable();
        }
        self.refused.iter_mut().filter(|time| **time > now_ms).for_each(|time| *time = now_ms);
        for (times, window) in [(&mut self.sent, WINDOW_MS), (&mut self.refused, MINUTE_MS)] {
            while times.front().is_some_and(|time| now_ms >= time.saturating_add(window)) {
                times.pop_front();
            }
        }
        self.probed = self.probed.min(now_ms);
        self.closed_until = self.closed_until.min(now_ms.saturating_add(LONGEST_CLOSED_MS));
    }
}
