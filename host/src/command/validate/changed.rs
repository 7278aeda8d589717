//! `--changed-since` and `--staged`: only the documents that git knows as changed.

use std::io;
use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_project::Selection;

use super::arguments::Arguments;
use super::walk::{Found, How};
use crate::cli::exit::CommandError;
use crate::project::git::{self, Changed};
use crate::project::input;
use crate::system::files;

/// What the flags ask for; `None` for all documents.
pub(super) fn asked(args: &Arguments) -> Option<Changed<'_>> {
    args.changed_since.as_deref().map(Changed::Since).or(args.staged.then_some(Changed::Staged))
}

/// What a document did that counts: "has changed since `main`".
pub(super) fn describe(what: Changed<'_>) -> String {
    match what {
        Changed::Since(revision) => format!("has changed since {}", display::quote(revision)),
        Changed::Staged => "is staged for the next commit".to_owned(),
    }
}

/// The changed documents among the arguments: in folders, those that a search would find; of named files, those that
/// have changed.
///
/// # Errors
/// An argument is not in a git repository, or the revision is not known.
pub(super) fn find(
    arguments: &[PathBuf],
    what: Changed<'_>,
    selection: &Selection,
) -> Result<Vec<Found>, CommandError> {
    let mut found: Vec<Found> = Vec::new();
    for argument in arguments {
        if input::is_stdin(argument) {
            return Err(CommandError::usage("git knows nothing of standard input; name files or folders"));
        }
        if argument.is_dir() {
            for path in git::changed(argument, what)? {
                let document = argument.join(&path);
                // A search follows no links. What is staged of a link is its target's name.
                if selection.finds(argument, Path::new(&path)) && !document.is_symlink() {
                    found.push(Found { path: document, how: How::InFolder });
                }
            }
        } else {
            let name = argument.file_name().unwrap_or_default();
            let changed = git::changed(files::parent(argument), what)?;
            if changed.iter().any(|path| Path::new(path) == Path::new(name)) {
                found.push(Found { path: argument.clone(), how: How::Named });
            } else if !argument.exists() && !git::knows(files::parent(argument), name)? {
                // A mistyped name must not pass for a document without changes.
                let error = input::cannot_read(argument, &io::ErrorKind::NotFound.into());
                found.push(Found { path: argument.clone(), how: How::Unreadable(error.to_string()) });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}
