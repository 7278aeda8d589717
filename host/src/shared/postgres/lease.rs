//! Leases of actions. The database's clock decides how long they last.

use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::{Postgres, get, millis, to_json};
use crate::shared::Waiting;
use crate::shared::error::Lost;
use crate::shared::lease::{Acquired, Lease, Moment, Standing, TakenOver, Term};
use crate::shared::place::{ActionPlace, Fence, Worker};
use crate::system::{clock, ids, signals, waits};

/// Time between the first two tries, and the longest time between two. It doubles from one try to the next.
const POLL: [Duration; 2] = [Duration::from_millis(20), Duration::from_secs(1)];

/// Takes a lease that has ended. Follows the insertion of a row into `lease`.
///
/// The token tells whether this process has the lease already, from a statement whose answer was lost. Returns the action,
/// the fence, the holder who let the lease expire, and how long ago that was.
macro_rules! take_over {
    () => {
        "ON CONFLICT (target, action) DO UPDATE SET
            fence = lease.fence + 1, token = excluded.token, holder = excluded.holder, until = excluded.until,
            released = false,
            earlier = CASE WHEN lease.token = excluded.token THEN lease.earlier ELSE lease.holder END,
            earlier_until = CASE WHEN lease.token = excluded.token THEN lease.earlier_until ELSE lease.until END,
            earlier_released = CASE WHEN lease.token = excluded.token THEN lease.earlier_released ELSE lease.released END
        WHERE lease.until <= clock_timestamp() OR lease.token = excluded.token
        RETURNING target, action, fence, CASE WHEN NOT earlier_released THEN earlier END AS earlier,
            (extract(epoch FROM clock_timestamp() - earlier_until) * 1000)::bigint AS expired, until"
    };
}
pub(super) use take_over;

/// Begins a statement that changes something only if the lease is held. Its first parameters are target, action and
/// fence. The row of the lease stays locked until the end, so that nobody takes the lease over in between.
macro_rules! held {
    () => {
        "WITH held AS (
            SELECT fence FROM cxvars_shared.lease
            WHERE target = $1 AND action = $2 AND fence = $3 AND until > clock_timestamp() FOR UPDATE
        ), "
    };
}
pub(super) use held;

/// Parameters: target, action, token, holder, length in milliseconds.
const ACQUIRE: &str = concat!(
    "INSERT INTO cxvars_shared.lease AS lease (target, action, fence, token, holder, until, released)
    VALUES ($1, $2, 1, $3, $4, clock_timestamp() + $5 * interval '1 millisecond', false) ",
    take_over!()
);

const STANDING: &str = "
SELECT holder, until > clock_timestamp(), (extract(epoch FROM clock_timestamp() - until) * 1000)::bigint
FROM cxvars_shared.lease WHERE target = $1 AND action = $2";

/// Parameters: target, action, fence, length in milliseconds. The task that the lease belongs to lasts as long.
const RENEW: &str = "
WITH renewed AS (
    UPDATE cxvars_shared.lease SET until = clock_timestamp() + $4 * interval '1 millisecond'
    WHERE target = $1 AND action = $2 AND fence = $3 AND until > clock_timestamp()
    RETURNING until
), task AS (
    UPDATE cxvars_shared.task AS task SET until = renewed.until FROM renewed
    WHERE task.target = $1 AND task.action = $2 AND task.fence = $3 AND task.status = 'open'
)
SELECT 1 FROM renewed";

/// Parameters: target, action, fence. The task that the lease belongs to can be taken at once.
const RELEASE: &str = "
WITH released AS (
    UPDATE cxvars_shared.lease SET until = clock_timestamp(), released = true
    WHERE target = $1 AND action = $2 AND fence = $3 AND until > clock_timestamp()
    RETURNING fence
)
UPDATE cxvars_shared.task AS task SET until = NULL FROM released
WHERE task.target = $1 AND task.action = $2 AND task.fence = $3 AND task.status = 'open'";

impl Postgres {
    /// Takes a lease. Waits for another holder.
    pub(super) async fn acquire_lease(
        &self,
        place: &ActionPlace,
        worker: &Worker,
        wait: Waiting<'_>,
    ) -> Result<Acquired, Lost> {
        let begun = self.system.monotonic();
        let token = ids::ulid(self.system);
        let (mut poll, mut shown) = (POLL[0], None);
        loop {
            if let Some(lease) = self.try_acquire(place, worker, &token).await? {
                return Ok(Acquired::Lease(lease));
            }
            let waited = self.system.monotonic().saturating_sub(begun);
            if signals::came() {
                return Ok(Acquired::Interrupted);
            }
            if waited >= wait.limit {
                return Ok(Acquired::Held(self.holder(place).await?.map(|worker| worker.holder)));
            }
            if waited >= waits::SILENT && shown.is_none() {
                let who = self.holder(place).await?.map_or_else(|| "another process".to_owned(), |who| who.describe());
                shown = Some((wait.announce)(&format!("another update of this action ({who})")));
            }
            clock::sleep(poll.min(wait.limit - waited)).await;
            poll = (poll * 2).min(POLL[1]);
        }
    }

