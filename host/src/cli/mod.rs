//! The command line: its arguments, and how a command ends and what it says.

pub mod arguments;
pub mod color;
pub mod exit;
pub mod logging;
pub(crate) mod markdown;
