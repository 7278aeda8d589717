//! Files and folders that only their owner reads, and that are what they seem to be.
//!
//! State files lie in folders that a repository may have brought along, so nothing here follows a symbolic link, and
//! nothing depends on the umask.
#![expect(clippy::disallowed_methods, reason = "this is the seam")]

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use super::draft::{Draft, Readers};
use super::place::{same_file, sync_parent};
use super::reading::{Refusal, open};

/// Creates a file that must not exist, readable and writable by its owner only.
///
/// A symbolic link at the path counts as existing, even one that leads nowhere.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    restrict(&file, 0o600)?;
    Ok(file)
}

/// Opens an existing regular file of ours for reading and writing. Symbolic links, folders, pipes and devices are refused
/// with [`io::ErrorKind::InvalidInput`].
pub fn open_regular(path: &Path) -> io::Result<File> {
    Ok(open(path, OpenOptions::new().read(true).write(true))?.0)
}

/// Creates a folder and those above it that are missing, each for its owner only. Existing ones stay as they are.
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
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes a folder's permissions away from everybody but its owner.
pub fn restrict_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Writes a file that the user named, whole or not at all, for its owner only. A regular file at the path is replaced;
/// anything else there is refused.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(Refusal::NotRegular.into());
    }
    write_draft(path, content)
}

/// Gives a file another name in its folder, which outlasts a power cut.
///
/// # Errors
/// When that fails.
pub fn rename(path: &Path, new: &Path) -> io::Result<()> {
    fs::rename(path, new)?;
    sync_parent(new)
}

/// Locks what is kept at `path` against other processes, until the file that comes back is dropped.
///
/// The lock has a file of its own, `<name>.lock`, because the one it protects is replaced as a whole.
///
/// # Errors
/// When that file cannot be made or locked.
pub fn lock_beside(path: &Path) -> io::Result<File> {
    let path = path.with_extension("lock");
    let file = create_new(&path).or_else(|_| open_regular(&path))?;
    file.lock()?;
    Ok(file)
}

/// Replaces a private file as a whole, so that a reader sees the old or the new content.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    write_draft(path, content)
}

fn write_draft(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft = Draft::beside(path, Readers::Owner)?;
    draft.write(content)?;
    draft.place()
}

/// The umask may have taken bits away, and must not decide.
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
    /// An open file.
    ///
    /// # Errors
    /// When the system does not tell what it is.
    pub fn new(file: File) -> io::Result<Self> {
        Ok(Self { metadata: file.metadata()?, file })
    }

    /// The file alone.
    pub fn into_inner(self) -> File {
        self.file
    }

    /// How long it is, in bytes, if it still is the one at the path.
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
        // The umask belongs to the whole process, so each one gets a process of its own: this same test.
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
