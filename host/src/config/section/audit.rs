//! `[audit]`.

use cxvars_core::options::kind::Whole;
use cxvars_core::section;

use super::kind::FilePath;

section! {
    /// The audit log.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Audit("[audit]") {
        /// A file, or a folder in which each run begins a file of its own. `CXVARS_AUDIT_LOG` goes before it; with `--sandbox` the log
        /// is always `.cxvars/sandbox-audit.jsonl`.
        log: FilePath, else "`.cxvars/audit.jsonl`", example "\"audit/cxvars.jsonl\"";
        /// Before the log would grow beyond this many bytes, it goes on in another file.
        max_bytes: Whole<65_536, { 1 << 40 }>, else "no limit", example "10_000_000";
    }
}
