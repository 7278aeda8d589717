//! Walks through folders, as `.gitignore` files allow.

use std::path::Path;

use ignore::gitignore::Gitignore;
use ignore::{Match, Walk, WalkBuilder};

use super::git;

/// The files and folders of a folder, without what a `.gitignore` names, and without the folders that are not wanted.
pub(crate) fn below(folder: &Path, wants_folder: impl Fn(&Path) -> bool + Send + Sync + 'static) -> Walk {
    let in_repository = is_in_repository(folder);
    WalkBuilder::new(folder)
        // The caller decides about hidden files.
        .hidden(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.depth() == 0 || !is_folder || wants_folder(entry.path())
        })
        .parents(in_repository)
        .require_git(in_repository)
        // Settings of a single machine must not decide what is checked.
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .build()
}

/// Whether a walk through `folder` leaves out the file at `path`, or a folder that holds it, because of a `.gitignore`.
pub(crate) fn hides(folder: &Path, path: &Path) -> bool {
    let top = if is_in_repository(folder) { git::root(path).unwrap_or(folder) } else { folder };
    let is_named = |path: &Path, is_folder: bool| {
        // The nearest file that says something decides.
        let above = path.ancestors().skip(1).take_while(|above| above.starts_with(top));
        let said = above.map(|above| says(above, path, is_folder));
        said.into_iter().find(|said| !said.is_none()).is_some_and(|said| said.is_ignore())
    };
    let folders = path.ancestors().skip(1).take_while(|above| *above != top && above.starts_with(top));
    is_named(path, path.is_dir()) || folders.into_iter().any(|above| is_named(above, true))
}

/// What the `.gitignore` of a folder says of a path.
fn says(folder: &Path, path: &Path, is_folder: bool) -> Match<()> {
    let (ignored, _) = Gitignore::new(folder.join(".gitignore"));
    ignored.matched(path, is_folder).map(|_| ())
}

/// In a repository, the `.gitignore` files from its root down count. Elsewhere only those inside the folder count: a file
/// that somebody left further up, say in `/tmp`, must not hide documents.
fn is_in_repository(folder: &Path) -> bool {
    git::root(&folder.canonicalize().unwrap_or_default()).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn a_file_is_hidden_if_a_walk_does_not_come_to_it() {
        let files = [
            (".gitignore", "made/\n*.tmp.json\n!kept.tmp.json\n"),
            ("a.json", ""),
            ("b.tmp.json", ""),
            ("kept.tmp.json", ""),
            ("made/c.json", ""),
            ("sub/.gitignore", "own.json\n"),
            ("sub/own.json", ""),
            ("sub/other.json", ""),
            ("sub/made/d.json", ""),
        ];
        for in_repository in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            files.iter().for_each(|(path, text)| write(&root.join(path), text));
            if in_repository {
                write(&root.join(".git/HEAD"), "");
            }
            let walked: BTreeSet<PathBuf> = below(root, |_| true).map(|entry| entry.unwrap().into_path()).collect();
            for (path, _) in files {
                let path = root.join(path);
                assert_eq!(hides(root, &path), !walked.contains(&path), "{}", path.display());
            }
        }
    }
}
