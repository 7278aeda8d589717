//! Behaviour that all commands share, and the commands that change nothing.

mod configuration_page;
mod doctor;
mod environments;
mod exit_codes;
mod hints;
mod lsp;
mod outputs;
mod pull;
mod rollback;
mod rooms;
mod rules_page;
mod several;
#[cfg(target_os = "linux")]
mod startup;
