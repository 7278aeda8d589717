//! What is recorded, and what is decided from it after a run that did not end.

mod kept_files;
mod killed;
mod log;
mod reconcile;
