//! What every other room builds on, and that knows none of them.

pub mod canonical;
pub mod display;
pub mod glob;
pub(crate) mod hex;
pub mod limits;
pub(crate) mod number;
pub mod secret;
pub mod small_map;
pub mod span;
pub(crate) mod swar;
pub mod vocabulary;
