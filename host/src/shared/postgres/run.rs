//! Runs that several processes share: each takes the next task that nobody has.
//!
//! A task that was taken stays open until it is finished. It lasts as long as the lease of its action, and is taken over
//! with it.

use std::time::Duration;

use tokio_postgres::types::Type;

use super::lease::{fence_of, held, take_over};
use super::{Postgres, get, millis, to_json};
use crate::shared::error::Lost;
use crate::shared::lease::{Lease, Moment};
use crate::shared::place::{ActionPlace, Tenant, Worker};
use crate::shared::run::{EnterError, Entered, Next, TakenTask, Task, TaskEnd, content};
use crate::system::ids;

/// The shortest and the longest time before a process that found nothing to do looks again.
const LOOK: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

/// Age from which a run is forgotten when another one begins.
const FORGET: &str = "
DELETE FROM cxvars_shared.run WHERE created < clock_timestamp() - interval '30 days' AND name <> $1";

/// Deletes a run and its tasks, unless somebody works on one of them. Returns a row if so.
const RESTART: &str = "
WITH busy AS (
    SELECT 1 AS one FROM cxvars_shared.task
    WHERE run = $1 AND status = 'open' AND until > clock_timestamp() LIMIT 1
), gone AS (
    DELETE FROM cxvars_shared.run WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM busy)
)
SELECT one FROM busy";

const ENTER: &str = "
INSERT INTO cxvars_shared.run (name, content, created) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (name) DO NOTHING";

const CONTENT: &str = "SELECT content FROM cxvars_shared.run WHERE name = $1";

/// Parameters: run, then arrays of targets, actions, tenants, fingerprints and positions.
const TASKS: &str = "
INSERT INTO cxvars_shared.task (run, target, action, tenant, wanted, position, status)
SELECT $1, given.target, given.action, given.tenant, given.wanted, given.position, 'open'
FROM unnest($2, $3, $4, $5, $6) AS given (target, action, tenant, wanted, position)
ON CONFLICT (run, target, action) DO NOTHING";

const DONE: &str = "SELECT target, action FROM cxvars_shared.task WHERE run = $1 AND status = 'done'";

const STOPPED: &str = "SELECT tenant, why FROM cxvars_shared.stop WHERE run = $1 ORDER BY tenant";

/// Parameters: run, token, holder, length of the lease in milliseconds, tenants.
///
/// Takes the first task that nobody works on and whose tenant was not stopped, and the lease of its action. The token
/// tells a task that this process has taken by a statement whose answer was lost.
const NEXT: &str = concat!(
    "
WITH candidate AS (
    SELECT task.target, task.action FROM cxvars_shared.task AS task
    WHERE task.run = $1 AND task.status = 'open' AND task.tenant = ANY ($5)
        AND (task.until IS NULL OR task.until <= clock_timestamp() OR EXISTS (
            SELECT 1 FROM cxvars_shared.lease AS own
            WHERE own.target = task.target AND own.action = task.action AND own.token = $2
        ))
        AND NOT EXISTS (SELECT 1 FROM cxvars_shared.stop AS stop WHERE stop.run = $1 AND stop.tenant = task.tenant)
        AND NOT EXISTS (
            SELECT 1 FROM cxvars_shared.lease AS held
            WHERE held.target = task.target AND held.action = task.action AND held.until > clock_timestamp()
                AND held.token <> $2
        )
    ORDER BY task.position LIMIT 1 FOR UPDATE OF task SKIP LOCKED
), leased AS (
    INSERT INTO cxvars_shared.lease AS lease (target, action, fence, token, holder, until, released)
    SELECT target, action, 1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond', false FROM candidate
    ",
    take_over!(),
    "
), taken AS (
    UPDATE cxvars_shared.task AS task SET fence = leased.fence, until = leased.until FROM leased
    WHERE task.run = $1 AND task.target = leased.target AND task.action = leased.action
)
SELECT target, action, fence, earlier, expired FROM leased"
);

/// Parameters: run, tenants. What is left for others: how many tasks, and in how many milliseconds the first of them can be
/// taken over.
const LEFT: &str = "
SELECT count(*), min((extract(epoch FROM until - clock_timestamp()) * 1000)::bigint)
FROM cxvars_shared.task AS task
WHERE run = $1 AND status = 'open' AND tenant = ANY ($2)
    AND NOT EXISTS (SELECT 1 FROM cxvars_shared.stop AS stop WHERE stop.run = $1 AND stop.tenant = task.tenant)";

/// Parameters: target, action, fence, run, status, outcome. Returns a row if the lease is held, or the task had ended so
/// before.
const FINISH: &str = concat!(
    held!(),
    "ended AS (
        UPDATE cxvars_shared.task AS task SET status = $5, outcome = $6, until = NULL FROM held
        WHERE task.run = $4 AND task.target = $1 AND task.action = $2 AND task.fence = held.fence
    ), released AS (
        UPDATE cxvars_shared.lease AS lease SET until = clock_timestamp(), released = true FROM held
        WHERE lease.target = $1 AND lease.action = $2 AND lease.fence = held.fence
    )
    SELECT 1 FROM held
    UNION ALL
    SELECT 1 FROM cxvars_shared.task WHERE run = $4 AND target = $1 AND action = $2 AND fence = $3 AND status = $5"
);

