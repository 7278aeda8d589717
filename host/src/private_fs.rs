//! Files and folders that only their owner reads, and that are what they seem to be.
//!
//! State files lie in folders that a repository may have brought along, so nothing here follows a symbolic link, and
//! nothing depends on the umask.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

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

/// Opens an existing regular file for reading and writing. Symbolic links, folders, pipes and devices are refused with
/// [`io::ErrorKind::InvalidInput`].
pub fn open_regular(path: &Path) -> io::Result<File> {
    let seen = fs::symlink_metadata(path)?;
    if !seen.is_file() {
        return Err(not_regular());
    }
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    // Whoever put a link there between the two calls gets another file opened than the one looked at.
    if !same_file(&seen, &file.metadata()?) {
        return Err(not_regular());
    }
    Ok(file)
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

/// Writes a file that the user named, whole or not at all, for its owner only. What lies there is replaced where it is a
/// regular file, and refused otherwise.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(not_regular());
    }
    let mut temporary = tempfile::Builder::new().prefix(".cxvars-").suffix(".tmp").tempfile_in(parent(path))?;
    restrict(temporary.as_file(), 0o600)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_data()?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_parent(path)
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
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_new(&new)?;
    file.write_all(content)?;
    file.sync_data()?;
    fs::rename(&new, path)?;
    sync_parent(path)
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

/// The umask may have taken bits away, and must not decide.
fn restrict(file: &File, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (file, mode);
    Ok(())
}

/// Whether the open file is still the one at the path.
pub fn is_at(file: &File, path: &Path) -> bool {
    match (fs::symlink_metadata(path), file.metadata()) {
        (Ok(there), Ok(open)) => same_file(&there, &open),
        _ => false,
    }
}

#[cfg(unix)]
fn same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(_: &fs::Metadata, opened: &fs::Metadata) -> bool {
    opened.is_file()
}

/// What an I/O error means, in lower case and without a number: `permission denied`.
pub fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::InvalidInput => error.to_string(),
        kind => match kind.to_string() {
            text if text.contains("uncategorized") => error.to_string().to_lowercase(),
            text => text,
        },
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
