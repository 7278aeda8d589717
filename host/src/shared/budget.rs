//! The request budget of a tenant, on the clock that all of its processes share.

use std::collections::VecDeque;
use std::sync::Arc;

use cxvars_flow::Now;
use cxvars_flow::limiter::{Full, Limiter};
use thiserror::Error;

use super::error::Lost;
use super::place::Tenant;
use super::{SharedState, decide};

/// Requests that were taken from a budget together and are not sent yet.
#[derive(Debug)]
pub struct Taken {
    /// When they will be sent, in milliseconds on the shared clock.
    planned_ms: VecDeque<u64>,
}

/// Why nothing may be sent now.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NoBudget {
    /// There is no room.
    #[error("the request budget has no room")]
    Full(Full),
    /// Nobody knows whether there is.
    #[error(transparent)]
    Lost(#[from] Lost),
}

/// The budget of a tenant.
pub struct TenantBudget {
    shared: Arc<dyn SharedState>,
    tenant: Tenant,
    per_minute: u32,
}

impl TenantBudget {
    /// The budget that all processes share who name the same tenant. 0 requests per minute mean no limit.
    pub fn new(shared: Arc<dyn SharedState>, tenant: Tenant, per_minute: u32) -> Self {
        Self { shared, tenant, per_minute }
    }

    /// Takes requests from the budget that will be sent `after_ms` from now, in ascending order; all of them or none.
    /// They count until each is sent ([`TenantBudget::send`]) or given back.
    ///
    /// # Errors
    /// Nothing was taken.
    pub async fn take(&self, after_ms: &[u64], now: Now) -> Result<Taken, NoBudget> {
        self.take_of(self.per_minute, after_ms, now).await
    }

    /// Takes requests as [`TenantBudget::take`] does, for new work: one in a hundred requests is left for what has to be
    /// repeated, so that an action under way does not wait for a minute until it can go on.
    ///
    /// # Errors
    /// Nothing was taken.
    pub async fn take_for_new_work(&self, after_ms: &[u64], now: Now) -> Result<Taken, NoBudget> {
        self.take_of(self.per_minute - self.per_minute / 100, after_ms, now).await
    }

    async fn take_of(&self, per_minute: u32, after_ms: &[u64], now: Now) -> Result<Taken, NoBudget> {
        let take = |limiter: &mut Limiter, now_ms: u64| {
            limiter.take(after_ms, per_minute, now_ms)?;
            Ok(after_ms.iter().map(|after| now_ms.saturating_add(*after)).collect())
        };
        let planned_ms = match self.per_minute {
            0 => after_ms.iter().copied().collect(),
            _ => decide(&*self.shared, &self.tenant, now, take).await?.map_err(NoBudget::Full)?,
        };
        Ok(Taken { planned_ms })
    }

    /// Sends the next of the requests that were taken now. Returns whether there was one.
    ///
    /// # Errors
    /// It may not be sent yet, and is still the next.
    pub async fn send(&self, taken: &mut Taken, now: Now) -> Result<bool, NoBudget> {
        let Some(planned_ms) = taken.planned_ms.front().copied() else { return Ok(false) };
        if self.per_minute > 0 {
            let send = |limiter: &mut Limiter, now_ms: u64| limiter.send(planned_ms, self.per_minute, now_ms);
            decide(&*self.shared, &self.tenant, now, send).await?.map_err(NoBudget::Full)?;
        }
        taken.planned_ms.pop_front();
        Ok(true)
    }

    /// Gives back what was taken and not sent.
    ///
    /// # Errors
    /// If the budget cannot be written. Then the requests count until a minute after they were to be sent.
    pub async fn give_back(&self, taken: &Taken, now: Now) -> Result<(), Lost> {
        if self.per_minute == 0 || taken.planned_ms.is_empty() {
            return Ok(());
        }
        let give_back =
            |limiter: &mut Limiter, _: u64| taken.planned_ms.iter().for_each(|planned| limiter.give_back(*planned));
        decide(&*self.shared, &self.tenant, now, give_back).await
    }

    /// Notes that the service throttled a request (429), and for how long it asked to wait, in milliseconds.
    ///
    /// # Errors
    /// If the budget cannot be written. Then the others do not know it.
    pub async fn throttled(&self, retry_after_ms: Option<u64>, now: Now) -> Result<(), Lost> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let throttled = |limiter: &mut Limiter, now_ms: u64| limiter.throttled(retry_after_ms, now_ms);
        decide(&*self.shared, &self.tenant, now, throttled).await
    }
}
