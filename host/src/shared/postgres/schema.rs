//! The tables, their versions, and who may use them.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::address::Address;
use super::connection::{connect, lost};
use super::fault::{Fault, NO_PRIVILEGE, NO_SCHEMA};
use crate::shared::error::Lost;

/// The steps that lead from an empty database to the current version. A step that was released is never changed.
///
/// Rows of `lease` are never deleted, so that no fence is given twice.
const STEPS: [&str; 1] = ["
CREATE SCHEMA cxvars_shared;
COMMENT ON SCHEMA cxvars_shared IS 'State that runs of cxvars share. It holds names, ids, times and keyed fingerprints, and \
    never a value of a variable.';
CREATE TABLE cxvars_shared.schema_version (version integer NOT NULL, changed timestamptz NOT NULL);
CREATE TABLE cxvars_shared.budget (
    tenant text PRIMARY KEY,
    state text NOT NULL,
    version bigint NOT NULL,
    decided_ms bigint NOT NULL,
    changed timestamptz NOT NULL
);
COMMENT ON TABLE cxvars_shared.budget IS 'When the requests of a tenant were sent. A tenant is a hash of origin and client id.';
CREATE TABLE cxvars_shared.lease (
    target text NOT NULL,
    action text NOT NULL,
    fence bigint NOT NULL,
    token text NOT NULL,
    holder text NOT NULL,
    until timestamptz NOT NULL,
    released boolean NOT NULL,
    earlier text,
    earlier_until timestamptz,
    earlier_released boolean,
    PRIMARY KEY (target, action)
);
COMMENT ON TABLE cxvars_shared.lease IS 'Who may update an action, and until when. Rows are kept: fences are never given twice.';
CREATE TABLE cxvars_shared.action_state (
    target text NOT NULL,
    action text NOT NULL,
    remembered text,
    pending text,
    pending_run text,
    pending_fence bigint,
    changed timestamptz NOT NULL,
    PRIMARY KEY (target, action)
);
COMMENT ON TABLE cxvars_shared.action_state IS 'Keyed fingerprints of what was verified last, and what an open update is decided by.';
CREATE TABLE cxvars_shared.run (
    name text PRIMARY KEY,
    content text NOT NULL,
    created timestamptz NOT NULL
);
CREATE TABLE cxvars_shared.task (
    run text NOT NULL REFERENCES cxvars_shared.run (name) ON DELETE CASCADE,
    target text NOT NULL,
    action text NOT NULL,
    tenant text NOT NULL,
    position integer NOT NULL,
    wanted text NOT NULL,
    status text NOT NULL,
    outcome text,
    fence bigint,
    until timestamptz,
    PRIMARY KEY (run, target, action)
);
CREATE INDEX task_open ON cxvars_shared.task (run, position) WHERE status = 'open';
CREATE INDEX task_action ON cxvars_shared.task (target, action);
CREATE TABLE cxvars_shared.stop (
    run text NOT NULL REFERENCES cxvars_shared.run (name) ON DELETE CASCADE,
    tenant text NOT NULL,
    why text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (run, tenant)
);
COMMENT ON TABLE cxvars_shared.stop IS 'Tenants whose tasks nobody begins any more in a run.';
CREATE TABLE cxvars_shared.head (
    log text NOT NULL,
    segment text NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (log, segment)
);
COMMENT ON TABLE cxvars_shared.head IS 'The last record of each segment of an audit log.';
"];

/// The current version.
pub const VERSION: i32 = STEPS.len() as i32;

/// Held while the schema is changed, so that one process does it. An arbitrary number.
const LOCK: i64 = 0x6378_7661_7273;

/// What was done to the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// The version before. `None` if there was no schema.
    pub from: Option<i32>,
    /// The version now.
    pub to: i32,
}

/// Makes the schema if it is missing, and lets a role use it.
///
/// # Errors
/// If the database cannot be used, or has a schema of another version.
pub async fn init(address: &Address, role: Option<&str>) -> Result<Made, Lost> {
    change(address, role, |from| match from {
        None | Some(VERSION) => Ok(()),
        Some(from) => Err(other_version(from)),
    })
    .await
}

/// Brings the schema to the current version.
///
/// # Errors
/// If the database cannot be used, or has no schema or one of a later version.
pub async fn migrate(address: &Address) -> Result<Made, Lost> {
    change(address, None, |from| match from {
        None => Err(Fault::lasting(NO_SCHEMA)),
        Some(from) if from > VERSION => Err(other_version(from)),
        Some(_) => Ok(()),
    })
    .await
}

