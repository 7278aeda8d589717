//! The command line: its arguments, and how a command ends and speaks.

pub mod arguments;
pub mod exit;
pub mod logging;
pub(crate) mod markdown;
pub mod report_file;
pub mod suggest;
pub mod terminal;
