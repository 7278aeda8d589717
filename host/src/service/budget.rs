//! The request budget of a tenant, which all processes that share state take from.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cxvars_flow::Now;
use cxvars_flow::limiter::{Full, Limiter};

use crate::shared::{Lost, SharedState, Tenant, decide};

/// Requests that were taken from a budget together and are not sent yet.
#[derive(Debug)]
pub struct Taken {
    /// When they were taken, in milliseconds on the budget's clock.
    at_ms: u64,
    /// When they will be sent, in milliseconds from then.
    after_ms: VecDeque<u64>,
}

/// Why requests may not be sent now.
#[derive(Debug, PartialEq, Eq)]
pub enum NotNow {
    /// The budget has no room for them.
    Full(Full),
    /// The budget cannot be asked: nothing may be sent, because nobody knows what the others send. A sentence for people.
    Lost(String),
}

impl NotNow {
    /// After how many milliseconds to ask again.
    pub fn wait_ms(&self) -> u64 {
        match self {
            Self::Full(Full::NoRoom(ms) | Full::Closed(ms)) => *ms,
            Self::Lost(_) => 1000,
        }
    }
}

/// The budget of a tenant.
pub struct Budget {
    per_minute: u32,
    /// What this process has sent. It is used if the budget is not shared, or its file fails.
    own: Mutex<Limiter>,
    shared: Option<(Arc<dyn SharedState>, Tenant)>,
    /// Set once the file failed or its lock was not released: every further request would wait again.
    is_lost: AtomicBool,
}

impl Budget {
    /// A budget for this process alone. 0 requests per minute means no limit.
    pub fn own(per_minute: u32) -> Self {
        Self { per_minute, own: Mutex::default(), shared: None, is_lost: AtomicBool::new(false) }
    }

    /// A budget that is shared with all processes that share this state.
    pub fn shared(per_minute: u32, state: Arc<dyn SharedState>, tenant: Tenant) -> Self {
        Self { shared: Some((state, tenant)), ..Self::own(per_minute) }
    }

    /// Takes requests from the budget that will be sent `after_ms` from now, in ascending order; all of them or none.
    /// They count until each is sent ([`Budget::send`]) or given back.
    ///
    /// # Errors
    /// The budget has no room for them now, or cannot be asked.
    pub async fn take(&self, after_ms: &[u64], now: Now) -> Result<Taken, NotNow> {
        self.take_from(self.per_minute, after_ms, now).await
    }

    /// Takes requests as [`Budget::take`] does, for new work: one in a hundred requests is left for what has to be
    /// repeated, so that an action under way does not wait for a minute until it can go on.
    ///
    /// # Errors
    /// As [`Budget::take`].
    pub async fn take_for_new_work(&self, after_ms: &[u64], now: Now) -> Result<Taken, NotNow> {
        self.take_from(self.per_minute - self.per_minute / 100, after_ms, now).await
    }

    async fn take_from(&self, per_minute: u32, after_ms: &[u64], now: Now) -> Result<Taken, NotNow> {
        let take = |limiter: &mut Limiter, at_ms| limiter.take(after_ms, per_minute, at_ms).map(|()| at_ms);
        let at_ms = self.decide(now, take).await?.map_err(NotNow::Full)?;
        Ok(Taken { at_ms, after_ms: after_ms.iter().copied().collect() })
    }

    /// Sends the next of the requests that were taken now. Returns whether there was one.
    ///
    /// # Errors
    /// It may not be sent yet, and is still the next.
    pub async fn send(&self, taken: &mut Taken, now: Now) -> Result<bool, NotNow> {
        let Some(after) = taken.after_ms.front() else { return Ok(false) };
        let planned_ms = taken.at_ms.saturating_add(*after);
        let send = |limiter: &mut Limiter, now_ms| limiter.send(planned_ms, self.per_minute, now_ms);
        self.decide(now, send).await?.map_err(NotNow::Full)?;
        taken.after_ms.pop_front();
        Ok(true)
    }

    /// Gives back what was taken and not sent.
    pub async fn give_back(&self, taken: &Taken, now: Now) {
        if taken.after_ms.is_empty() {
            return;
        }
        let planned = || taken.after_ms.iter().map(|after| taken.at_ms.saturating_add(*after));
        let give_back = |limiter: &mut Limiter, _| planned().for_each(|planned_ms| limiter.give_back(planned_ms));
        // What cannot be given back leaves the window by itself.
        let _ = self.decide(now, give_back).await;
    }

    /// Notes that the service throttled a request (429), and for how long it asked to wait, in milliseconds.
    pub async fn throttled(&self, retry_after_ms: Option<u64>, now: Now) {
        // If this fails, the others are throttled as well.
        let _ = self.decide(now, |limiter: &mut Limiter, now_ms| limiter.throttled(retry_after_ms, now_ms)).await;
    }

    async fn decide<T: Send>(
        &self,
        now: Now,
        mut decision: impl FnMut(&mut Limiter, u64) -> T + Send,
    ) -> Result<T, NotNow> {
        if self.per_minute > 0
            && let Some((shared, tenant)) = &self.shared
            && !self.is_lost.load(Ordering::Relaxed)
        {
            match decide(&**shared, tenant, now, &mut decision).await {
                Ok(decided) => return Ok(decided),
                Err(Lost::File(_)) => self.is_lost.store(true, Ordering::Relaxed),
                Err(lost) => return Err(NotNow::Lost(lost.to_string())),
            }
        }
        Ok(decision(&mut self.own.lock().unwrap_or_else(PoisonError::into_inner), now.ms))
    }
}
