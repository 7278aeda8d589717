//! What is recorded, and how `reconcile` uses it after an interrupted run.

mod kept_files;
mod killed;
mod log;
mod reconcile;
mod saved_state;
mod show;
