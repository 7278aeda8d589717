//! The formats, one file each, in the order in which `--help` lists them. A new format needs a file and a `mod` line.

pub mod text;

mod concise;

pub mod json_v1;
mod jsonl;
mod sarif;

mod github;
mod gitlab;
mod junit;

use crate::render::Rendering;

/// Defines the table of formats. `build.rs` generates the call of `list!` with the modules above.
macro_rules! list {
    ($($module:ident $name:ident)+) => {
        pub(super) static ALL: &[&Rendering] = &[$(&$module::FORMAT),+];
    };
}
include!(concat!(env!("OUT_DIR"), "/formats.rs"));
