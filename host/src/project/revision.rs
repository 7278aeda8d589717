//! A document as it was at a revision of its git repository, or as it is staged for the next commit.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use cxvars_core::base::display;
use zeroize::Zeroizing;

use super::ProjectError;
use super::git::{cannot_run, commit, git};
use super::input::{Buffer, shown};

/// The document at `path` as it was at a revision, and the commit's id. At most `most` bytes are read.
pub(super) fn read(path: &Path, revision: &str, most: usize) -> Result<(Zeroizing<Vec<u8>>, String), ProjectError> {
    let (folder, name) = place(path);
    let commit = commit(&folder, revision)?;
    match blob(&folder, &commit, &name, most)? {
        Some(bytes) => Ok((bytes, commit)),
        None => Err(ProjectError::io(format!(
            "`{}` was not there at {} (commit {}); name the document that was there with -f",
            shown(path),
            display::quote(revision),
            short(&commit)
        ))),
    }
}

/// The document at `path` as it is staged for the next commit. At most `most` bytes are read.
pub(crate) fn read_staged(path: &Path, most: usize) -> Result<Zeroizing<Vec<u8>>, ProjectError> {
    let (folder, name) = place(path);
    let staged = blob(&folder, "", &name, most)?;
    staged.ok_or_else(|| ProjectError::io(format!("`{}` is not staged any more", shown(path))))
}

/// The file `name` in `folder`, as a tree of the repository has it; `None` if it has none. An empty `tree` is the index.
fn blob(folder: &Path, tree: &str, name: &str, most: usize) -> Result<Option<Zeroizing<Vec<u8>>>, ProjectError> {
    // `./` makes the path start from the folder, wherever the repository's root is.
    let object = format!("{tree}:./{name}");
    let mut git = git(folder, &["cat-file", "blob", &object]);
    let mut child = git.stderr(Stdio::null()).spawn().map_err(|error| cannot_run(&error))?;
    let mut buffer = Buffer::default();
    let length = match child.stdout.take() {
        Some(stdout) => buffer.fill(stdout, most).map_err(|error| cannot_run(&error))?.len(),
        None => 0,
    };
    let status = child.wait().map_err(|error| cannot_run(&error))?;
    Ok((status.success() || length >= most).then(|| buffer.into_bytes(length)))
}

/// The beginning of a commit's id, for people.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

/// The nearest folder of the path that exists, and the rest of the path. A folder may have been deleted since.
fn place(path: &Path) -> (PathBuf, String) {
    let exists = |folder: &&Path| folder.as_os_str().is_empty() || folder.is_dir();
    let folder = path.ancestors().skip(1).find(exists).unwrap_or(Path::new(""));
    let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    (folder.to_owned(), name)
}
