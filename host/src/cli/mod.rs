//! The command line: arguments, colours, the log, exit codes and Markdown.

pub mod arguments;
pub mod color;
pub mod exit;
pub mod logging;
pub(crate) mod markdown;
