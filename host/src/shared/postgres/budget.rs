//! The request budget of a tenant: one row, which is compared and swapped in one statement.
//!
//! The limiter decides in this process, by the state of the row that was seen last and an estimate of the database's time. The
//! statement takes the result only if the row is still in that state and the estimate is right; in any case it returns
//! the time, and the row if it is another one. So a decision takes one round trip, and one more each time another process
//! was faster.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use cxvars_flow::limiter::Limiter;
use tokio::sync::Mutex;
use tokio_postgres::types::Type;

use super::clock::{DatabaseClock, Estimate};
use super::connection::Connection;
use crate::shared::Decide;
use crate::shared::error::Lost;
use crate::shared::place::Tenant;
use crate::system::System;

/// How often a decision is repeated because another process was faster. Each time, one of them has made progress.
const MAX_ROUNDS: usize = 10_000;

/// Parameters: tenant, version that was seen, new state, the time that it was decided for, tolerance.
///
/// `FOR UPDATE` waits for a change that is under way, and returns the row as it is after that.
const SWAP: &str = "
WITH seen AS (
    SELECT state, version, decided_ms FROM cxvars_shared.budget WHERE tenant = $1 FOR UPDATE
), changed AS (
    UPDATE cxvars_shared.budget AS budget
    SET state = $3, version = budget.version + 1, decided_ms = $4, changed = clock_timestamp()
    FROM seen
    WHERE budget.tenant = $1 AND budget.version = $2 AND seen.version = $2
        AND abs(extract(epoch FROM clock_timestamp()) * 1000 - $4) <= $5
    RETURNING budget.version
)
SELECT seen.version, CASE WHEN changed.version IS NULL THEN seen.state END, changed.version,
    floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, seen.decided_ms
FROM seen LEFT JOIN changed ON true";

const BEGIN: &str = "
INSERT INTO cxvars_shared.budget (tenant, state, version, decided_ms, changed)
VALUES ($1, '{}', 0, 0, clock_timestamp())
ON CONFLICT (tenant) DO NOTHING";

/// What is known of the row of a tenant.
#[derive(Default)]
struct Seen {
    state: Limiter,
    /// `None` before the row was read.
    version: Option<i64>,
    /// The time that it was decided for.
    decided_ms: i64,
}

impl Seen {
    /// The time that the next decision is for. It is not before the last one, which another process may have made by an
    /// estimate that is a little ahead: the limiter would take that for a clock that was set back, and change what it
    /// knows. A last one that is further ahead was made before the database's clock was really set back.
    fn next_ms(&self, estimate: Estimate) -> i64 {
        let is_ahead = self.decided_ms - estimate.now_ms > estimate.tolerance_ms / 2;
        if is_ahead { estimate.now_ms } else { self.decided_ms.max(estimate.now_ms) }
    }
}

/// The budgets of this process's tenants.
pub(super) struct Budgets {
    clock: std::sync::Mutex<DatabaseClock>,
    /// The decisions of one process about a tenant take turns, so that they do not outrun each other.
    seen: std::sync::Mutex<BTreeMap<Tenant, Arc<Mutex<Seen>>>>,
    system: &'static dyn System,
}

impl Budgets {
    pub(super) fn new(system: &'static dyn System) -> Self {
        Self { clock: Default::default(), seen: Default::default(), system }
    }

    pub(super) async fn change(
        &self,
        connection: &Connection,
        tenant: &Tenant,
        decide: &mut Decide<'_>,
    ) -> Result<(), Lost> {
        let row =
            Arc::clone(self.seen.lock().unwrap_or_else(PoisonError::into_inner).entry(tenant.clone()).or_default());
        let mut seen = row.lock().await;
        for _ in 0..MAX_ROUNDS {
            if self.round(connection, tenant, &mut seen, decide).await? {
                return Ok(());
            }
        }
        Err(Lost::Database("the request budget changes faster than this process can decide about it".to_owned()))
    }

    /// Decides once. Returns whether that counts.
    async fn round(
        &self,
        connection: &Connection,
        tenant: &Tenant,
        seen: &mut Seen,
        decide: &mut Decide<'_>,
    ) -> Result<bool, Lost> {
        let now = self.lock_clock().at(self.system.monotonic());
        let (mut next, mut state) = (None, String::new());
        // Without an estimate or a row, the statement only reads.
        let (version, now_ms, tolerance_ms) = match (seen.version, now) {
            (Some(version), Some(estimate)) => {
                let mut limiter = seen.state.clone();
                let now_ms = seen.next_ms(estimate);
                decide(&mut limiter, now_ms.unsigned_abs());
                state = serde_json::to_string(&limiter)
                    .map_err(|error| Lost::Database(format!("the request budget cannot be written: {error}")))?;
                next = Some(limiter);
                (version, now_ms, estimate.tolerance_ms)
            }
            _ => (-1, 0, 0),
        };
        let tenant = tenant.as_str();
        let (rows, before) = connection
            .query_timed(
                SWAP,
                &[
                    (&tenant, Type::TEXT),
                    (&version, Type::INT8),
                    (&state, Type::TEXT),
                    (&now_ms, Type::INT8),
                    (&tolerance_ms, Type::INT8),
                ],
            )
            .await?;
        let after = self.system.monotonic();
        let Some(row) = rows.first() else {
            connection.query(BEGIN, &[(&tenant, Type::TEXT)]).await?;
            return Ok(false);
        };
        self.lock_clock().learn(before, after, super::get(row, 3)?);
        match (super::get(row, 2)?, next) {
            (Some(swapped), Some(limiter)) => {
                *seen = Seen { state: limiter, version: Some(swapped), decided_ms: now_ms };
                Ok(true)
            }
            _ => {
                let text: Option<String> = super::get(row, 1)?;
                // A damaged row counts as empty: at worst, the service throttles a request.
                let state = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
                *seen = Seen { state, version: Some(super::get(row, 0)?), decided_ms: super::get(row, 4)? };
                Ok(false)
            }
        }
    }

    fn lock_clock(&self) -> std::sync::MutexGuard<'_, DatabaseClock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
