//! The audit log: its records, and the hash chain that makes later changes visible.
//!
//! A log is a sequence of lines. Each line is exactly the canonical JSON (RFC 8785) of one record and a line feed.
//! Every record holds the hash of the record before, so a changed, removed or inserted line is detected. See [`chain`]
//! for the changes that are not.

pub mod chain;
#[cfg(feature = "checkpoints")]
pub mod checkpoint;
#[cfg(test)]
mod fixture;
mod line;
pub mod metrics;
pub mod open;
pub mod prometheus;
pub mod record;
pub mod rotation;
pub mod scan;
pub mod verify;

pub use chain::{GENESIS, Head, SealError, Sealed, seal};
pub use open::{OpenIntent, open_intents};
pub use record::{Changed, Entry, Event, PluginInForce, Record};
pub use scan::{Scan, Tail, scan, tail};
pub use verify::{FirstBad, Layout, Part, Status, Tip, Verification, verify, verify_parts};
