//! Plugins and the component.

mod command;
mod hostile;
