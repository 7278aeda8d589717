//! Which configuration files a run reads.

use std::path::{Path, PathBuf};

use cxvars_project::error::FileError;
use cxvars_project::read::{self, Loaded, PROJECT_FILE, Search};

use super::Flags;
use crate::system::environment::{self, Lookup};
use crate::system::files::FileSystem;
use crate::system::user_folders;

/// The environment variable that names the project file.
pub const CONFIG_VARIABLE: &str = "CXVARS_CONFIG";

/// Result of the search for the project file: the file, if there is one, and a note for the user.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    path: Option<PathBuf>,
    note: Option<String>,
}

/// Reads the project file: the one that `--config` names, else the one that `CXVARS_CONFIG` names, else the one that
/// the search finds.
pub(super) fn project(
    flags: &Flags,
    working_directory: &Path,
    env: Lookup<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<Loaded>, FileError> {
    if flags.no_config {
        return Ok(None);
    }
    if let Some(path) = &flags.config {
        return named(&working_directory.join(path), ", named by `--config`,").map(Some);
    }
    if let Some(path) = environment::read(env, CONFIG_VARIABLE) {
        return named(&working_directory.join(path), ", named by `CXVARS_CONFIG`,").map(Some);
    }
    let found = search(working_directory)?;
    notes.extend(found.note);
    found.path.map(|path| Loaded::project(&path, "", &FileSystem::default())).transpose()
}

/// Reads the file that somebody named. It may be a pipe, such as the one of a shell's `<(…)`.
fn named(path: &Path, named_by: &'static str) -> Result<Loaded, FileError> {
    Loaded::project(path, named_by, &FileSystem::with_pipe(path))
}

/// The path of the user's own file, which need not exist.
pub fn user_file(env: Lookup<'_>) -> Option<PathBuf> {
    user_folders::config(env).map(|folder| folder.join("config.toml"))
}

/// Reads the user's own file, if there is one.
pub(super) fn user(flags: &Flags, env: Lookup<'_>) -> Result<Option<Loaded>, FileError> {
    let path = user_file(env).filter(|_| !flags.no_config);
    Ok(path.map(|path| Loaded::users_own(&path, &FileSystem::default())).transpose()?.flatten())
}

/// Searches upwards from the working directory to the repository root. Outside a repository only the working directory
/// is searched: a file that somebody left further up, say in `/tmp`, must not influence a run.
fn search(working_directory: &Path) -> Result<Found, FileError> {
    let Search { nearest, is_in_repository } = read::search(working_directory, &FileSystem::default())?;
    let here = working_directory.join(PROJECT_FILE);
    Ok(match nearest {
        Some(path) if !is_in_repository && path != here => Found {
            path: None,
            note: Some(format!(
                "`{}` is not used: outside a git repository only the working directory is searched; name it with \
                 `--config`",
                path.display()
            )),
        },
        path => Found { path, note: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    fn found(root: &Path, start: &str) -> Option<PathBuf> {
        let path = search(&root.join(start)).unwrap().path?;
        Some(path.strip_prefix(root).unwrap().to_owned())
    }

    #[test]
    fn the_nearest_file_up_to_the_repository_root_is_taken() {
        let root = tree(&[
            "cxvars.toml",
            "repo/.git/HEAD",
            "repo/cxvars.toml",
            "repo/a/cxvars.toml",
            "repo/a/b/x",
            "repo/c/x",
        ]);
        assert_eq!(found(root.path(), "repo/a/b"), Some("repo/a/cxvars.toml".into()));
        assert_eq!(found(root.path(), "repo/c"), Some("repo/cxvars.toml".into()));
        assert_eq!(found(root.path(), "repo"), Some("repo/cxvars.toml".into()));
    }

    #[test]
    fn the_search_does_not_leave_the_repository() {
        // `.git` is a file in a worktree or a submodule.
        let root = tree(&["cxvars.toml", "repo/.git", "repo/a/x"]);
        assert_eq!(search(&root.path().join("repo/a")).unwrap(), Found::default());
    }

    #[test]
    fn outside_a_repository_only_the_working_directory_counts_and_the_rest_is_named() {
        let root = tree(&["cxvars.toml", "a/x"]);
        assert_eq!(found(root.path(), ""), Some("cxvars.toml".into()));
        let outcome = search(&root.path().join("a")).unwrap();
        assert_eq!(outcome.path, None);
        assert!(outcome.note.unwrap().contains("--config"));
    }

    #[cfg(unix)]
    #[test]
    fn a_broken_link_is_an_error_and_not_an_absent_file() {
        let root = tree(&["x"]);
        std::os::unix::fs::symlink("absent", root.path().join(PROJECT_FILE)).unwrap();
        let outcome = project(&Flags::default(), root.path(), &|_| None, &mut Vec::new());
        assert!(matches!(outcome, Err(FileError::Unreadable { .. })));
    }
}