    async fn try_acquire(&self, place: &ActionPlace, worker: &Worker, token: &str) -> Result<Option<Lease>, Lost> {
        let (holder, length) = (to_json(worker)?, millis(self.term));
        let from = Moment::now(self.system);
        let rows = self
            .connection
            .query(
                ACQUIRE,
                &[
                    (&place.target, Type::TEXT),
                    (&place.action, Type::TEXT),
                    (&token, Type::TEXT),
                    (&holder, Type::TEXT),
                    (&length, Type::FLOAT8),
                ],
            )
            .await?;
        rows.first().map(|row| self.lease_of(row, from)).transpose()
    }

    /// The lease in a row that `take_over` returned.
    pub(super) fn lease_of(&self, row: &Row, from: Moment) -> Result<Lease, Lost> {
        let place = ActionPlace { target: get(row, 0)?, action: get(row, 1)? };
        let fence: i64 = get(row, 2)?;
        let (earlier, expired): (Option<String>, Option<i64>) = (get(row, 3)?, get(row, 4)?);
        let taken_over = earlier.map(|earlier| TakenOver {
            from: serde_json::from_str(&earlier).ok(),
            expired: Duration::from_millis(expired.unwrap_or_default().try_into().unwrap_or_default()),
        });
        Ok(Lease::until(place, Fence(fence.unsigned_abs()), taken_over, Term::new(self.term, from)))
    }

    async fn holder(&self, place: &ActionPlace) -> Result<Option<Worker>, Lost> {
        let parameters = [(&place.target as _, Type::TEXT), (&place.action as _, Type::TEXT)];
        let rows = self.connection.query(STANDING, &parameters).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let holder: String = get(row, 0)?;
        Ok(serde_json::from_str(&holder).ok())
    }

    /// Who has the lease of an action, and since when nobody has.
    pub(super) async fn lease_standing(&self, place: &ActionPlace) -> Result<Standing, Lost> {
        let parameters = [(&place.target as _, Type::TEXT), (&place.action as _, Type::TEXT)];
        let rows = self.connection.query(STANDING, &parameters).await?;
        let Some(row) = rows.first() else { return Ok(Standing::default()) };
        let (holder, is_held): (String, bool) = (get(row, 0)?, get(row, 1)?);
        let ago: i64 = get(row, 2)?;
        let describe = |holder: &str| {
            let worker = serde_json::from_str::<Worker>(holder).ok();
            worker.map_or_else(|| "another process".to_owned(), |worker| worker.describe())
        };
        Ok(Standing {
            holder: is_held.then(|| describe(&holder)),
            quiet: Some(Duration::from_millis(ago.try_into().unwrap_or_default())),
        })
    }

    /// Extends a lease.
    pub(super) async fn renew_lease(&self, lease: &Lease) -> Result<(), Lost> {
        let lost = || Lost::Lease(lease.place.clone());
        let (fence, term) = (fence_of(lease)?, lease.term().ok_or_else(lost)?);
        let from = Moment::now(self.system);
        let rows = self
            .connection
            .query(
                RENEW,
                &[
                    (&lease.place.target, Type::TEXT),
                    (&lease.place.action, Type::TEXT),
                    (&fence, Type::INT8),
                    (&millis(self.term), Type::FLOAT8),
                ],
            )
            .await?;
        if rows.is_empty() {
            return Err(lost());
        }
        term.extend(from);
        Ok(())
    }

    /// Ends a lease.
    pub(super) async fn release_lease(&self, lease: &Lease) -> Result<(), Lost> {
        let fence = fence_of(lease)?;
        let parameters =
            [(&lease.place.target as _, Type::TEXT), (&lease.place.action as _, Type::TEXT), (&fence as _, Type::INT8)];
        self.connection.query(RELEASE, &parameters).await.map(drop)
    }
}

/// The fence of a lease of this database.
pub(super) fn fence_of(lease: &Lease) -> Result<i64, Lost> {
    let fence = lease.fence.and_then(|fence| i64::try_from(fence.0).ok());
    fence.ok_or_else(|| Lost::Lease(lease.place.clone()))
}
