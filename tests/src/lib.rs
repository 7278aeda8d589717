//! Shared code of the tests that span crates or processes.

#[cfg(feature = "plugins")]
pub mod bomb;
pub mod campaign;
pub mod document;
#[cfg(feature = "plugins")]
pub mod hostile;
pub mod leak;
pub mod lsp;
pub mod memory_world;
pub mod oracle;
pub mod own_rules;
#[cfg(target_os = "linux")]
pub mod peak;
#[cfg(feature = "plugins")]
pub mod plugin;
#[cfg(unix)]
pub mod postgres;
pub mod process;
pub mod random;
pub mod registration;
pub mod scenario;
