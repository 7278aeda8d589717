//! State that a project and its user keep between runs, and its paths.

pub mod fingerprint_key;
pub mod fingerprints;
pub mod folder;
pub mod paths;
pub mod pending_update;
pub mod plan_file;
pub mod run_journal;
pub mod store;
pub mod updating;
