//! The formats, one file each, in the order in which `--help` lists them. A new format is a file and a `mod` line.

pub mod text;

mod concise;

pub mod json_v1;
mod jsonl;
mod sarif;

mod github;
mod gitlab;
mod junit;

use crate::render::Rendering;

/// Makes the table of the formats; [`list`] is called with the modules above (`build.rs`).
macro_rules! list {
    ($($module:ident)+) => {
        pub(super) static ALL: &[&Rendering] = &[$(&$module::FORMAT),+];
    };
}
include!(concat!(env!("OUT_DIR"), "/formats.rs"));