const STOP: &str = "
INSERT INTO cxvars_shared.stop (run, tenant, why, at) VALUES ($1, $2, $3, clock_timestamp())
ON CONFLICT (run, tenant) DO NOTHING";

impl Postgres {
    /// Enters a run, or begins it.
    pub(super) async fn enter_run(&self, run: &str, tasks: &[Task], restart: bool) -> Result<Entered, EnterError> {
        let name = [(&run as _, Type::TEXT)];
        if restart && !self.connection.query(RESTART, &name).await?.is_empty() {
            return Err(EnterError::UnderWay(run.to_owned()));
        }
        self.connection.query(FORGET, &name).await?;
        let content = content(tasks);
        self.connection.query(ENTER, &[(&run, Type::TEXT), (&content, Type::TEXT)]).await?;
        let rows = self.connection.query(CONTENT, &name).await?;
        let known: Option<String> = rows.first().map(|row| get(row, 0)).transpose()?;
        if known.as_ref() != Some(&content) {
            return Err(EnterError::OtherContent(run.to_owned()));
        }
        self.add_tasks(run, tasks).await?;
        let mut entered = Entered::default();
        for row in self.connection.query(DONE, &name).await? {
            entered.done.insert(ActionPlace { target: get(&row, 0)?, action: get(&row, 1)? });
        }
        for row in self.connection.query(STOPPED, &name).await? {
            entered.stopped.push((Tenant::of_hash(get::<String>(&row, 0)?), get(&row, 1)?));
        }
        Ok(entered)
    }

    /// Adds the tasks of a run. Those that are there stay as they are.
    async fn add_tasks(&self, run: &str, tasks: &[Task]) -> Result<(), Lost> {
        fn column<'t>(tasks: &'t [Task], of: fn(&'t Task) -> &'t str) -> Vec<&'t str> {
            tasks.iter().map(of).collect()
        }
        let targets = column(tasks, |task| &task.place.target);
        let actions = column(tasks, |task| &task.place.action);
        let tenants = column(tasks, |task| task.tenant.as_str());
        let wanted = column(tasks, |task| &task.wanted);
        let positions: Vec<i32> = (0..).take(tasks.len()).collect();
        let parameters = [
            (&run as _, Type::TEXT),
            (&targets as _, Type::TEXT_ARRAY),
            (&actions as _, Type::TEXT_ARRAY),
            (&tenants as _, Type::TEXT_ARRAY),
            (&wanted as _, Type::TEXT_ARRAY),
            (&positions as _, Type::INT4_ARRAY),
        ];
        self.connection.query(TASKS, &parameters).await.map(drop)
    }

    /// Takes the next task.
    pub(super) async fn next_task(&self, run: &str, tenants: &[Tenant], worker: &Worker) -> Result<Next, Lost> {
        let tenants: Vec<&str> = tenants.iter().map(Tenant::as_str).collect();
        let (token, holder, length) = (ids::ulid(self.system), to_json(worker)?, millis(self.term));
        let from = Moment::now(self.system);
        let parameters = [
            (&run as _, Type::TEXT),
            (&token as _, Type::TEXT),
            (&holder as _, Type::TEXT),
            (&length as _, Type::FLOAT8),
            (&tenants as _, Type::TEXT_ARRAY),
        ];
        let rows = self.connection.query(NEXT, &parameters).await?;
        if let Some(row) = rows.first() {
            let lease = self.lease_of(row, from)?;
            let task = TakenTask { place: lease.place.clone(), lease };
            return Ok(Next::Task(Box::new(task)));
        }
        let parameters = [(&run as _, Type::TEXT), (&tenants as _, Type::TEXT_ARRAY)];
        let rows = self.connection.query(LEFT, &parameters).await?;
        let Some(row) = rows.first() else { return Ok(Next::Over) };
        let (left, soonest): (i64, Option<i64>) = (get(row, 0)?, get(row, 1)?);
        if left == 0 {
            return Ok(Next::Over);
        }
        let soonest = soonest.map_or(LOOK[1], |ms| Duration::from_millis(ms.try_into().unwrap_or_default()));
        Ok(Next::Wait(soonest.clamp(LOOK[0], LOOK[1])))
    }

    /// Ends a task and its lease.
    pub(super) async fn finish_task(&self, run: &str, lease: &Lease, end: TaskEnd, outcome: &str) -> Result<(), Lost> {
        let (fence, word) = (fence_of(lease)?, end.word());
        let parameters = [
            (&lease.place.target as _, Type::TEXT),
            (&lease.place.action as _, Type::TEXT),
            (&fence as _, Type::INT8),
            (&run as _, Type::TEXT),
            (&word as _, Type::TEXT),
            (&outcome as _, Type::TEXT),
        ];
        match self.connection.query(FINISH, &parameters).await?.is_empty() {
            true => Err(Lost::Lease(lease.place.clone())),
            false => Ok(()),
        }
    }

    /// Ends the tasks of a tenant that nobody has begun.
    pub(super) async fn stop_tenant(&self, run: &str, tenant: &Tenant, why: &str) -> Result<(), Lost> {
        let tenant = tenant.as_str();
        let parameters = [(&run as _, Type::TEXT), (&tenant as _, Type::TEXT), (&why as _, Type::TEXT)];
        self.connection.query(STOP, &parameters).await.map(drop)
    }
}
