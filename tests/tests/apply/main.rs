//! `apply` with the real program: what it sends, what it reports, and how it ends.

mod answers_without_commit;
mod fleet;
mod foreign_answers;
mod login;
mod main_job;
mod network;
#[cfg(unix)]
mod on_terminal;
mod plan;
mod plan_files;
mod responses;
mod value_sources;
mod waits;
mod webhook;
