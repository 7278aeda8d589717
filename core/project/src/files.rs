//! The file system, as far as the configuration of a project needs it.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Reads files. A process reads them from the file system; an editor's unsaved text takes the place of a file.
///
/// Paths are absolute.
pub trait Files {
    /// Reads a regular file of at most `max_bytes` bytes.
    ///
    /// # Errors
    /// It cannot be read, or is larger.
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable>;

    /// Whether something exists at this path. A link that leads nowhere exists.
    ///
    /// # Errors
    /// The folder cannot be looked at.
    fn exists(&self, path: &Path) -> Result<bool, Unreadable>;

    /// The path without links, or the path itself if it cannot be resolved.
    fn resolved(&self, path: &Path) -> PathBuf;
}

/// Why a file cannot be read. Its text completes a sentence that begins with the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// There is no such file.
    #[error("does not exist")]
    Missing,
    /// It is being fetched. The caller tries again later.
    #[error("has not been read yet")]
    Pending,
    /// It has more bytes than may be read.
    #[error("is too large")]
    TooLarge,
    /// Anything else.
    #[error("{0}")]
    Other(&'static str),
}
