//! What a project and its user keep between runs, and where.

pub mod fingerprint_key;
pub mod fingerprints;
pub mod folder;
pub mod in_progress;
pub mod paths;
pub mod pending_update;
pub mod plan_file;
pub mod store;
