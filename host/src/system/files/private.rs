//! Files and folders that only their owner can read, opened without following symbolic links.
//!
//! State files are in folders that may come with a repository, so files are never opened through a symbolic link.
//! Permissions do not depend on the umask.
#![expect(clippy::disallowed_methods, reason = "this is the seam")]

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use super::draft::{Draft, Readers};
use super::place::{same_file, sync_parent};
use super::reading::{Refusal, open};
use crate::system::locks;

/// Creates a file that must not exist yet, readable and writable by its owner only.
///
/// A symbolic link at the path counts as an existing file, even if its target does not exist.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    restrict(&file, 0o600)?;
    Ok(file)
}

/// Opens an existing regular file for reading and writing. Refuses symbolic links, folders, pipes and devices with
/// [`io::ErrorKind::InvalidInput`].
pub fn open_regular(path: &Path) -> io::Result<File> {
    Ok(open(path, OpenOptions::new().read(true).write(true))?.0)
}

/// Creates a folder and its missing parents, each accessible by its owner only. Existing folders keep their
/// permissions.
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Ok(()) => restrict_dir(path),
        // Another process created it in the meantime.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a folder accessible by its owner only (0700). Does nothing outside Unix.
pub fn restrict_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Writes a file that the user named: atomically, and readable by its owner only. Replaces a regular file at the path
/// and refuses anything else there.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(Refusal::NotRegular.into());
    }
    write_draft(path, content)
}

/// Renames a file within its folder. When this returns, the new name survives a power cut.
///
/// # Errors
/// If renaming or syncing fails.
pub fn rename(path: &Path, new: &Path) -> io::Result<()> {
    fs::rename(path, new)?;
    sync_parent(new)
}

/// Locks the file at `path` against other processes until the returned lock file is dropped. Waits for the lock.
///
/// The lock is a separate file with the extension `lock`, because the file that it protects is replaced by a rename.
///
/// # Errors
/// If the lock file cannot be created or locked.
pub fn lock_beside(path: &Path) -> io::Result<File> {
    let path = path.with_extension("lock");
    let file = create_new(&path).or_else(|_| open_regular(&path))?;
    locks::exclusive(&file, &path)?;
    Ok(file)
}

/// Replaces a private file atomically: a reader sees either the old or the new content.
///
/// # Errors
/// If it cannot be written.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    write_draft(path, content)
}

fn write_draft(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft = Draft::beside(path, Readers::Owner)?;
    draft.write(content)?;
    draft.place()
}

/// Sets the mode again after creation, because the umask may have removed bits.
fn restrict(file: &File, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (file, mode);
    Ok(())
}

/// An open file with its identity, so that another file at its path is noticed.
#[derive(Debug)]
pub struct Placed {
    file: File,
    metadata: fs::Metadata,
}

impl Placed {
    /// Wraps an open file and records its identity.
    ///
    /// # Errors
    /// If its metadata cannot be read.
    pub fn new(file: File) -> io::Result<Self> {
        Ok(Self { metadata: file.metadata()?, file })
    }

    /// Returns the file without its identity.
    pub fn into_inner(self) -> File {
        self.file
    }

    /// The length of the file in bytes, or `None` if `path` no longer names this file.
    pub fn length_at(&self, path: &Path) -> Option<u64> {
        let there = fs::symlink_metadata(path).ok()?;
        same_file(&there, &self.metadata).then_some(there.len())
    }
}

impl Deref for Placed {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

impl DerefMut for Placed {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.file
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    const UMASK_TEST: &str = "CXVARS_TEST_UMASK_FOLDER";

    #[test]
    fn permissions_do_not_depend_on_the_umask() {
        // The umask applies to the whole process, so this test runs itself in a new process for each umask.
        if let Some(folder) = std::env::var_os(UMASK_TEST) {
            let folder = Path::new(&folder);
            create_dir_all(&folder.join("a/b")).unwrap();
            create_new(&folder.join("a/b/file")).unwrap();
            return;
        }
        for umask in ["000", "077", "777"] {
            let folder = tempfile::tempdir().unwrap();
            let status = std::process::Command::new("sh")
                .args(["-c", &format!("umask {umask} && exec \"$0\" permissions_do_not_depend_on_the_umask")])
                .arg(std::env::current_exe().unwrap())
                .env(UMASK_TEST, folder.path())
                .stdout(std::process::Stdio::null())
                .status()
                .unwrap();
            assert!(status.success());
            assert_eq!(mode(&folder.path().join("a")), 0o700, "umask {umask}");
            assert_eq!(mode(&folder.path().join("a/b")), 0o700, "umask {umask}");
            assert_eq!(mode(&folder.path().join("a/b/file")), 0o600, "umask {umask}");
        }
    }

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, lock) = (folder.path().join("kept.json"), folder.path().join("kept.lock"));
        let is_held = || open_regular(&lock).unwrap().try_lock().is_err();
        for _ in 0..2 {
            let held = lock_beside(&kept).unwrap();
            assert!(is_held());
            drop(held);
            assert!(!is_held());
        }
    }

    #[test]
    fn links_and_folders_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link, nowhere) =
            (folder.path().join("file"), folder.path().join("link"), folder.path().join("nowhere"));
        create_new(&file).unwrap();
        symlink(&file, &link).unwrap();
        symlink(folder.path().join("target"), &nowhere).unwrap();
        assert!(open_regular(&file).is_ok());
        for refused in [link.as_path(), nowhere.as_path(), folder.path(), Path::new("/dev/null")] {
            assert_eq!(open_regular(refused).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{refused:?}");
        }
        assert_eq!(create_new(&nowhere).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(!folder.path().join("target").exists());
    }
}
