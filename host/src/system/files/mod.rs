//! Files, in one place: private ones, whole or not at all, opened as what they seem to be, and what went wrong in words.

mod draft;
mod private;
mod reading;
mod rewrite;
mod wording;

use std::fs::Metadata;
use std::path::Path;

pub(crate) use draft::{Draft, Readers};
pub use private::{
    Placed, create_dir_all, create_new, lock_beside, open_regular, rename, replace, restrict_dir, sync_parent,
    write_whole,
};
pub(crate) use reading::{open_foreign, read_capped};
pub(crate) use rewrite::rewrite;
pub use wording::describe;
pub(crate) use wording::{Problem, problem};

/// The folder that holds `path`; `.` for a bare file name.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(_: &Metadata, opened: &Metadata) -> bool {
    opened.is_file()
}

/// Permission bits; where the system has none, as if nobody else had any.
#[cfg(unix)]
pub(crate) fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o7777
}

/// Permission bits; where the system has none, as if nobody else had any.
#[cfg(not(unix))]
pub(crate) fn mode(_metadata: &Metadata) -> u32 {
    0o600
}
