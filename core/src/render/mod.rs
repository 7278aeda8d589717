//! Reports as text and as JSON, one file for each format.

pub mod json_v1;
pub mod text;