/// Whether runs can use the database: it can be reached, has our schema in this version, and lets us write. Returns the
/// version.
///
/// # Errors
/// If they cannot.
pub async fn look(address: &Address) -> Result<i32, Lost> {
    let look = async {
        let client = connect(address).await?;
        let version = check(&client).await?;
        let may_write = "SELECT has_table_privilege('cxvars_shared.lease', 'UPDATE')";
        let row = client.query_typed_one(may_write, &[]).await.map_err(|error| Fault::from(&error))?;
        match row.try_get(0) {
            Ok(true) => Ok(version),
            _ => Err(Fault::lasting(NO_PRIVILEGE)),
        }
    };
    look.await.map_err(|fault: Fault| lost(address, &fault))
}

/// Refuses a schema of another version, and a database without one.
pub(super) async fn check(client: &Client) -> Result<i32, Fault> {
    match version(client).await? {
        VERSION => Ok(VERSION),
        other => Err(other_version(other)),
    }
}

/// The version of the schema.
pub(super) async fn version(client: &Client) -> Result<i32, Fault> {
    let statement = "SELECT max(version) FROM cxvars_shared.schema_version";
    let row = client.query_typed_one(statement, &[]).await.map_err(|error| Fault::from(&error))?;
    let version: Option<i32> = row.try_get(0).map_err(|error| Fault::from(&error))?;
    version.ok_or_else(|| Fault::lasting("its schema names no version; it was not made by `cxvars shared init`"))
}

fn other_version(version: i32) -> Fault {
    Fault::lasting(match version > VERSION {
        true => format!(
            "its schema has version {version}, which a later version of cxvars made; this one knows {VERSION}; update it"
        ),
        false => format!(
            "its schema has version {version}, and this program needs {VERSION}; run `cxvars shared migrate` as the owner"
        ),
    })
}

/// Carries out the steps that are missing, unless `may` refuses the version that is there, and grants a role its
/// privileges. All of it or nothing.
async fn change(
    address: &Address,
    role: Option<&str>,
    may: impl FnOnce(Option<i32>) -> Result<(), Fault>,
) -> Result<Made, Lost> {
    let lost = |fault: Fault| lost(address, &fault);
    let failed = |error: tokio_postgres::Error| lost(Fault::from(&error));
    let mut client = connect(address).await.map_err(lost)?;
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.query_typed("SELECT 1 FROM pg_advisory_xact_lock($1)", &[(&LOCK, Type::INT8)]).await.map_err(failed)?;
    let exists = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'cxvars_shared'";
    let exists = transaction.query_typed_opt(exists, &[]).await.map_err(failed)?.is_some();
    let from = match exists {
        true => Some(version(transaction.client()).await.map_err(lost)?),
        false => None,
    };
    may(from).map_err(lost)?;
    let done = usize::try_from(from.unwrap_or(0)).unwrap_or_default();
    for step in STEPS.iter().skip(done) {
        transaction.batch_execute(step).await.map_err(failed)?;
    }
    if from != Some(VERSION) {
        let note = "INSERT INTO cxvars_shared.schema_version (version, changed) VALUES ($1, clock_timestamp())";
        transaction.query_typed(note, &[(&VERSION, Type::INT4)]).await.map_err(failed)?;
    }
    if let Some(role) = role {
        transaction.batch_execute(&grants(role)).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(Made { from, to: VERSION })
}

/// What a role needs to work with the state, and nothing more.
fn grants(role: &str) -> String {
    let role = quoted(role);
    let tables = ["budget", "lease", "action_state", "run", "task", "stop", "head"]
        .map(|table| format!("cxvars_shared.{table}"))
        .join(", ");
    format!(
        "GRANT USAGE ON SCHEMA cxvars_shared TO {role};
         GRANT SELECT ON cxvars_shared.schema_version TO {role};
         GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {role};"
    )
}

/// A name as SQL writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_role_stays_a_name() {
        assert_eq!(quoted("ci\"; DROP SCHEMA x; --"), "\"ci\"\"; DROP SCHEMA x; --\"");
        assert!(grants("ci").contains("TO \"ci\";"));
    }

    #[test]
    fn every_table_is_granted() {
        let all = STEPS.concat();
        for table in all.split("CREATE TABLE cxvars_shared.").skip(1).filter_map(|rest| rest.split(' ').next()) {
            assert!(grants("r").contains(&format!("cxvars_shared.{table}")), "{table}");
        }
    }
}
