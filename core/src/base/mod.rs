//! Basic types and functions. Every other module may use them; they use no other module.

pub mod canonical;
pub mod date;
pub mod display;
pub mod draft;
pub mod glob;
pub mod hex;
pub mod invisible;
pub mod limits;
pub mod mask;
#[cfg(feature = "config")]
pub mod name_glob;
pub(crate) mod number;
pub mod path_glob;
pub mod secret;
pub mod small_map;
pub mod span;
pub mod suggest;
pub(crate) mod swar;
pub mod vocabulary;
