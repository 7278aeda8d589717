//! Plugins: configuration, behaviour, hostile ones.

mod author;
#[cfg(target_os = "linux")]
mod bombs;
mod command;
mod hostile;
mod random;
mod settings;
