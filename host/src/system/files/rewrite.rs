//! Replacing the content of a file that belongs to the user.
#![expect(clippy::disallowed_methods, reason = "this is the seam")]

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::draft::{Draft, Readers};
use super::wording::describe;

/// Replaces the content of a file if it still is `before`.
///
/// The replacement is atomic: a reader sees either the old or the new content. Owner and permissions are kept. If
/// `path` is a symbolic link, the link is kept and its target is replaced.
///
/// # Errors
/// A message that follows the file's name. The file was not replaced, unless only the last sync of its folder failed.
pub(crate) fn rewrite(path: &Path, before: &[u8], after: &[u8]) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot be written: {}", describe(&error));
    let target = fs::canonicalize(path).map_err(failed)?;
    if !fs::metadata(&target).map_err(failed)?.is_file() {
        return Err("is not a regular file".to_owned());
    }
    // Renaming needs write permission for the folder only. Opening the file for writing checks its own permission too.
    let old = OpenOptions::new().write(true).open(&target).map_err(failed)?.metadata().map_err(failed)?;
    // Only the owner can read the draft until it gets the permissions of the file that it replaces.
    let mut new = Draft::beside(&target, Readers::Owner).map_err(failed)?;
    new.write(after).map_err(failed)?;
    keep_owner(new.file(), &old)
        .map_err(|_| "belongs to somebody else; only its owner can replace it and leave it theirs".to_owned())?;
    new.file().set_permissions(old.permissions()).map_err(failed)?;
    if !holds(&target, before).map_err(failed)? {
        return Err("has changed in the meantime; nothing was written, run again".to_owned());
    }
    new.place().map_err(failed)
}

fn holds(path: &Path, content: &[u8]) -> io::Result<bool> {
    let mut found = zeroize::Zeroizing::new(Vec::with_capacity(content.len() + 1));
    File::open(path)?.take(content.len() as u64 + 1).read_to_end(&mut found)?;
    Ok(found.as_slice() == content)
}

#[cfg(unix)]
fn keep_owner(new: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let now = new.metadata()?;
    let differs = |old: u32, now: u32| (old != now).then_some(old);
    let (user, group) = (differs(old.uid(), now.uid()), differs(old.gid(), now.gid()));
    if user.is_some() || group.is_some() { fchown(new, user, group) } else { Ok(()) }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names in a folder, sorted.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_file_that_changed_in_the_meantime_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vars.json");
        for now in ["other", "bef", "before and more"] {
            fs::write(&path, now).unwrap();
            assert!(rewrite(&path, b"before", b"after").unwrap_err().contains("has changed"));
            assert_eq!(fs::read_to_string(&path).unwrap(), now);
        }
        fs::write(&path, "before").unwrap();
        rewrite(&path, b"before", b"after").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(names(folder.path()), ["vars.json"]);
        assert!(rewrite(folder.path(), b"", b"").is_err());
        assert!(rewrite(&folder.path().join("absent"), b"", b"").unwrap_err().contains("no such file"));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("vars.json"), folder.path().join("link.json"));
        for mode in [0o600, 0o644, 0o666] {
            fs::write(&path, "before").unwrap();
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            rewrite(&path, b"before", b"after").unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode);
        }
        symlink("vars.json", &link).unwrap();
        rewrite(&link, b"after", b"through the link").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "through the link");
        assert_eq!(names(folder.path()), ["link.json", "vars.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn the_owner_stays() {
        use std::os::unix::fs::{MetadataExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vars.json");
        fs::write(&path, "before").unwrap();
        // Only root can change the owner. For other users this tests the replacement of their own file.
        let given_away = chown(&path, Some(12_345), Some(12_345)).is_ok();
        let before = fs::metadata(&path).unwrap();
        rewrite(&path, b"before", b"after").unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        assert_eq!(given_away, after.uid() == 12_345);
    }
}
