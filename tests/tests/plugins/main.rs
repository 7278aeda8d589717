//! Plugins: configuration, behaviour, hostile ones.

mod command;
mod hostile;
mod settings;
