//! The file system, as far as the configuration of a project needs it.

mod memory;
mod recorded;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub use self::memory::Memory;
pub(crate) use self::recorded::Recorded;

/// Reads files. A process reads them from the file system; an editor's unsaved text takes the place of a file.
///
/// Paths are absolute.
pub trait Files {
    /// Reads a regular file of at most `max_bytes` bytes.
    ///
    /// # Errors
    /// It cannot be read, or is larger.
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable>;

    /// Reads the first bytes of a regular file, at most `max_bytes`.
    ///
    /// # Errors
    /// It cannot be read.
    fn read_start(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = self.read(path, usize::MAX)?;
        bytes.truncate(max_bytes);
        Ok(bytes)
    }

    /// Reads the user's own configuration file. It can widen trust, so a file system with permissions refuses one that
    /// other users can write.
    ///
    /// # Errors
    /// As [`Files::read`], and if others can write it.
    fn read_users_own(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        self.read(path, max_bytes)
    }

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
    #[error("cannot be used: no such file or folder")]
    Missing,
    /// It is being fetched. The caller tries again later.
    #[error("has not been read yet")]
    Pending,
    /// It is a folder.
    #[error("is a folder; name the file in it")]
    Folder,
    /// It is a pipe or a device.
    #[error("is not a regular file")]
    NotRegular,
    /// It has more bytes than may be read.
    #[error("is too large")]
    TooLarge,
    /// It is the user's own file, and other users can write it.
    #[error("can be changed by others; run `chmod o-w` on it")]
    WritableByOthers,
    /// The system refuses it, for this reason, such as "permission denied".
    #[error("cannot be used: {0}")]
    Refused(&'static str),
    /// Anything else.
    #[error("{0}")]
    Other(&'static str),
}

impl Unreadable {
    /// The reason alone, after a colon: "permission denied".
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "no such file or folder",
            Self::Pending => "it has not been read yet",
            Self::Folder => "it is a folder",
            Self::NotRegular => "it is not a regular file",
            Self::TooLarge => "it is too large",
            Self::WritableByOthers => "it can be changed by others",
            Self::Refused(reason) | Self::Other(reason) => reason,
        }
    }
}

/// The reason for a file that is not UTF-8.
pub(crate) const NOT_TEXT: Unreadable = Unreadable::Refused("not UTF-8 text");

/// Turns the bytes of a file into text.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, Unreadable> {
    String::from_utf8(bytes).map_err(|_| NOT_TEXT)
}
