//! The folder `.cxvars`, which holds a project's state and audit log.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::system::files;

/// Why the state folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the state folder `{}`: {problem}; {advice}", path.display())]
pub struct StateDirError {
    path: PathBuf,
    problem: String,
    advice: &'static str,
    #[source]
    source: Option<io::Error>,
}

/// Makes sure that the folder exists, is accessible by its owner only (0700), and is ignored by git.
///
/// Refuses a symbolic link, because a repository could contain one that points to another folder of the user.
pub fn ensure(path: &Path) -> Result<(), StateDirError> {
    let failed = |advice, source: io::Error| StateDirError {
        path: path.to_owned(),
        problem: files::describe(&source),
        advice,
        source: Some(source),
    };
    match std::fs::symlink_metadata(path) {
        Ok(seen) if seen.is_dir() => files::restrict_dir(path),
        Ok(_) => {
            return Err(StateDirError {
                path: path.to_owned(),
                problem: "it is a file or a symbolic link".to_owned(),
                advice: "remove it, or run in another folder",
                source: None,
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => files::create_dir_all(path),
        Err(error) => Err(error),
    }
    .map_err(|error| failed("check who owns it and the folder above", error))?;
    ignore_in_git(&path.join(".gitignore")).map_err(|error| failed("check that its `.gitignore` can be written", error))
}

/// Writes the `.gitignore` unless it exists. A user's own one is kept.
fn ignore_in_git(path: &Path) -> io::Result<()> {
    match files::create_new(path) {
        Ok(mut file) => file.write_all(b"*\n"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn the_folder_is_private_and_ignored_by_git() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("project/.cxvars");
        ensure(&state).unwrap();
        assert_eq!(mode(&state), 0o700);
        assert_eq!(fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
    }

    #[test]
    fn an_existing_folder_is_closed_and_its_gitignore_kept() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join(".cxvars");
        fs::create_dir(&state).unwrap();
        fs::set_permissions(&state, PermissionsExt::from_mode(0o755)).unwrap();
        fs::write(state.join(".gitignore"), "mine\n").unwrap();
        ensure(&state).unwrap();
        assert_eq!(mode(&state), 0o700);
        assert_eq!(fs::read_to_string(state.join(".gitignore")).unwrap(), "mine\n");
    }

    #[test]
    fn a_link_or_a_file_in_its_place_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (elsewhere, link, file) =
            (folder.path().join("elsewhere"), folder.path().join(".cxvars"), folder.path().join("file"));
        fs::create_dir(&elsewhere).unwrap();
        symlink(&elsewhere, &link).unwrap();
        fs::write(&file, "").unwrap();
        for path in [link, file] {
            let text = ensure(&path).unwrap_err().to_string();
            assert!(text.ends_with("it is a file or a symbolic link; remove it, or run in another folder"), "{text}");
        }
        assert!(!elsewhere.join(".gitignore").exists());
    }
}
