//! The audit log: what a record says, and the chain of hashes that shows later changes.
//!
//! A log is a sequence of lines, each exactly the RFC 8785 canonical bytes of one record and a line feed. Every record
//! carries the hash of the one before, so a changed, removed or inserted line shows; see [`chain`] for what does not.

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
