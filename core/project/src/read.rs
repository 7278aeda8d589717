//! Finds and reads configuration files.

use std::path::{Path, PathBuf};

use cxvars_core::options::reader::Position;
use cxvars_core::options::toml;
use cxvars_core::options::written::{Owner, Source};

use crate::error::{FileError, ProjectError};
use crate::files::{self, Files, Unreadable};
use crate::section::{self, ConfigFile};
use crate::shared::{self, CAP_BYTES};

/// The project file's name.
pub const PROJECT_FILE: &str = "cxvars.toml";

/// A configuration file that was read, with what it extends. No `Debug`: it holds values.
pub struct Loaded {
    path: PathBuf,
    text: String,
    file: ConfigFile,
    shared: Vec<PathBuf>,
}

impl Loaded {
    /// Reads a project's file. `named_by` says what named it, between commas; it is empty for a file that was found by
    /// searching.
    ///
    /// # Errors
    /// The file cannot be read or has mistakes.
    pub fn project(path: &Path, named_by: &'static str, files: &dyn Files) -> Result<Self, FileError> {
        Self::read(path, Owner::Project, named_by, files)
    }

    /// Reads the user's own file, if it exists.
    ///
    /// # Errors
    /// The file cannot be read, can be changed by others, or has mistakes.
    pub fn users_own(path: &Path, files: &dyn Files) -> Result<Option<Self>, FileError> {
        match files.exists(path) {
            Ok(false) => Ok(None),
            Ok(true) => Self::read(path, Owner::User, "", files).map(Some),
            Err(problem) => Err(FileError::Unreadable { path: path.to_owned(), named_by: "", problem }),
        }
    }

    fn read(path: &Path, owner: Owner, named_by: &'static str, files: &dyn Files) -> Result<Self, FileError> {
        let bytes = match owner {
            Owner::Project => files.read(path, CAP_BYTES),
            Owner::User => files.read_users_own(path, CAP_BYTES),
        };
        let unreadable = |problem| FileError::Unreadable { path: path.to_owned(), named_by, problem };
        let text = bytes.and_then(files::text).map_err(unreadable)?;
        match section::parse(&text, Source::File { path, owner }) {
            Ok(file) => {
                let mut shared = Vec::new();
                let file = shared::extend(file, path, &text, owner, &mut shared, files)?;
                Ok(Self { path: path.to_owned(), text, file, shared })
            }
            Err(problems) => Err(FileError::Mistakes { path: path.to_owned(), problems }),
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says.
    pub fn file(&self) -> &ConfigFile {
        &self.file
    }

    /// What it says.
    pub fn into_file(self) -> ConfigFile {
        self.file
    }

    /// The files that it extends.
    pub fn shared(&self) -> &[PathBuf] {
        &self.shared
    }

    /// The position of the key at this path from the top.
    pub(crate) fn position(&self, key: &[String]) -> Option<Position> {
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        toml::position(&self.text, &key)
    }
}

/// What a search upwards from a folder finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The nearest project file.
    pub nearest: Option<PathBuf>,
    /// Whether the folder is in a repository. The search ends at its root, the folder with `.git`.
    pub is_in_repository: bool,
}

/// Searches upwards from a folder, which is absolute, to the root of its repository, or as far as there are folders.
///
/// A broken link counts as a file, so that it is reported as an error and not silently ignored.
///
/// # Errors
/// The path that cannot be looked at.
pub fn search(folder: &Path, files: &dyn Files) -> Result<Search, FileError> {
    let mut nearest = None;
    for folder in folder.ancestors() {
        let candidate = folder.join(PROJECT_FILE);
        if nearest.is_none() && is_there(&candidate, files)? {
            nearest = Some(candidate);
        }
        if is_root(folder, files)? {
            return Ok(Search { nearest, is_in_repository: true });
        }
    }
    Ok(Search { nearest, is_in_repository: false })
}

fn is_there(path: &Path, files: &dyn Files) -> Result<bool, FileError> {
    let unreadable = |problem| FileError::Unreadable { path: path.to_owned(), named_by: "", problem };
    files.exists(path).map_err(unreadable)
}

/// Whether the folder is the root of a repository. `.git` is a file in a worktree or a submodule.
fn is_root(folder: &Path, files: &dyn Files) -> Result<bool, FileError> {
    let path = folder.join(".git");
    match files.exists(&path) {
        Err(problem @ Unreadable::Pending) => Err(FileError::Unreadable { path, named_by: "", problem }),
        found => Ok(found == Ok(true)),
    }
}

/// The `cxvars.toml` that a document belongs to: the nearest one in its folder or above, up to the root of its
/// repository or, outside of a repository, up to the workspace folder. Outside of a repository and of a workspace folder,
/// only the document's own folder is searched: a file that somebody left further up, say in `/tmp`, must not influence a
/// check.
///
/// # Errors
/// A folder that cannot be looked at, or a file that is being fetched.
pub fn configuration_of(
    document: &Path,
    workspace_folder: Option<&Path>,
    files: &dyn Files,
) -> Result<Option<PathBuf>, ProjectError> {
    let Some(folder) = document.parent() else { return Ok(None) };
    let Search { nearest, is_in_repository } = search(folder, files)?;
    let last = workspace_folder.filter(|workspace| folder.starts_with(workspace)).unwrap_or(folder);
    Ok(nearest.filter(|path| is_in_repository || path.starts_with(last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn tree(paths: &[&str]) -> Memory {
        let mut files = Memory::new();
        paths.iter().for_each(|path| files.insert(*path, ""));
        files
    }

    fn found(document: &str, workspace: Option<&str>, files: &Memory) -> Option<PathBuf> {
        configuration_of(Path::new(document), workspace.map(Path::new), files).unwrap()
    }

    #[test]
    fn the_nearest_file_up_to_the_root_of_the_repository_counts() {
        let files = tree(&["/cxvars.toml", "/repo/.git/HEAD", "/repo/cxvars.toml", "/repo/a/cxvars.toml"]);
        assert_eq!(found("/repo/a/b/v.json", None, &files), Some("/repo/a/cxvars.toml".into()));
        assert_eq!(found("/repo/c/v.json", Some("/repo/c"), &files), Some("/repo/cxvars.toml".into()));
        // `.git` is a file in a worktree or a submodule.
        let files = tree(&["/cxvars.toml", "/repo/.git", "/repo/a/x"]);
        assert_eq!(found("/repo/a/v.json", Some("/"), &files), None, "the search does not leave the repository");
    }

    #[test]
    fn outside_of_a_repository_the_search_ends_at_the_workspace_folder() {
        let files = tree(&["/tmp/cxvars.toml", "/tmp/w/a/v.json"]);
        assert_eq!(found("/tmp/w/a/v.json", Some("/tmp/w"), &files), None);
        assert_eq!(found("/tmp/w/a/v.json", Some("/tmp"), &files), Some("/tmp/cxvars.toml".into()));
        assert_eq!(found("/tmp/w/a/v.json", None, &files), None);
        assert_eq!(found("/tmp/v.json", None, &files), Some("/tmp/cxvars.toml".into()));
        assert_eq!(found("/tmp/w/a/v.json", Some("/elsewhere"), &files), None);
    }

    #[test]
    fn a_file_that_is_being_fetched_is_waited_for() {
        for pending in ["/w/a/cxvars.toml", "/w/.git"] {
            let mut files = tree(&["/w/cxvars.toml"]);
            files.set_pending(pending);
            let error = configuration_of(Path::new("/w/a/v.json"), Some(Path::new("/w")), &files).err().unwrap();
            assert!(error.is_pending(), "{pending}");
        }
    }
}
