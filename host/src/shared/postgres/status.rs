//! What the shared state holds now, for people.

use serde::Serialize;
use tokio_postgres::types::FromSqlOwned;
use tokio_postgres::{Client, Row};

use super::address::Address;
use super::connection::{connect, lost};
use super::{fault::Fault, schema};
use crate::shared::error::Lost;
use crate::shared::place::Worker;

/// The window of a request budget, in milliseconds.
const WINDOW_MS: i64 = cxvars_flow::limiter::WINDOW_MS as i64;

/// The state.
#[derive(Debug, PartialEq, Serialize)]
pub struct Status {
    /// The version of the schema.
    pub schema_version: i32,
    /// The runs, newest first.
    pub runs: Vec<Run>,
    /// The leases that are held.
    pub leases: Vec<Lease>,
    /// The updates whose outcome is not decided.
    pub pending: Vec<Pending>,
    /// The request budgets.
    pub budgets: Vec<Budget>,
    /// The heads of audit logs.
    pub heads: Vec<Head>,
}

/// A run.
#[derive(Debug, PartialEq, Serialize)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// Age in seconds.
    pub age_s: i64,
    /// Number of tasks that somebody works on.
    pub working: i64,
    /// Number of tasks that wait.
    pub open: i64,
    /// Number of tasks that are done.
    pub done: i64,
    /// Number of tasks that failed.
    pub failed: i64,
    /// Number of tasks that nobody begins any more.
    pub stopped: i64,
}

/// A lease that is held.
#[derive(Debug, PartialEq, Serialize)]
pub struct Lease {
    /// The service.
    pub target: String,
    /// The action.
    pub action: String,
    /// Its number.
    pub fence: i64,
    /// Who holds it.
    pub holder: Option<String>,
    /// When it ends, in seconds from now.
    pub ends_in_s: i64,
}

/// An update whose outcome is not decided.
#[derive(Debug, PartialEq, Serialize)]
pub struct Pending {
    /// The service.
    pub target: String,
    /// The action.
    pub action: String,
    /// The run's id, as in the audit log.
    pub run_id: Option<String>,
    /// The number of the lease under which it was sent.
    pub fence: Option<i64>,
}

/// The request budget of a tenant.
#[derive(Debug, PartialEq, Serialize)]
pub struct Budget {
    /// The tenant, as a hash.
    pub tenant: String,
    /// Number of requests of the last minute. `None` if another version wrote them.
    pub requests: Option<usize>,
    /// When it changed last, in seconds before now.
    pub changed_s_ago: i64,
}

/// The head of a segment of an audit log.
#[derive(Debug, PartialEq, Serialize)]
pub struct Head {
    /// The log.
    pub log: String,
    /// The segment.
    pub segment: String,
    /// The number of its last record.
    pub seq: i64,
    /// The hash of that record.
    pub hash: String,
    /// When it was noted, in seconds before now.
    pub age_s: i64,
}

const RUNS: &str = "
SELECT run.name, extract(epoch FROM clock_timestamp() - run.created)::bigint,
    count(*) FILTER (WHERE task.status = 'open' AND task.until > clock_timestamp()),
    count(*) FILTER (WHERE task.status = 'open' AND (task.until IS NULL OR task.until <= clock_timestamp())
        AND stop.tenant IS NULL),
    count(*) FILTER (WHERE task.status = 'done'),
    count(*) FILTER (WHERE task.status = 'failed'),
    count(*) FILTER (WHERE task.status = 'open' AND (task.until IS NULL OR task.until <= clock_timestamp())
        AND stop.tenant IS NOT NULL)
FROM cxvars_shared.run AS run
LEFT JOIN cxvars_shared.task AS task ON task.run = run.name
LEFT JOIN cxvars_shared.stop AS stop ON stop.run = run.name AND stop.tenant = task.tenant
GROUP BY run.name, run.created ORDER BY run.created DESC";

const LEASES: &str = "
SELECT target, action, fence, holder, extract(epoch FROM until - clock_timestamp())::bigint
FROM cxvars_shared.lease WHERE until > clock_timestamp() ORDER BY target, action";

const PENDING: &str = "
SELECT target, action, pending_run, pending_fence FROM cxvars_shared.action_state
WHERE pending IS NOT NULL ORDER BY target, action";

const BUDGETS: &str = "
SELECT tenant, state, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint,
    extract(epoch FROM clock_timestamp() - changed)::bigint
FROM cxvars_shared.budget ORDER BY tenant";

const HEADS: &str = "
SELECT log, segment, seq, hash, extract(epoch FROM clock_timestamp() - at)::bigint
FROM cxvars_shared.head WHERE segment <> '' ORDER BY log, segment";

/// Reads all of the state.
///
/// # Errors
/// If the database cannot be used.
pub async fn status(address: &Address) -> Result<Status, Lost> {
    let read = async {
        let client = connect(address).await?;
        Ok(Status {
            schema_version: schema::check(&client).await?,
            runs: rows(&client, RUNS, run).await?,
            leases: rows(&client, LEASES, lease).await?,
            pending: rows(&client, PENDING, pending).await?,
            budgets: rows(&client, BUDGETS, budget).await?,
            heads: rows(&client, HEADS, head).await?,
        })
    };
    read.await.map_err(|fault: Fault| lost(address, &fault))
}

async fn rows<T>(client: &Client, statement: &str, of: fn(&Row) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let rows = client.query_typed(statement, &[]).await.map_err(|error| Fault::from(&error))?;
    rows.iter().map(of).collect()
}

fn get<T: FromSqlOwned>(row: &Row, column: usize) -> Result<T, Fault> {
    row.try_get(column).map_err(|error| Fault::from(&error))
}

fn run(row: &Row) -> Result<Run, Fault> {
    Ok(Run {
        name: get(row, 0)?,
        age_s: get(row, 1)?,
        working: get(row, 2)?,
        open: get(row, 3)?,
        done: get(row, 4)?,
        failed: get(row, 5)?,
        stopped: get(row, 6)?,
    })
}

fn lease(row: &Row) -> Result<Lease, Fault> {
    let holder: String = get(row, 3)?;
    Ok(Lease {
        target: get(row, 0)?,
        action: get(row, 1)?,
        fence: get(row, 2)?,
        holder: serde_json::from_str::<Worker>(&holder).ok().map(|worker| worker.describe()),
        ends_in_s: get(row, 4)?,
    })
}

fn pending(row: &Row) -> Result<Pending, Fault> {
    Ok(Pending { target: get(row, 0)?, action: get(row, 1)?, run_id: get(row, 2)?, fence: get(row, 3)? })
}

fn budget(row: &Row) -> Result<Budget, Fault> {
    let (state, now_ms): (String, i64) = (get(row, 1)?, get(row, 2)?);
    Ok(Budget { tenant: get(row, 0)?, requests: requests(&state, now_ms), changed_s_ago: get(row, 3)? })
}

/// How many requests of the last minute a limiter remembers.
fn requests(state: &str, now_ms: i64) -> Option<usize> {
    let state: serde_json::Value = serde_json::from_str(state).ok()?;
    let Some(sent) = state.get("sent") else { return Some(0).filter(|_| state.is_object()) };
    let sent = sent.as_array()?.iter().filter_map(serde_json::Value::as_i64);
    Some(sent.filter(|at| now_ms - at < WINDOW_MS).count())
}

fn head(row: &Row) -> Result<Head, Fault> {
    Ok(Head { log: get(row, 0)?, segment: get(row, 1)?, seq: get(row, 2)?, hash: get(row, 3)?, age_s: get(row, 4)? })
}
