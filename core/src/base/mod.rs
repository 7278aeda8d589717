//! What every other room builds on, and that knows none of them.

pub mod canonical;
pub mod display;
pub mod draft;
pub mod glob;
pub(crate) mod hex;
pub mod limits;
pub(crate) mod number;
pub mod secret;
pub mod small_map;
pub mod span;
pub mod suggest;
pub(crate) mod swar;
pub mod vocabulary;
