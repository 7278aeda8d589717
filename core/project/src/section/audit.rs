//! `[audit]`.

use cxvars_core::options::kind::{FilePath, Whole};
use cxvars_core::section;

section! {
    /// The audit log: where it is written, and how large a file of it may grow.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Audit("[audit]") {
        /// The log's path: a file, or a folder in which each run begins a new file. `CXVARS_AUDIT_LOG` takes precedence
        /// over it. With `--sandbox`, the log is always `.cxvars/sandbox-audit.jsonl`.
        log: FilePath, else "`.cxvars/audit.jsonl`", example "\"audit/cxvars.jsonl\"";
        /// The largest size of a log file, in bytes. Before a file would grow larger, the log continues in a new one.
        max_bytes: Whole<65_536, { 1 << 40 }>, else "no limit", example "10_000_000";
    }
}
