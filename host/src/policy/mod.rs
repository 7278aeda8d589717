//! Policies: rules of a team's own, run over the metadata of documents.
//!
//! A policy is a WebAssembly component that imports nothing. It is told what [`cxvars_core::policy`] tells, runs on
//! counted fuel in memory of its own, and every failure of it is an error of the document: nothing is sent without its
//! verdict.

#[cfg(not(feature = "plugins"))]
mod absent;
#[cfg(feature = "plugins")]
mod plugin;
#[cfg(feature = "plugins")]
mod policies;
#[cfg(feature = "plugins")]
mod sandbox;
#[cfg(feature = "plugins")]
mod screen;
#[cfg(feature = "plugins")]
mod translate;
mod wanted;

#[cfg(not(feature = "plugins"))]
pub use self::absent::Policies;
#[cfg(feature = "plugins")]
pub use self::plugin::{Cost, Plugin, Verdict, digest};
#[cfg(feature = "plugins")]
pub use self::policies::{Policies, read};
#[cfg(feature = "plugins")]
pub use self::sandbox::{Failure, Limits, Sandbox};
#[cfg(feature = "plugins")]
pub use self::screen::{MAX_FILE_BYTES, Seen, screen};
pub use self::wanted::{PluginError, Wanted};
