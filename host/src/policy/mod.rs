//! Policies: a team's own rules, which check the metadata of documents.
//!
//! A policy is a WebAssembly component that imports nothing. Its input is what [`cxvars_core::policy`] describes. Each
//! call has limited fuel and its own memory. If a policy fails, the document gets an error, so nothing is sent without
//! a verdict.

#[cfg(not(feature = "plugins"))]
mod absent;
#[cfg(feature = "plugins")]
mod compiler;
#[cfg(feature = "plugins")]
mod engine;
#[cfg(feature = "plugins")]
mod metadata;
#[cfg(feature = "plugins")]
mod plugin;
#[cfg(feature = "plugins")]
mod policies;
#[cfg(feature = "plugins")]
mod sandbox;
#[cfg(feature = "plugins")]
mod screen;
#[cfg(feature = "plugins")]
mod trace;
#[cfg(feature = "plugins")]
mod translate;
mod wanted;

#[cfg(not(feature = "plugins"))]
pub use self::absent::{Policies, compile_if_asked};
#[cfg(feature = "plugins")]
pub use self::compiler::{CompileLimits, Compiler, compile_if_asked};
#[cfg(feature = "plugins")]
pub use self::metadata::metadata;
#[cfg(feature = "plugins")]
pub use self::plugin::{Cost, Plugin, Verdict, digest};
#[cfg(feature = "plugins")]
pub use self::policies::{Policies, read};
#[cfg(feature = "plugins")]
pub use self::sandbox::{Failure, Limits, Sandbox};
#[cfg(feature = "plugins")]
pub use self::screen::{MAX_FILE_BYTES, Seen, screen};
pub use self::wanted::{PluginError, Wanted};
