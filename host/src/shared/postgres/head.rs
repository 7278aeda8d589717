//! The heads of audit logs.

use tokio_postgres::types::Type;

use super::{Postgres, get};
use crate::shared::error::Lost;
use crate::shared::head::Head;

/// A head never goes back: an answer may be late.
const UPSERT: &str = "
INSERT INTO cxvars_shared.head AS head (log, segment, seq, hash, at) VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (log, segment) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at
WHERE head.seq < excluded.seq";

const HEADS: &str =
    "SELECT segment, seq, hash FROM cxvars_shared.head WHERE log = $1 AND segment <> '' ORDER BY segment";

/// What the first segments of a log follow: a record of no segment. Segments that begin at the same time follow the same
/// one, whoever makes it.
const ORIGIN: &str = "
INSERT INTO cxvars_shared.head (log, segment, seq, hash, at)
VALUES ($1, '', 0, encode(sha256(convert_to($1 || clock_timestamp() || random(), 'UTF8')), 'hex'), clock_timestamp())
ON CONFLICT (log, segment) DO NOTHING";

const NEWEST: &str = "SELECT hash FROM cxvars_shared.head WHERE log = $1 ORDER BY at DESC, segment DESC LIMIT 1";

impl Postgres {
    /// Notes a head.
    pub(super) async fn upsert_head(&self, head: &Head) -> Result<(), Lost> {
        let seq = i64::try_from(head.seq).unwrap_or(i64::MAX);
        let parameters = [
            (&head.log as _, Type::TEXT),
            (&head.segment as _, Type::TEXT),
            (&seq as _, Type::INT8),
            (&head.hash as _, Type::TEXT),
        ];
        self.connection.query(UPSERT, &parameters).await.map(drop)
    }

    /// The hash of the record that the next segment of a log follows.
    pub(super) async fn predecessor_of_segments(&self, log: &str) -> Result<String, Lost> {
        self.connection.query(ORIGIN, &[(&log, Type::TEXT)]).await?;
        let rows = self.connection.query(NEWEST, &[(&log, Type::TEXT)]).await?;
        let newest = rows.first().ok_or_else(|| Lost::Database("a row that was made is not there".to_owned()))?;
        get(newest, 0)
    }

    /// The noted heads of a log.
    pub(super) async fn noted_heads(&self, log: &str) -> Result<Vec<Head>, Lost> {
        let rows = self.connection.query(HEADS, &[(&log, Type::TEXT)]).await?;
        let head = |row| {
            let seq: i64 = get(row, 1)?;
            Ok(Head { log: log.to_owned(), segment: get(row, 0)?, seq: seq.unsigned_abs(), hash: get(row, 2)? })
        };
        rows.iter().map(head).collect()
    }
}
