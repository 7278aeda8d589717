//! Where a file lies, and whether it is the one that is meant.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Makes the names in the folder that holds `path` durable, so that a new file is still there after a power cut.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The folder that holds `path`; `.` for a bare file name.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether both are of the same file.
#[cfg(unix)]
pub(super) fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Whether both are of the same file.
#[cfg(not(unix))]
pub(super) fn same_file(_: &Metadata, opened: &Metadata) -> bool {
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
