//! The pages of the rules, as files that an editor can open.

use std::path::{Path, PathBuf};

use cxvars_core::diagnostic::rule::Rule;
use cxvars_project::files::Files as _;

use crate::system::environment::Lookup;
use crate::system::files::{self, FileSystem};
use crate::system::user_folders;

/// More than any page has.
const MAX_PAGE_BYTES: usize = 1 << 20;

/// The folder for the pages of this version, in the user's cache.
pub(super) fn folder(env: Lookup<'_>) -> Option<PathBuf> {
    Some(user_folders::cache(env)?.join(env!("CARGO_PKG_VERSION")).join("rules"))
}

/// Writes the page of a rule, unless it is there. Returns its path; `None` if it cannot be written.
pub(super) fn write(folder: &Path, rule: &Rule) -> Option<PathBuf> {
    let (path, page) = (folder.join(rule.code).with_extension("md"), page(rule).into_bytes());
    let is_there = FileSystem::default().read(&path, MAX_PAGE_BYTES).is_ok_and(|written| written == page);
    if !is_there {
        files::create_dir_all(folder).and_then(|()| files::replace(&path, &page)).ok()?;
    }
    Some(path)
}

fn page(rule: &Rule) -> String {
    format!("# {} {}\n\n{}", rule.code, rule.name, rule.markdown())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use cxvars_core::rules;

    use super::*;

    #[test]
    fn a_page_is_written_once_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("cache/rules");
        let rule = rules::find("CX103").unwrap();
        let path = write(&pages, rule).unwrap();
        assert_eq!(path, pages.join("CX103.md"));
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.starts_with("# CX103 ") && written.contains("\n## Why it matters\n"), "{written}");
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(write(&pages, rule), Some(path.clone()));
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), modified);
        fs::write(&path, "cut").unwrap();
        write(&pages, rule).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), written);
    }

    #[test]
    fn without_a_folder_there_is_no_page() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(write(&file.join("rules"), rules::find("CX103").unwrap()), None);
        assert_eq!(super::folder(&|_| None), None);
    }
}
