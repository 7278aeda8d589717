//! What is known of an action: fingerprints of what was verified last, and the update that is not decided. Only the
//! holder of the lease changes it.

use tokio_postgres::types::Type;

use super::connection::Parameter;
use super::lease::{fence_of, held};
use super::{Postgres, get, to_json};
use crate::shared::Known;
use crate::shared::error::Lost;
use crate::shared::lease::Lease;
use crate::shared::place::{ActionPlace, Fence};
use crate::state::pending_update::PendingUpdate;
use crate::state::store::{ActionState, StateChange};

const RECALL: &str = "
SELECT remembered, pending, pending_fence FROM cxvars_shared.action_state WHERE target = $1 AND action = $2";

/// Parameters: target, action, fence, update, its run. What was remembered counts no more if the update replaces another
/// one that is not decided.
const BEGIN: &str = concat!(
    held!(),
    "changed AS (
        INSERT INTO cxvars_shared.action_state AS state
            (target, action, remembered, pending, pending_run, pending_fence, changed)
        SELECT $1, $2, NULL, $4, $5, held.fence, clock_timestamp() FROM held
        ON CONFLICT (target, action) DO UPDATE SET
            remembered = CASE WHEN state.pending IS NULL OR state.pending_run = $5 THEN state.remembered END,
            pending = excluded.pending, pending_run = excluded.pending_run, pending_fence = excluded.pending_fence,
            changed = excluded.changed
    )
    SELECT 1 FROM held"
);

/// Parameters: target, action, fence, what is remembered from now on, whether it was verified, the run that is decided.
const REPLACE: &str = concat!(
    held!(),
    "changed AS (
        INSERT INTO cxvars_shared.action_state AS state (target, action, remembered, changed)
        SELECT $1, $2, $4, clock_timestamp() FROM held
        ON CONFLICT (target, action) DO UPDATE SET
            remembered = excluded.remembered, changed = excluded.changed,
            pending = CASE WHEN $5 OR state.pending_run = $6 THEN NULL ELSE state.pending END,
            pending_fence = CASE WHEN $5 OR state.pending_run = $6 THEN NULL ELSE state.pending_fence END,
            pending_run = CASE WHEN $5 OR state.pending_run = $6 THEN NULL ELSE state.pending_run END
    )
    SELECT 1 FROM held"
);

/// Parameters: target, action, fence, the run that is decided.
const KEEP: &str = concat!(
    held!(),
    "changed AS (
        UPDATE cxvars_shared.action_state AS state
        SET pending = NULL, pending_run = NULL, pending_fence = NULL, changed = clock_timestamp()
        FROM held WHERE state.target = $1 AND state.action = $2 AND state.pending_run = $4
    )
    SELECT 1 FROM held"
);

impl Postgres {
    /// What is known of an action.
    pub(super) async fn recall_state(&self, place: &ActionPlace) -> Result<Known, Lost> {
        let parameters = [(&place.target as _, Type::TEXT), (&place.action as _, Type::TEXT)];
        let rows = self.connection.query(RECALL, &parameters).await?;
        let Some(row) = rows.first() else { return Ok(Known::default()) };
        let (remembered, pending): (Option<String>, Option<String>) = (get(row, 0)?, get(row, 1)?);
        let fence: Option<i64> = get(row, 2)?;
        let is_open = pending.is_some();
        let read = |text: &str| serde_json::from_str::<PendingUpdate>(text).ok();
        let open = pending.as_deref().and_then(read);
        let remembered = remembered.filter(|_| !is_open).map(|text| serde_json::from_str(&text).ok());
        let is_damaged = open.is_some() != is_open || remembered == Some(None);
        let state = ActionState {
            remembered: remembered.flatten().unwrap_or_default(),
            open,
            trouble: is_damaged.then(|| "the shared state of the action was written by another version".to_owned()),
        };
        Ok(Known { state, fence: fence.map(|fence| Fence(fence.unsigned_abs())) })
    }

    /// Records an update that is about to be sent.
    pub(super) async fn begin_update(&self, lease: &Lease, update: &PendingUpdate) -> Result<(), Lost> {
        let text = to_json(update)?;
        self.write(lease, BEGIN, &[(&text, Type::TEXT), (&update.run_id, Type::TEXT)]).await
    }

    /// Records what is known after an update.
    pub(super) async fn conclude_update(
        &self,
        lease: &Lease,
        after: StateChange,
        decided: Option<&str>,
    ) -> Result<(), Lost> {
        let (remembered, is_verified) = match after {
            StateChange::Keep => {
                let Some(decided) = decided else { return Ok(()) };
                return self.write(lease, KEEP, &[(&decided, Type::TEXT)]).await;
            }
            StateChange::Verified(remembered) => (Some(to_json(&remembered)?), true),
            StateChange::Forget => (None, false),
        };
        let parameters = [(&remembered as _, Type::TEXT), (&is_verified as _, Type::BOOL), (&decided as _, Type::TEXT)];
        self.write(lease, REPLACE, &parameters).await
    }

    /// Carries out a write that returns a row if the lease is held.
    async fn write(&self, lease: &Lease, statement: &str, more: &[Parameter<'_>]) -> Result<(), Lost> {
        let fence = fence_of(lease)?;
        let mut parameters: Vec<Parameter<'_>> =
            vec![(&lease.place.target, Type::TEXT), (&lease.place.action, Type::TEXT), (&fence, Type::INT8)];
        parameters.extend_from_slice(more);
        match self.connection.query(statement, &parameters).await?.is_empty() {
            true => Err(Lost::Lease(lease.place.clone())),
            false => Ok(()),
        }
    }
}
