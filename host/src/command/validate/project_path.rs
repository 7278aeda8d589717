//! The path of a document from the root of its project. Code hosts know files by it, wherever the command runs and
//! however the path was given.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::project::git;

/// Finds the paths of documents from the root of their project.
pub(super) struct ProjectPaths {
    /// The folder of the project, as the CI service names it.
    ci_project: Option<PathBuf>,
    /// For each folder that was looked at, its path from the root, with a slash after it; none outside of a project.
    folders: HashMap<PathBuf, Option<String>>,
}

impl ProjectPaths {
    /// `ci_project` is the value of `CI_PROJECT_DIR`, which GitLab sets.
    pub(super) fn new(ci_project: Option<&str>) -> Self {
        let ci_project = ci_project.and_then(|folder| Path::new(folder).canonicalize().ok());
        Self { ci_project, folders: HashMap::new() }
    }

    /// The path from the root, with `/` between its parts. The root is the folder of the CI project if the file lies in
    /// it, else the root of the file's repository. None for a file that lies in neither.
    pub(super) fn of(&mut self, file: &Path) -> Option<String> {
        let name = file.file_name()?.to_string_lossy();
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !self.folders.contains_key(folder) {
            self.folders.insert(folder.to_owned(), self.folder_in_project(folder));
        }
        self.folders.get(folder)?.as_ref().map(|folder| format!("{folder}{name}"))
    }

    fn folder_in_project(&self, folder: &Path) -> Option<String> {
        let folder = folder.canonicalize().ok()?;
        let of_ci = self.ci_project.as_deref().filter(|root| folder.starts_with(root));
        let root = of_ci.or_else(|| git::root(&folder))?;
        let parts = folder.strip_prefix(root).ok()?.components();
        Some(parts.map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_path_starts_at_the_project_of_the_ci_service_or_at_the_repository() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["ci/repo/.git", "ci/repo/a/b", "ci/plain", "other"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let path = |file: &str, ci: Option<&str>| {
            let ci = ci.map(|ci| root.path().join(ci).to_string_lossy().into_owned());
            ProjectPaths::new(ci.as_deref()).of(&root.path().join(file))
        };
        assert_eq!(path("ci/repo/a/b/v.json", None).as_deref(), Some("a/b/v.json"));
        assert_eq!(path("ci/repo/a/../v.json", None).as_deref(), Some("v.json"));
        assert_eq!(path("ci/repo/v.json", Some("ci")).as_deref(), Some("repo/v.json"));
        assert_eq!(path("ci/plain/v.json", Some("ci")).as_deref(), Some("plain/v.json"));
        assert_eq!(path("other/v.json", Some("ci")), None);
        assert_eq!(path("missing/v.json", Some("missing")), None);
    }
}
