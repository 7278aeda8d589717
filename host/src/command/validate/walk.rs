//! Finds the documents that the arguments name.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::project::{input, walk};
use crate::system::files::resolved;
use cxvars_project::Selection;

/// A document to check.
pub(super) struct Found {
    /// Its path: the argument as given, joined with `/`.
    pub(super) path: PathBuf,
    pub(super) how: How,
}

/// How a document was found.
pub(super) enum How {
    /// It was named as an argument, and is checked whatever it contains.
    Named,
    /// It was found in a folder that was named.
    InFolder,
    /// A folder, or something in one, that cannot be read; with the reason.
    Unreadable(String),
}

/// Finds each document once, in the order of the arguments. Documents of a folder are sorted by the bytes of their
/// paths.
pub(super) fn find(arguments: &[PathBuf], selection: &Selection) -> Vec<Found> {
    let mut found = Vec::new();
    for argument in arguments {
        if !input::is_stdin(argument) && argument.is_dir() {
            let folder = without_trailing_slash(argument);
            let from = found.len();
            walk(&folder, selection, &mut found);
            found[from..].sort_by(|a: &Found, b| bytes(&a.path).cmp(bytes(&b.path)));
        } else {
            found.push(Found { path: argument.clone(), how: How::Named });
        }
    }
    if arguments.len() > 1 {
        keep_first_mentions(&mut found);
    }
    found
}

/// The documents of a folder that are not among `seen`.
pub(super) fn unseen(folder: &Path, selection: &Selection, seen: &[Found]) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), HashMap::new());
    walk(folder, selection, &mut found);
    let seen: HashSet<PathBuf> = seen.iter().map(|found| identity(found, &mut folders)).collect();
    found.retain(|found| !seen.contains(&identity(found, &mut folders)));
    found.into_iter().map(|found| found.path).collect()
}

fn walk(folder: &Path, selection: &Selection, found: &mut Vec<Found>) {
    let is_wanted = selection.clone();
    let walk = walk::below(folder, move |path| is_wanted.has_folder(path));
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) && selection.has_file(entry.path()) => {
                found.push(Found { path: entry.into_path(), how: How::InFolder });
            }
            Ok(_) => {}
            Err(error) => {
                let path = path_of(&error).unwrap_or(folder).to_owned();
                let text = error.to_string();
                let error = error.into_io_error().unwrap_or_else(|| io::Error::other(text));
                let how = How::Unreadable(input::cannot_read(&path, &error).to_string());
                found.push(Found { path, how });
            }
        }
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// Drops documents that were found before, under the same name or another one. Links are resolved to compare paths;
/// reports show the paths as given.
fn keep_first_mentions(found: &mut Vec<Found>) {
    let (mut seen, mut folders) = (HashSet::new(), HashMap::new());
    found.retain(|found| seen.insert(identity(found, &mut folders)));
}

/// A path that is the same for all names of a file. A file that was found in a folder is not a link, so resolving each
/// folder once is enough.
fn identity(found: &Found, folders: &mut HashMap<PathBuf, PathBuf>) -> PathBuf {
    let path = &found.path;
    match (&found.how, path.parent(), path.file_name()) {
        (How::InFolder, Some(folder), Some(name)) => {
            folders.entry(folder.to_owned()).or_insert_with(|| resolved(folder)).join(name)
        }
        _ if input::is_stdin(path) => path.clone(),
        _ => resolved(path),
    }
}

fn without_trailing_slash(path: &Path) -> PathBuf {
    // `components` leaves out a trailing slash, which `join` would double. It leaves out `.` too, except at the start.
    let plain: PathBuf = path.components().collect();
    if plain.as_os_str().is_empty() { path.to_owned() } else { plain }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}
