//! The folder, identity and permissions of a file.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use cxvars_project::paths;
pub use cxvars_project::paths::parent;

/// Syncs the folder that holds `path`, so that a new or renamed file survives a power cut. Does nothing outside Unix.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The path without links, or the path itself if it cannot be resolved.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The path of `file` as seen from `folder`, with `/` between its parts. Both are absolute. Links in folders are
/// followed; a link at the file itself is not. The path stays absolute if the two share no root.
pub(crate) fn relative(file: &Path, folder: &Path) -> PathBuf {
    paths::relative(file, folder, &resolved)
}

/// Whether both paths lead to the same file, however they are written: by identity, so that links count as what they lead
/// to. A path that leads nowhere is the same as none.
pub(crate) fn are_same(a: &Path, b: &Path) -> bool {
    let same_identity = || Some(cfg!(unix) && same_file(&a.metadata().ok()?, &b.metadata().ok()?));
    let same_path = || Some(a.canonicalize().ok()? == b.canonicalize().ok()?);
    same_identity() == Some(true) || same_path() == Some(true)
}

/// Checks, without creating anything, whether a folder could be there: whether it, or the nearest one above it that
/// exists, is a folder that is not read-only.
///
/// # Errors
/// What is in the way.
pub(crate) fn could_be_folder(path: &Path) -> Result<(), PathBuf> {
    let found = path.ancestors().find(|path| path.symlink_metadata().is_ok());
    match found.map(|found| (found, found.metadata())) {
        Some((found, Ok(metadata))) if !metadata.is_dir() || metadata.permissions().readonly() => Err(found.to_owned()),
        Some((found, Err(_))) => Err(found.to_owned()),
        _ => Ok(()),
    }
}

/// Whether both describe the same file, by device and inode.
#[cfg(unix)]
pub(super) fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Whether both describe the same file. Metadata has no identity here, so every regular file counts as the same.
#[cfg(not(unix))]
pub(super) fn same_file(_: &Metadata, opened: &Metadata) -> bool {
    opened.is_file()
}

/// The permission bits.
#[cfg(unix)]
pub(crate) fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o7777
}

/// The permission bits. This system has none, so the file counts as readable by its owner only.
#[cfg(not(unix))]
pub(crate) fn mode(_metadata: &Metadata) -> u32 {
    0o600
}
