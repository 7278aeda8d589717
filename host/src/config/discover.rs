//! Which configuration files a run reads.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use cxvars_core::options::written::{Owner, Source};

use super::Flags;
use super::error::ConfigError;
use super::section::{self, ConfigFile};
use super::shared;
use crate::system::environment::{self, Lookup};
use crate::system::{files, user_folders};

/// The environment variable that names the project file.
pub const CONFIG_VARIABLE: &str = "CXVARS_CONFIG";

/// The project file's name.
pub const PROJECT_FILE: &str = "cxvars.toml";

/// Largest file that is read. No real configuration is nearly as large; the limit keeps a wrong path from filling the
/// memory.
const CAP_BYTES: u64 = 1024 * 1024;

/// A file that was read.
pub(super) struct Loaded {
    pub(super) path: PathBuf,
    pub(super) file: ConfigFile,
    /// The files that it extends.
    pub(super) shared: Vec<PathBuf>,
}

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
) -> Result<Option<Loaded>, ConfigError> {
    if flags.no_config {
        return Ok(None);
    }
    if let Some(path) = &flags.config {
        return load(&working_directory.join(path), Owner::Project, ", named by `--config`,").map(Some);
    }
    if let Some(path) = environment::read(env, CONFIG_VARIABLE) {
        let path = working_directory.join(path);
        return load(&path, Owner::Project, ", named by `CXVARS_CONFIG`,").map(Some);
    }
    let found = search(working_directory)?;
    notes.extend(found.note);
    found.path.map(|path| load(&path, Owner::Project, "")).transpose()
}

/// Reads the user's own file, if there is one.
pub(super) fn user(flags: &Flags, env: Lookup<'_>) -> Result<Option<Loaded>, ConfigError> {
    let path = user_folders::config(env).map(|folder| folder.join("config.toml"));
    let Some(path) = path.filter(|_| !flags.no_config) else {
        return Ok(None);
    };
    if !is_there(&path)? {
        return Ok(None);
    }
    refuse_world_writable(&path)?;
    load(&path, Owner::User, "").map(Some)
}

/// Searches upwards from the working directory to the repository root, the folder with `.git`. Outside a repository
/// only the working directory is searched: a file that somebody left further up, say in `/tmp`, must not influence a
/// run.
fn search(working_directory: &Path) -> Result<Found, ConfigError> {
    let mut nearest = None;
    for folder in working_directory.ancestors() {
        let candidate = folder.join(PROJECT_FILE);
        if nearest.is_none() && is_there(&candidate)? {
            nearest = Some(candidate);
        }
        if folder.join(".git").symlink_metadata().is_ok() {
            return Ok(Found { path: nearest, note: None });
        }
    }
    let here = working_directory.join(PROJECT_FILE);
    Ok(match nearest {
        Some(path) if path != here => Found {
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

/// Whether something exists at this path. A broken link counts, so that it is reported as an error and not silently
/// ignored.
fn is_there(path: &Path) -> Result<bool, ConfigError> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => {
            Err(ConfigError::Unreadable { path: path.to_owned(), named_by: "", problem: files::problem(&error) })
        }
    }
}

/// Refuses a user file that others can write, because the file can widen trust.
fn refuse_world_writable(path: &Path) -> Result<(), ConfigError> {
    match path.metadata() {
        Ok(metadata) if files::mode(&metadata) & 0o002 != 0 => Err(ConfigError::Unreadable {
            path: path.to_owned(),
            named_by: "",
            problem: "can be changed by others; run `chmod o-w` on it",
        }),
        _ => Ok(()),
    }
}

fn load(path: &Path, owner: Owner, named_by: &'static str) -> Result<Loaded, ConfigError> {
    let unreadable = |problem| ConfigError::Unreadable { path: path.to_owned(), named_by, problem };
    let text = read(path).map_err(unreadable)?;
    match section::parse(&text, Source::File { path, owner }) {
        Ok(file) => {
            let mut shared = Vec::new();
            let file = shared::extend(file, path, owner, &mut shared)?;
            Ok(Loaded { path: path.to_owned(), file, shared })
        }
        Err(problems) => Err(ConfigError::File { path: path.to_owned(), problems }),
    }
}

/// Reads the text of a configuration file. The error is the end of a sentence that begins with its path.
pub(super) fn read(path: &Path) -> Result<String, &'static str> {
    let metadata = path.metadata().map_err(|error| files::problem(&error))?;
    if metadata.is_dir() {
        return Err("is a folder; name the file in it");
    }
    let file = std::fs::File::open(path).map_err(|error| files::problem(&error))?;
    let mut text = String::new();
    file.take(CAP_BYTES + 1).read_to_string(&mut text).map_err(|error| files::problem(&error))?;
    if text.len() as u64 > CAP_BYTES {
        return Err("is larger than 1 MiB; is it the right file?");
    }
    Ok(text)
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
        assert!(matches!(outcome, Err(ConfigError::Unreadable { .. })));
    }
}
