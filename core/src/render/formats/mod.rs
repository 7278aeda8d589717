//! The formats, one file each, in the order in which `--help` lists them.

pub mod text;

pub(super) mod concise;

pub mod json_v1;
pub(super) mod jsonl;
pub(super) mod sarif;

pub(super) mod github;
pub(super) mod gitlab;
pub(super) mod junit;
